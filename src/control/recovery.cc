#include "control/recovery.h"

#include <filesystem>
#include <utility>

#include "base/file.h"
#include "control/job.h"
#include "control/job_record_cbor.h"
#include "control/reasons.h"

namespace control {
namespace {

constexpr std::chrono::hours kPrunePause{1};

/// Nothing when somebody else is at it, or it is alive.
base::Result<std::optional<Recovered>> RecoverJob(const base::Context& ctx, Parts& parts,
                                                  const model::JobId& job) {
  using Nothing = std::optional<Recovered>;
  const std::string lock_path = RunLockPath(parts.options, model::RunId(job.text()));
  ASSIGN_OR_RETURN(std::optional<base::FileLock> lock, base::FileLock::TryAcquire(lock_path));
  if (!lock) return Nothing();
  ASSIGN_OR_RETURN(const auto stored, parts.state.Read(ctx, JobKey(job)));
  if (!stored) return Nothing();
  ASSIGN_OR_RETURN(api::JobRecord record, DecodeJobRecord(stored->bytes));
  if (record.finished) return Nothing();
  Recovered recovered{job, {}, record.ref};
  const base::Error why(
      base::Code::kFailedPrecondition, kProcessEnded,
      "the process that ran it ended before it did; \"" + record.ref + "\" was not changed");
  record.status = api::JobStatus::kFail;
  record.finished = parts.clock.Now();
  record.error = why;
  const auto run = parts.catalog.ReadRun(ctx, model::RunId(job.text()));
  if (run.ok() && !catalog::IsClosed(run->phase)) {
    recovered.run_branch = run->branch;
    record.run_branch = run->branch;
    catalog::MarkRequest mark;
    mark.run_id = run->id;
    mark.phase = catalog::RunPhase::kAborted;
    mark.error = why.message;
    mark.extras.puts.push_back(RecordPut(record));
    RETURN_IF_ERROR(parts.catalog.MarkRun(ctx, mark));
    return Nothing(std::move(recovered));
  }
  state::Batch batch;
  batch.expect.push_back({JobKey(job), stored->version});
  batch.puts.push_back(RecordPut(record));
  RETURN_IF_ERROR(parts.state.Apply(ctx, batch));
  return Nothing(std::move(recovered));
}

/// Pruning looks at every run there was, so not each command does it: the time of the last is that
/// of a file.
base::Status PruneNowAndThen(const base::Context& ctx, Parts& parts) {
  const std::string stamp = parts.options.lake_folder + "/runs/pruned";
  std::error_code error;
  const auto last = std::filesystem::last_write_time(stamp, error);
  if (!error && std::filesystem::file_time_type::clock::now() - last < kPrunePause)
    return base::Ok();
  RETURN_IF_ERROR(parts.catalog.PruneRuns(ctx, parts.clock.Now() - parts.options.failed_runs_kept));
  RETURN_IF_ERROR(base::MakeFolders(parts.options.lake_folder + "/runs"));
  return base::WriteFile(stamp, "");
}

}  // namespace

base::Result<std::vector<Recovered>> Recover(const base::Context& ctx, Parts& parts) {
  std::vector<Recovered> all;
  std::error_code error;
  // A lock file is there from a job's first moment until somebody saw its end: it is the list of
  // what may have died.
  for (const auto& entry :
       std::filesystem::directory_iterator(parts.options.lake_folder + "/runs", error)) {
    if (entry.path().extension() != ".lock") continue;
    const model::JobId job(entry.path().stem().string());
    auto recovered = RecoverJob(ctx, parts, job);
    if (!recovered.ok()) {
      if (recovered.error().code == base::Code::kConflict) continue;
      return std::move(recovered).error();
    }
    if (*recovered) all.push_back(*std::move(recovered).value());
    ASSIGN_OR_RETURN(const auto stored, parts.state.Read(ctx, JobKey(job)));
    if (!stored) continue;
    ASSIGN_OR_RETURN(const api::JobRecord record, DecodeJobRecord(stored->bytes));
    if (!record.finished) continue;
    ASSIGN_OR_RETURN(const auto lock, base::FileLock::TryAcquire(entry.path().string()));
    if (lock) std::filesystem::remove(entry.path(), error);
  }
  RETURN_IF_ERROR(PruneNowAndThen(ctx, parts));
  return all;
}

}  // namespace control
