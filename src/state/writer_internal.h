// Writer: the one thread of a process that changes a SqliteStore.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "state/database_internal.h"
#include "state/sqlite_store.h"
#include "state/state_store.h"

namespace state {

/// Batches wait in a queue; the thread takes the lock file, then all that wait, checks and writes
/// each inside one transaction, commits once, and answers them. Started by the first batch.
class Writer {
 public:
  /// Both are borrowed and must outlive it.
  Writer(const base::Clock& clock, const SqliteOptions& options)
      : clock_(clock), options_(options) {}
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Waits until the batch is durable, refused, or given up while it still waited. The batch was
  /// checked (CheckBatch).
  base::Status Apply(const base::Context& ctx, const Batch& batch);
  uint64_t commits_total() const { return commits_; }

 private:
  enum class Phase { kQueued, kTaken, kDone };
  /// One caller's batch; it lives on the caller's stack until it is done or removed.
  struct Waiting {
    const Batch* batch;
    Phase phase = Phase::kQueued;
    std::optional<base::Error> error;
  };
  struct Queue {
    std::deque<Waiting*> waiting;
    bool started = false;
    bool stopping = false;
  };

  base::Status Enqueue(Waiting& entry);
  void Run() noexcept;
  bool WaitForWork();
  void CommitWaiting();
  std::vector<Waiting*> Take();
  void Answer(const std::vector<Waiting*>& group, std::optional<base::Error> error);
  base::Status Commit(const std::vector<Waiting*>& group);
  base::Result<size_t> WriteGroup(const std::vector<Waiting*>& group);

  const base::Clock& clock_;
  const SqliteOptions& options_;
  std::atomic<uint64_t> commits_ = 0;
  std::unique_ptr<Database> database_;  // the thread's own
  base::Guarded<Queue> queue_;
  std::jthread thread_;
};

}  // namespace state
