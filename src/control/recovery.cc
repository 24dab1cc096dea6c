#include "control/recovery.h"

#include <filesystem>
#include <utility>

#include "api/job_record_cbor.h"
#include "base/file.h"
#include "base/log.h"
#include "control/job.h"
#include "control/reasons.h"

namespace control {
namespace {

constexpr std::chrono::hours kPrunePause{1};

/// The job's run, if it has one.
base::Result<std::optional<catalog::RunState>> RunOf(const base::Context& ctx, Parts& parts,
                                                     const model::JobId& job) {
  auto run = parts.catalog.ReadRun(ctx, model::RunId(job.text()));
  if (run.ok()) return std::optional<catalog::RunState>(std::move(run).value());
  if (run.error().code == base::Code::kNotFound) return std::optional<catalog::RunState>();
  return std::move(run).error();
}

base::Error WhyOf(const api::JobRecord& record, const std::optional<catalog::RunState>& run) {
  const bool direct = run && run->branch.empty();
  return base::Error(base::Code::kFailedPrecondition, kProcessEnded,
                     "the process that ran it ended before it did; " +
                         (direct ? "the tables it had finished are on \"" + record.ref + "\""
                                 : "\"" + record.ref + "\" was not changed"));
}

/// What a job's record must become, with its lock held. Nothing when it is as it should be.
base::Result<std::optional<Recovered>> EndJob(const base::Context& ctx, Parts& parts,
                                              const model::JobId& job,
                                              const state::Record& stored) {
  ASSIGN_OR_RETURN(api::JobRecord record, api::DecodeJobRecord(stored.bytes));
  ASSIGN_OR_RETURN(const std::optional<catalog::RunState> run, RunOf(ctx, parts, job));
  const bool published = run && run->phase == catalog::RunPhase::kPublished;
  const bool open = run && (run->phase == catalog::RunPhase::kRunning ||
                            run->phase == catalog::RunPhase::kChecked);
  if (record.finished && !open && (!published || !record.published.empty()))
    return std::optional<Recovered>();
  std::optional<Recovered> recovered;
  if (published) {
    if (!record.finished) record.finished = run->ended;
    record.status = api::JobStatus::kComplete;
    record.published = run->published_commit.text();
    record.run_branch.clear();
  } else if (!record.finished) {
    recovered = Recovered{job, run ? run->branch : "", record.ref, run && run->branch.empty()};
    record.status = api::JobStatus::kFail;
    record.finished = parts.clock.Now();
    record.error = WhyOf(record, run);
    if (run) record.run_branch = run->branch;
  }
  if (open) {
    catalog::MarkRequest mark;
    mark.run_id = run->id;
    mark.phase = catalog::RunPhase::kAborted;
    mark.error = WhyOf(record, run).message;
    mark.extras.puts.push_back(RecordPut(record));
    RETURN_IF_ERROR(parts.catalog.MarkRun(ctx, mark));
    return recovered;
  }
  state::Batch batch;
  batch.expect.push_back({JobKey(job), stored.version});
  batch.puts.push_back(RecordPut(record));
  RETURN_IF_ERROR(parts.state.Apply(ctx, batch));
  return recovered;
}

/// Nothing when somebody else is at it, or it is alive.
base::Result<std::optional<Recovered>> RecoverJob(const base::Context& ctx, Parts& parts,
                                                  const std::string& lock_path,
                                                  const model::JobId& job) {
  ASSIGN_OR_RETURN(std::optional<base::FileLock> lock, base::FileLock::TryAcquire(lock_path));
  if (!lock) return std::optional<Recovered>();
  std::optional<Recovered> recovered;
  ASSIGN_OR_RETURN(const auto stored, parts.state.Read(ctx, JobKey(job)));
  if (stored) {
    ASSIGN_OR_RETURN(recovered, EndJob(ctx, parts, job, *stored));
  }
  // With the lock held: who waits for it makes a file of the same name again.
  std::error_code ignored;
  std::filesystem::remove(lock_path, ignored);
  return recovered;
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
  // Best effort: without it the next command prunes again.
  if (base::MakeFolders(parts.options.lake_folder + "/runs").ok()) (void)base::WriteFile(stamp, "");
  return base::Ok();
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
    auto recovered =
        RecoverJob(ctx, parts, entry.path().string(), model::JobId(entry.path().stem().string()));
    if (recovered.ok()) {
      if (*recovered) all.push_back(*std::move(recovered).value());
    } else if (recovered.error().code == base::Code::kResourceExhausted) {
      base::Log(base::LogLevel::kWarn,
                "a dead job waits for its end: " + recovered.error().message);
    } else if (recovered.error().code != base::Code::kConflict) {
      return std::move(recovered).error();
    }
  }
  RETURN_IF_ERROR(PruneNowAndThen(ctx, parts));
  return all;
}

}  // namespace control
