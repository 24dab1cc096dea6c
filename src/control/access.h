// Who may do what on which ref: a pure decision over an account and the names of a request.
#pragma once

#include <string>
#include <string_view>

#include "api/accounts_api.h"
#include "base/result.h"

namespace control {

enum class Action {
  kCreateBranch,
  kDeleteBranch,
  kRenameBranch,
  kMerge,
  kCreateTag,
  kDeleteTag,
  kRenameTag,
  kCreateNamespace,
  kDeleteNamespace,
  kDeleteTable,
  kRevertTable,
  kWrite,
  kCancelJob,
  kRun,
};

/// The names an action is about; which ones it needs follows from the action.
struct AccessRequest {
  Action action = Action::kWrite;
  std::string branch;  // made, removed, renamed or written to; of merge and revert: the destination
  std::string name;    // namespace, table, tag or job
  std::string next;    // the new name of a rename
  std::string source;  // of merge and revert
  std::string owner;   // who made the tag, whose job it is
};

/// "ada.x" for ada; "etl" and "etl.x" for the zone "etl"; anything for an admin; nothing for a
/// reader or an inactive account.
bool MayWrite(const api::Account& account, std::string_view branch);

/// Says only who may, not whether the names are good: that is reported before (a malformed ref
/// never looks like a forbidden one).
base::Status CheckAccess(const api::Account& account, const AccessRequest& request);

}  // namespace control
