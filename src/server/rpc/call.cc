#include <algorithm>
#include <array>
#include <utility>

#include "server/bearer.h"
#include "server/rpc/call_internal.h"
#include "wire/error_detail.h"
#include "wire/error_kind.h"
#include "wire/job_events.h"

namespace server::internal {
namespace {

constexpr size_t kTraceDigits = 32;
constexpr size_t kTraceStart = 3;               // "00-<32 digits>-..."
constexpr size_t kMessageBytesMax = 4096;       // a status travels in headers, which are bounded
constexpr size_t kDetailBytesMax = 256 * 1024;  // our clients take headers of this size

constexpr std::array<const char*, 17> kStatusNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

}  // namespace

std::string_view Header(const grpc::CallbackServerContext& call, const std::string& name) {
  const auto found = call.client_metadata().find(name);
  if (found == call.client_metadata().end()) return {};
  return {found->second.data(), found->second.size()};
}

base::Context ContextOf(const grpc::CallbackServerContext& call) {
  base::Context ctx;
  const auto deadline = call.deadline();
  if (deadline != std::chrono::system_clock::time_point::max()) {
    ctx.deadline = std::chrono::time_point_cast<base::Duration>(deadline);
  }
  const std::string_view trace = Header(call, "traceparent");
  if (trace.size() >= kTraceStart + kTraceDigits) {
    ctx.trace_id = trace.substr(kTraceStart, kTraceDigits);
  }
  return ctx;
}

base::Status Admit(Calls& calls, const grpc::CallbackServerContext& call, base::Context& ctx) {
  ASSIGN_OR_RETURN(const api::Account account,
                   Authenticate(ctx, calls.parts.accounts, Header(call, "authorization")));
  ctx.principal = account.username;
  return base::Ok();
}

grpc::Status StatusOf(const base::Error& error) {
  std::string text = wire::ErrorText(error);
  if (text.size() > kMessageBytesMax) text.resize(kMessageBytesMax);
  // What a user wrote wrongly is shown as such at once; in a job it is the job's failure.
  if (error.code == base::Code::kUserCode) return {grpc::StatusCode::INVALID_ARGUMENT, text};
  return {static_cast<grpc::StatusCode>(wire::GrpcStatusOf(error)), text};
}

grpc::Status StatusOf(const base::Status& status) {
  return status.ok() ? grpc::Status::OK : StatusOf(status.error());
}

grpc::Status EndingOf(grpc::CallbackServerContext& call, const base::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  if (!Header(call, wire::kClientHeader).empty()) {
    std::string detail = wire::ErrorDetail(status.error());
    if (detail.size() > kDetailBytesMax) {
      base::Error brief(status.error().code, status.error().reason, status.error().message);
      brief.message.resize(std::min(brief.message.size(), kMessageBytesMax));
      detail = wire::ErrorDetail(brief);
    }
    call.AddTrailingMetadata(wire::kErrorTrailer, detail);
  }
  return StatusOf(status.error());
}

void CallRecord::Close(const grpc::CallbackServerContext& call, const base::Context& ctx,
                       const std::string& target, const grpc::Status& status) const {
  RequestEntry entry;
  entry.at = began_;
  entry.kind = kind_;
  entry.method = method_;
  entry.target = target;
  entry.status = kStatusNames.at(static_cast<size_t>(status.error_code()));
  entry.user = ctx.principal;
  entry.peer = call.peer();
  entry.trace = ctx.trace_id;
  entry.took = calls_.parts.clock.Now() - began_;
  entry.changes = changes_;
  calls_.parts.metrics.Count(std::string(kind_) + " " + method_, entry.status, entry.took);
  calls_.parts.log.Write(entry);
}

}  // namespace server::internal
