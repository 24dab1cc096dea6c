#include "control/run_driver.h"

#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "base/log.h"
#include "catalog/reasons.h"
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
                     std::string requirements)
    : parts_(parts),
      job_(job),
      request_(std::move(request)),
      plan_(std::move(plan)),
      requirements_(std::move(requirements)) {
  for (size_t i = 0; i < plan_.tasks.size(); ++i) {
    nodes_.push_back(Node{&plan_.logical.nodes[i], plan_.tasks[i], false});
    node_of_task_[plan_.tasks[i].task] = i;
  }
}

bool RunDriver::writes() const {
  return !request_.dry_run && std::any_of(nodes_.begin(), nodes_.end(), [](const Node& node) {
    return node.logical->strategy != plan::WriteStrategy::kNone;
  });
}

base::Status RunDriver::PrepareEnvironments(const base::Context& ctx) {
  std::vector<std::pair<plan::EnvironmentSpec, std::string>> ready;
  for (Node& node : nodes_) {
    if (node.logical->kind == plan::NodeKind::kSqlModel) continue;
    const auto known = std::find_if(ready.begin(), ready.end(), [&](const auto& one) {
      return one.first == node.task.environment;
    });
    if (known != ready.end()) {
      node.task.environment.lock_digest = known->second;
      continue;
    }
    auto prepared = parts_.environments.Prepare(
        ctx, node.task.environment, requirements_,
        [&](std::string_view line) { job_.Tell(api::Notice{false, std::string(line)}); });
    if (!prepared.ok()) {
      base::Error error =
          std::move(prepared).error().With("environment of \"" + node.logical->name + "\"");
      if (error.place.file.empty()) error.place = node.logical->place;
      return error;
    }
    ready.emplace_back(node.task.environment, prepared->digest);
    node.task.environment.lock_digest = prepared->digest;
    job_.Tell(api::EnvironmentReady{node.logical->name, prepared->digest, prepared->packages,
                                    prepared->resolved_now});
  }
  job_.Change([&](api::JobRecord& record) {
    for (const Node& node : nodes_) {
      if (!node.task.environment.lock_digest.empty()) {
        record.environment_locks[node.logical->name] = node.task.environment.lock_digest;
      }
    }
  });
  return base::Ok();
}

