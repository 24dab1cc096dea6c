#include "client/remote_jobs_internal.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/job_record_cbor.h"
#include "client/reasons.h"
#include "columnar/producer.h"
#include "proto/boathouse.grpc.pb.h"
#include "proto/commander.grpc.pb.h"
#include "wire/error_detail.h"
#include "wire/extension_requests.h"
#include "wire/job_records.h"
#include "wire/job_requests.h"
#include "wire/project_zip.h"

namespace client {
namespace {

namespace pb = wire::pb;
namespace px = wire::px;
using Commander = pb::V2CommanderService;
using Extension = px::ExtensionService;

constexpr uint32_t kPageMax = 500;
constexpr int kReconnectsMax = 5;  // in a row, without an event in between
constexpr std::chrono::milliseconds kPause{500};

base::Error BadAnswer(const std::string& what) {
  return base::Error(base::Code::kInternal, kBadAnswer,
                     "the server's answer has no " + what + ": is it a boathouse of this version?");
}

/// Starts a job of one kind.
struct Submitter {
  const base::Context& ctx;
  Rpc& rpc;

  base::Result<model::JobId> operator()(const api::RunRequest& run) const {
    pb::CodeSnapshotRunRequest request;
    RETURN_IF_ERROR(wire::FillRunRequest(run, &request));
    pb::CodeSnapshotRunResponse reply;
    RETURN_IF_ERROR(rpc.Ask<Commander>(ctx, Effect::kChanges, &Commander::Stub::CodeSnapshotRun,
                                       request, &reply));
    return model::JobId(reply.job_response_common().job_id());
  }
  base::Result<model::JobId> operator()(const api::CreateTableRequest& create) const {
    px::CreateTableRequest request;
    wire::FillCreateTable(create, &request);
    return Extend(&Extension::Stub::CreateTable, request);
  }
  base::Result<model::JobId> operator()(const api::PlanTableRequest& plan) const {
    px::CreateTableRequest request;
    wire::FillCreateTable(plan.table, &request);
    return Extend(&Extension::Stub::PlanTable, request);
  }
  base::Result<model::JobId> operator()(const api::ImportRequest& import) const {
    px::ImportTableRequest request;
    wire::FillImportTable(import, &request);
    return Extend(&Extension::Stub::ImportTable, request);
  }
  base::Result<model::JobId> operator()(const api::ApplyTablePlanRequest& apply) const {
    pb::TableCreatePlanApplyRequest request;
    request.set_plan_yaml(apply.plan_yaml);
    pb::TableCreatePlanApplyResponse reply;
    RETURN_IF_ERROR(rpc.Ask<Commander>(ctx, Effect::kChanges,
                                       &Commander::Stub::TableCreatePlanApply, request, &reply));
    return model::JobId(reply.job_response_common().job_id());
  }
  base::Result<model::JobId> operator()(const api::ExternalTableRequest& external) const {
    pb::ExternalTableCreateRequest request;
    wire::FillExternalTable(external, &request);
    pb::ExternalTableCreateResponse reply;
    RETURN_IF_ERROR(rpc.Ask<Commander>(ctx, Effect::kChanges, &Commander::Stub::ExternalTableCreate,
                                       request, &reply));
    return model::JobId(reply.job_response_common().job_id());
  }

