#include "server/rpc/job_methods.h"

#include <algorithm>
#include <set>
#include <utility>

#include "model/names.h"
#include "proto/commander.pb.h"
#include "server/reasons.h"
#include "wire/job_events.h"
#include "wire/job_records.h"
#include "wire/job_requests.h"
#include "wire/project_zip.h"

namespace server {
namespace {

namespace pb = wire::pb;

constexpr uint64_t kReplyBytesMax = (4ull << 20) - (64ull << 10);  // clients take 4 MiB
constexpr uint32_t kPageSlack = 64;  // jobs of the same moment as the last page's last
constexpr uint32_t kContextsMax = 100;
constexpr std::chrono::milliseconds kFirstEventMax{500};  // how long a job may have told nothing

base::Error NotYours(const model::JobId& job) {
  return base::Error(base::Code::kPermissionDenied, "access.job",
                     "job \"" + job.text() + "\" is another user's query: its rows are theirs")
      .Set("job", job.text());
}

std::string NamespaceOr(const std::string& ns) {
  return ns.empty() ? std::string(model::kDefaultNamespace) : ns;
}

void FillCommon(const base::Context& ctx, const model::JobId& job,
                const pb::JobRequestCommon& request, pb::JobResponseCommon* out) {
  out->set_job_id(job.text());
  out->set_username(ctx.principal);
  *out->mutable_args() = request.args();
}

/// What both replies to a run echo: the values that count, defaults put in.
template <class Response>
void FillRun(const base::Context& ctx, const api::RunRequest& run, Response* out) {
  out->set_ref(run.ref);
  out->set_namespace_(NamespaceOr(run.ns));
  out->set_dry_run(run.dry_run);
  out->set_transaction(wire::OnOff(run.transaction));
  out->set_strict(wire::OnOff(run.strict));
  out->set_cache(wire::OnOff(run.cache));
  out->set_preview(wire::PreviewName(run.preview));
  out->set_user_branch_prefix(ctx.principal + ".");
}

/// The table a job works on, as the client asks for it afterwards: a bare name and its namespace.
template <class Request, class Response>
base::Status FillTable(const base::Context& ctx, const Request& request, Response* out) {
  ASSIGN_OR_RETURN(const model::Namespace home, model::ParseNamespace(NamespaceOr(request.ns)));
  ASSIGN_OR_RETURN(const model::TableName table, model::ParseTableName(request.table, home));
  out->set_branch_name(request.branch);
  out->set_table_name(table.name);
  out->set_namespace_(table.ns.ToString());
  out->set_user_branch_prefix(ctx.principal + ".");
  return base::Ok();
}

}  // namespace

JobMethods::JobMethods(const Ports& ports, ResultShelf& shelf, Identity identity)
    : ports_(ports), shelf_(shelf), identity_(std::move(identity)) {}

base::Status JobMethods::GetInfo(const base::Context& ctx, pb::GetBauplanInfoResponse* out) {
  ASSIGN_OR_RETURN(const api::Organization organization, ports_.accounts.GetOrganization(ctx));
  ASSIGN_OR_RETURN(const api::Account account, ports_.accounts.Get(ctx, ctx.principal));
  out->set_user(account.username);
  out->set_client_version(identity_.version);
  out->set_server_version(identity_.version);
  out->add_runners()->set_hostname(identity_.hostname);
  pb::OrganizationInfo& org = *out->mutable_organization_info();
  org.set_id(organization.id);
  org.set_name(organization.name);
  org.set_slug(organization.slug);
  if (!organization.secret_public_key.empty()) {
    org.set_default_parameter_secret_key(organization.secret_key_name);
    org.set_default_parameter_secret_public_key(organization.secret_public_key);
  }
  pb::UserInfo& user = *out->mutable_user_info();
  user.set_id(account.id);
  user.set_username(account.username);
  user.set_first_name(account.first_name);
  user.set_last_name(account.last_name);
  return base::Ok();
}

/// What was told by now: all there is comes at once, so that the first of it ends the waiting.
base::Status JobMethods::FollowSoFar(const base::Context& ctx, const model::JobId& job,
                                     const std::function<void(const api::JobEvent&)>& sink) {
  std::stop_source heard;
  base::Context brief = ctx;
  brief.stop = heard.get_token();
  brief.deadline = std::min(ctx.deadline, ports_.clock.Now() + kFirstEventMax);
  const auto told = ports_.jobs.Follow(brief, job, 0, [&](const api::JobEvent& event) {
    heard.request_stop();
    sink(event);
  });
  if (told.ok() || told.error().code == base::Code::kCancelled ||
      told.error().code == base::Code::kDeadlineExceeded) {
    return base::Ok();
  }
  return told.error();
}

/// None for jobs that plan nothing.
std::optional<plan::LogicalPlan> JobMethods::PlanOf(const base::Context& ctx,
                                                    const model::JobId& job) {
  std::optional<plan::LogicalPlan> found;
  const base::Status told = FollowSoFar(ctx, job, [&](const api::JobEvent& event) {
    const auto* ready = std::get_if<api::PlanReady>(&event.body);
    if (ready != nullptr && !found) found = ready->plan;
  });
  return told.ok() ? found : std::nullopt;
}

base::Status JobMethods::Run(const base::Context& ctx, const pb::CodeSnapshotRunRequest& request,
                             pb::CodeSnapshotRunResponse* out) {
  ASSIGN_OR_RETURN(const api::RunRequest run, wire::RunRequestOf(request));
  ASSIGN_OR_RETURN(const model::JobId job, ports_.jobs.Submit(ctx, run));
  FillCommon(ctx, job, request.job_request_common(), out->mutable_job_response_common());
  out->set_snapshot_id(job.text());  // a job's project is found by the job
  out->set_snapshot_uri("boathouse:///jobs/" + job.text() + "/snapshot");
  FillRun(ctx, run, out);
  out->set_project_id(request.project_id());
  out->set_project_name(request.project_name());
  *out->mutable_parameters() = request.parameters();
  if (!identity_.draw) return base::Ok();
  if (const auto plan = PlanOf(ctx, job)) out->set_dag_ascii(identity_.draw(*plan));
  return base::Ok();
}

base::Status JobMethods::RunAgain(const base::Context& ctx,
                                  const pb::CodeSnapshotReRunRequest& request,
                                  pb::CodeSnapshotReRunResponse* out) {
  const model::JobId old(request.re_run_job_id());
  ASSIGN_OR_RETURN(const api::JobRecord before, ports_.jobs.Get(ctx, old));
  ASSIGN_OR_RETURN(api::ProjectSnapshot project, ports_.jobs.GetSnapshot(ctx, old));
  ASSIGN_OR_RETURN(const api::RunRequest run,
                   wire::RerunRequestOf(request, before, std::move(project)));
  ASSIGN_OR_RETURN(const model::JobId job, ports_.jobs.Submit(ctx, run));
  FillCommon(ctx, job, request.job_request_common(), out->mutable_job_response_common());
  out->set_re_run_job_id(old.text());
  FillRun(ctx, run, out);
  return base::Ok();
}

base::Status JobMethods::Query(const base::Context& ctx, const pb::QueryRunRequest& request,
                               pb::QueryRunResponse* out) {
  ASSIGN_OR_RETURN(const api::QueryRequest query, wire::QueryRequestOf(request));
  ASSIGN_OR_RETURN(const model::JobId job, shelf_.Start(ctx, query));
  FillCommon(ctx, job, request.job_request_common(), out->mutable_job_response_common());
  out->set_sql_query(query.sql);
  out->set_ref(query.ref);
  out->set_namespace_(NamespaceOr(query.ns));
  out->set_cache(request.cache().empty() ? "on" : request.cache());
  return base::Ok();
}

base::Status JobMethods::Import(const base::Context& ctx, const pb::TableDataImportRequest& request,
                                pb::TableDataImportResponse* out) {
  ASSIGN_OR_RETURN(const api::ImportRequest import, wire::ImportRequestOf(request));
  ASSIGN_OR_RETURN(const model::JobId job, ports_.jobs.Submit(ctx, import));
  FillCommon(ctx, job, request.job_request_common(), out->mutable_job_response_common());
  RETURN_IF_ERROR(FillTable(ctx, import, out));
  out->set_search_string(request.search_string());
  out->set_import_duplicate_files(request.import_duplicate_files());
  out->set_best_effort(request.best_effort());
  out->set_continue_on_error(request.continue_on_error());
  out->set_preview(request.preview());
  return base::Ok();
}

base::Status JobMethods::PlanTable(const base::Context& ctx,
                                   const pb::TableCreatePlanRequest& request,
                                   pb::TableCreatePlanResponse* out) {
  ASSIGN_OR_RETURN(const api::PlanTableRequest plan, wire::PlanTableRequestOf(request));
  ASSIGN_OR_RETURN(const model::JobId job, ports_.jobs.Submit(ctx, plan));
  FillCommon(ctx, job, request.job_request_common(), out->mutable_job_response_common());
  RETURN_IF_ERROR(FillTable(ctx, plan.table, out));
  out->set_search_string(request.search_string());
  out->set_table_replace(request.table_replace());
  if (request.has_table_partitioned_by()) {
    out->set_table_partitioned_by(request.table_partitioned_by());
  }
  return base::Ok();
}

base::Status JobMethods::ApplyTablePlan(const base::Context& ctx,
                                        const pb::TableCreatePlanApplyRequest& request,
                                        pb::TableCreatePlanApplyResponse* out) {
  ASSIGN_OR_RETURN(const api::ApplyTablePlanRequest plan, wire::ApplyTablePlanRequestOf(request));
  ASSIGN_OR_RETURN(const model::JobId job, ports_.jobs.Submit(ctx, plan));
  FillCommon(ctx, job, request.job_request_common(), out->mutable_job_response_common());
  return base::Ok();
}

base::Status JobMethods::CreateExternalTable(const base::Context& ctx,
                                             const pb::ExternalTableCreateRequest& request,
                                             pb::ExternalTableCreateResponse* out) {
  ASSIGN_OR_RETURN(const api::ExternalTableRequest external, wire::ExternalTableRequestOf(request));
  ASSIGN_OR_RETURN(const model::JobId job, ports_.jobs.Submit(ctx, external));
  FillCommon(ctx, job, request.job_request_common(), out->mutable_job_response_common());
  return FillTable(ctx, external, out);
}

base::Status JobMethods::Cancel(const base::Context& ctx, const pb::CancelJobRequest& request,
                                pb::CancelJobResponse* out) {
  const model::JobId job(request.job_id().id());
  RETURN_IF_ERROR(MayFollow(ctx, job));
  if (!shelf_.Cancel(job)) {
    auto ended = ports_.jobs.Cancel(ctx, job);
    if (!ended.ok() && ended.error().code != base::Code::kFailedPrecondition) {
      return std::move(ended).error();
    }
    if (!ended.ok()) {
      out->set_status(pb::CancelJobResponse::CANCEL_STATUS_FAILURE);
      out->set_message(ended.error().message);
      return base::Ok();
    }
  }
  out->set_status(pb::CancelJobResponse::CANCEL_STATUS_SUCCESS);
  return base::Ok();
}

base::Result<std::vector<api::JobRecord>> JobMethods::Candidates(const base::Context& ctx,
                                                                 const wire::JobPageRequest& page) {
  if (page.nothing) return std::vector<api::JobRecord>();
  api::JobFilter filter = page.filter;
  filter.limit = page.records_max + kPageSlack;
  ASSIGN_OR_RETURN(std::vector<api::JobRecord> jobs, ports_.jobs.List(ctx, filter));
  std::set<std::string> known;
  for (const api::JobRecord& job : jobs) known.insert(job.id.text());
  for (api::JobRecord& query : shelf_.Running()) {
    if (known.contains(query.id.text()) || !api::Fits(query, filter)) continue;
    jobs.push_back(std::move(query));
  }
  return jobs;
}

base::Status JobMethods::List(const base::Context& ctx, const pb::GetJobsRequest& request,
                              pb::GetJobsResponse* out) {
  ASSIGN_OR_RETURN(const wire::JobPageRequest asked,
                   wire::JobPageRequestOf(request, ctx.principal));
  ASSIGN_OR_RETURN(std::vector<api::JobRecord> jobs, Candidates(ctx, asked));
  const wire::JobPage page = wire::PageOf(std::move(jobs), asked);
  for (const api::JobRecord& job : page.jobs) wire::FillJobInfo(job, out->add_jobs());
  out->set_pagination_token(page.next_token);
  return base::Ok();
}

base::Status JobMethods::EventsSoFar(const base::Context& ctx, const model::JobId& job,
                                     uint64_t bytes_max, const JobFeeds::Emit& emit) {
  ASSIGN_OR_RETURN(const api::JobRecord record, ports_.jobs.Get(ctx, job));
  wire::EventTranslator translator(record);
  uint64_t bytes = 0;
  const auto bounded = [&](pb::RunnerEvent&& event) {
    bytes += event.ByteSizeLong() + 16;
    if (bytes <= bytes_max) emit(std::move(event));
  };
  return FollowSoFar(ctx, job,
                     [&](const api::JobEvent& event) { translator.Translate(event, bounded); });
}

base::Status JobMethods::Logs(const base::Context& ctx, const pb::GetLogsRequest& request,
                              pb::GetLogsResponse* out) {
  const model::JobId job(request.job_id());
  if (shelf_.OwnerOf(job)) return base::Ok();  // a query prints nothing
  return EventsSoFar(ctx, job, kReplyBytesMax,
                     [&](pb::RunnerEvent&& event) { *out->add_events() = std::move(event); });
}

base::Status JobMethods::AddContext(const base::Context& ctx, const model::JobId& job,
                                    const pb::GetJobContextRequest& request, uint64_t room,
                                    pb::JobContext* out) {
  ASSIGN_OR_RETURN(const api::JobRecord record, ports_.jobs.Get(ctx, job));
  wire::FillJobContext(record, out);
  if (record.kind == api::JobKind::kRun) {
    if (const auto plan = PlanOf(ctx, job)) wire::FillModels(record, *plan, out);
  }
  if (request.include_snapshot() && record.kind == api::JobKind::kRun) {
    ASSIGN_OR_RETURN(const api::ProjectSnapshot project, ports_.jobs.GetSnapshot(ctx, job));
    ASSIGN_OR_RETURN(base::Bytes zip, wire::WriteProjectZip(project));
    if (zip.size() > room) {
      return base::Error(base::Code::kResourceExhausted, kTooLarge,
                         "the snapshot of job \"" + job.text() +
                             "\" is larger than a client takes in one reply (4 MiB)")
          .Set("limit", std::to_string(room));
    }
    room -= zip.size();
    out->set_code_snapshot(std::move(zip));
  }
  const JobFeeds::Emit keep = [&](pb::RunnerEvent&& event) {
    *out->add_job_events() = std::move(event);
  };
  return request.include_logs() ? EventsSoFar(ctx, job, room, keep) : base::Ok();
}

base::Status JobMethods::Contexts(const base::Context& ctx, const pb::GetJobContextRequest& request,
                                  pb::GetJobContextResponse* out) {
  if (request.job_ids().size() > static_cast<int>(kContextsMax)) {
    return base::Error(base::Code::kInvalidArgument, kTooLarge,
                       "ask for at most " + std::to_string(kContextsMax) + " jobs at once");
  }
  for (const std::string& id : request.job_ids()) {
    const uint64_t used = out->ByteSizeLong();
    const uint64_t room = used < kReplyBytesMax ? kReplyBytesMax - used : 0;
    pb::JobContext context;
    const base::Status added = AddContext(ctx, model::JobId(id), request, room, &context);
    if (added.ok()) {
      *out->add_job_contexts() = std::move(context);
      continue;
    }
    pb::JobError& error = *out->add_errors();
    error.set_job_id(id);
    error.set_error_msg(added.error().message);
    error.set_error_type(added.error().reason);
  }
  return base::Ok();
}

base::Status JobMethods::Snapshot(const base::Context& ctx,
                                  const pb::GetSnapshotInfoRequest& request,
                                  pb::GetSnapshotInfoResponse* out) {
  const model::JobId job(request.snapshot_sha());
  ASSIGN_OR_RETURN(const api::JobRecord record, ports_.jobs.Get(ctx, job));
  ASSIGN_OR_RETURN(const api::ProjectSnapshot project, ports_.jobs.GetSnapshot(ctx, job));
  ASSIGN_OR_RETURN(base::Bytes zip, wire::WriteProjectZip(project));
  if (zip.size() > kReplyBytesMax) {
    return base::Error(base::Code::kResourceExhausted, kTooLarge,
                       "the snapshot is larger than a client takes in one reply (4 MiB)");
  }
  pb::SnapshotInfo& info = *out->mutable_snapshot_info();
  info.set_snapshot_zip(std::move(zip));
  info.mutable_created_at()->set_seconds(base::Micros(record.created) / 1'000'000);
  return base::Ok();
}

base::Status JobMethods::MayFollow(const base::Context& ctx, const model::JobId& job) {
  const auto owner = shelf_.OwnerOf(job);
  if (!owner) {
    auto record = ports_.jobs.Get(ctx, job);
    return record.ok() ? base::Ok() : base::Status(std::move(record).error());
  }
  if (*owner == ctx.principal) return base::Ok();
  ASSIGN_OR_RETURN(const api::Account account, ports_.accounts.Get(ctx, ctx.principal));
  return account.role == api::Role::kAdmin ? base::Ok() : base::Status(NotYours(job));
}

base::Status JobMethods::Follow(const base::Context& ctx, const model::JobId& job,
                                const JobFeeds::Emit& emit) {
  if (const auto owner = shelf_.OwnerOf(job)) {
    api::JobRecord record;
    record.id = job;
    record.status = api::JobStatus::kComplete;
    wire::EventTranslator translator(record);
    auto token = shelf_.AwaitToken(ctx, job);
    RETURN_IF_ERROR(ctx.Check(ports_.clock.Now()));
    if (token.ok()) {
      wire::EmitQueryResult(job.text(), wire::ResultPlace{"", *token}, emit);
    } else {
      const bool stopped = token.error().code == base::Code::kCancelled;
      record.status = stopped ? api::JobStatus::kAbort : api::JobStatus::kFail;
      record.error = std::move(token).error();
    }
    translator.Complete(record, emit);
    return base::Ok();
  }
  ASSIGN_OR_RETURN(const api::JobRecord record, ports_.jobs.Get(ctx, job));
  wire::EventTranslator translator(record);
  ASSIGN_OR_RETURN(const api::JobRecord ended,
                   ports_.jobs.Follow(ctx, job, 0, [&](const api::JobEvent& event) {
                     translator.Translate(event, emit);
                   }));
  translator.Complete(ended, emit);
  return base::Ok();
}

}  // namespace server
