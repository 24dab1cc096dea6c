#include "api/accounts_api.h"
#include "api/jobs_api.h"

namespace api {

std::string_view JobKindName(JobKind kind) {
  switch (kind) {
    case JobKind::kRun:
      return "Run";
    case JobKind::kQuery:
      return "Query";
    case JobKind::kTableCreate:
      return "TableCreate";
    case JobKind::kTableImport:
      return "TableImport";
    case JobKind::kTablePlan:
      return "TablePlan";
    case JobKind::kExternalTable:
      return "ExternalTable";
  }
  return "Run";
}

std::string_view JobStatusName(JobStatus status) {
  switch (status) {
    case JobStatus::kNotStarted:
      return "NOT_STARTED";
    case JobStatus::kRunning:
      return "RUNNING";
    case JobStatus::kComplete:
      return "COMPLETE";
    case JobStatus::kFail:
      return "FAIL";
    case JobStatus::kAbort:
      return "ABORT";
  }
  return "FAIL";
}

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kReader:
      return "reader";
    case Role::kMember:
      return "member";
    case Role::kAdmin:
      return "admin";
  }
  return "reader";
}

}  // namespace api
