// The methods of the job service without their transport: messages and a context in, messages or
// an error out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/flight/result_shelf.h"
#include "server/ports.h"
#include "server/rpc/job_feed.h"
#include "wire/commander_messages.h"

namespace wire {
struct JobPageRequest;
}

namespace server {

/// Thread-safe. `ctx.principal` is the caller; who may do what is decided behind the ports.
class JobMethods {
 public:
  struct Identity {
    std::string version;
    std::string hostname;
    /// The graph of a run as text for a terminal; none: replies come without.
    std::function<std::string(const plan::LogicalPlan&)> draw;
  };
  JobMethods(const Ports& ports, ResultShelf& shelf, Identity identity);

  base::Status GetInfo(const base::Context& ctx, wire::pb::GetBauplanInfoResponse* out);
  base::Status Run(const base::Context& ctx, const wire::pb::CodeSnapshotRunRequest& request,
                   wire::pb::CodeSnapshotRunResponse* out);
  base::Status RunAgain(const base::Context& ctx, const wire::pb::CodeSnapshotReRunRequest& request,
                        wire::pb::CodeSnapshotReRunResponse* out);
  base::Status Query(const base::Context& ctx, const wire::pb::QueryRunRequest& request,
                     wire::pb::QueryRunResponse* out);
  base::Status Import(const base::Context& ctx, const wire::pb::TableDataImportRequest& request,
                      wire::pb::TableDataImportResponse* out);
  base::Status PlanTable(const base::Context& ctx, const wire::pb::TableCreatePlanRequest& request,
                         wire::pb::TableCreatePlanResponse* out);
  base::Status ApplyTablePlan(const base::Context& ctx,
                              const wire::pb::TableCreatePlanApplyRequest& request,
                              wire::pb::TableCreatePlanApplyResponse* out);
  base::Status CreateExternalTable(const base::Context& ctx,
                                   const wire::pb::ExternalTableCreateRequest& request,
                                   wire::pb::ExternalTableCreateResponse* out);
  base::Status Cancel(const base::Context& ctx, const wire::pb::CancelJobRequest& request,
                      wire::pb::CancelJobResponse* out);
  base::Status List(const base::Context& ctx, const wire::pb::GetJobsRequest& request,
                    wire::pb::GetJobsResponse* out);
  base::Status Logs(const base::Context& ctx, const wire::pb::GetLogsRequest& request,
                    wire::pb::GetLogsResponse* out);
  base::Status Contexts(const base::Context& ctx, const wire::pb::GetJobContextRequest& request,
                        wire::pb::GetJobContextResponse* out);
  base::Status Snapshot(const base::Context& ctx, const wire::pb::GetSnapshotInfoRequest& request,
                        wire::pb::GetSnapshotInfoResponse* out);

  /// Whether the caller may follow it; the error is the caller's.
  base::Status MayFollow(const base::Context& ctx, const model::JobId& job);
  /// All events of a job for its subscribers; the place of a query's rows has no address yet.
  base::Status Follow(const base::Context& ctx, const model::JobId& job,
                      const JobFeeds::Emit& emit);

 private:
  base::Result<std::vector<api::JobRecord>> Candidates(const base::Context& ctx,
                                                       const wire::JobPageRequest& page);
  base::Status AddContext(const base::Context& ctx, const model::JobId& job,
                          const wire::pb::GetJobContextRequest& request, uint64_t room,
                          wire::pb::JobContext* out);
  base::Status FollowSoFar(const base::Context& ctx, const model::JobId& job,
                           const std::function<void(const api::JobEvent&)>& sink);
  std::optional<plan::LogicalPlan> PlanOf(const base::Context& ctx, const model::JobId& job);
  base::Status EventsSoFar(const base::Context& ctx, const model::JobId& job, uint64_t bytes_max,
                           const JobFeeds::Emit& emit);

  const Ports ports_;
  ResultShelf& shelf_;
  const Identity identity_;
};

}  // namespace server
