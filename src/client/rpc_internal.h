// Rpc: calls of a server's gRPC services: one connection, the caller's deadline and stop, errors of
// ours.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "client/server_url_internal.h"

namespace client {

/// What a call does to the server: decides what a broken connection means.
enum class Effect { kReads, kChanges };

/// One call while it lasts: ends when `ctx` says stop.
class RpcCall {
 public:
  RpcCall(const base::Context& ctx, const std::string& bearer);
  RpcCall(const RpcCall&) = delete;
  RpcCall& operator=(const RpcCall&) = delete;
  grpc::ClientContext& context() { return context_; }

 private:
  grpc::ClientContext context_;
  std::stop_callback<std::function<void()>> on_stop_;
};

/// Thread-safe.
class Rpc {
 public:
  Rpc(ServerUrl server, std::string key, std::string ca_file, const base::Clock& clock);

  /// The connection, once it stands: kUnavailable "client.unreachable".
  base::Result<std::shared_ptr<grpc::Channel>> Connect(const base::Context& ctx);
  /// What ended the call, as an error of ours.
  base::Status StatusOf(const base::Context& ctx, RpcCall& call, const grpc::Status& status,
                        Effect effect) const;
  const std::string& key() const { return key_; }
  const base::Clock& clock() const { return clock_; }

  /// One request, one reply: `method` is a member of the stub.
  template <class Stub, class Method, class Request, class Reply>
  base::Status Ask(const base::Context& ctx, Effect effect, Method method, const Request& request,
                   Reply* reply) {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, Connect(ctx));
    const auto stub = Stub::NewStub(channel);
    RpcCall call(ctx, key_);
    const grpc::Status status = (stub.get()->*method)(&call.context(), request, reply);
    return StatusOf(ctx, call, status, effect);
  }

 private:
  base::Error Unreachable(const std::string& why) const;
  const ServerUrl server_;
  const std::string key_;
  const std::string ca_file_;
  const base::Clock& clock_;
  base::Guarded<std::shared_ptr<grpc::Channel>> channel_;
};

}  // namespace client
