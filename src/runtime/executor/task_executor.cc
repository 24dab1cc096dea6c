#include "runtime/executor/task_executor.h"

#include "runtime/executor/task_parts_internal.h"
#include "runtime/reasons.h"

namespace runtime {
namespace {

base::Status RunByKind(const base::Context& ctx, ExecutorParts& parts, const plan::TaskSpec& task,
                       plan::TaskOutcome& outcome) {
  switch (task.kind) {
    case plan::TaskKind::kPythonModel:
    case plan::TaskKind::kExpectation:
      return RunPythonTask(ctx, parts, task, outcome);
    case plan::TaskKind::kSqlModel:
      return RunSqlTask(ctx, parts, task, outcome);
    case plan::TaskKind::kWriteTable:
      return RunWriteTask(ctx, parts, task, outcome);
    case plan::TaskKind::kListFiles:
      return RunListFilesTask(ctx, parts, task, outcome);
    case plan::TaskKind::kInferFiles:
      return RunInferTask(ctx, parts, task, outcome);
    case plan::TaskKind::kImportFiles:
      return RunImportTask(ctx, parts, task, outcome);
    case plan::TaskKind::kRegisterFiles:
      return RunRegisterTask(ctx, parts, task, outcome);
    case plan::TaskKind::kQuery:
      break;
  }
  return base::Error(base::Code::kInvalidArgument, reasons::kBadTask,
                     "a query is asked for its rows, not executed");
}

plan::TaskStatus StatusOf(const base::Error& error) {
  if (error.code == base::Code::kCancelled) return plan::TaskStatus::kCancelled;
  if (error.code == base::Code::kDeadlineExceeded) return plan::TaskStatus::kTimedOut;
  return plan::TaskStatus::kFailed;
}

}  // namespace

plan::TaskOutcome TaskExecutor::Execute(const base::Context& ctx,
                                        const plan::TaskSpec& task) noexcept {
  plan::TaskOutcome outcome;
  outcome.task = task.task;
  outcome.attempt = task.attempt;
  const base::Instant started = parts_.clock.Now();
  base::Status done = ctx.Check(started);
  if (done.ok()) done = RunByKind(ctx, parts_, task, outcome);
  outcome.counters["micros"] = (parts_.clock.Now() - started).count();
  if (!done.ok()) {
    outcome.status = StatusOf(done.error());
    outcome.error = std::move(done).error();
  }
  return outcome;
}

base::Result<columnar::Stream> TaskExecutor::Query(const base::Context& ctx,
                                                   const plan::TaskSpec& task) {
  std::vector<std::shared_ptr<TableScan>> scans;
  return RunSql(ctx, parts_, task, scans);
}

void TaskExecutor::Release(const model::RunId& run) {
  parts_.exchange.DropRun(run);
}

}  // namespace runtime
