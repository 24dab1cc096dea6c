#include <memory>
#include <utility>

#include "proto/boathouse.grpc.pb.h"
#include "server/rpc/answer_internal.h"
#include "server/rpc/call_internal.h"

namespace server::internal {
namespace {

namespace px = wire::px;
using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class ExtensionService final : public px::ExtensionService::CallbackService {
 public:
  explicit ExtensionService(Calls& calls) : calls_(calls), methods_(calls.parts.methods) {}

  ServerUnaryReactor* CreateTable(CallbackServerContext* call,
                                  const px::CreateTableRequest* request,
                                  px::SubmittedJob* out) override {
    return AnswerCall(
        calls_, call, {"CreateTable", CallKind::kStartsJob, request->table()},
        [=, this](const base::Context& ctx) { return methods_.CreateTable(ctx, *request, out); });
  }
  ServerUnaryReactor* PlanTable(CallbackServerContext* call, const px::CreateTableRequest* request,
                                px::SubmittedJob* out) override {
    return AnswerCall(
        calls_, call, {"PlanTable", CallKind::kStartsJob, request->table()},
        [=, this](const base::Context& ctx) { return methods_.PlanTable(ctx, *request, out); });
  }
  ServerUnaryReactor* ImportTable(CallbackServerContext* call,
                                  const px::ImportTableRequest* request,
                                  px::SubmittedJob* out) override {
    return AnswerCall(
        calls_, call, {"ImportTable", CallKind::kStartsJob, request->table()},
        [=, this](const base::Context& ctx) { return methods_.ImportTable(ctx, *request, out); });
  }
  ServerUnaryReactor* PlanRun(CallbackServerContext* call, const px::PlanRunRequest* request,
                              px::PlanRunResponse* out) override {
    return AnswerCall(
        calls_, call, {"PlanRun", CallKind::kReads, request->ref()},
        [=, this](const base::Context& ctx) { return methods_.PlanRun(ctx, *request, out); });
  }

 private:
  Calls& calls_;
  JobMethods& methods_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeExtensionService(Calls& calls) {
  return std::make_unique<ExtensionService>(calls);
}

}  // namespace server::internal