 private:
  template <class Method, class Request>
  base::Result<model::JobId> Extend(Method method, const Request& request) const {
    px::SubmittedJob reply;
    RETURN_IF_ERROR(rpc.Ask<Extension>(ctx, Effect::kChanges, method, request, &reply));
    return model::JobId(reply.job_id());
  }
};

/// What a subscription brings, until its end.
struct Subscription {
  std::function<base::Status(const pb::RunnerEvent&)> take;
  uint64_t from = 0;
};

base::Status Subscribe(const base::Context& ctx, Rpc& rpc, const model::JobId& job,
                       const Subscription& wanted) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, rpc.Connect(ctx));
  const auto stub = Commander::NewStub(channel);
  RpcCall call(ctx, rpc.key());
  pb::SubscribeLogsRequest request;
  request.set_job_id(job.text());
  request.set_boathouse_events(true);
  request.set_boathouse_from(wanted.from);
  const auto reader = stub->SubscribeLogs(&call.context(), request);
  pb::SubscribeLogsResponse message;
  base::Status taken = base::Ok();
  while (taken.ok() && reader->Read(&message)) taken = wanted.take(message.runner_event());
  if (!taken.ok()) call.context().TryCancel();
  const grpc::Status ended = reader->Finish();
  RETURN_IF_ERROR(taken);
  return rpc.StatusOf(ctx, call, ended, Effect::kReads);
}

void Pause() {
  base::Guarded<bool> nothing(false);
  nothing.WaitFor(kPause, [](const bool& never) { return never; });
}

/// The bearer of a query's rows, or why there are none.
base::Result<std::string> AwaitRows(const base::Context& ctx, Rpc& rpc, const model::JobId& job) {
  std::string token;
  std::optional<api::JobRecord> ended;
  const Subscription wanted{[&](const pb::RunnerEvent& event) -> base::Status {
    if (event.has_flight_server_start()) token = event.flight_server_start().magic_token();
    if (event.has_boathouse_event() && !event.boathouse_event().record().empty()) {
      ASSIGN_OR_RETURN(ended, api::DecodeJobRecord(event.boathouse_event().record()));
    }
    return base::Ok();
  }};
  RETURN_IF_ERROR(Subscribe(ctx, rpc, job, wanted));
  if (!token.empty()) return token;
  if (ended && ended->error) return *std::move(ended->error);
  return BadAnswer("rows");
}

}  // namespace

base::Result<model::JobId> RemoteJobs::Submit(const base::Context& ctx,
                                              const api::JobRequest& request) {
  return std::visit(Submitter{ctx, rpc_}, request);
}

base::Result<api::JobRecord> RemoteJobs::Follow(
    const base::Context& ctx, const model::JobId& job, uint64_t from_sequence,
    const std::function<void(const api::JobEvent&)>& sink) {
  std::optional<api::JobRecord> ended;
  Subscription wanted;
  wanted.from = from_sequence;
  int failures = 0;
  wanted.take = [&](const pb::RunnerEvent& event) -> base::Status {
    if (!event.has_boathouse_event()) return base::Ok();
    failures = 0;
    if (!event.boathouse_event().record().empty()) {
      ASSIGN_OR_RETURN(ended, api::DecodeJobRecord(event.boathouse_event().record()));
      return base::Ok();
    }
    ASSIGN_OR_RETURN(const api::JobEvent read,
                     api::DecodeJobEvent(event.boathouse_event().event()));
    wanted.from = read.sequence + 1;
    sink(read);
    return base::Ok();
  };
  while (true) {
    base::Status status = Subscribe(ctx, rpc_, job, wanted);
    if (status.ok() && ended) return *std::move(ended);
    if (status.ok()) return BadAnswer("record of the job");
    // A server that restarts, or a connection that broke: the events go on where they stopped.
    const bool again = status.error().code == base::Code::kUnavailable;
    if (!again || ++failures > kReconnectsMax) return std::move(status).error();
    RETURN_IF_ERROR(ctx.Check(rpc_.clock().Now()));
    Pause();
  }
}

base::Result<api::JobRecord> RemoteJobs::Cancel(const base::Context& ctx, const model::JobId& job) {
  pb::CancelJobRequest request;
  request.mutable_job_id()->set_id(job.text());
  request.set_boathouse_record(true);
  pb::CancelJobResponse reply;
  RETURN_IF_ERROR(
      rpc_.Ask<Commander>(ctx, Effect::kChanges, &Commander::Stub::CancelJob, request, &reply));
  if (reply.boathouse_record().empty()) return Get(ctx, job);  // of a query
  return api::DecodeJobRecord(reply.boathouse_record());
}

