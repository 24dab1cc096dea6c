#include "control/run_driver.h"

#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "base/log.h"
#include "control/contract_check.h"
#include "control/reasons.h"

namespace control {
namespace {

constexpr uint64_t kWriteMemoryBytes = 256ull << 20;

lakehouse::WriteMode ModeOf(plan::WriteStrategy strategy) {
  switch (strategy) {
    case plan::WriteStrategy::kAppend:
      return lakehouse::WriteMode::kAppend;
    case plan::WriteStrategy::kOverwritePartitions:
      return lakehouse::WriteMode::kOverwrite;
    case plan::WriteStrategy::kNone:
    case plan::WriteStrategy::kReplace:
      return lakehouse::WriteMode::kReplace;
  }
  return lakehouse::WriteMode::kReplace;
}

}  // namespace

RunDriver::RunDriver(Parts& parts, Job& job, api::RunRequest request, plan::PhysicalPlan plan,
                     std::string requirements, std::map<std::string, std::string> secrets)
    : parts_(parts),
      job_(job),
      request_(std::move(request)),
      plan_(std::move(plan)),
      requirements_(std::move(requirements)),
      secrets_(std::move(secrets)),
      mask_(secrets_) {
  for (size_t i = 0; i < plan_.tasks.size(); ++i) {
    nodes_.push_back(Node{&plan_.logical.nodes[i], plan_.tasks[i]});
    node_of_task_[plan_.tasks[i].task] = i;
  }
}

/// The task as the worker gets it. The one here keeps the names alone: it goes into records.
plan::TaskSpec RunDriver::WithSecrets(plan::TaskSpec task) const {
  for (const std::string& argument : task.secret_names) {
    columnar::Literal& value = task.parameters.at(argument);
    value = columnar::Literal::String(secrets_.at(value.ToString()));
  }
  return task;
}

bool RunDriver::writes() const {
  return !request_.dry_run && std::any_of(nodes_.begin(), nodes_.end(), [](const Node& node) {
    return node.logical->strategy != plan::WriteStrategy::kNone;
  });
}

base::Status RunDriver::StartRun(const base::Context& ctx) {
  if (!writes()) return base::Ok();
  catalog::StartRunRequest start;
  start.run_id = job_.run();
  start.target = request_.ref;
  start.base = plan_.logical.commit;
  start.transactional = request_.transaction;
  start.command = "run";
  start.user = parts_.UserOf(ctx);
  start.job_id = job_.id();
  start.project_id = model::ProjectId(plan_.logical.project_id);
  ASSIGN_OR_RETURN(const catalog::RunState run, parts_.catalog.StartRun(ctx, start));
  run_started_ = true;
  branch_ = request_.transaction ? run.branch : request_.ref;
  base_ = run.base_commit;
  if (request_.transaction) {
    job_.Change([&](api::JobRecord& record) { record.run_branch = run.branch; });
    job_.Tell(api::JobStarted{run.branch});
  }
  base::Failpoint("run.started");
  return job_.Save(ctx, parts_);
}

void RunDriver::Fail(base::Error error) {
  if (!failure_) failure_ = std::move(error);
}

base::Status RunDriver::StartWrite(const base::Context& ctx, size_t index) {
  const plan::LogicalNode& node = *nodes_[index].logical;
  lakehouse::WriteIntent intent;
  intent.table = node.table;
  intent.mode = ModeOf(node.strategy);
  intent.schema = *nodes_[index].schema;
  intent.partitioned_by = node.partitioned_by;
  ASSIGN_OR_RETURN(const catalog::ResolvedRef head,
                   parts_.catalog.Resolve(ctx, model::RefExpression{branch_, {}, {}}));
  ASSIGN_OR_RETURN(lakehouse::PreparedWrite prepared,
                   parts_.lakehouse.Prepare(ctx, head.commit, intent));
  plan::TaskSpec task;
  task.task = model::TaskId(base::NewUuid(parts_.rng));
  task.run = job_.run();
  task.job = job_.id();
  task.kind = plan::TaskKind::kWriteTable;
  task.name = node.name;
  task.entry.file = node.place.file;
  task.entry.line = node.place.line;
  task.limits.memory_bytes_max = kWriteMemoryBytes;
  plan::TaskInput input;
  input.name = "rows";
  input.source = node.name;
  input.from = plan::ParentOutput{nodes_[index].task.task, {}};
  task.inputs.push_back(std::move(input));
  // Names of data files begin with this; those of a write that is made again are others.
  std::string write_id = job_.id().text() + "-" + std::to_string(index);
  if (attempt_ > 1) write_id += "-" + std::to_string(attempt_);
  task.write = TargetOf(prepared, node.strategy, write_id);
  task.write->overwrite = node.overwrite;
  write_of_task_[task.task] = Write{index, std::move(prepared), node.strategy};
  ++pending_;
  parts_.board.Add(task, request_.priority);
  return base::Ok();
}

void RunDriver::Record(const Node& node, const plan::TaskOutcome& outcome) {
  api::TaskRecord ended;
  job_.Change([&](api::JobRecord& record) {
    for (api::TaskRecord& task : record.tasks) {
      if (task.task != node.task.task) continue;
      task.status = outcome.status;
      task.ended = parts_.clock.Now();
      task.rows = outcome.rows;
      task.counters.insert(outcome.counters.begin(), outcome.counters.end());
      if (outcome.error) task.message = outcome.error->ToString();
      if (outcome.check_passed && !*outcome.check_passed) {
        task.status = plan::TaskStatus::kFailed;
        task.message = outcome.check_message;
      }
      ended = task;
    }
  });
  job_.Tell(api::TaskEnded{ended, outcome.preview, outcome.preview_columns});
}

void RunDriver::OnComputed(const base::Context& ctx, Node& node, const plan::TaskOutcome& outcome) {
  if (outcome.check_passed) {
    if (*outcome.check_passed) return;
    const base::Error error =
        base::Error(base::Code::kUserCode, kExpectationFailed,
                    "expectation \"" + node.logical->name + "\" failed: " + outcome.check_message)
            .Set("expectation", node.logical->name)
            .At(node.logical->place);
    if (request_.strict) return Fail(error);
    job_.Tell(api::Notice{true, error.ToString()});
    return;
  }
  if (!outcome.schema) return;
  if (std::optional<base::Error> broken = BrokenContract(*node.logical, *outcome.schema)) {
    if (request_.strict) return Fail(*std::move(broken));
    job_.Tell(api::Notice{true, broken->ToString()});
  }
  node.schema = outcome.schema;
  if (request_.dry_run || node.logical->strategy == plan::WriteStrategy::kNone) return;
  base::Status started = StartWrite(ctx, static_cast<size_t>(&node - nodes_.data()));
  if (!started.ok()) {
    base::Error error = std::move(started).error().With("model \"" + node.logical->name + "\"");
    if (error.place.file.empty()) error.place = node.logical->place;
    Fail(std::move(error));
  }
}

void RunDriver::OnWritten(const base::Context& ctx, const model::TaskId& task,
                          const plan::TaskOutcome& outcome) {
  Write& write = write_of_task_.at(task);
  const Node& node = nodes_[write.node];
  if (outcome.status != plan::TaskStatus::kSucceeded || !outcome.written) {
    base::Error why = outcome.error
                          ? *outcome.error
                          : base::Error(base::Code::kInternal, kTaskFailed, "nothing was written");
    base::Error error = std::move(why).With("table \"" + node.logical->table.ToString() + "\"");
    if (error.place.file.empty()) error.place = node.logical->place;
    return Fail(std::move(error));
  }
  auto finished = FinishedOf(std::move(write.prepared), *outcome.written);
  if (!finished.ok()) return Fail(std::move(finished).error());
  job_.Change([&](api::JobRecord& record) {
    for (api::TaskRecord& recorded : record.tasks) {
      if (recorded.task != node.task.task) continue;
      recorded.counters["write.rows"] = static_cast<int64_t>(outcome.written->rows_added);
      recorded.counters["write.files"] = static_cast<int64_t>(outcome.written->files_added);
      recorded.counters["write.bytes"] = static_cast<int64_t>(outcome.written->bytes_added);
      if (const auto micros = outcome.counters.find("micros"); micros != outcome.counters.end()) {
        recorded.counters["write.micros"] = micros->second;
      }
    }
  });
  finished_.insert_or_assign(write.node, std::move(finished).value());
  uncommitted_.insert(write.node);
  if (request_.transaction) return;
  // Without a transaction each table is there as soon as it is written.
  base::Status committed = CommitFinished(ctx);
  if (!committed.ok()) Fail(std::move(committed).error());
}

void RunDriver::OnOver(const base::Context& ctx, const plan::TaskOutcome& outcome) {
  --pending_;
  const auto found = node_of_task_.find(outcome.task);
  if (found == node_of_task_.end()) return OnWritten(ctx, outcome.task, outcome);
  Node& node = nodes_[found->second];
  Record(node, outcome);
  if (outcome.status == plan::TaskStatus::kSucceeded) return OnComputed(ctx, node, outcome);
  base::Error error = outcome.error ? *outcome.error
                                    : base::Error(base::Code::kInternal, kTaskFailed,
                                                  "task \"" + node.logical->name + "\" failed");
  if (error.place.file.empty()) error.place = node.logical->place;
  error.context["task"] = node.logical->name;
  const bool check_broke =
      node.logical->kind == plan::NodeKind::kExpectation && error.code == base::Code::kUserCode;
  // An expectation that raises has failed as one that says no.
  if (check_broke && !request_.strict) return job_.Tell(api::Notice{true, error.ToString()});
  Fail(std::move(error));
}

void RunDriver::OnSkipped(const TaskSkipped& skipped) {
  --pending_;
  const auto found = node_of_task_.find(skipped.task);
  const size_t index =
      found != node_of_task_.end() ? found->second : write_of_task_.at(skipped.task).node;
  const Node& node = nodes_[index];
  if (!failure_ && skipped.why != scheduler::Skip::Why::kTooLarge) {
    // What led to it is told before it, and is a failure already: never publish less than the plan.
    Fail(base::Error(base::Code::kInternal, kTaskFailed,
                     "\"" + node.logical->name + "\" was not run, though nothing before it failed")
             .At(node.logical->place));
  }
  if (found == node_of_task_.end()) return;
  plan::TaskOutcome outcome;
  outcome.task = skipped.task;
  outcome.status = skipped.why == scheduler::Skip::Why::kCancelled ? plan::TaskStatus::kCancelled
                                                                   : plan::TaskStatus::kSkipped;
  if (skipped.why == scheduler::Skip::Why::kTooLarge) {
    outcome.status = plan::TaskStatus::kFailed;
    outcome.error = base::Error(
        base::Code::kResourceExhausted, kTaskFailed,
        "function \"" + node.logical->name + "\" asks for more memory than any worker has");
    outcome.error->place = node.logical->place;
    Fail(*outcome.error);
  }
  Record(node, outcome);
}

base::Status RunDriver::Handle(const base::Context& ctx, const TaskNews& news) {
  if (const auto* began = std::get_if<TaskBegan>(&news)) {
    const auto found = node_of_task_.find(began->task);
    if (found == node_of_task_.end()) return base::Ok();
    job_.Change([&](api::JobRecord& record) {
      for (api::TaskRecord& task : record.tasks) {
        if (task.task == began->task) task.started = parts_.clock.Now();
      }
    });
    job_.Tell(api::TaskStarted{began->task, nodes_[found->second].logical->name});
  } else if (const auto* over = std::get_if<TaskOver>(&news)) {
    OnOver(ctx, mask_.Hide(over->outcome));
  } else {
    OnSkipped(std::get<TaskSkipped>(news));
  }
  return base::Ok();
}

base::Status RunDriver::RunTasks(const base::Context& ctx) {
  parts_.board.Open(job_.id(), [this](const api::OutputLine& line) {
    const auto found = node_of_task_.find(line.task);
    if (found == node_of_task_.end()) return;
    const plan::LogicalNode& node = *nodes_[found->second].logical;
    job_.Tell(api::UserOutput{node.name, node.place.file, line.line, line.is_error,
                              mask_.Hide(line.text)});
  });
  job_.Change([&](api::JobRecord& record) {
    for (const Node& node : nodes_) {
      api::TaskRecord task;
      task.task = node.task.task;
      task.name = node.logical->name;
      task.kind = std::string(plan::NodeKindName(node.logical->kind));
      task.file = node.logical->place.file;
      task.line = node.logical->place.line;
      record.tasks.push_back(std::move(task));
    }
  });
  pending_ = nodes_.size();
  for (const Node& node : nodes_) parts_.board.Add(WithSecrets(node.task), request_.priority);
  return Drain(ctx);
}

base::Status RunDriver::Drain(const base::Context& ctx) {
  bool cancelled = false;
  base::Context patient = ctx;
  while (pending_ > 0) {
    auto news = parts_.board.Next(patient, job_.id());
    if (news.ok()) {
      RETURN_IF_ERROR(Handle(ctx, news.value()));
      continue;
    }
    if (cancelled) return std::move(news).error();
    // Stopped: everything it started is stopped too, and waited for.
    cancelled = true;
    Fail(base::Error(base::Code::kCancelled, kStopped, "the run was stopped"));
    parts_.board.Cancel(job_.id());
    patient.stop = {};
  }
  return base::Ok();
}

base::Status RunDriver::Run(const base::Context& ctx) {
  if (!parts_.options.isolated) {
    job_.Tell(api::Notice{
        true,
        "functions run without isolation, as asked for: they can read and change this machine"});
  }
  RETURN_IF_ERROR(PrepareEnvironments(ctx));
  base::Status done = Work(ctx);
  parts_.board.Close(job_.id());
  if (!done.ok() && run_started_) MarkFailed(done.error());
  return done;
}

base::Status RunDriver::Work(const base::Context& ctx) {
  base::Status done = StartRun(ctx);
  if (done.ok()) done = RunTasks(ctx);
  if (done.ok() && failure_) done = *failure_;
  base::Context finish = ctx;
  finish.stop = {};  // what was finished is kept for inspection, also after a stop
  if (done.ok()) done = ctx.Check(parts_.clock.Now());
  if (run_started_ && request_.transaction) {
    base::Status committed = CommitFinished(finish);
    if (done.ok()) done = std::move(committed);
    if (done.ok()) done = Publish(ctx);
  } else if (run_started_ && done.ok()) {
    catalog::MarkRequest mark;
    mark.run_id = job_.run();
    mark.phase = catalog::RunPhase::kPublished;
    RETURN_IF_ERROR(parts_.catalog.MarkRun(finish, mark));
    ASSIGN_OR_RETURN(const auto head,
                     parts_.catalog.Resolve(finish, model::RefExpression{branch_, {}, {}}));
    job_.Change([&](api::JobRecord& record) { record.published = head.commit.text(); });
  }
  return done;
}

}  // namespace control
