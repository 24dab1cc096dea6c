#include "control/job.h"

#include <utility>

#include "base/failpoint.h"
#include "base/log.h"
#include "control/job_record_cbor.h"
#include "control/reasons.h"

namespace control {

std::string JobKey(const model::JobId& job) {
  return "job/" + job.text();
}
std::string JobFolder(const Options& options, const model::JobId& job) {
  return options.lake_folder + "/jobs/" + job.text();
}
std::string RunLockPath(const Options& options, const model::RunId& run) {
  return options.lake_folder + "/runs/" + run.text() + ".lock";
}
std::string SnapshotKey(const model::JobId& job) {
  return "jobs/" + job.text() + "/snapshot";
}

state::Put RecordPut(const api::JobRecord& record) {
  return {JobKey(record.id), EncodeJobRecord(record)};
}

base::Result<std::shared_ptr<Job>> Job::Create(const base::Context& ctx, Parts& parts,
                                               api::JobRecord record) {
  RETURN_IF_ERROR(base::MakeFolders(parts.options.lake_folder + "/runs"));
  RETURN_IF_ERROR(base::MakeFolders(JobFolder(parts.options, record.id)));
  ASSIGN_OR_RETURN(base::FileLock lock, base::FileLock::Acquire(RunLockPath(
                                            parts.options, model::RunId(record.id.text()))));
  base::Failpoint("job.locked");
  ASSIGN_OR_RETURN(std::unique_ptr<JobLog> log,
                   JobLog::Create(JobFolder(parts.options, record.id) + "/events", parts.clock));
  std::shared_ptr<Job> job(new Job(record.id, std::move(log), std::move(lock)));
  job->record_.With([&](api::JobRecord& own) { own = std::move(record); });
  RETURN_IF_ERROR(job->Save(ctx, parts));
  base::Failpoint("job.recorded");
  return job;
}

api::JobRecord Job::record() const {
  return record_.With([](const api::JobRecord& record) { return record; });
}

api::JobStatus Job::status() const {
  return record_.With([](const api::JobRecord& record) { return record.status; });
}

void Job::Change(const std::function<void(api::JobRecord&)>& change) {
  record_.With(change);
}

base::Status Job::Save(const base::Context& ctx, Parts& parts) {
  state::Batch batch;
  batch.puts.push_back(RecordPut(record()));
  return parts.state.Apply(ctx, batch);
}

void Job::Start(Parts& parts, JobSlots& slots, int32_t priority,
                std::function<base::Status(const base::Context&)> work) {
  const auto runs = [](api::JobRecord& record) { record.status = api::JobStatus::kRunning; };
  std::optional<JobSlots::Slot> free = slots.TryTake();
  if (free) Change(runs);
  thread_ = std::jthread([this, &parts, &slots, priority, runs, free = std::move(free),
                          work = std::move(work)]() mutable noexcept {
    base::Context ctx;
    ctx.stop = stop_.get_token();
    ctx.trace_id = id_.text();
    ctx.principal = record().user;
    const auto slot = free ? base::Result<JobSlots::Slot>(*std::move(free))
                           : slots.Take(ctx, parts.clock, priority);
    if (!slot.ok()) {
      Finish(parts, slot.error());
    } else {
      Change(runs);
      Finish(parts, work(ctx));
    }
    over_ = true;
  });
}

void Job::Fail(Parts& parts, base::Error error) {
  Finish(parts, std::move(error));
  over_ = true;
}

void Job::Finish(Parts& parts, base::Status result) noexcept {
  Change([&](api::JobRecord& record) {
    record.finished = parts.clock.Now();
    if (result.ok()) {
      record.status = api::JobStatus::kComplete;
      return;
    }
    record.status = result.error().code == base::Code::kCancelled ? api::JobStatus::kAbort
                                                                  : api::JobStatus::kFail;
    record.error = result.error();
  });
  const base::Status saved = Save(base::Context{}, parts);
  if (!saved.ok())
    base::Log(base::LogLevel::kError,
              "job " + id_.text() + " could not be recorded: " + saved.error().message);
  base::Failpoint("job.finished");
  Tell(api::JobEnded{record()});
  log_->Close();
  lock_.reset();
}

void Job::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace control
