#include <algorithm>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>

#include "base/failpoint.h"
#include "base/file.h"
#include "state/batch_rules_internal.h"
#include "state/reasons.h"
#include "state/sqlite_schema_internal.h"
#include "state/writer_internal.h"

namespace state {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

constexpr std::chrono::hours kWaitSliceMax{1};

/// How long a caller may sleep before its deadline, as a bounded duration.
base::Duration TimeLeft(const base::Context& ctx, base::Instant now) {
  const base::Duration slice = kWaitSliceMax;
  if (ctx.deadline == base::Instant::max()) return slice;
  return std::clamp(ctx.deadline - now + base::Duration(1), base::Duration(0), slice);
}

/// A COMMIT that failed. A full disk and a busy database left nothing behind; after anything else
/// the last page may or may not have reached the disk.
Error CommitFailed(Error error) {
  if (error.code == Code::kResourceExhausted || error.reason == reasons::kBusy) return error;
  Error unknown(
      Code::kOutcomeUnknown, reasons::kOutcomeUnknown,
      "the change may or may not have been stored, read it back before retrying: " + error.message);
  return std::move(unknown).CausedBy(std::move(error));
}

}  // namespace

Writer::~Writer() {
  queue_.With([](Queue& queue) { queue.stopping = true; });
  queue_.Notify();
}

Status Writer::Enqueue(Waiting& entry) {
  try {
    return queue_.With([&](Queue& queue) -> Status {
      if (queue.waiting.size() >= options_.queued_batches_max) {
        return Error(Code::kUnavailable, reasons::kQueueFull,
                     std::to_string(queue.waiting.size()) +
                         " batches wait for the state database already, retry");
      }
      if (!queue.started) {
        thread_ = std::jthread([this] { Run(); });
        queue.started = true;
      }
      queue.waiting.push_back(&entry);
      return base::Ok();
    });
  } catch (const std::system_error& error) {
    return Error(Code::kUnavailable, reasons::kDatabaseFailed,
                 std::string("start the thread that writes the state database: ") + error.what());
  }
}

Status Writer::Apply(const base::Context& ctx, const Batch& batch) {
  RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  Waiting entry{.batch = &batch};
  RETURN_IF_ERROR(Enqueue(entry));
  queue_.Notify();
  // Through the lock, so that a stop between the test below and the sleep is not missed.
  const std::stop_callback wake(ctx.stop, [this] {
    queue_.With([](Queue&) {});
    queue_.Notify();
  });
  while (true) {
    const Status alive = ctx.Check(clock_.Now());
    const bool over = queue_.With([&](Queue& queue) {
      if (entry.phase == Phase::kDone) return true;
      if (alive.ok() || entry.phase == Phase::kTaken) return false;
      std::erase(queue.waiting, &entry);
      entry.error = alive.error();
      return true;
    });
    if (over) break;
    // A taken batch is on its way to the disk: its outcome is worth the wait.
    const base::Duration time = alive.ok() ? TimeLeft(ctx, clock_.Now()) : kWaitSliceMax;
    queue_.WaitFor(time, [&](Queue&) {
      return entry.phase == Phase::kDone ||
             (entry.phase == Phase::kQueued && ctx.stop.stop_requested());
    });
  }
  if (entry.error.has_value()) return *std::move(entry.error);
  return base::Ok();
}

void Writer::Run() noexcept {
  while (WaitForWork()) CommitWaiting();
}

bool Writer::WaitForWork() {
  while (true) {
    const bool ready = queue_.WaitFor(
        kWaitSliceMax, [](Queue& queue) { return queue.stopping || !queue.waiting.empty(); });
    if (ready) return queue_.With([](Queue& queue) { return !queue.stopping; });
  }
}

void Writer::CommitWaiting() {
  // The lock comes first: batches that wait for it can still be given up, and more of them gather.
  Result<base::FileLock> lock = base::FileLock::Acquire(options_.path + ".lock");
  const std::vector<Waiting*> group = Take();
  if (group.empty()) return;
  if (!lock.ok()) return Answer(group, std::move(lock).error());
  Status committed = Commit(group);
  // Released before anybody is told, so that a caller's next step finds it free.
  {
    const base::FileLock released = std::move(lock).value();
  }
  if (committed.ok()) return Answer(group, std::nullopt);
  // A connection that failed once is not trusted again.
  database_.reset();
  Answer(group, std::move(committed).error());
}

std::vector<Writer::Waiting*> Writer::Take() {
  return queue_.With([this](Queue& queue) {
    std::vector<Waiting*> group;
    while (!queue.waiting.empty() && group.size() < options_.batches_per_commit_max) {
      group.push_back(queue.waiting.front());
      group.back()->phase = Phase::kTaken;
      queue.waiting.pop_front();
    }
    return group;
  });
}

void Writer::Answer(const std::vector<Waiting*>& group, std::optional<Error> error) {
  queue_.With([&](Queue&) {
    for (Waiting* entry : group) {
      // A refused expectation may rest on a batch of this group that was then lost.
      if (error.has_value()) entry->error = *error;
      entry->phase = Phase::kDone;
    }
  });
  queue_.Notify();
}

Status Writer::Commit(const std::vector<Waiting*>& group) {
  base::Failpoint("state.before_begin");
  if (database_ == nullptr) {
    ASSIGN_OR_RETURN(database_,
                     Database::Open(options_.path, Database::Access::kWrite, options_.busy_max));
  }
  RETURN_IF_ERROR(database_->Run("BEGIN IMMEDIATE"));
  const Result<size_t> written = WriteGroup(group);
  if (!written.ok() || written.value() == 0) {
    // SQLite ends the transaction by itself after some errors.
    if (database_->in_transaction()) RETURN_IF_ERROR(database_->Run("ROLLBACK"));
    if (!written.ok()) return written.error();
    return base::Ok();
  }
  base::Failpoint("state.before_commit");
  Status committed = database_->Run("COMMIT");
  base::Failpoint("state.after_commit");
  if (!committed.ok()) return CommitFailed(std::move(committed).error());
  ++commits_;
  return base::Ok();
}

Result<size_t> Writer::WriteGroup(const std::vector<Waiting*>& group) {
  size_t written = 0;
  for (Waiting* entry : group) {
    ASSIGN_OR_RETURN(const auto failed, FailedExpectation(*database_, *entry->batch));
    if (failed.has_value()) {
      entry->error = ExpectationFailed(*failed);
      continue;
    }
    RETURN_IF_ERROR(WriteBatch(*database_, *entry->batch));
    ++written;
  }
  return written;
}

}  // namespace state