base::Result<api::JobRecord> RemoteJobs::Get(const base::Context& ctx, const model::JobId& job) {
  pb::GetJobContextRequest request;
  request.add_job_ids(job.text());
  request.set_boathouse_records(true);
  pb::GetJobContextResponse reply;
  RETURN_IF_ERROR(
      rpc_.Ask<Commander>(ctx, Effect::kReads, &Commander::Stub::GetJobContext, request, &reply));
  if (reply.job_contexts_size() > 0) {
    return api::DecodeJobRecord(reply.job_contexts(0).boathouse_record());
  }
  if (reply.errors_size() > 0) {
    std::optional<base::Error> error = wire::ReadErrorDetail(reply.errors(0).boathouse_detail());
    if (error) return *std::move(error);
  }
  return BadAnswer("record of the job");
}

base::Result<std::vector<api::JobRecord>> RemoteJobs::List(const base::Context& ctx,
                                                           const api::JobFilter& filter) {
  std::vector<api::JobRecord> all;
  std::string token;
  while (true) {
    const uint64_t left = filter.limit == 0 ? kPageMax : filter.limit - all.size();
    pb::GetJobsRequest request;
    wire::FillJobsRequest(filter, static_cast<uint32_t>(std::min<uint64_t>(left, kPageMax)), token,
                          &request);
    pb::GetJobsResponse reply;
    RETURN_IF_ERROR(
        rpc_.Ask<Commander>(ctx, Effect::kReads, &Commander::Stub::GetJobs, request, &reply));
    for (const pb::JobInfo& job : reply.jobs()) {
      ASSIGN_OR_RETURN(all.emplace_back(), api::DecodeJobRecord(job.boathouse_record()));
    }
    token = reply.pagination_token();
    if (token.empty() || (filter.limit > 0 && all.size() >= filter.limit)) return all;
  }
}

base::Result<api::ProjectSnapshot> RemoteJobs::GetSnapshot(const base::Context& ctx,
                                                           const model::JobId& job) {
  pb::GetSnapshotInfoRequest request;
  request.set_snapshot_sha(job.text());
  request.set_boathouse_any_size(true);
  pb::GetSnapshotInfoResponse reply;
  RETURN_IF_ERROR(
      rpc_.Ask<Commander>(ctx, Effect::kReads, &Commander::Stub::GetSnapshotInfo, request, &reply));
  return wire::ReadProjectZip(reply.snapshot_info().snapshot_zip());
}

base::Result<api::PlanReport> RemoteJobs::Plan(const base::Context& ctx,
                                               const api::PlanRequest& request) {
  px::PlanRunRequest asked;
  RETURN_IF_ERROR(wire::FillPlanRun(request, &asked));
  px::PlanRunResponse reply;
  RETURN_IF_ERROR(
      rpc_.Ask<Extension>(ctx, Effect::kReads, &Extension::Stub::PlanRun, asked, &reply));
  return wire::PlanReportOf(reply);
}

base::Result<api::QueryResult> RemoteJobs::Query(const base::Context& ctx,
                                                 const api::QueryRequest& request) {
  pb::QueryRunRequest asked;
  wire::FillQueryRequest(request, &asked);
  pb::QueryRunResponse reply;
  RETURN_IF_ERROR(
      rpc_.Ask<Commander>(ctx, Effect::kChanges, &Commander::Stub::QueryRun, asked, &reply));
  api::QueryResult result;
  result.job = model::JobId(reply.job_response_common().job_id());
  auto token = AwaitRows(ctx, rpc_, result.job);
  if (!token.ok()) {
    if (!ctx.Check(rpc_.clock().Now()).ok()) (void)Cancel(base::Context(), result.job);
    return std::move(token).error();
  }
  ASSIGN_OR_RETURN(result.stream, FetchRows(ctx, rpc_, *token));
  ASSIGN_OR_RETURN(result.schema, columnar::SchemaOf(result.stream));
  return result;
}

}  // namespace client
