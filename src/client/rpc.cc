#include <algorithm>
#include <utility>

#include "base/file.h"
#include "client/reasons.h"
#include "client/rpc_internal.h"
#include "wire/error_detail.h"

namespace client {
namespace {

constexpr int kMetadataBytesMax = 1 << 20;  // errors come whole, in trailing metadata
constexpr int kKeepaliveMillis = 30'000;
constexpr std::chrono::seconds kConnectMax{10};
constexpr std::chrono::milliseconds kLook{100};
// Where systems keep the certificates they trust; gRPC brings its own list otherwise.
constexpr const char* kSystemCertificates[] = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};

base::Result<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const ServerUrl& server,
                                                                      const std::string& ca_file) {
  if (!server.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  if (!ca_file.empty()) {
    ASSIGN_OR_RETURN(options.pem_root_certs, base::ReadFile(ca_file));
    return grpc::SslCredentials(options);
  }
  for (const char* file : kSystemCertificates) {
    auto certificates = base::ReadFile(file);
    if (!certificates.ok()) continue;
    options.pem_root_certs = *std::move(certificates);
    break;
  }
  return grpc::SslCredentials(options);
}

base::Code CodeOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::OUT_OF_RANGE:
      return base::Code::kInvalidArgument;
    case grpc::StatusCode::NOT_FOUND:
      return base::Code::kNotFound;
    case grpc::StatusCode::ALREADY_EXISTS:
      return base::Code::kAlreadyExists;
    case grpc::StatusCode::PERMISSION_DENIED:
      return base::Code::kPermissionDenied;
    case grpc::StatusCode::UNAUTHENTICATED:
      return base::Code::kUnauthenticated;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return base::Code::kResourceExhausted;
    case grpc::StatusCode::FAILED_PRECONDITION:
      return base::Code::kFailedPrecondition;
    case grpc::StatusCode::ABORTED:
      return base::Code::kConflict;
    case grpc::StatusCode::UNIMPLEMENTED:
      return base::Code::kUnimplemented;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return base::Code::kDeadlineExceeded;
    case grpc::StatusCode::CANCELLED:
      return base::Code::kCancelled;
    case grpc::StatusCode::UNAVAILABLE:
      return base::Code::kUnavailable;
    default:  // UNKNOWN, INTERNAL, DATA_LOSS, and what is yet to come
      return base::Code::kInternal;
  }
}

}  // namespace

RpcCall::RpcCall(const base::Context& ctx, const std::string& bearer)
    : on_stop_(ctx.stop, [this] { context_.TryCancel(); }) {
  if (ctx.deadline != base::Instant::max()) {
    context_.set_deadline(std::chrono::system_clock::time_point(ctx.deadline));
  }
  context_.AddMetadata("authorization", "Bearer " + bearer);
  context_.AddMetadata(wire::kClientHeader, wire::kClientVersion);
}

Rpc::Rpc(ServerUrl server, std::string key, std::string ca_file, const base::Clock& clock)
    : server_(std::move(server)),
      key_(std::move(key)),
      ca_file_(std::move(ca_file)),
      clock_(clock) {}

base::Error Rpc::Unreachable(const std::string& why) const {
  return base::Error(base::Code::kUnavailable, kUnreachable,
                     "no answer from " + server_.text + (why.empty() ? "" : ": " + why))
      .Set("url", server_.text);
}

base::Result<std::shared_ptr<grpc::Channel>> Rpc::Connect(const base::Context& ctx) {
  std::shared_ptr<grpc::Channel> channel =
      channel_.With([](const std::shared_ptr<grpc::Channel>& made) { return made; });
  if (!channel) {
    ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(server_, ca_file_));
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetMaxSendMessageSize(-1);
    arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    channel = grpc::CreateCustomChannel(server_.authority, credentials, arguments);
    channel_.With([&](std::shared_ptr<grpc::Channel>& made) {
      if (made) channel = made;
      made = channel;
    });
  }
  const base::Instant until = std::min(ctx.deadline, clock_.Now() + base::Duration(kConnectMax));
  while (true) {
    const grpc_connectivity_state state = channel->GetState(true);
    if (state == GRPC_CHANNEL_READY) return channel;
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    const bool failed = state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN;
    if (failed || clock_.Now() >= until) {
      // The next call begins anew instead of waiting for gRPC's own pauses.
      channel_.With([&](std::shared_ptr<grpc::Channel>& made) {
        if (made == channel) made.reset();
      });
      return Unreachable(failed && server_.tls ? "is it up, and its certificate trusted?"
                                               : "is the server up?");
    }
    channel->WaitForStateChange(state, std::chrono::system_clock::time_point(clock_.Now() + kLook));
  }
}

base::Status Rpc::StatusOf(const base::Context& ctx, RpcCall& call, const grpc::Status& status,
                           Effect effect) const {
  if (status.ok()) return base::Ok();
  const auto& trailers = call.context().GetServerTrailingMetadata();
  const auto detail = trailers.find(wire::kErrorTrailer);
  if (detail != trailers.end()) {
    const std::string_view json(detail->second.data(), detail->second.size());
    if (std::optional<base::Error> error = wire::ReadErrorDetail(json)) return *std::move(error);
  }
  RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
    return base::Error(CodeOf(status.error_code()), kBadAnswer, status.error_message());
  }
  if (effect == Effect::kReads) return Unreachable(status.error_message());
  return base::Error(base::Code::kOutcomeUnknown, kNoAnswer,
                     "the connection to " + server_.text +
                         " broke before the answer came: look whether it was done (" +
                         status.error_message() + ")")
      .Set("url", server_.text);
}

}  // namespace client
