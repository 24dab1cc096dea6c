// One subscriber of a job's events.
#pragma once

#include <grpcpp/grpcpp.h>

#include <string>

#include "proto/commander.pb.h"
#include "server/rpc/call_internal.h"

namespace server::internal {

/// Headers at once, then every event from the first, heartbeats where nothing happens, and the end
/// right after the completion. Lives until the call is over.
grpc::ServerWriteReactor<wire::pb::SubscribeLogsResponse>* Subscribe(
    Calls& calls, grpc::CallbackServerContext* call, const wire::pb::SubscribeLogsRequest& request);

}  // namespace server::internal
