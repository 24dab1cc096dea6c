// What all calls have in common: who asks, until when, and the line in the log.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>

#include <atomic>
#include <string>

#include "server/rpc/rpc_server.h"

namespace server::internal {

/// Shared by the services; outlives them.
struct Calls {
  RpcServer::Parts parts;
  RpcLimits limits;
  std::string public_url;
  bool tls = false;
  std::atomic<bool> refusing_jobs = false;
  std::atomic<bool> draining = false;
  WorkPool streams;

  Calls(const RpcServer::Parts& given, const RpcLimits& bounds)
      : parts(given), limits(bounds), streams(WorkPool::Limits{bounds.streams_max, 0}) {}
};

/// A piece of metadata, or "".
std::string_view Header(const grpc::CallbackServerContext& call, const std::string& name);
/// Deadline and trace of the call; nobody is authenticated yet.
base::Context ContextOf(const grpc::CallbackServerContext& call);
/// Fills in the caller, or says why not.
base::Status Admit(Calls& calls, const grpc::CallbackServerContext& call, base::Context& ctx);
grpc::Status StatusOf(const base::Status& status);
grpc::Status StatusOf(const base::Error& error);
/// What ends the call: a client of ours gets the error whole as well. Before Finish, once.
grpc::Status EndingOf(grpc::CallbackServerContext& call, const base::Status& status);

/// Counts and logs a call when it is over.
class CallRecord {
 public:
  CallRecord(Calls& calls, const char* kind, const char* method, bool changes)
      : calls_(calls),
        kind_(kind),
        method_(method),
        changes_(changes),
        began_(calls.parts.clock.Now()) {}
  void Close(const grpc::CallbackServerContext& call, const base::Context& ctx,
             const std::string& target, const grpc::Status& status) const;

 private:
  Calls& calls_;
  const char* const kind_;
  const char* const method_;
  const bool changes_;
  const base::Instant began_;
};

std::unique_ptr<grpc::Service> MakeCommanderService(Calls& calls);
std::unique_ptr<grpc::Service> MakeExtensionService(Calls& calls);
std::unique_ptr<grpc::Service> MakeFlightService(Calls& calls);

}  // namespace server::internal
