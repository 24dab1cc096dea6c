// What planning produces: the logical graph as users think of it, and the tasks that carry it out.
// Values only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "columnar/type.h"
#include "model/ids.h"
#include "model/names.h"
#include "plan/task_spec.h"

namespace plan {

enum class NodeKind { kPythonModel, kSqlModel, kExpectation };
std::string_view NodeKindName(NodeKind kind);

/// An arrow into a node: from a model of the project or from a table of the lake.
struct Edge {
  std::string from;  // model name, or "ns.table"
  bool from_table = false;
  std::string ref;  // another ref to read the table at; empty = the run's
  std::vector<std::string> columns;
  std::string filter;
  bool operator==(const Edge&) const = default;
};

struct LogicalNode {
  std::string name;
  NodeKind kind = NodeKind::kPythonModel;
  base::Place place;
  std::vector<Edge> inputs;
  WriteStrategy strategy = WriteStrategy::kNone;
  model::TableName table;                   // where it is materialised; meaningful unless kNone
  std::vector<std::string> partitioned_by;  // "year(ts)", "region"
  std::string overwrite_filter;
  columnar::Predicate overwrite;
  std::vector<std::string> contract_columns;  // columns=; empty = anything
  std::optional<columnar::Schema> contract;   // TableSchema; type Any is left out of the check
  std::vector<std::string> contract_any;      // columns of the contract whose type is not checked
  EnvironmentSpec environment;
  ResourceLimits limits;
  bool operator==(const LogicalNode&) const = default;
};

/// Nodes in an order in which every parent stands before its children; ties in the order of the
/// source.
struct LogicalPlan {
  std::string project_id;
  std::string project_name;
  std::string ref;         // as the user gave it
  model::CommitId commit;  // everything is read at this commit
  model::Namespace default_namespace;
  std::vector<LogicalNode> nodes;
  bool operator==(const LogicalPlan&) const = default;
};

/// Tasks in the same order. A materialised model has a compute task; its kWriteTable task is made
/// when the schema of the result is known (its column ids are assigned then).
struct PhysicalPlan {
  LogicalPlan logical;
  std::vector<TaskSpec> tasks;  // tasks[i] carries out logical.nodes[i]
  bool operator==(const PhysicalPlan&) const = default;
};

}  // namespace plan
