#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "base/log.h"
#include "catalog/reasons.h"
#include "control/run_driver.h"

// The end of a run: its tables in one commit on the run branch, its checks true of what is there,
// then one merge. When the target moved meanwhile, the run branch takes the target in, the checks
// that read what moved run again on it, and publishing is tried again (P3, P9).

namespace control {
namespace {

constexpr int kAttemptsMax = 8;  // of publishing to a target that moves

/// What another look at the target may mend.
bool TargetMoved(const base::Error& error) {
  return error.reason == catalog::kRecheckNeeded || error.reason == catalog::kMergeConflict;
}

}  // namespace

/// What the checks read of the commit to publish: tables of the lake, and tables of this run. The
/// rows that a model appends are checked as its result, whatever they are appended to.
std::vector<model::TableName> RunDriver::CheckedTables() const {
  std::vector<model::TableName> tables;
  for (const Node& node : nodes_) {
    if (node.logical->kind != plan::NodeKind::kExpectation) continue;
    for (const plan::Edge& edge : node.logical->inputs) {
      if (edge.from_table) {
        auto name = model::ParseTableName(edge.from, plan_.logical.default_namespace);
        if (edge.ref.empty() && name.ok()) tables.push_back(std::move(name).value());
        continue;
      }
      for (const Node& parent : nodes_) {
        if (parent.logical->name == edge.from &&
            parent.logical->strategy != plan::WriteStrategy::kNone &&
            parent.logical->strategy != plan::WriteStrategy::kAppend) {
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
  note.properties = parts_.JobProperties(job_.id().text(), job_.run().text(), note.author);
  note.properties["bpln_project_id"] = plan_.logical.project_id;
  return note;
}

std::string RunDriver::ProjectName() const {
  return plan_.logical.project_name.empty() ? "project" : plan_.logical.project_name;
}

lakehouse::CommitInput RunDriver::InputOf(const std::set<size_t>& nodes) const {
  lakehouse::CommitInput input;
  input.branch = branch_;
  for (const size_t node : nodes) input.writes.push_back(finished_.at(node));
  input.note =
      Note("run " + ProjectName() + ": write " + std::to_string(input.writes.size()) + " tables");
  input.run_id = job_.run();
  input.job_id = job_.id().text();
  return input;
}

base::Status RunDriver::CommitFinished(const base::Context& ctx) {
  if (uncommitted_.empty()) return base::Ok();
  const lakehouse::CommitInput input = InputOf(uncommitted_);
  base::Failpoint("run.before_commit");
  RETURN_IF_ERROR(parts_.lakehouse.Commit(ctx, input));
  uncommitted_.clear();
  base::Failpoint("run.after_commit");
  return base::Ok();
}

/// Our append on top of the target's table; nothing for a conflict, which is noted.
base::Result<std::optional<catalog::TableState>> RunDriver::OntoTarget(
    const base::Context& ctx, const model::TableName& table,
    const std::optional<catalog::TableState>& target, std::vector<state::Object>& objects) {
  using Nothing = std::optional<catalog::TableState>;
  const auto own = std::find_if(finished_.begin(), finished_.end(), [&](const auto& write) {
    return write.second.prepared.table == table;
  });
  if (own == finished_.end() || !target ||
      own->second.prepared.mode != lakehouse::WriteMode::kAppend) {
    hopeless_ = true;
    return Nothing();
  }
  ASSIGN_OR_RETURN(Nothing after, parts_.lakehouse.AppendOnto(ctx, *target, InputOf({own->first}),
                                                              own->second, objects));
  if (!after) rewrite_.insert(own->first);
  return after;
}

base::Status RunDriver::PublishOnce(const base::Context& ctx) {
  catalog::PublishRequest publish;
  publish.run_id = job_.run();
  publish.note = Note("publish run of " + ProjectName());
  publish.note.request_id = "publish-" + job_.id().text();
  publish.checked_tables = CheckedTables();
  publish.resolver = [&](const catalog::TableClash& clash) {
    return OntoTarget(ctx, clash.name, clash.ours, publish.extras.objects);
  };
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

/// Points a check at the tables of the lake as the run branch has them; whether one had moved.
base::Result<bool> RunDriver::Repoint(const base::Context& ctx, const model::CommitId& head,
                                      Node& check) {
  bool moved = false;
  for (size_t i = 0; i < check.logical->inputs.size(); ++i) {
    const plan::Edge& edge = check.logical->inputs[i];
    if (!edge.from_table || !edge.ref.empty()) continue;
    ASSIGN_OR_RETURN(const model::TableName name,
                     model::ParseTableName(edge.from, plan_.logical.default_namespace));
    ASSIGN_OR_RETURN(const lakehouse::TableAtRef table, parts_.lakehouse.Open(ctx, head, name));
    plan::ScanSpec scan = ScanOf(table);
    auto& read = std::get<plan::ScanSpec>(check.task.inputs[i].from);
    if (scan == read) continue;
    read = std::move(scan);
    moved = true;
  }
  return moved;
}

/// Runs the checks again that did not see what the run branch holds now (P9).
base::Status RunDriver::CheckAgain(const base::Context& ctx) {
  ASSIGN_OR_RETURN(const catalog::ResolvedRef head,
                   parts_.catalog.Resolve(ctx, model::RefExpression{branch_, {}, {}}));
  for (Node& node : nodes_) {
    if (node.logical->kind != plan::NodeKind::kExpectation) continue;
    auto moved = Repoint(ctx, head.commit, node);
    if (!moved.ok()) {
      return std::move(moved).error().With("expectation \"" + node.logical->name +
                                           "\", checked again since \"" + request_.ref +
                                           "\" moved");
    }
    if (!*moved) continue;
    const model::TaskId before = node.task.task;
    node.task.task = model::TaskId(base::NewUuid(parts_.rng));
    node.task.after.clear();  // its parents are long done
    node_of_task_[node.task.task] = static_cast<size_t>(&node - nodes_.data());
    job_.Change([&](api::JobRecord& record) {
      for (api::TaskRecord& task : record.tasks) {
        if (task.task == before) task.task = node.task.task;
      }
    });
    job_.Tell(api::Notice{false, "\"" + request_.ref + "\" moved meanwhile: \"" +
                                     node.logical->name + "\" is checked again on it"});
    ++pending_;
    parts_.board.Add(WithSecrets(node.task), request_.priority);
  }
  RETURN_IF_ERROR(Drain(ctx));
  if (failure_) return *failure_;
  return base::Ok();
}

/// Takes the tables in `rewrite_` back to what they were before this run.
base::Status RunDriver::UndoAppends(const base::Context& ctx) {
  if (rewrite_.empty()) return base::Ok();
  catalog::CommitRequest undo;
  undo.branch = branch_;
  undo.note = Note("append again: \"" + request_.ref + "\" moved meanwhile");
  undo.run_id = job_.run();
  for (const size_t node : rewrite_) {
    const model::TableName& table = nodes_[node].logical->table;
    ASSIGN_OR_RETURN(const auto before, parts_.catalog.FindTable(ctx, base_, table));
    if (before) {
      undo.changes.emplace_back(
          catalog::PutTable{table, *before, catalog::Presence::kAny, catalog::Intent::kRevert, {}});
    } else {
      undo.changes.emplace_back(catalog::DropTable{table, true});
    }
  }
  RETURN_IF_ERROR(parts_.catalog.CommitChanges(ctx, undo));
  return base::Ok();
}

/// Brings what the target is now into the run branch, our appends on top of its tables.
base::Status RunDriver::CatchUp(const base::Context& ctx) {
  RETURN_IF_ERROR(UndoAppends(ctx));
  ASSIGN_OR_RETURN(const catalog::ResolvedRef target,
                   parts_.catalog.Resolve(ctx, model::RefExpression{request_.ref, {}, {}}));
  catalog::MergeRequest merge;
  merge.source = request_.ref + "@" + target.commit.text();
  merge.into = branch_;
  merge.note.author = job_.record().user;
  merge.resolver = [&](const catalog::TableClash& clash) {
    return OntoTarget(ctx, clash.name, clash.theirs, merge.extras.objects);
  };
  RETURN_IF_ERROR(parts_.catalog.Merge(ctx, merge));
  base_ = target.commit;
  const std::set<size_t> again = std::exchange(rewrite_, {});
  for (const size_t node : again) {
    finished_.erase(node);
    RETURN_IF_ERROR(StartWrite(ctx, node));
  }
  RETURN_IF_ERROR(Drain(ctx));
  if (failure_) return *failure_;
  return CommitFinished(ctx);
}

base::Status RunDriver::Publish(const base::Context& ctx) {
  base::Context finish = ctx;
  finish.stop = {};  // a step of publishing is not torn; between steps a stop is heard
  base::Status done = base::Ok();
  for (attempt_ = 1; attempt_ <= kAttemptsMax; ++attempt_) {
    RETURN_IF_ERROR(ctx.Check(parts_.clock.Now()));
    if (!done.ok()) done = CatchUp(ctx);
    if (done.ok()) done = CheckAgain(ctx);
    if (done.ok()) done = PublishOnce(finish);
    if (done.ok() || !TargetMoved(done.error()) || hopeless_) return done;
  }
  return std::move(done).error().With("\"" + request_.ref + "\" moved during each of " +
                                      std::to_string(kAttemptsMax) +
                                      " tries to publish: run again when fewer write to it");
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

}  // namespace control
