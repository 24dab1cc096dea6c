// Decides which task starts on which worker, and when. It never acts: events in, commands out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "model/ids.h"
#include "plan/task_outcome.h"

namespace scheduler {

inline constexpr int32_t kPriorityMin = 1;
inline constexpr int32_t kPriorityMax = 10;  // the most urgent
inline constexpr int32_t kPriorityDefault = 5;

/// A task to run once. Tasks in `after` must have been added before it (or it is skipped with
/// them); they may have ended meanwhile, until the job is closed.
struct TaskAdded {
  model::TaskId task;
  model::JobId job;
  std::vector<model::TaskId> after;  // must have succeeded before this one starts
  uint64_t memory_bytes = 0;
  double cpus = 1;
  int32_t priority = kPriorityDefault;  // outside of 1 to 10: the nearest of them
  /// The worker that must run it, since it holds the results the task reads; empty = any.
  std::string worker;
};

/// What a worker offers from now on; all zeros when it is gone. The tasks of a worker that is gone
/// are abandoned with `lost` set.
struct WorkerChanged {
  std::string worker;
  uint32_t slots = 0;  // tasks at once
  double cpus = 0;
  uint64_t memory_bytes = 0;
};

/// The end of a launched task, also of an abandoned one: only then its place is free again.
struct TaskFinished {
  model::TaskId task;
  plan::TaskStatus status = plan::TaskStatus::kSucceeded;
};

/// Waiting tasks of the job are skipped, running ones abandoned.
struct CancelJob {
  model::JobId job;
};

/// No task of the job is added any more: how its tasks ended is forgotten with the last of them.
struct JobClosed {
  model::JobId job;
};

/// Time has passed: nothing else happened.
struct Tick {};

using Event = std::variant<TaskAdded, WorkerChanged, TaskFinished, CancelJob, JobClosed, Tick>;

/// Start this task on this worker.
struct Launch {
  model::TaskId task;
  std::string worker;
  bool operator==(const Launch&) const = default;
};

/// Stop this task; its TaskFinished is still expected, unless `lost`.
struct Abandon {
  model::TaskId task;
  std::string worker;
  bool lost = false;  // its worker is gone: treat it as failed, no TaskFinished will come
  bool operator==(const Abandon&) const = default;
};

/// This task will never start.
struct Skip {
  enum class Why { kParentFailed, kCancelled, kTooLarge, kWorkerLost };
  model::TaskId task;
  Why why = Why::kParentFailed;
  model::TaskId parent;  // kParentFailed: the one that did not succeed
  bool operator==(const Skip&) const = default;
};

using Command = std::variant<Launch, Abandon, Skip>;

/// What happens now, for people and tests.
struct Load {
  uint64_t waiting = 0;
  uint64_t running = 0;
  std::map<std::string, uint64_t> memory_bytes_used;  // by worker
};

/// Admission by slots, cpus and memory; tasks whose parents have succeeded start in order of
/// priority, then of the job's arrival share (a job with fewer running tasks goes first), then of
/// arrival. A task that does not fit does not hold back smaller ones for longer than
/// Options::starvation: after that nothing else of its priority or below starts on the worker
/// it waits for. A task asking for more cpus than any worker has runs alone on the largest one;
/// one asking for more memory than any worker has is skipped as too large.
///
/// Pure: no clock, no thread, no lock; same events at the same instants give the same commands.
/// Owner: the control plane, under its own lock. Cost: O(waiting log waiting) per event.
class Scheduler {
 public:
  struct Options {
    base::Duration starvation = std::chrono::seconds(10);
  };

  Scheduler() = default;
  explicit Scheduler(Options options) : options_(options) {}

  std::vector<Command> Step(base::Instant now, const Event& event);
  Load load() const;

 private:
  enum class State { kWaiting, kRunning, kAbandoned };
  struct Task {
    TaskAdded spec;
    uint64_t order = 0;
    State state = State::kWaiting;
    std::set<model::TaskId> missing;  // parents that have not ended yet
    std::string worker;
    std::optional<base::Instant> ready_since;
  };
  struct Job {
    uint64_t live = 0;  // tasks that have not ended
    bool closed = false;
    std::vector<model::TaskId> ended;
  };
  struct Worker {
    WorkerChanged offer;
    uint32_t slots_used = 0;
    double cpus_used = 0;
    uint64_t memory_bytes_used = 0;
  };

  void On(const TaskAdded& event, std::vector<Command>& commands);
  void On(const WorkerChanged& event, std::vector<Command>& commands);
  void On(const TaskFinished& event, std::vector<Command>& commands);
  void On(const CancelJob& event, std::vector<Command>& commands);
  void On(const JobClosed& event, std::vector<Command>& commands);
  void On(const Tick& event, std::vector<Command>& commands);
  void End(const model::TaskId& task, bool succeeded, std::vector<Command>& commands);
  void ForgetIfOver(const model::JobId& job);
  void FreePlace(const Task& task);
  void SkipTask(const model::TaskId& task, Skip::Why why, const model::TaskId& parent,
                std::vector<Command>& commands);
  void StartWhatFits(base::Instant now, std::vector<Command>& commands);
  std::vector<Task*> Ready(base::Instant now);
  Worker* FindPlace(const Task& task, const std::set<std::string>& reserved);
  bool NeverFits(const Task& task) const;

  Options options_;
  uint64_t next_order_ = 0;
  std::map<model::TaskId, Task> tasks_;                       // waiting and running
  std::map<model::TaskId, std::vector<model::TaskId>> then_;  // parent → waiting children
  std::map<model::TaskId, bool> ended_;                       // → succeeded
  std::map<model::JobId, Job> jobs_;                          // until closed and without live tasks
  std::map<model::JobId, uint64_t> running_by_job_;
  std::map<std::string, Worker> workers_;
};

}  // namespace scheduler
