// api::Jobs behind the gate: who may run what where, read which files, and stop whose job.
#pragma once

#include <string>
#include <vector>

#include "api/jobs_api.h"
#include "control/gate.h"

namespace control {

/// Thread-safe; borrows both. All see all jobs, as all see all branches; a job is stopped by its
/// owner or an admin.
class GuardedJobs final : public api::Jobs {
 public:
  /// Imports read files of the server's machine only under `import_folders`.
  GuardedJobs(api::Jobs& inner, Gate& gate, std::vector<std::string> import_folders)
      : inner_(inner), gate_(gate), import_folders_(std::move(import_folders)) {}
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
  base::Status MayRun(const base::Context& ctx, const api::RunRequest& run);
  base::Status MayImport(const base::Context& ctx, const std::string& branch,
                         const std::vector<std::string>& sources);

  api::Jobs& inner_;
  Gate& gate_;
  const std::vector<std::string> import_folders_;
};

/// True for an object store's URI, and for a path or file:// URI (globs too) under one of the
/// folders.
bool IsOpenForImport(const std::string& source, const std::vector<std::string>& folders);

}  // namespace control
