// Job: one job while it is alive in this process: its record, its log, its thread, its lock.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "api/jobs_api.h"
#include "base/file.h"
#include "base/guarded.h"
#include "control/job_log.h"
#include "control/parts.h"

namespace control {

/// Where the lasting parts of a job are.
std::string JobKey(const model::JobId& job);                             // of the record in `state`
std::string JobFolder(const Options& options, const model::JobId& job);  // events, on this machine
std::string RunLockPath(const Options& options,
                        const model::RunId& run);  // held while the job lives
std::string SnapshotKey(const model::JobId& job);  // of the code in the object store

/// Thread-safe. Owned by the jobs service until the process ends, so that it can be followed to its
/// end.
class Job {
 public:
  /// Takes the lock, makes the folder, writes the first record.
  static base::Result<std::shared_ptr<Job>> Create(const base::Context& ctx, Parts& parts,
                                                   api::JobRecord record);

  /// Runs `work` on a thread of its own, once there is a slot for it; its error is the job's. The
  /// record is finished and stored afterwards.
  void Start(Parts& parts, JobSlots& slots, int32_t priority,
             std::function<base::Status(const base::Context&)> work);
  /// For one that cannot start: records why, without waiting for a slot.
  void Fail(Parts& parts, base::Error error);
  /// It has ended and nothing of it is under way any more.
  bool over() const { return over_; }
  /// Asks the work to stop.
  void RequestStop() { stop_.request_stop(); }
  bool stop_requested() const { return stop_.stop_requested(); }
  void Join();

  JobLog& log() { return *log_; }
  api::JobRecord record() const;
  api::JobStatus status() const;
  /// Changes the record; stored by Save or at the end.
  void Change(const std::function<void(api::JobRecord&)>& change);
  base::Status Save(const base::Context& ctx, Parts& parts);
  const model::JobId& id() const { return id_; }
  /// A job's run has the same id.
  model::RunId run() const { return model::RunId(id_.text()); }
  void Tell(api::JobEventBody event) { log_->Append(std::move(event)); }

 private:
  Job(model::JobId id, std::unique_ptr<JobLog> log, base::FileLock lock)
      : id_(std::move(id)), log_(std::move(log)), lock_(std::move(lock)) {}
  void Finish(Parts& parts, base::Status result) noexcept;

  const model::JobId id_;
  const std::unique_ptr<JobLog> log_;
  std::optional<base::FileLock> lock_;
  base::Guarded<api::JobRecord> record_;
  std::stop_source stop_;
  std::atomic<bool> over_ = false;
  std::jthread thread_;
};

/// The record as a put for a batch.
state::Put RecordPut(const api::JobRecord& record);

}  // namespace control
