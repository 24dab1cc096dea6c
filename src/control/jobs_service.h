// api::Jobs: starts, follows, stops and remembers jobs; plans and queries.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "api/jobs_api.h"
#include "base/guarded.h"
#include "control/job.h"
#include "control/parts.h"

namespace control {

/// Thread-safe. Owns the jobs of this process; the destructor stops them and waits.
class JobsService final : public api::Jobs {
 public:
  explicit JobsService(Parts& parts) : parts_(parts), slots_(parts.options.jobs) {}
  ~JobsService() override;

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
  /// Jobs of this process in a state that is not final; reads nothing that is stored.
  uint32_t CountLiving(api::JobStatus status) const;

 private:
  api::JobRecord NewRecord(const base::Context& ctx, api::JobKind kind, const std::string& ref);
  base::Result<model::JobId> SubmitRun(const base::Context& ctx, const api::RunRequest& request);
  base::Result<model::JobId> SubmitImport(const base::Context& ctx, const api::JobRequest& request);
  base::Result<std::shared_ptr<Job>> Adopt(const base::Context& ctx, api::JobRecord record);
  std::shared_ptr<Job> Alive(const model::JobId& job) const;
  base::Result<plan::TaskSpec> QueryTask(const base::Context& ctx, const api::QueryRequest& request,
                                         const model::JobId& job);

  Parts& parts_;
  JobSlots slots_;
  base::Guarded<std::map<model::JobId, std::shared_ptr<Job>>> jobs_;
};

}  // namespace control
