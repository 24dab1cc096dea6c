#include "control/task_board.h"

#include <algorithm>
#include <utility>

#include "control/reasons.h"
#include "plan/task_spec_cbor.h"

namespace control {
namespace {

constexpr std::chrono::milliseconds kWaitSlice{100};
constexpr std::chrono::seconds kSynchronizeWait{5};

bool Empty(const api::DesiredState& desired) {
  return desired.start.empty() && desired.stop.empty() && desired.received.empty() &&
         desired.release.empty();
}

}  // namespace

void TaskBoard::Open(const model::JobId& job, std::function<void(const api::OutputLine&)> on_line) {
  state_.With([&](State& state) { state.jobs[job].on_line = std::move(on_line); });
}

void TaskBoard::Tell(State& state, const model::JobId& job, TaskNews news) {
  if (const auto queue = state.jobs.find(job); queue != state.jobs.end()) {
    queue->second.news.push_back(std::move(news));
  }
}

void TaskBoard::Step(State& state, const scheduler::Event& event) {
  for (const scheduler::Command& command : state.scheduler.Step(clock_.Now(), event)) {
    if (const auto* launch = std::get_if<scheduler::Launch>(&command)) {
      Entry& entry = state.tasks.at(launch->task);
      entry.worker = launch->worker;
      state.wanted[launch->worker].start.push_back(entry.spec);
    } else if (const auto* abandon = std::get_if<scheduler::Abandon>(&command)) {
      Entry& entry = state.tasks.at(abandon->task);
      if (!abandon->lost) {
        state.wanted[abandon->worker].stop.push_back(abandon->task);
        continue;
      }
      entry.over = true;
      plan::TaskOutcome lost;
      lost.task = abandon->task;
      lost.status = plan::TaskStatus::kFailed;
      lost.error =
          base::Error(base::Code::kUnavailable, kWorkerLost, "the worker that ran it is gone");
      Tell(state, entry.job, TaskOver{std::move(lost)});
    } else if (const auto* skip = std::get_if<scheduler::Skip>(&command)) {
      Entry& entry = state.tasks.at(skip->task);
      entry.over = true;
      Tell(state, entry.job, TaskSkipped{skip->task, skip->why, skip->parent});
    }
  }
}

void TaskBoard::Add(const plan::TaskSpec& task, int32_t priority) {
  state_.With([&](State& state) {
    state.tasks[task.task] = Entry{task.job, plan::EncodeTaskSpec(task), task.attempt, {}, false};
    scheduler::TaskAdded added;
    added.task = task.task;
    added.job = task.job;
    added.after = task.after;
    added.memory_bytes = task.limits.memory_bytes_max;
    added.cpus = task.limits.cpus;
    added.priority = priority;
    Step(state, added);
  });
  state_.Notify();
}

base::Result<TaskNews> TaskBoard::Next(const base::Context& ctx, const model::JobId& job) {
  while (true) {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    state_.WaitFor(kWaitSlice, [&](State& state) { return !state.jobs[job].news.empty(); });
    auto news = state_.With([&](State& state) {
      std::optional<TaskNews> first;
      std::deque<TaskNews>& queue = state.jobs[job].news;
      if (!queue.empty()) {
        first = std::move(queue.front());
        queue.pop_front();
      }
      return first;
    });
    if (news) return *std::move(news);
  }
}

void TaskBoard::Cancel(const model::JobId& job) {
  state_.With([&](State& state) { Step(state, scheduler::CancelJob{job}); });
  state_.Notify();
}

void TaskBoard::Close(const model::JobId& job) {
  state_.With([&](State& state) {
    Step(state, scheduler::JobClosed{job});
    state.jobs.erase(job);
    std::erase_if(state.tasks,
                  [&](const auto& task) { return task.second.job == job && task.second.over; });
    for (const auto& [id, worker] : state.workers) state.wanted[id].release.push_back(job);
  });
  state_.Notify();
}

void TaskBoard::Take(State& state, const api::WorkerState& said, api::DesiredState& answer) {
  const auto known = state.workers.find(said.worker_id);
  if (known == state.workers.end() || known->second.slots != said.slots ||
      known->second.memory_bytes_max != said.memory_bytes_max) {
    scheduler::WorkerChanged changed;
    changed.worker = said.worker_id;
    changed.slots = said.slots;
    changed.cpus = said.slots;
    changed.memory_bytes = said.memory_bytes_max;
    Step(state, changed);
  }
  state.workers[said.worker_id] = said;
  for (const plan::TaskOutcome& outcome : said.finished) {
    answer.received.push_back(outcome.task);
    const auto entry = state.tasks.find(outcome.task);
    // An outcome counts once, and only that of the current attempt (formats.md §8).
    if (entry == state.tasks.end() || entry->second.over ||
        entry->second.attempt != outcome.attempt)
      continue;
    entry->second.over = true;
    Tell(state, entry->second.job, TaskOver{outcome});
    Step(state, scheduler::TaskFinished{outcome.task, outcome.status});
  }
}

base::Result<api::DesiredState> TaskBoard::Synchronize(const base::Context& ctx,
                                                       const api::WorkerState& said) {
  api::DesiredState answer;
  state_.With([&](State& state) { Take(state, said, answer); });
  state_.Notify();
  const base::Instant until = clock_.Now() + kSynchronizeWait;
  while (true) {
    const bool woken = state_.With([&](State& state) {
      api::DesiredState& wanted = state.wanted[said.worker_id];
      std::move(wanted.start.begin(), wanted.start.end(), std::back_inserter(answer.start));
      std::move(wanted.stop.begin(), wanted.stop.end(), std::back_inserter(answer.stop));
      std::move(wanted.release.begin(), wanted.release.end(), std::back_inserter(answer.release));
      wanted = {};
      return state.woken.erase(said.worker_id) > 0;
    });
    if (woken || !Empty(answer) || ctx.stop.stop_requested() || clock_.Now() > until) return answer;
    state_.WaitFor(kWaitSlice, [&](State& state) {
      return state.woken.contains(said.worker_id) || !Empty(state.wanted[said.worker_id]);
    });
  }
}

void TaskBoard::Report(const api::OutputLine& line) {
  const auto on_line = state_.With([&](State& state) {
    const auto queue = state.jobs.find(line.job);
    return queue == state.jobs.end() ? std::function<void(const api::OutputLine&)>()
                                     : queue->second.on_line;
  });
  if (on_line) on_line(line);
}

void TaskBoard::ReportStarted(const model::JobId& job, const model::TaskId& task) {
  state_.With([&](State& state) { Tell(state, job, TaskBegan{task}); });
  state_.Notify();
}

void TaskBoard::Wake(const std::string& worker_id) {
  state_.With([&](State& state) { state.woken.insert(worker_id); });
  state_.Notify();
}

}  // namespace control
