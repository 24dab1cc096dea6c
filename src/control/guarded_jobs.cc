#include "control/guarded_jobs.h"

#include <algorithm>
#include <filesystem>

#include "control/reasons.h"
#include "control/table_plan.h"
#include "model/ref.h"
#include "storage/open_folders.h"

namespace control {
namespace {

std::string OrMain(const std::string& branch) {
  return branch.empty() ? std::string(model::kMainBranch) : branch;
}

}  // namespace

bool IsOpenForImport(const std::string& source, const std::vector<std::string>& folders) {
  constexpr std::string_view kFile = "file://";
  if (!source.starts_with(kFile) && source.find("://") != std::string::npos) return true;
  const std::filesystem::path written =
      source.starts_with(kFile) ? source.substr(kFile.size()) : source;
  if (!written.is_absolute()) return false;
  std::filesystem::path fixed;  // what stands before the first pattern
  if (std::find(written.begin(), written.end(), "..") != written.end()) return false;
  for (const std::filesystem::path& part : written) {
    if (part.string().find_first_of("*?[{") != std::string::npos) break;
    fixed /= part;
  }
  return storage::IsInside(storage::Resolved(fixed), folders);
}

base::Status GuardedJobs::MayRun(const base::Context& ctx, const api::RunRequest& run) {
  RETURN_IF_ERROR(gate_.Readable(ctx, OrMain(run.ref)));
  RETURN_IF_ERROR(gate_.Check(ctx, {.action = Action::kRun}));
  if (run.dry_run) return base::Ok();
  return gate_.OnBranch(ctx, {.action = Action::kWrite, .branch = OrMain(run.ref)});
}

base::Status GuardedJobs::MayImport(const base::Context& ctx, const std::string& branch,
                                    const std::vector<std::string>& sources) {
  RETURN_IF_ERROR(gate_.OnBranch(ctx, {.action = Action::kWrite, .branch = OrMain(branch)}));
  for (const std::string& source : sources) {
    if (IsOpenForImport(source, import_folders_)) continue;
    return base::Error(base::Code::kPermissionDenied, kSourceDenied,
                       "\"" + source +
                           "\" is a path on the server's machine that is not open for imports: "
                           "bring the file to the object store")
        .Set("source", source);
  }
  return base::Ok();
}

base::Result<model::JobId> GuardedJobs::Submit(const base::Context& ctx,
                                               const api::JobRequest& request) {
  if (const auto* run = std::get_if<api::RunRequest>(&request)) {
    RETURN_IF_ERROR(MayRun(ctx, *run));
  } else if (const auto* create = std::get_if<api::CreateTableRequest>(&request)) {
    RETURN_IF_ERROR(MayImport(ctx, create->branch, create->sources));
  } else if (const auto* plan = std::get_if<api::PlanTableRequest>(&request)) {
    RETURN_IF_ERROR(MayImport(ctx, plan->table.branch, plan->table.sources));
  } else if (const auto* apply = std::get_if<api::ApplyTablePlanRequest>(&request)) {
    RETURN_IF_ERROR(gate_.Known(ctx));
    ASSIGN_OR_RETURN(const TablePlan read, ReadTablePlan(apply->plan_yaml));
    RETURN_IF_ERROR(MayImport(ctx, read.branch, {}));  // no file is read
  } else if (const auto* external = std::get_if<api::ExternalTableRequest>(&request)) {
    RETURN_IF_ERROR(MayImport(ctx, external->branch, external->sources));
  } else {
    const auto& import = std::get<api::ImportRequest>(request);
    RETURN_IF_ERROR(MayImport(ctx, import.branch, import.sources));
  }
  return inner_.Submit(ctx, request);
}

base::Result<api::JobRecord> GuardedJobs::Follow(
    const base::Context& ctx, const model::JobId& job, uint64_t from_sequence,
    const std::function<void(const api::JobEvent&)>& sink) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Follow(ctx, job, from_sequence, sink);
}

base::Result<api::JobRecord> GuardedJobs::Cancel(const base::Context& ctx,
                                                 const model::JobId& job) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  ASSIGN_OR_RETURN(const api::JobRecord record, inner_.Get(ctx, job));
  RETURN_IF_ERROR(
      gate_.Check(ctx, {.action = Action::kCancelJob, .name = job.text(), .owner = record.user}));
  return inner_.Cancel(ctx, job);
}

base::Result<api::JobRecord> GuardedJobs::Get(const base::Context& ctx, const model::JobId& job) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Get(ctx, job);
}

base::Result<std::vector<api::JobRecord>> GuardedJobs::List(const base::Context& ctx,
                                                            const api::JobFilter& filter) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.List(ctx, filter);
}

base::Result<api::ProjectSnapshot> GuardedJobs::GetSnapshot(const base::Context& ctx,
                                                            const model::JobId& job) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.GetSnapshot(ctx, job);
}

base::Result<api::PlanReport> GuardedJobs::Plan(const base::Context& ctx,
                                                const api::PlanRequest& request) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Plan(ctx, request);
}

base::Result<api::QueryResult> GuardedJobs::Query(const base::Context& ctx,
                                                  const api::QueryRequest& request) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Query(ctx, request);
}

}  // namespace control
