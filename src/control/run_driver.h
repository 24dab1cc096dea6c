// A run from its plan to its publishing: everything on a temporary branch, then one merge or
// nothing (F-107…F-133).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/job.h"
#include "control/parts.h"
#include "plan/physical_plan.h"

namespace control {

/// One run; made for one job, used by its thread. Acts; what follows from what is decided by plan,
/// scheduler and catalog.
class RunDriver {
 public:
  RunDriver(Parts& parts, Job& job, api::RunRequest request, plan::PhysicalPlan plan,
            std::string requirements);

  /// Ok when everything succeeded and was published; the error of what went wrong first otherwise.
  base::Status Run(const base::Context& ctx);

 private:
  struct Node {
    const plan::LogicalNode* logical = nullptr;
    plan::TaskSpec task;
    bool computed = false;
  };
  struct Write {
    size_t node = 0;
    lakehouse::PreparedWrite prepared;
    plan::WriteStrategy strategy = plan::WriteStrategy::kReplace;
  };

  bool writes() const;
  base::Status PrepareEnvironments(const base::Context& ctx);
  base::Status StartRun(const base::Context& ctx);
  base::Status RunTasks(const base::Context& ctx);
  base::Status Handle(const base::Context& ctx, const TaskNews& news);
  void OnOver(const base::Context& ctx, const plan::TaskOutcome& outcome);
  void OnComputed(const base::Context& ctx, Node& node, const plan::TaskOutcome& outcome);
  base::Status StartWrite(const base::Context& ctx, size_t node, const plan::TaskOutcome& outcome);
  void OnWritten(const base::Context& ctx, const model::TaskId& task,
                 const plan::TaskOutcome& outcome);
  void OnSkipped(const TaskSkipped& skipped);
  base::Status CheckContract(const plan::LogicalNode& node, const columnar::Schema& schema);
  void Fail(base::Error error);
  void Record(const Node& node, const plan::TaskOutcome& outcome);
  base::Status CommitFinished(const base::Context& ctx, const std::string& branch);
  base::Status Publish(const base::Context& ctx);
  void MarkFailed(const base::Error& error);
  std::vector<model::TableName> CheckedTables() const;
  catalog::CommitNote Note(const std::string& subject) const;

  Parts& parts_;
  Job& job_;
  const api::RunRequest request_;
  const plan::PhysicalPlan plan_;
  const std::string requirements_;
  std::vector<Node> nodes_;
  std::map<model::TaskId, size_t> node_of_task_;
  std::map<model::TaskId, Write> write_of_task_;
  std::map<size_t, lakehouse::FinishedWrite> finished_;  // by node, in plan order
  size_t pending_ = 0;
  bool run_started_ = false;
  std::string branch_;  // where this run commits
  std::optional<base::Error> failure_;
};

/// The target of a prepared write as a worker is told it.
plan::WriteTarget TargetOf(const lakehouse::PreparedWrite& prepared, plan::WriteStrategy strategy,
                           const std::string& write_id);
/// The table as a scan.
plan::ScanSpec ScanOf(const lakehouse::TableAtRef& table);
/// What a worker wrote, as the lakehouse takes it.
base::Result<lakehouse::FinishedWrite> FinishedOf(lakehouse::PreparedWrite prepared,
                                                  const plan::WrittenTable& written);

}  // namespace control
