#include "plan/physical_plan.h"
#include "plan/task_outcome.h"
#include "plan/task_spec.h"

namespace plan {

std::string_view NodeKindName(NodeKind kind) {
  switch (kind) {
    case NodeKind::kPythonModel:
      return "python_model";
    case NodeKind::kSqlModel:
      return "sql_model";
    case NodeKind::kExpectation:
      return "expectation";
  }
  return "unknown";
}

std::string_view TaskKindName(TaskKind kind) {
  switch (kind) {
    case TaskKind::kPythonModel:
      return "python_model";
    case TaskKind::kSqlModel:
      return "sql_model";
    case TaskKind::kExpectation:
      return "expectation";
    case TaskKind::kWriteTable:
      return "write_table";
    case TaskKind::kInferFiles:
      return "infer_files";
    case TaskKind::kImportFiles:
      return "import_files";
    case TaskKind::kQuery:
      return "query";
    case TaskKind::kListFiles:
      return "list_files";
    case TaskKind::kRegisterFiles:
      return "register_files";
  }
  return "unknown";
}

std::string_view WriteStrategyName(WriteStrategy strategy) {
  switch (strategy) {
    case WriteStrategy::kNone:
      return "NONE";
    case WriteStrategy::kReplace:
      return "REPLACE";
    case WriteStrategy::kAppend:
      return "APPEND";
    case WriteStrategy::kOverwritePartitions:
      return "OVERWRITE_PARTITIONS";
  }
  return "unknown";
}

std::string_view TaskStatusName(TaskStatus status) {
  switch (status) {
    case TaskStatus::kSucceeded:
      return "succeeded";
    case TaskStatus::kFailed:
      return "failed";
    case TaskStatus::kCancelled:
      return "cancelled";
    case TaskStatus::kTimedOut:
      return "timed_out";
    case TaskStatus::kSkipped:
      return "skipped";
  }
  return "unknown";
}

}  // namespace plan
