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
#include "control/secret_mask.h"
#include "plan/physical_plan.h"

namespace control {

/// One run; made for one job, used by its thread. Acts; what follows from what is decided by plan,
/// scheduler and catalog.
class RunDriver {
 public:
  RunDriver(Parts& parts, Job& job, api::RunRequest request, plan::PhysicalPlan plan,
            std::string requirements, std::map<std::string, std::string> secrets);

  /// Ok when everything succeeded and was published; the error of what went wrong first otherwise.
  base::Status Run(const base::Context& ctx);

 private:
  struct Node {
    const plan::LogicalNode* logical = nullptr;
    plan::TaskSpec task;
    std::optional<columnar::Schema> schema = {};  // of its result, once there is one
  };
  struct Write {
    size_t node = 0;
    lakehouse::PreparedWrite prepared;
    plan::WriteStrategy strategy = plan::WriteStrategy::kReplace;
  };

  bool writes() const;
  plan::TaskSpec WithSecrets(plan::TaskSpec task) const;
  base::Status PrepareEnvironments(const base::Context& ctx);
  base::Status StartRun(const base::Context& ctx);
  base::Status Work(const base::Context& ctx);
  base::Status RunTasks(const base::Context& ctx);
  base::Status Drain(const base::Context& ctx);
  base::Status Handle(const base::Context& ctx, const TaskNews& news);
  void OnOver(const base::Context& ctx, const plan::TaskOutcome& outcome);
  void OnComputed(const base::Context& ctx, Node& node, const plan::TaskOutcome& outcome);
  base::Status StartWrite(const base::Context& ctx, size_t node);
  void OnWritten(const base::Context& ctx, const model::TaskId& task,
                 const plan::TaskOutcome& outcome);
  void OnSkipped(const TaskSkipped& skipped);
  void Fail(base::Error error);
  void Record(const Node& node, const plan::TaskOutcome& outcome);

  // run_publish.cc
  lakehouse::CommitInput InputOf(const std::set<size_t>& nodes) const;
  base::Status CommitFinished(const base::Context& ctx);
  base::Status Publish(const base::Context& ctx);
  base::Status PublishOnce(const base::Context& ctx);
  base::Result<std::optional<catalog::TableState>> OntoTarget(
      const base::Context& ctx, const model::TableName& table,
      const std::optional<catalog::TableState>& target, std::vector<state::Object>& objects);
  base::Result<bool> Repoint(const base::Context& ctx, const model::CommitId& head, Node& check);
  base::Status CheckAgain(const base::Context& ctx);
  base::Status UndoAppends(const base::Context& ctx);
  base::Status CatchUp(const base::Context& ctx);
  void MarkFailed(const base::Error& error);
  std::vector<model::TableName> CheckedTables() const;
  catalog::CommitNote Note(const std::string& subject) const;
  std::string ProjectName() const;

  Parts& parts_;
  Job& job_;
  const api::RunRequest request_;
  const plan::PhysicalPlan plan_;
  const std::string requirements_;
  const std::map<std::string, std::string> secrets_;  // by parameter, in plain: for tasks alone
  const SecretMask mask_;
  std::vector<Node> nodes_;
  std::map<model::TaskId, size_t> node_of_task_;
  std::map<model::TaskId, Write> write_of_task_;
  std::map<size_t, lakehouse::FinishedWrite> finished_;  // by node, in plan order
  std::set<size_t> uncommitted_;                         // of them
  std::set<size_t> rewrite_;  // appends that do not fit the target as it is now
  bool hopeless_ = false;     // a clash that is no append's
  int attempt_ = 1;           // of publishing
  size_t pending_ = 0;
  bool run_started_ = false;
  std::string branch_;    // where this run commits
  model::CommitId base_;  // of the target: what the run branch stands on
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
