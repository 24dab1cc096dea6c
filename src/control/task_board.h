// The task board: jobs put tasks on it, workers take them off; the scheduler decides which, this
// carries it out.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "api/worker_gateway.h"
#include "base/clock.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "plan/task_spec.h"
#include "scheduler/scheduler.h"

namespace control {

// What a job hears of its tasks.
struct TaskBegan {
  model::TaskId task;
};
struct TaskOver {
  plan::TaskOutcome outcome;
};
struct TaskSkipped {
  model::TaskId task;
  scheduler::Skip::Why why = scheduler::Skip::Why::kParentFailed;
  model::TaskId parent;
};
using TaskNews = std::variant<TaskBegan, TaskOver, TaskSkipped>;

/// Thread-safe; outlives every job and worker that uses it.
class TaskBoard final : public api::WorkerGateway {
 public:
  explicit TaskBoard(const base::Clock& clock) : clock_(clock) {}

  /// News and output lines of this job go to its queue and to `on_line` from now on, until Close.
  void Open(const model::JobId& job, std::function<void(const api::OutputLine&)> on_line);
  void Add(const plan::TaskSpec& task, int32_t priority);
  /// The next news of a job; kDeadlineExceeded, kCancelled when `ctx` says so first.
  base::Result<TaskNews> Next(const base::Context& ctx, const model::JobId& job);
  /// Skips what waits and stops what runs; news of each still comes.
  void Cancel(const model::JobId& job);
  /// Forgets the job; workers drop the results they hold for it.
  void Close(const model::JobId& job);

  base::Result<api::DesiredState> Synchronize(const base::Context& ctx,
                                              const api::WorkerState& state) override;
  void Report(const api::OutputLine& line) override;
  void ReportStarted(const model::JobId& job, const model::TaskId& task) override;
  void Wake(const std::string& worker_id) override;

 private:
  struct Entry {
    model::JobId job;
    base::Bytes spec;
    uint32_t attempt = 1;
    std::string worker;
    bool over = false;
  };
  struct Queue {
    std::deque<TaskNews> news;
    std::function<void(const api::OutputLine&)> on_line;
  };
  struct State {
    scheduler::Scheduler scheduler;
    std::map<model::TaskId, Entry> tasks;
    std::map<model::JobId, Queue> jobs;
    std::map<std::string, api::WorkerState> workers;
    std::map<std::string, api::DesiredState> wanted;  // by worker, not yet told
    std::set<std::string> woken;
  };
  void Step(State& state, const scheduler::Event& event);
  void Take(State& state, const api::WorkerState& said, api::DesiredState& answer);
  static void Tell(State& state, const model::JobId& job, TaskNews news);

  const base::Clock& clock_;
  base::Guarded<State> state_;
};

}  // namespace control
