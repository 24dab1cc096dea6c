// Jobs at a server: submitted and followed over gRPC, the rows of queries over Arrow Flight.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/jobs_api.h"
#include "client/rpc_internal.h"

namespace client {

class RemoteJobs final : public api::Jobs {
 public:
  explicit RemoteJobs(Rpc& rpc) : rpc_(rpc) {}
  base::Result<model::JobId> Submit(const base::Context& ctx,
                                    const api::JobRequest& request) override;
  base::Result<api::JobRecord> Follow(
      const base::Context& ctx, const model::JobId& job, uint64_t from_sequence,
      const std::function<void(const api::JobEvent&)>& sink) override;
  base::Result<api::JobRecord> Cancel(const base::Context& ctx, const model::JobId& job) override;
  base::Result<api::JobRecord> Get(const base::Context& ctx, const model::JobId& job) override;
  base::Result<std::vector<api::JobRecord>> List(const base::Context& ctx,
                                                 const api::JobFilter& filter) override;
  base::Result<api::ProjectSnapshot> GetSnapshot(const base::Context& ctx,
                                                 const model::JobId& job) override;
  base::Result<api::PlanReport> Plan(const base::Context& ctx,
                                     const api::PlanRequest& request) override;
  base::Result<api::QueryResult> Query(const base::Context& ctx,
                                       const api::QueryRequest& request) override;

 private:
  Rpc& rpc_;
};

/// The rows that a server holds ready for who shows `token`. Dropping them ends the call; a stop of
/// `ctx` does too, also while they are read.
base::Result<columnar::Stream> FetchRows(const base::Context& ctx, Rpc& rpc,
                                         const std::string& token);

}  // namespace client
