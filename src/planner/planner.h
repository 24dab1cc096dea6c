// From what a project says to what will be done: names resolved, everything checked, one task per
// node. A pure decider: the lake is asked through a port, ids come from a generator handed in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/rng.h"
#include "columnar/type.h"
#include "model/ids.h"
#include "model/names.h"
#include "plan/physical_plan.h"
#include "project/project_graph.h"
#include "project/sql_analyzer.h"

namespace planner {

struct ResolvedTable {
  plan::ScanSpec scan;
  columnar::Schema schema;
  std::optional<uint64_t> rows;
};

/// The tables of the lake at the run's commit. Filled by the control plane.
class TableResolver {
 public:
  virtual ~TableResolver() = default;
  /// The table at the run's commit, or at another ref when `ref` is not empty. Nothing when there
  /// is no such table; an error when the ref does not exist or the lake cannot be read.
  virtual base::Result<std::optional<ResolvedTable>> Resolve(const model::TableName& table,
                                                             const std::string& ref) = 0;
  /// Names of the tables of the lake as "ns.table", for "did you mean"; asked only after a miss.
  virtual std::vector<std::string> ListTables() = 0;
};

struct PlanOptions {
  std::string ref;         // as the user gave it
  model::CommitId commit;  // what it is
  std::string ns;          // overrules the project's; empty = the project's, else "bauplan"
  std::map<std::string, std::string> parameters;  // as written by the user
  std::set<std::string> secrets;                  // secret parameters that the user gave, encrypted
  bool strict = true;
  bool dry_run = false;           // every strategy becomes NONE
  uint32_t preview_rows_max = 0;  // rows of each result to show
  bool preview_tail = false;
  model::JobId job;
  model::RunId run;
  base::Instant deadline = base::Instant::max();
  plan::ResourceLimits limits;  // defaults for what a function does not say
};

struct PlanResult {
  std::vector<project::Diagnostic> diagnostics;  // sorted by place; those of reading not included
  std::optional<plan::PhysicalPlan> plan;        // none when a diagnostic is an error
};

/// `rng` gives the task ids and seeds. Never fails as a whole: everything wrong is in
/// `diagnostics`, all of it at once. Cost: one Resolve per distinct (table, ref).
PlanResult Plan(const project::ProjectGraph& graph, TableResolver& tables,
                const project::SqlAnalyzer& sql, const PlanOptions& options, base::Rng& rng);

}  // namespace planner
