#include "control/jobs_service.h"

#include <algorithm>
#include <utility>

#include "api/job_record_cbor.h"
#include "base/log.h"
#include "columnar/producer.h"
#include "control/accounts_service.h"
#include "control/import_driver.h"
#include "control/names.h"
#include "control/planning.h"
#include "control/query_stream.h"
#include "control/reasons.h"
#include "control/run_driver.h"
#include "plan/task_spec_cbor.h"

namespace control {
namespace {

constexpr uint32_t kPageRecords = 500;

base::Error NoJob(const model::JobId& job) {
  return base::Error(base::Code::kNotFound, kNoJob,
                     "no job \"" + job.text() + "\": see `boathouse job ls`")
      .Set("job", job.text());
}

/// The values of the secrets that tasks of the plan name.
base::Result<std::map<std::string, std::string>> OpenSecrets(const base::Context& ctx, Parts& parts,
                                                             const Planned& planned) {
  std::map<std::string, std::string> opened;
  if (!planned.report.plan || parts.accounts == nullptr) return opened;
  for (const plan::TaskSpec& task : planned.report.plan->tasks) {
    for (const std::string& argument : task.secret_names) {
      const std::string name = task.parameters.at(argument).ToString();
      if (opened.contains(name)) continue;
      const api::SecretValue& value = planned.secrets.at(name);
      auto plain = parts.accounts->OpenSecret(ctx, planned.project_id, value.ciphertext, value.key);
      if (!plain.ok()) {
        return std::move(plain).error().With("secret \"" + name + "\"").Set("parameter", name);
      }
      opened.emplace(name, std::move(plain).value());
    }
  }
  return opened;
}

/// Said when the job is asked for, not in it: the lake tells at once.
base::Status CheckImportable(const base::Context& ctx, Parts& parts, const ImportOrder& order) {
  const auto head = parts.catalog.Resolve(ctx, model::RefExpression{order.branch, {}, {}});
  if (!head.ok()) return base::Ok();  // what is wrong with it is the job's to say
  const auto table = parts.catalog.FindTable(ctx, head->commit, order.table);
  if (!table.ok() || !*table) return base::Ok();
  base::Status writable = lakehouse::CheckWritable(order.table, **table);
  if (writable.ok()) return writable;
  // Users of the protocol look for these words.
  base::Error error = std::move(writable).error();
  error.message = "Cannot import files to read-only table: " + error.message;
  return error;
}

}  // namespace

JobsService::~JobsService() {
  const auto jobs = jobs_.With([](auto& all) { return all; });
  for (const auto& [id, job] : jobs) job->RequestStop();
  for (const auto& [id, job] : jobs) job->Join();
}

api::JobRecord JobsService::NewRecord(const base::Context& ctx, api::JobKind kind,
                                      const std::string& ref) {
  api::JobRecord record;
  record.id = model::JobId(base::NewUuid(parts_.rng));
  record.kind = kind;
  record.user = parts_.UserOf(ctx);
  record.created = parts_.clock.Now();
  record.ref = ref.empty() ? std::string(model::kMainBranch) : ref;
  return record;
}

base::Result<std::shared_ptr<Job>> JobsService::Adopt(const base::Context& ctx,
                                                      api::JobRecord record) {
  RETURN_IF_ERROR(slots_.CheckRoom());
  ASSIGN_OR_RETURN(std::shared_ptr<Job> job, Job::Create(ctx, parts_, std::move(record)));
  // What is over is told from its files: a process that serves for months keeps only what lives.
  std::vector<std::shared_ptr<Job>> over;
  jobs_.With([&](auto& all) {
    for (auto it = all.begin(); it != all.end();) {
      if (!it->second->over()) {
        ++it;
        continue;
      }
      over.push_back(std::move(it->second));
      it = all.erase(it);
    }
    all.emplace(job->id(), job);
  });
  return job;
}

uint32_t JobsService::CountLiving(api::JobStatus status) const {
  return jobs_.With([&](const auto& all) {
    uint32_t count = 0;
    for (const auto& [id, job] : all) count += job->status() == status ? 1 : 0;
    return count;
  });
}

base::Result<model::JobId> JobsService::SubmitRun(const base::Context& ctx,
                                                  const api::RunRequest& request) {
  api::JobRecord record = NewRecord(ctx, api::JobKind::kRun, request.ref);
  record.parameters = request.parameters;
  PlanInput input;
  input.project = &request.project;
  input.ref = record.ref;
  input.ns = request.ns;
  input.parameters = request.parameters;
  input.secrets = request.secrets;
  input.strict = request.strict;
  input.dry_run = request.dry_run;
  input.preview = request.preview;
  input.job = record.id;
  ASSIGN_OR_RETURN(Planned planned, PlanProject(ctx, parts_, input));
  // What was given in plain text for a secret is refused, and not kept.
  for (const auto& [name, value] : planned.secrets) record.parameters.erase(name);
  if (planned.report.plan) {
    record.project_id = planned.report.plan->logical.project_id;
    record.project_name = planned.report.plan->logical.project_name;
  }
  ASSIGN_OR_RETURN(auto secrets, OpenSecrets(ctx, parts_, planned));
  if (request.dry_run) record.details["dry_run"] = "true";
  if (!request.ns.empty()) record.details["namespace"] = request.ns;
  record.details["strict"] = request.strict ? "on" : "off";
  record.details["cache"] = request.cache ? "on" : "off";
  record.details["transaction"] = request.transaction ? "on" : "off";
  RETURN_IF_ERROR(
      parts_.objects.Create(ctx, SnapshotKey(record.id), api::EncodeSnapshot(request.project)));
  ASSIGN_OR_RETURN(const std::shared_ptr<Job> job, Adopt(ctx, std::move(record)));
  for (const api::Diagnostic& diagnostic : planned.report.diagnostics) {
    if (!diagnostic.is_error) job->Tell(api::Notice{true, diagnostic.error.ToString()});
  }
  if (!planned.report.plan) {
    base::Error error = ProjectError(planned.report.diagnostics);
    job->Fail(parts_, error);
    return error;
  }
  job->Tell(api::PlanReady{planned.report.plan->logical});
  api::RunRequest own = request;
  own.ref = job->record().ref;
  auto driver =
      std::make_shared<RunDriver>(parts_, *job, std::move(own), *std::move(planned.report.plan),
                                  std::move(planned.requirements), std::move(secrets));
  job->Start(parts_, slots_, request.priority,
             [driver](const base::Context& job_ctx) { return driver->Run(job_ctx); });
  return job->id();
}

base::Result<model::JobId> JobsService::SubmitImport(const base::Context& ctx,
                                                     const api::JobRequest& request) {
  auto kind = api::JobKind::kTableImport;
  auto order = std::visit(
      [&](const auto& asked) -> base::Result<ImportOrder> {
        using Request = std::decay_t<decltype(asked)>;
        if constexpr (std::is_same_v<Request, api::RunRequest>) {
          return base::Error(base::Code::kInternal, kBadRequest, "a run is no import");
        } else {
          if constexpr (std::is_same_v<Request, api::PlanTableRequest>) {
            kind = api::JobKind::kTablePlan;
          } else if constexpr (std::is_same_v<Request, api::ExternalTableRequest>) {
            kind = api::JobKind::kExternalTable;
          } else if constexpr (!std::is_same_v<Request, api::ImportRequest>) {
            kind = api::JobKind::kTableCreate;
          }
          return OrderOf(asked);
        }
      },
      request);
  if (!order.ok()) return std::move(order).error();
  if (kind == api::JobKind::kTableImport) RETURN_IF_ERROR(CheckImportable(ctx, parts_, *order));
  ASSIGN_OR_RETURN(const std::shared_ptr<Job> job, Adopt(ctx, NewRecord(ctx, kind, order->branch)));
  auto driver = std::make_shared<ImportDriver>(parts_, *job, std::move(order).value());
  job->Start(parts_, slots_, api::RunRequest().priority,
             [driver](const base::Context& job_ctx) { return driver->Run(job_ctx); });
  return job->id();
}

base::Result<model::JobId> JobsService::Submit(const base::Context& ctx,
                                               const api::JobRequest& request) {
  if (const auto* run = std::get_if<api::RunRequest>(&request)) return SubmitRun(ctx, *run);
  return SubmitImport(ctx, request);
}

std::shared_ptr<Job> JobsService::Alive(const model::JobId& job) const {
  return jobs_.With([&](const auto& all) {
    const auto found = all.find(job);
    return found == all.end() ? nullptr : found->second;
  });
}

base::Result<api::JobRecord> JobsService::Follow(
    const base::Context& ctx, const model::JobId& job, uint64_t from_sequence,
    const std::function<void(const api::JobEvent&)>& sink) {
  if (const std::shared_ptr<Job> alive = Alive(job)) {
    RETURN_IF_ERROR(alive->log().Follow(ctx, from_sequence, sink));
    return alive->record();
  }
  ASSIGN_OR_RETURN(api::JobRecord record, Get(ctx, job));
  const auto events = ReadJobLog(JobFolder(parts_.options, job) + "/events");
  if (!events.ok()) {
    if (events.error().code != base::Code::kNotFound) return events.error();
    return record;  // a query leaves no events
  }
  for (const api::JobEvent& event : events.value()) {
    if (event.sequence >= from_sequence) sink(event);
  }
  return record;
}

base::Result<api::JobRecord> JobsService::Cancel(const base::Context& ctx,
                                                 const model::JobId& job) {
  const std::shared_ptr<Job> alive = Alive(job);
  if (!alive || alive->over()) {
    ASSIGN_OR_RETURN(api::JobRecord record, Get(ctx, job));
    if (record.status == api::JobStatus::kAbort) return record;  // stopped already
    return base::Error(base::Code::kFailedPrecondition, kJobNotRunning,
                       record.finished
                           ? "job \"" + job.text() + "\" has ended already"
                           : "job \"" + job.text() +
                                 "\" belongs to another process: stop it there (Ctrl-C)")
        .Set("job", job.text());
  }
  alive->RequestStop();
  RETURN_IF_ERROR(alive->log().Follow(ctx, 0, [](const api::JobEvent&) {}));
  return alive->record();
}

base::Result<api::JobRecord> JobsService::Get(const base::Context& ctx, const model::JobId& job) {
  if (const std::shared_ptr<Job> alive = Alive(job)) return alive->record();
  ASSIGN_OR_RETURN(const auto stored, parts_.state.Read(ctx, JobKey(job)));
  if (!stored) return NoJob(job);
  return api::DecodeJobRecord(stored->bytes);
}

base::Result<std::vector<api::JobRecord>> JobsService::List(const base::Context& ctx,
                                                            const api::JobFilter& filter) {
  const auto alive = jobs_.With([](const auto& all) { return all; });
  std::vector<api::JobRecord> records;
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, parts_.state.List(ctx, "job/", after, kPageRecords));
    for (const state::KeyedRecord& stored : page) {
      ASSIGN_OR_RETURN(api::JobRecord record, api::DecodeJobRecord(stored.record.bytes));
      // What is stored of a living job is what it was when it last wrote.
      const auto living = alive.find(record.id);
      if (living != alive.end()) record = living->second->record();
      if (api::Fits(record, filter)) records.push_back(std::move(record));
    }
    if (page.size() < kPageRecords) break;
    after = page.back().key;
  }
  std::sort(records.begin(), records.end(),
            [](const api::JobRecord& a, const api::JobRecord& b) { return a.created > b.created; });
  if (filter.limit > 0 && records.size() > filter.limit) records.resize(filter.limit);
  return records;
}

