// How a call with one request and one reply is answered, whichever service it belongs to.
#pragma once

#include <grpcpp/grpcpp.h>

#include <string>
#include <utility>

#include "server/reasons.h"
#include "server/rpc/call_internal.h"

namespace server::internal {

enum class CallKind { kReads, kChanges, kStartsJob };

struct CallName {
  const char* method;
  CallKind kind = CallKind::kReads;
  std::string target;  // for the log
};

/// Authenticates, runs `work` on the pool, finishes with what it says. Request and reply live
/// until then.
template <class F>
grpc::ServerUnaryReactor* AnswerCall(Calls& calls, grpc::CallbackServerContext* call, CallName name,
                                     F work) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  const CallRecord record(calls, "rpc", name.method, name.kind != CallKind::kReads);
  const bool taken = calls.parts.pool.Post([=, &calls, name = std::move(name)]() mutable {
    base::Context ctx = ContextOf(*call);
    base::Status status = Admit(calls, *call, ctx);
    if (status.ok() && name.kind == CallKind::kStartsJob && calls.refusing_jobs) {
      status = base::Error(base::Code::kUnavailable, kDraining,
                           "the server is going down: try again in a moment");
    }
    if (status.ok()) status = work(ctx);
    const grpc::Status said = EndingOf(*call, status);
    record.Close(*call, ctx, name.target, said);
    reactor->Finish(said);
  });
  if (!taken) {
    reactor->Finish(StatusOf(base::Error(base::Code::kResourceExhausted, kBusy,
                                         "too much work is waiting: try again later")));
  }
  return reactor;
}

}  // namespace server::internal