base::Status RunDriver::StartRun(const base::Context& ctx) {
  if (!writes()) return base::Ok();
  catalog::StartRunRequest start;
  start.run_id = job_.run();
  start.target = request_.ref;
  start.transactional = request_.transaction;
  start.command = "run";
  start.user = parts_.UserOf(ctx);
  start.job_id = job_.id();
  start.project_id = model::ProjectId(plan_.logical.project_id);
  ASSIGN_OR_RETURN(const catalog::RunState run, parts_.catalog.StartRun(ctx, start));
  run_started_ = true;
  branch_ = request_.transaction ? run.branch : request_.ref;
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

base::Status RunDriver::CheckContract(const plan::LogicalNode& node,
                                      const columnar::Schema& schema) {
  const auto broken = [&](const std::string& column, const std::string& problem) -> base::Status {
    const base::Error error =
        base::Error(base::Code::kUserCode, kContractBroken,
                    "the result of \"" + node.name + "\" breaks its contract: " + problem)
            .Set("model", node.name)
            .Set("column", column)
            .At(node.place);
    if (request_.strict) return error;
    job_.Tell(api::Notice{true, error.ToString()});
    return base::Ok();
  };
  for (const std::string& column : node.contract_columns) {
    if (column != "*" && schema.Find(column) == nullptr) {
      return broken(column, "column \"" + column + "\" is missing");
    }
  }
  const bool any = node.contract_columns.empty() ||
                   std::find(node.contract_columns.begin(), node.contract_columns.end(), "*") !=
                       node.contract_columns.end();
  for (const columnar::Field& field : schema.fields) {
    if (!any && std::find(node.contract_columns.begin(), node.contract_columns.end(), field.name) ==
                    node.contract_columns.end()) {
      return broken(field.name, "column \"" + field.name + "\" is not in it");
    }
  }
  if (!node.contract) return base::Ok();
  for (const columnar::Field& wanted : node.contract->fields) {
    const columnar::Field* found = schema.Find(wanted.name);
    if (found == nullptr) return broken(wanted.name, "column \"" + wanted.name + "\" is missing");
    const bool unchecked = std::find(node.contract_any.begin(), node.contract_any.end(),
                                     wanted.name) != node.contract_any.end();
    if (!unchecked && found->type.ToString() != wanted.type.ToString()) {
      return broken(wanted.name, "column \"" + wanted.name + "\" is " + found->type.ToString() +
                                     ", not " + wanted.type.ToString());
    }
  }
  for (const columnar::Field& field : schema.fields) {
    if (node.contract->Find(field.name) == nullptr)
      return broken(field.name, "column \"" + field.name + "\" is not in it");
  }
  return base::Ok();
}

base::Status RunDriver::StartWrite(const base::Context& ctx, size_t index,
                                   const plan::TaskOutcome& outcome) {
  const plan::LogicalNode& node = *nodes_[index].logical;
  lakehouse::WriteIntent intent;
  intent.table = node.table;
  intent.mode = ModeOf(node.strategy);
  intent.schema = *outcome.schema;
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
  task.write = TargetOf(prepared, node.strategy, job_.id().text() + "-" + std::to_string(index));
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
  job_.Tell(api::TaskEnded{ended, outcome.preview});
}

void RunDriver::OnComputed(const base::Context& ctx, Node& node, const plan::TaskOutcome& outcome) {
  node.computed = true;
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
  base::Status checked = CheckContract(*node.logical, *outcome.schema);
  if (!checked.ok()) return Fail(std::move(checked).error());
  if (request_.dry_run || node.logical->strategy == plan::WriteStrategy::kNone) return;
  base::Status started = StartWrite(ctx, static_cast<size_t>(&node - nodes_.data()), outcome);
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
  finished_.emplace(write.node, std::move(finished).value());
  if (request_.transaction) return;
  // Without a transaction each table is there as soon as it is written.
  base::Status committed = CommitFinished(ctx, branch_);
  finished_.clear();
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
  Fail(std::move(error));
}

void RunDriver::OnSkipped(const TaskSkipped& skipped) {
  --pending_;
  const auto found = node_of_task_.find(skipped.task);
  if (found == node_of_task_.end()) return;
  plan::TaskOutcome outcome;
  outcome.task = skipped.task;
  outcome.status = skipped.why == scheduler::Skip::Why::kCancelled ? plan::TaskStatus::kCancelled
                                                                   : plan::TaskStatus::kSkipped;
  const Node& node = nodes_[found->second];
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
    OnOver(ctx, over->outcome);
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
    job_.Tell(api::UserOutput{node.name, node.place.file, line.line, line.is_error, line.text});
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
  for (const Node& node : nodes_) parts_.board.Add(node.task, request_.priority);
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

std::vector<model::TableName> RunDriver::CheckedTables() const {
  std::vector<model::TableName> tables;
  for (const Node& node : nodes_) {
    if (node.logical->kind != plan::NodeKind::kExpectation) continue;
    for (const plan::Edge& edge : node.logical->inputs) {
      if (edge.from_table) {
        auto name = model::ParseTableName(edge.from, plan_.logical.default_namespace);
        if (name.ok()) tables.push_back(std::move(name).value());
        continue;
      }
      for (const Node& parent : nodes_) {
        if (parent.logical->name == edge.from &&
            parent.logical->strategy != plan::WriteStrategy::kNone) {
          tables.push_back(parent.logical->table);
        }
      }
    }
  }
  return tables;
}

catalog::CommitNote RunDriver::Note(const std::string& subject) const {
  catalog::CommitNote note;
  note.author = job_.record().user;
  note.message = subject + "\n\nRun job_id=" + job_.id().text();
  note.properties = {{"bpln_job_id", job_.id().text()},
                     {"bpln_project_id", plan_.logical.project_id},
                     {"bpln_username", note.author}};
  return note;
}

base::Status RunDriver::CommitFinished(const base::Context& ctx, const std::string& branch) {
  if (finished_.empty()) return base::Ok();
  lakehouse::CommitInput input;
  input.branch = branch;
  for (auto& [node, write] : finished_) input.writes.push_back(write);
  const std::string project =
      plan_.logical.project_name.empty() ? "project" : plan_.logical.project_name;
  input.note =
      Note("run " + project + ": write " + std::to_string(input.writes.size()) + " tables");
  input.run_id = job_.run();
  input.job_id = job_.id().text();
  base::Failpoint("run.before_commit");
  RETURN_IF_ERROR(parts_.lakehouse.Commit(ctx, input));
  base::Failpoint("run.after_commit");
  return base::Ok();
}

base::Status RunDriver::Publish(const base::Context& ctx) {
  catalog::PublishRequest publish;
  publish.run_id = job_.run();
  publish.note =
      Note("publish run of " +
           (plan_.logical.project_name.empty() ? "project" : plan_.logical.project_name));
  publish.note.request_id = "publish-" + job_.id().text();
  publish.checked_tables = CheckedTables();
  // The job's record says what happened in the same batch that makes it happen.
  api::JobRecord done = job_.record();
  done.status = api::JobStatus::kComplete;
  done.run_branch.clear();
  done.finished = parts_.clock.Now();
  publish.extras.puts.push_back(RecordPut(done));
  ASSIGN_OR_RETURN(const catalog::CommitResult published, parts_.catalog.PublishRun(ctx, publish));
  base::Failpoint("run.published");
  api::Published event{request_.ref, published.commit.text(), {}};
  for (const auto& [node, write] : finished_)
    event.tables.push_back(write.prepared.table.ToString());
  job_.Change([&](api::JobRecord& record) {
    record.published = published.commit.text();
    record.run_branch.clear();
  });
  job_.Tell(std::move(event));
  return base::Ok();
}

void RunDriver::MarkFailed(const base::Error& error) {
  catalog::MarkRequest mark;
  mark.run_id = job_.run();
  mark.phase = error.code == base::Code::kCancelled ? catalog::RunPhase::kAborted
                                                    : catalog::RunPhase::kFailed;
  mark.error = error.ToString();
  const auto marked = parts_.catalog.MarkRun(base::Context{}, mark);
  if (!marked.ok())
    base::Log(base::LogLevel::kError, "run " + job_.id().text() + ": " + marked.error().message);
  base::Failpoint("run.marked");
}

base::Status RunDriver::Run(const base::Context& ctx) {
  if (!parts_.options.isolated) {
    job_.Tell(api::Notice{
        true,
        "functions run without isolation, as asked for: they can read and change this machine"});
  }
  job_.Tell(api::PlanReady{plan_.logical});
  RETURN_IF_ERROR(PrepareEnvironments(ctx));
  base::Status done = StartRun(ctx);
  if (done.ok()) {
    done = RunTasks(ctx);
    parts_.board.Close(job_.id());
  }
  if (done.ok() && failure_) done = *failure_;
  base::Context finish = ctx;
  finish.stop = {};  // what was finished is kept for inspection, also after a stop
  if (done.ok()) done = ctx.Check(parts_.clock.Now());
  if (run_started_ && request_.transaction) {
    base::Status committed = CommitFinished(finish, branch_);
    if (done.ok()) done = std::move(committed);
    if (done.ok()) done = Publish(finish);
  } else if (run_started_ && done.ok()) {
    catalog::MarkRequest mark;
    mark.run_id = job_.run();
    mark.phase = catalog::RunPhase::kPublished;
    RETURN_IF_ERROR(parts_.catalog.MarkRun(finish, mark));
    ASSIGN_OR_RETURN(const auto head,
                     parts_.catalog.Resolve(finish, model::RefExpression{branch_, {}, {}}));
    job_.Change([&](api::JobRecord& record) { record.published = head.commit.text(); });
  }
  if (!done.ok() && run_started_) MarkFailed(done.error());
  return done;
}

}  // namespace control