base::Result<api::ProjectSnapshot> JobsService::GetSnapshot(const base::Context& ctx,
                                                            const model::JobId& job) {
  ASSIGN_OR_RETURN(const base::Bytes bytes,
                   storage::ReadAll(ctx, parts_.objects, SnapshotKey(job)));
  return api::DecodeSnapshot(bytes);
}

base::Result<api::PlanReport> JobsService::Plan(const base::Context& ctx,
                                                const api::PlanRequest& request) {
  PlanInput input;
  input.project = &request.project;
  input.ref = request.ref;
  input.ns = request.ns;
  input.parameters = request.parameters;
  input.secrets = request.secrets;
  input.job = model::JobId(base::NewUuid(parts_.rng));
  ASSIGN_OR_RETURN(Planned planned, PlanProject(ctx, parts_, input));
  return std::move(planned.report);
}

base::Result<plan::TaskSpec> JobsService::QueryTask(const base::Context& ctx,
                                                    const api::QueryRequest& request,
                                                    const model::JobId& job) {
  ASSIGN_OR_RETURN(QueryNames names, parts_.query_analyzer.Analyze(request.sql));
  ASSIGN_OR_RETURN(const catalog::ResolvedRef ref, RefOf(ctx, parts_, request.ref));
  ASSIGN_OR_RETURN(
      const model::Namespace home,
      model::ParseNamespace(request.ns.empty() ? model::kDefaultNamespace : request.ns));
  if (names.lists_tables) {
    ASSIGN_OR_RETURN(const auto tables, parts_.catalog.ListTables(ctx, ref.commit));
    for (const catalog::TableEntry& table : tables) {
      names.tables.push_back(table.name.ns == home ? table.name.name : table.name.ToString());
    }
  }
  plan::TaskSpec task;
  task.task = model::TaskId(base::NewUuid(parts_.rng));
  task.job = job;
  task.run = model::RunId(job.text());
  task.kind = plan::TaskKind::kQuery;
  task.name = "query";
  task.entry.sql = request.sql;
  task.rows_max = request.rows_max;
  for (const std::string& written : names.tables) {
    ASSIGN_OR_RETURN(const model::TableName name, model::ParseTableName(written, home));
    ASSIGN_OR_RETURN(const lakehouse::TableAtRef table,
                     parts_.lakehouse.Open(ctx, ref.commit, name));
    plan::TaskInput input;
    input.name = written;
    input.source = name.ToString();
    input.from = ScanOf(table);
    task.inputs.push_back(std::move(input));
  }
  return task;
}

base::Result<api::QueryResult> JobsService::Query(const base::Context& ctx,
                                                  const api::QueryRequest& request) {
  api::JobRecord record = NewRecord(ctx, api::JobKind::kQuery, request.ref);
  if (!request.job.text().empty()) record.id = request.job;
  record.details["sql"] = request.sql;
  auto rows = [&]() -> base::Result<columnar::Stream> {
    ASSIGN_OR_RETURN(const plan::TaskSpec task, QueryTask(ctx, request, record.id));
    return parts_.queries.RunQuery(ctx, plan::EncodeTaskSpec(task));
  }();
  if (!rows.ok()) {
    RecordFailure(parts_, std::move(record), rows.error());
    return std::move(rows).error();
  }
  api::QueryResult result;
  result.job = record.id;
  result.stream = std::move(rows).value();
  ASSIGN_OR_RETURN(result.schema, columnar::SchemaOf(result.stream));
  result.stream = RecordWhenOver(parts_, std::move(record), std::move(result.stream));
  return result;
}

}  // namespace control
