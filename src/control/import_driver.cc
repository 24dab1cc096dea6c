#include "control/import_driver.h"

#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "base/log.h"
#include "catalog/errors.h"
#include "catalog/reasons.h"
#include "control/names.h"
#include "control/reasons.h"
#include "control/refs_service.h"
#include "control/run_driver.h"
#include "lakehouse/reasons.h"
#include "storage/s3_options.h"

namespace control {
namespace {

constexpr uint64_t kImportMemoryBytes = 1ull << 30;
constexpr int kAttemptsMax = 8;  // of an import whose target moves

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Without the credential that read it: what is remembered of a file does not depend on that.
std::string PlainUri(const std::string& uri) {
  return storage::NamingCredential(uri, "");
}

/// By the name of the first file; ".gz" is looked through.
base::Result<plan::FileFormat> FormatOf(std::string_view name) {
  std::string_view plain = name;
  if (EndsWith(plain, ".gz")) plain.remove_suffix(3);
  if (EndsWith(plain, ".parquet") || EndsWith(plain, ".pq")) return plan::FileFormat::kParquet;
  if (EndsWith(plain, ".csv") || EndsWith(plain, ".tsv") || EndsWith(plain, ".txt"))
    return plan::FileFormat::kCsv;
  if (EndsWith(plain, ".jsonl") || EndsWith(plain, ".ndjson") || EndsWith(plain, ".json"))
    return plan::FileFormat::kJsonl;
  return base::Error(base::Code::kInvalidArgument, kBadRequest,
                     "cannot tell the format of \"" + std::string(name) +
                         "\" by its name: say --format csv, parquet or jsonl")
      .Set("field", "format");
}

template <class Request>
base::Result<ImportOrder> Common(const Request& request) {
  ImportOrder order;
  ASSIGN_OR_RETURN(order.table, TableOf(request.table, request.ns));
  order.branch = request.branch.empty() ? std::string(model::kMainBranch) : request.branch;
  order.sources = request.sources;
  order.options = request.options;
  order.credential = request.credential;
  if (order.sources.empty()) {
    return base::Error(base::Code::kInvalidArgument, kBadRequest,
                       "no files were named to read from")
        .Set("field", "sources");
  }
  return order;
}

template <class Request>
base::Result<ImportOrder> Reading(const Request& request) {
  ASSIGN_OR_RETURN(ImportOrder order, Common(request));
  order.partitioned_by = request.partitioned_by;
  order.read = request.read;
  order.detect_format = request.detect_format;
  return order;
}

}  // namespace

base::Result<ImportOrder> OrderOf(const api::CreateTableRequest& request) {
  ASSIGN_OR_RETURN(ImportOrder order, Reading(request));
  order.create = true;
  order.rows = false;
  order.if_exists = request.if_exists;
  return order;
}

base::Result<ImportOrder> OrderOf(const api::ExternalTableRequest& request) {
  ASSIGN_OR_RETURN(ImportOrder order, Common(request));
  order.external = true;
  order.create = true;
  order.rows = false;
  order.if_exists = request.overwrite ? api::IfExists::kReplace : api::IfExists::kFail;
  return order;
}

base::Result<ImportOrder> OrderOf(const api::ImportRequest& request) {
  ASSIGN_OR_RETURN(ImportOrder order, Reading(request));
  order.create = request.create;
  order.import_duplicate_files = request.import_duplicate_files;
  order.accept_changed_files = request.accept_changed_files;
  return order;
}

/// The files as a worker reads them: with the credential, where one was named.
std::vector<plan::SourceFile> ImportDriver::Named(std::vector<plan::SourceFile> files) const {
  if (order_.credential.empty()) return files;
  for (plan::SourceFile& file : files)
    file.uri = storage::NamingCredential(file.uri, order_.credential);
  return files;
}

plan::TaskSpec ImportDriver::NewTask(plan::TaskKind kind) const {
  plan::TaskSpec task;
  task.task = model::TaskId(base::NewUuid(parts_.rng));
  task.run = job_.run();
  task.job = job_.id();
  task.kind = kind;
  task.name = order_.table.ToString();
  task.files = Named(files_);
  task.read_options = read_;
  task.limits.memory_bytes_max = kImportMemoryBytes;
  return task;
}

base::Result<plan::TaskOutcome> ImportDriver::RunTask(const base::Context& ctx,
                                                      plan::TaskSpec task) {
  parts_.board.Add(task, 5);
  base::Context patient = ctx;
  bool stopped = false;
  while (true) {
    auto news = parts_.board.Next(patient, job_.id());
    if (!news.ok()) {
      if (stopped) return std::move(news).error();
      stopped = true;
      parts_.board.Cancel(job_.id());
      patient.stop = {};
      continue;
    }
    if (stopped && !std::holds_alternative<TaskBegan>(*news)) {
      return base::Error(base::Code::kCancelled, kStopped, "the job was stopped");
    }
    if (const auto* over = std::get_if<TaskOver>(&news.value())) {
      if (over->outcome.status == plan::TaskStatus::kSucceeded) return over->outcome;
      if (over->outcome.error) return *over->outcome.error;
      return base::Error(base::Code::kInternal, kTaskFailed, "the task failed without saying why");
    }
    if (std::holds_alternative<TaskSkipped>(*news)) {
      return base::Error(base::Code::kResourceExhausted, kTaskFailed,
                         "no worker can take the task");
    }
  }
}

base::Status ImportDriver::ListFiles(const base::Context& ctx) {
  for (const std::string& source : order_.sources) files_.push_back({source, {}, 0});
  ASSIGN_OR_RETURN(const plan::TaskOutcome listed,
                   RunTask(ctx, NewTask(plan::TaskKind::kListFiles)));
  files_.clear();
  for (const plan::FileOutcome& file : listed.files)
    files_.push_back({PlainUri(file.uri), file.identity, file.size_bytes});
  read_ = order_.read;
  if (order_.detect_format) {
    ASSIGN_OR_RETURN(read_.format, FormatOf(files_.front().uri));
    if (EndsWith(files_.front().uri, ".tsv") && read_.delimiter == ",") read_.delimiter = "\t";
  }
  return base::Ok();
}

base::Status ImportDriver::LeaveOutImported(const base::Context& ctx,
                                            const lakehouse::TableAtRef& table) {
  if (order_.import_duplicate_files) return base::Ok();
  std::vector<std::string> uris;
  for (const plan::SourceFile& file : files_) uris.push_back(file.uri);
  ASSIGN_OR_RETURN(const auto known,
                   lakehouse::FindImported(ctx, parts_.state, table.state.import_root, uris));
  std::vector<plan::SourceFile> fresh;
  for (const plan::SourceFile& file : files_) {
    const auto found = known.find(file.uri);
    if (found == known.end()) {
      fresh.push_back(file);
    } else if (found->second.identity == file.identity) {
      job_.Tell(api::FileImported{
          {file.uri, file.identity, file.size_bytes, found->second.rows, std::nullopt}, true});
    } else if (order_.accept_changed_files) {
      fresh.push_back(file);
    } else {
      return base::Error(
                 base::Code::kFailedPrecondition, lakehouse::kFileChanged,
                 "file \"" + file.uri + "\" was imported into \"" + order_.table.ToString() +
                     "\" before and has other content now: rename it, or import it again with "
                     "--accept-changed-files")
          .Set("uri", file.uri)
          .Set("table", order_.table.ToString());
    }
  }
  files_ = std::move(fresh);
  return base::Ok();
}

/// Nothing when there is nothing to do.
base::Result<std::optional<lakehouse::PreparedWrite>> ImportDriver::PrepareTable(
    const base::Context& ctx, const model::CommitId& head) {
  using Nothing = std::optional<lakehouse::PreparedWrite>;
  if (order_.external) {
    ASSIGN_OR_RETURN(lakehouse::PreparedWrite prepared, PrepareExternal(ctx, head));
    return Nothing(std::move(prepared));
  }
  ASSIGN_OR_RETURN(const auto table, parts_.lakehouse.Find(ctx, head, order_.table));
  lakehouse::WriteIntent intent;
  intent.table = order_.table;
  intent.mode = lakehouse::WriteMode::kAppend;
  intent.partitioned_by = order_.partitioned_by;
  if (table && order_.rows) {
    RETURN_IF_ERROR(LeaveOutImported(ctx, *table));
    if (files_.empty()) return Nothing();
  } else if (table && order_.if_exists == api::IfExists::kKeep) {
    return Nothing();
  } else if (!order_.create) {
    return parts_.lakehouse.Open(ctx, head, order_.table).error();  // says which name is near
  } else {
    if (order_.schema) {
      intent.schema = *order_.schema;
    } else {
      ASSIGN_OR_RETURN(intent.schema, InferTogether(ctx, files_));
    }
    intent.mode = lakehouse::WriteMode::kCreate;
    if (order_.if_exists == api::IfExists::kReplace) intent.mode = lakehouse::WriteMode::kReplace;
  }
  ASSIGN_OR_RETURN(lakehouse::PreparedWrite prepared, parts_.lakehouse.Prepare(ctx, head, intent));
  return Nothing(std::move(prepared));
}

base::Result<lakehouse::PreparedWrite> ImportDriver::PrepareExternal(const base::Context& ctx,
                                                                     const model::CommitId& head) {
  ASSIGN_OR_RETURN(const auto table, parts_.lakehouse.Find(ctx, head, order_.table));
  if (table && order_.if_exists != api::IfExists::kReplace) {
    return catalog::TableExists(order_.table, head);
  }
  if (read_.format != plan::FileFormat::kParquet) {
    return base::Error(base::Code::kInvalidArgument, kBadRequest,
                       "\"" + files_.front().uri +
                           "\" is no Parquet file: only those can be a table where they are, "
                           "import others")
        .Set("field", "sources");
  }
  lakehouse::WriteIntent intent;
  intent.table = order_.table;
  intent.mode = lakehouse::WriteMode::kCreate;
  intent.external = true;
  intent.credential = order_.credential;
  ASSIGN_OR_RETURN(intent.schema, InferTogether(ctx, files_));
  return parts_.lakehouse.Prepare(ctx, head, intent);
}

base::Status ImportDriver::RegisterFiles(const base::Context& ctx,
                                         lakehouse::FinishedWrite& write) {
  plan::TaskSpec task = NewTask(plan::TaskKind::kRegisterFiles);
  const std::string prefix =
      job_.id().text() + (attempt_ == 1 ? "" : "-" + std::to_string(attempt_));
  task.write = TargetOf(write.prepared, plan::WriteStrategy::kAppend, prefix);
  ASSIGN_OR_RETURN(const plan::TaskOutcome outcome, RunTask(ctx, std::move(task)));
  ASSIGN_OR_RETURN(lakehouse::FinishedWrite finished, FinishedOf(write.prepared, *outcome.written));
  write.added_manifests = std::move(finished.added_manifests);
  return base::Ok();
}

base::Result<std::vector<lakehouse::ImportedFile>> ImportDriver::ImportRows(
    const base::Context& ctx, lakehouse::FinishedWrite& write) {
  plan::TaskSpec task = NewTask(plan::TaskKind::kImportFiles);
  // Names of data files begin with this; those of an attempt before stay where they are.
  const std::string prefix =
      job_.id().text() + (attempt_ == 1 ? "" : "-" + std::to_string(attempt_));
  task.write = TargetOf(write.prepared, plan::WriteStrategy::kAppend, prefix);
  ASSIGN_OR_RETURN(const plan::TaskOutcome outcome, RunTask(ctx, std::move(task)));
  ASSIGN_OR_RETURN(lakehouse::FinishedWrite finished, FinishedOf(write.prepared, *outcome.written));
  write.added_manifests = std::move(finished.added_manifests);
  std::vector<lakehouse::ImportedFile> imported;
  uint64_t rows = 0;
  for (plan::FileOutcome file : outcome.files) {
    file.uri = PlainUri(file.uri);
    job_.Tell(api::FileImported{file, false});
    if (file.error) continue;
    rows += file.rows;
    imported.push_back({file.uri, file.identity, file.size_bytes, file.rows, parts_.clock.Now(), -1,
                        job_.id().text()});
  }
  job_.Change([&](api::JobRecord& record) {
    record.details["rows_imported"] = std::to_string(rows);
    record.details["files_imported"] = std::to_string(imported.size());
  });
  return imported;
}

catalog::CommitNote ImportDriver::Note() const {
  catalog::CommitNote note;
  note.author = job_.record().user;
  note.message =
      MessageOf(order_.options.message, order_.options.body,
                (order_.rows ? "import into " : "create table ") + order_.table.ToString());
  note.properties = parts_.JobProperties(job_.id().text(), job_.run().text(), note.author);
  note.properties.insert(order_.options.properties.begin(), order_.options.properties.end());
  return note;
}

base::Status ImportDriver::Commit(const base::Context& ctx, lakehouse::FinishedWrite write) {
  committed_ = {};
  committed_.branch = run_branch_;
  committed_.note = Note();
  committed_.run_id = job_.run();
  committed_.job_id = job_.id().text();
  committed_.writes.push_back(std::move(write));
  base::Failpoint("import.before_commit");
  RETURN_IF_ERROR(parts_.lakehouse.Commit(ctx, committed_));
  base::Failpoint("import.after_commit");
  return base::Ok();
}

base::Status ImportDriver::Publish(const base::Context& ctx) {
  catalog::PublishRequest publish;
  publish.run_id = job_.run();
  publish.note = Note();
  publish.note.request_id = "publish-" + job_.id().text();
  api::JobRecord done = job_.record();
  done.status = api::JobStatus::kComplete;
  done.run_branch.clear();
  done.finished = parts_.clock.Now();
  publish.extras.puts.push_back(RecordPut(done));
  // Somebody else added rows to the table meanwhile: ours are added to theirs.
  publish.resolver =
      [&](const catalog::TableClash& clash) -> base::Result<std::optional<catalog::TableState>> {
    if (clash.name != order_.table || !clash.ours || !clash.theirs || committed_.writes.empty())
      return std::optional<catalog::TableState>();
    publish.extras.objects.clear();
    return parts_.lakehouse.AppendOnto(ctx, *clash.ours, committed_, committed_.writes.front(),
                                       publish.extras.objects);
  };
  ASSIGN_OR_RETURN(const catalog::CommitResult published, parts_.catalog.PublishRun(ctx, publish));
  base::Failpoint("import.published");
  job_.Change([&](api::JobRecord& record) {
    record.published = published.commit.text();
    record.run_branch.clear();
  });
  job_.Tell(api::Published{order_.branch, published.commit.text(), {order_.table.ToString()}});
  return base::Ok();
}

/// The table as it was before this job, then what the target is now: a place to start again.
base::Status ImportDriver::CatchUp(const base::Context& ctx) {
  committed_ = {};
  job_.Change([](api::JobRecord& record) {
    record.details["rows_imported"] = "0";
    record.details["files_imported"] = "0";
  });
  const model::RefExpression branch{run_branch_, {}, {}};
  ASSIGN_OR_RETURN(const catalog::ResolvedRef mine, parts_.catalog.Resolve(ctx, branch));
  ASSIGN_OR_RETURN(const auto before, parts_.catalog.FindTable(ctx, base_, order_.table));
  ASSIGN_OR_RETURN(const auto now, parts_.catalog.FindTable(ctx, mine.commit, order_.table));
  if (before != now) {
    catalog::CommitRequest undo;
    undo.branch = run_branch_;
    undo.note = Note();
    undo.note.message = "start again: \"" + order_.branch + "\" moved meanwhile";
    undo.run_id = job_.run();
    if (before) {
      undo.changes.emplace_back(catalog::PutTable{
          order_.table, *before, catalog::Presence::kAny, catalog::Intent::kRevert, {}});
    } else {
      undo.changes.emplace_back(catalog::DropTable{order_.table, true});
    }
    RETURN_IF_ERROR(parts_.catalog.CommitChanges(ctx, undo));
  }
  ASSIGN_OR_RETURN(const catalog::ResolvedRef target,
                   parts_.catalog.Resolve(ctx, model::RefExpression{order_.branch, {}, {}}));
  catalog::MergeRequest merge;
  merge.source = order_.branch + "@" + target.commit.text();
  merge.into = run_branch_;
  merge.note.author = job_.record().user;
  RETURN_IF_ERROR(parts_.catalog.Merge(ctx, merge));
  base_ = target.commit;
  return base::Ok();
}

base::Status ImportDriver::StartRun(const base::Context& ctx) {
  catalog::StartRunRequest start;
  start.run_id = job_.run();
  start.target = order_.branch;
  start.command = order_.rows ? "import" : "create";
  start.user = parts_.UserOf(ctx);
  start.job_id = job_.id();
  ASSIGN_OR_RETURN(const catalog::RunState run, parts_.catalog.StartRun(ctx, start));
  run_branch_ = run.branch;
  base_ = run.base_commit;
  job_.Change([&](api::JobRecord& record) { record.run_branch = run.branch; });
  base::Failpoint("import.started");
  return base::Ok();
}

/// Writes, commits and publishes what was prepared at `base_`.
base::Status ImportDriver::Attempt(const base::Context& ctx, lakehouse::PreparedWrite prepared) {
  lakehouse::FinishedWrite write;
  write.prepared = std::move(prepared);
  if (order_.rows) {
    ASSIGN_OR_RETURN(write.imported, ImportRows(ctx, write));
  } else if (order_.external) {
    RETURN_IF_ERROR(RegisterFiles(ctx, write));
  }
  RETURN_IF_ERROR(ctx.Check(parts_.clock.Now()));
  base::Context finish = ctx;
  finish.stop = {};
  RETURN_IF_ERROR(Commit(finish, std::move(write)));
  return Publish(finish);
}

base::Status ImportDriver::Work(const base::Context& ctx) {
  job_.Change([&](api::JobRecord& record) {
    record.details["table"] = order_.table.ToString();
    record.details["rows_imported"] = "0";
    record.details["files_imported"] = "0";
  });
  if (!order_.schema) RETURN_IF_ERROR(ListFiles(ctx));
  ASSIGN_OR_RETURN(const catalog::ResolvedRef head,
                   parts_.catalog.Resolve(ctx, model::RefExpression{order_.branch, {}, {}}));
  if (order_.plan_only) return PlanTable(ctx, head.commit);
  ASSIGN_OR_RETURN(std::optional<lakehouse::PreparedWrite> prepared,
                   PrepareTable(ctx, head.commit));
  if (!prepared) return base::Ok();
  RETURN_IF_ERROR(StartRun(ctx));
  bool stale = base_ != head.commit;
  for (attempt_ = 1;; ++attempt_) {
    if (stale) {
      ASSIGN_OR_RETURN(const catalog::ResolvedRef mine,
                       parts_.catalog.Resolve(ctx, model::RefExpression{run_branch_, {}, {}}));
      ASSIGN_OR_RETURN(prepared, PrepareTable(ctx, mine.commit));
      if (!prepared) return Publish(ctx);  // others did all of it meanwhile
    }
    base::Status done = Attempt(ctx, *std::move(prepared));
    if (done.ok() || done.error().reason != catalog::kMergeConflict || attempt_ == kAttemptsMax)
      return done;
    RETURN_IF_ERROR(CatchUp(ctx));
    stale = true;
  }
}

base::Status ImportDriver::Run(const base::Context& ctx) {
  parts_.board.Open(job_.id(), nullptr);
  base::Status done = Work(ctx);
  parts_.board.Close(job_.id());
  if (done.ok() || run_branch_.empty()) return done;
  catalog::MarkRequest mark;
  mark.run_id = job_.run();
  mark.phase = done.error().code == base::Code::kCancelled ? catalog::RunPhase::kAborted
                                                           : catalog::RunPhase::kFailed;
  mark.error = done.error().ToString();
  const auto marked = parts_.catalog.MarkRun(base::Context{}, mark);
  if (!marked.ok())
    base::Log(base::LogLevel::kError, "import " + job_.id().text() + ": " + marked.error().message);
  base::Failpoint("import.marked");
  return done;
}

}  // namespace control
