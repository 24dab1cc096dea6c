#include "server/rpc/rpc_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>

#include <utility>

#include "base/file.h"
#include "server/reasons.h"
#include "server/rpc/call_internal.h"

namespace server {
namespace {

using Acceptor = std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor>;
using ConnectionType = grpc::ServerBuilder::experimental_type::ExternalConnectionType;

constexpr int kKeepaliveMillis = 60'000;
constexpr int kKeepaliveAnswerMillis = 20'000;
constexpr int kStreamsPerConnection = 1024;

base::Result<std::shared_ptr<grpc::ServerCredentials>> CredentialsOf(const TlsFiles& tls) {
  grpc::SslServerCredentialsOptions options(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  ASSIGN_OR_RETURN(base::Bytes key, base::ReadFile(tls.key));
  ASSIGN_OR_RETURN(base::Bytes certificate, base::ReadFile(tls.certificate));
  options.pem_key_cert_pairs.push_back({std::move(key), std::move(certificate)});
  return grpc::SslServerCredentials(options);
}

}  // namespace

struct RpcServer::State {
  State(const Parts& parts, const RpcLimits& limits) : calls(parts, limits) {}

  internal::Calls calls;
  std::unique_ptr<grpc::Service> commander;
  std::unique_ptr<grpc::Service> extension;
  std::unique_ptr<grpc::Service> flight;
  Acceptor plain;
  Acceptor secure;
  std::unique_ptr<grpc::Server> server;
};

RpcServer::RpcServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

base::Result<std::unique_ptr<RpcServer>> RpcServer::Start(const Parts& parts, const TlsFiles& tls,
                                                          const std::string& public_url,
                                                          const RpcLimits& limits) {
  auto state = std::make_unique<State>(parts, limits);
  state->calls.public_url = public_url;
  state->calls.tls = !tls.certificate.empty();
  state->commander = internal::MakeCommanderService(state->calls);
  state->extension = internal::MakeExtensionService(state->calls);
  state->flight = internal::MakeFlightService(state->calls);
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(limits.request_bytes_max);
  builder.SetMaxSendMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveAnswerMillis);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnection);
  grpc::ResourceQuota quota("boathouse");
  quota.Resize(limits.memory_bytes_max);
  builder.SetResourceQuota(quota);
  builder.RegisterService(state->commander.get());
  builder.RegisterService(state->extension.get());
  builder.RegisterService(state->flight.get());
  state->plain = builder.experimental().AddExternalConnectionAcceptor(
      ConnectionType::FROM_FD, grpc::InsecureServerCredentials());
  if (state->calls.tls) {
    ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(tls));
    state->secure =
        builder.experimental().AddExternalConnectionAcceptor(ConnectionType::FROM_FD, credentials);
  }
  state->server = builder.BuildAndStart();
  if (!state->server) {
    return base::Error(base::Code::kFailedPrecondition, kCannotListen,
                       "gRPC could not be started: see the log");
  }
  return std::unique_ptr<RpcServer>(new RpcServer(std::move(state)));
}

RpcServer::~RpcServer() {
  Drain(base::Duration(0));
}

void RpcServer::Adopt(base::Fd connection, bool tls) {
  const Acceptor& acceptor = tls ? state_->secure : state_->plain;
  if (!acceptor) return;
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
  parameters.listener_fd = -1;
  parameters.fd = connection.Release();
  acceptor->HandleNewConnection(&parameters);
}

void RpcServer::RefuseJobs() {
  state_->calls.refusing_jobs = true;
}

void RpcServer::Drain(base::Duration patience) {
  state_->calls.refusing_jobs = true;
  state_->calls.draining = true;
  const std::chrono::system_clock::time_point until = state_->calls.parts.clock.Now() + patience;
  state_->server->Shutdown(until);
}

}  // namespace server
