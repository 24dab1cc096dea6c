#include <memory>
#include <utility>

#include "proto/commander.grpc.pb.h"
#include "server/reasons.h"
#include "server/rpc/call_internal.h"
#include "server/rpc/subscriber_internal.h"

namespace server::internal {
namespace {

namespace pb = wire::pb;
using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

base::Error NotOffered(const std::string& method, const std::string& instead) {
  return base::Error(base::Code::kUnimplemented, kNotOffered,
                     method + " is not offered by this server: " + instead)
      .Set("method", method);
}

class CommanderService final : public pb::V2CommanderService::CallbackService {
 public:
  explicit CommanderService(Calls& calls) : calls_(calls), methods_(calls.parts.methods) {}

  ServerUnaryReactor* GetBauplanInfo(CallbackServerContext* call, const pb::GetBauplanInfoRequest*,
                                     pb::GetBauplanInfoResponse* out) override {
    return Answer(call, "GetBauplanInfo", Kind::kReads, "",
                  [this, out](const base::Context& ctx) { return methods_.GetInfo(ctx, out); });
  }
  ServerUnaryReactor* CodeSnapshotRun(CallbackServerContext* call,
                                      const pb::CodeSnapshotRunRequest* request,
                                      pb::CodeSnapshotRunResponse* out) override {
    return Answer(call, "CodeSnapshotRun", Kind::kStartsJob, request->ref(),
                  [=, this](const base::Context& ctx) { return methods_.Run(ctx, *request, out); });
  }
  ServerUnaryReactor* CodeSnapshotReRun(CallbackServerContext* call,
                                        const pb::CodeSnapshotReRunRequest* request,
                                        pb::CodeSnapshotReRunResponse* out) override {
    return Answer(
        call, "CodeSnapshotReRun", Kind::kStartsJob, request->re_run_job_id(),
        [=, this](const base::Context& ctx) { return methods_.RunAgain(ctx, *request, out); });
  }
  ServerUnaryReactor* QueryRun(CallbackServerContext* call, const pb::QueryRunRequest* request,
                               pb::QueryRunResponse* out) override {
    return Answer(
        call, "QueryRun", Kind::kStartsJob, request->ref(),
        [=, this](const base::Context& ctx) { return methods_.Query(ctx, *request, out); });
  }
  ServerUnaryReactor* TableDataImport(CallbackServerContext* call,
                                      const pb::TableDataImportRequest* request,
                                      pb::TableDataImportResponse* out) override {
    return Answer(
        call, "TableDataImport", Kind::kStartsJob, request->table_name(),
        [=, this](const base::Context& ctx) { return methods_.Import(ctx, *request, out); });
  }
  ServerUnaryReactor* TableCreatePlan(CallbackServerContext* call,
                                      const pb::TableCreatePlanRequest* request,
                                      pb::TableCreatePlanResponse* out) override {
    return Answer(
        call, "TableCreatePlan", Kind::kStartsJob, request->table_name(),
        [=, this](const base::Context& ctx) { return methods_.PlanTable(ctx, *request, out); });
  }
  ServerUnaryReactor* TableCreatePlanApply(CallbackServerContext* call,
                                           const pb::TableCreatePlanApplyRequest* request,
                                           pb::TableCreatePlanApplyResponse* out) override {
    return Answer(call, "TableCreatePlanApply", Kind::kStartsJob, "",
                  [=, this](const base::Context& ctx) {
                    return methods_.ApplyTablePlan(ctx, *request, out);
                  });
  }
  ServerUnaryReactor* ExternalTableCreate(CallbackServerContext* call,
                                          const pb::ExternalTableCreateRequest* request,
                                          pb::ExternalTableCreateResponse* out) override {
    return Answer(call, "ExternalTableCreate", Kind::kStartsJob, request->table_name(),
                  [=, this](const base::Context& ctx) {
                    return methods_.CreateExternalTable(ctx, *request, out);
                  });
  }
  ServerUnaryReactor* CancelJob(CallbackServerContext* call, const pb::CancelJobRequest* request,
                                pb::CancelJobResponse* out) override {
    return Answer(
        call, "CancelJob", Kind::kChanges, request->job_id().id(),
        [=, this](const base::Context& ctx) { return methods_.Cancel(ctx, *request, out); });
  }
  ServerUnaryReactor* GetJobs(CallbackServerContext* call, const pb::GetJobsRequest* request,
                              pb::GetJobsResponse* out) override {
    return Answer(call, "GetJobs", Kind::kReads, "", [=, this](const base::Context& ctx) {
      return methods_.List(ctx, *request, out);
    });
  }
  ServerUnaryReactor* GetLogs(CallbackServerContext* call, const pb::GetLogsRequest* request,
                              pb::GetLogsResponse* out) override {
    return Answer(
        call, "GetLogs", Kind::kReads, request->job_id(),
        [=, this](const base::Context& ctx) { return methods_.Logs(ctx, *request, out); });
  }
  ServerUnaryReactor* GetJobContext(CallbackServerContext* call,
                                    const pb::GetJobContextRequest* request,
                                    pb::GetJobContextResponse* out) override {
    return Answer(call, "GetJobContext", Kind::kReads, "", [=, this](const base::Context& ctx) {
      return methods_.Contexts(ctx, *request, out);
    });
  }
  ServerUnaryReactor* GetSnapshotInfo(CallbackServerContext* call,
                                      const pb::GetSnapshotInfoRequest* request,
                                      pb::GetSnapshotInfoResponse* out) override {
    return Answer(
        call, "GetSnapshotInfo", Kind::kReads, request->snapshot_sha(),
        [=, this](const base::Context& ctx) { return methods_.Snapshot(ctx, *request, out); });
  }
  grpc::ServerWriteReactor<pb::SubscribeLogsResponse>* SubscribeLogs(
      CallbackServerContext* call, const pb::SubscribeLogsRequest* request) override {
    return Subscribe(calls_, call, request->job_id());
  }

 private:
  enum class Kind { kReads, kChanges, kStartsJob };

  /// Authenticates, runs `work` on the pool, finishes with what it says. Request and reply live
  /// until then.
  template <class F>
  ServerUnaryReactor* Answer(CallbackServerContext* call, const char* name, Kind kind,
                             std::string target, F work) {
    ServerUnaryReactor* reactor = call->DefaultReactor();
    const CallRecord record(calls_, "rpc", name, kind != Kind::kReads);
    const bool taken = calls_.parts.pool.Post([=, this, target = std::move(target)]() mutable {
      base::Context ctx = ContextOf(*call);
      base::Status status = Admit(calls_, *call, ctx);
      if (status.ok() && kind == Kind::kStartsJob && calls_.refusing_jobs) {
        status = base::Error(base::Code::kUnavailable, kDraining,
                             "the server is going down: try again in a moment");
      }
      if (status.ok()) status = work(ctx);
      const grpc::Status said = StatusOf(status);
      record.Close(*call, ctx, target, said);
      reactor->Finish(said);
    });
    if (!taken) {
      reactor->Finish(StatusOf(base::Error(base::Code::kResourceExhausted, kBusy,
                                           "too much work is waiting: try again later")));
    }
    return reactor;
  }

  ServerUnaryReactor* Refuse(CallbackServerContext* call, const char* name,
                             const std::string& instead) {
    return Answer(call, name, Kind::kReads, "",
                  [=](const base::Context&) -> base::Status { return NotOffered(name, instead); });
  }

  Calls& calls_;
  JobMethods& methods_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCommanderService(Calls& calls) {
  return std::make_unique<CommanderService>(calls);
}

}  // namespace server::internal
