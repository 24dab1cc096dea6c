// One input of one node: what it stands for, whether its columns and filter make sense, and how the
// worker will read it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plan/physical_plan.h"
#include "planner/planner.h"

namespace planner {

/// Collects what is wrong.
class Problems {
 public:
  void Add(base::Place place, base::Code code, std::string_view reason, std::string message,
           std::map<std::string, std::string> context = {});
  std::vector<project::Diagnostic> Take();
  bool any() const { return !list_.empty(); }

 private:
  std::vector<project::Diagnostic> list_;
};

using ParameterValues = std::map<std::string, columnar::Literal>;

/// What is known of the columns of an input: nothing when `known` is false.
struct InputColumns {
  bool known = false;
  std::vector<std::string> names;
  const columnar::Schema* schema = nullptr;  // types, of those that have one
};

class InputPlanner {
 public:
  InputPlanner(const project::ProjectGraph& graph, TableResolver& tables,
               const project::SqlAnalyzer& sql, const model::Namespace& ns,
               const ParameterValues& values, Problems& problems);

  /// The number of the model in the project's nodes that an input reads; nothing = the lake.
  std::optional<size_t> ParentOf(const project::InputDecl& input) const;
  /// A filter with its parameters put in, and what it says.
  struct FilterText {
    std::string sql;
    project::SqlFilterFacts facts;
  };
  std::optional<FilterText> ReadFilter(const project::Filter& filter);
  /// Everything but the source of a parent's output (its task is known to the caller).
  void Plan(const project::InputDecl& input, plan::TaskInput& task, plan::Edge& edge);

 private:
  const ResolvedTable* ResolveTable(const project::InputDecl& input, plan::Edge& edge);
  void MissingTable(const project::InputDecl& input, const std::string& table);
  InputColumns ColumnsOfParent(const project::NodeDecl& parent) const;
  void CheckColumns(const project::InputDecl& input, const InputColumns& columns);
  void CheckContract(const project::InputDecl& input, const InputColumns& columns);
  columnar::Predicate CheckFilter(const project::InputDecl& input, const InputColumns& columns,
                                  project::SqlFilterFacts facts);
  void CheckTypes(const project::InputDecl& input, const columnar::Schema& schema,
                  const columnar::Predicate& predicate);

  const project::ProjectGraph& graph_;
  TableResolver& tables_;
  const project::SqlAnalyzer& sql_;
  const model::Namespace& ns_;
  const ParameterValues& values_;
  Problems& problems_;
  std::map<std::string, size_t> models_;  // by name and by "ns.name"
  std::map<std::pair<model::TableName, std::string>, std::optional<ResolvedTable>> resolved_;
};

}  // namespace planner
