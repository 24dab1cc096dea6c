#include "scheduler/scheduler.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace scheduler {
namespace {

/// Sums of fractions of cpus: a little tolerance keeps 0.1 × 10 within 1.
constexpr double kCpuTolerance = 1e-9;

template <class Map>
void CountDown(Map& counts, const typename Map::key_type& key) {
  const auto found = counts.find(key);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

std::vector<Command> Scheduler::Step(base::Instant now, const Event& event) {
  std::vector<Command> commands;
  std::visit([&](const auto& e) { On(e, commands); }, event);
  StartWhatFits(now, commands);
  return commands;
}

Load Scheduler::load() const {
  Load load;
  for (const auto& [id, task] : tasks_) {
    ++(task.state == State::kWaiting ? load.waiting : load.running);
  }
  for (const auto& [name, worker] : workers_) {
    load.memory_bytes_used[name] = worker.memory_bytes_used;
  }
  return load;
}

void Scheduler::On(const TaskAdded& event, std::vector<Command>& commands) {
  if (tasks_.contains(event.task)) return;  // told twice
  Task task{.spec = event, .order = next_order_++};
  task.spec.priority = std::clamp(event.priority, kPriorityMin, kPriorityMax);
  model::TaskId failed;
  for (const model::TaskId& parent : event.after) {
    if (tasks_.contains(parent)) {
      if (task.missing.insert(parent).second) then_[parent].push_back(event.task);
      continue;
    }
    const auto ended = ended_.find(parent);
    if (ended == ended_.end() || !ended->second) failed = parent;
  }
  ++jobs_[event.job].live;
  tasks_.emplace(event.task, std::move(task));
  if (!failed.empty()) SkipTask(event.task, Skip::Why::kParentFailed, failed, commands);
}

void Scheduler::On(const WorkerChanged& event, std::vector<Command>& commands) {
  if (event.slots > 0) {
    workers_[event.worker].offer = event;
    return;
  }
  workers_.erase(event.worker);
  std::vector<model::TaskId> lost, bound;
  for (const auto& [id, task] : tasks_) {
    if (task.state != State::kWaiting && task.worker == event.worker) lost.push_back(id);
    if (task.state == State::kWaiting && task.spec.worker == event.worker) bound.push_back(id);
  }
  for (const model::TaskId& id : lost) {
    commands.emplace_back(Abandon{id, event.worker, true});
    End(id, false, commands);
  }
  for (const model::TaskId& id : bound) {
    if (tasks_.contains(id)) SkipTask(id, Skip::Why::kWorkerLost, {}, commands);
  }
}

void Scheduler::On(const TaskFinished& event, std::vector<Command>& commands) {
  const auto found = tasks_.find(event.task);
  if (found == tasks_.end() || found->second.state == State::kWaiting) return;  // lost before
  const bool abandoned = found->second.state == State::kAbandoned;
  End(event.task, !abandoned && event.status == plan::TaskStatus::kSucceeded, commands);
}

void Scheduler::On(const CancelJob& event, std::vector<Command>& commands) {
  std::vector<model::TaskId> waiting;
  for (auto& [id, task] : tasks_) {
    if (task.spec.job != event.job) continue;
    if (task.state == State::kWaiting) waiting.push_back(id);
    if (task.state != State::kRunning) continue;
    task.state = State::kAbandoned;
    commands.emplace_back(Abandon{id, task.worker});
  }
  for (const model::TaskId& id : waiting) {
    if (tasks_.contains(id)) SkipTask(id, Skip::Why::kCancelled, {}, commands);
  }
}

void Scheduler::On(const JobClosed& event, std::vector<Command>&) {
  const auto found = jobs_.find(event.job);
  if (found == jobs_.end()) return;  // nothing was added
  found->second.closed = true;
  ForgetIfOver(event.job);
}

void Scheduler::On(const Tick&, std::vector<Command>&) {}

/// Takes a task out, whatever state it was in, and tells those that wait for it.
void Scheduler::End(const model::TaskId& id, bool succeeded, std::vector<Command>& commands) {
  auto node = tasks_.extract(id);
  const Task& task = node.mapped();
  if (task.state != State::kWaiting) FreePlace(task);
  const model::JobId job = task.spec.job;
  ended_[id] = succeeded;
  jobs_.at(job).ended.push_back(id);
  if (const auto children = then_.extract(id); !children.empty()) {
    for (const model::TaskId& child : children.mapped()) {
      const auto found = tasks_.find(child);
      if (found == tasks_.end()) continue;  // skipped through another parent
      if (succeeded) {
        found->second.missing.erase(id);
      } else {
        SkipTask(child, Skip::Why::kParentFailed, id, commands);
      }
    }
  }
  --jobs_.at(job).live;
  ForgetIfOver(job);
}

/// A job without live tasks may still get more of them, after those that ended.
void Scheduler::ForgetIfOver(const model::JobId& job) {
  const auto found = jobs_.find(job);
  if (!found->second.closed || found->second.live > 0) return;
  for (const model::TaskId& old : found->second.ended) ended_.erase(old);
  jobs_.erase(found);
}

void Scheduler::FreePlace(const Task& task) {
  CountDown(running_by_job_, task.spec.job);
  const auto worker = workers_.find(task.worker);
  if (worker == workers_.end()) return;  // gone
  --worker->second.slots_used;
  worker->second.memory_bytes_used -= task.spec.memory_bytes;
  worker->second.cpus_used -= task.spec.cpus;
  if (worker->second.slots_used == 0) worker->second.cpus_used = 0;  // no drift of fractions
}

void Scheduler::SkipTask(const model::TaskId& task, Skip::Why why, const model::TaskId& parent,
                         std::vector<Command>& commands) {
  commands.emplace_back(Skip{task, why, parent});
  End(task, false, commands);
}

bool Scheduler::NeverFits(const Task& task) const {
  if (workers_.empty()) return false;  // one may still come
  return std::none_of(workers_.begin(), workers_.end(), [&](const auto& entry) {
    return (task.spec.worker.empty() || entry.first == task.spec.worker) &&
           entry.second.offer.memory_bytes >= task.spec.memory_bytes;
  });
}

Scheduler::Worker* Scheduler::FindPlace(const Task& task, const std::set<std::string>& reserved) {
  Worker* best = nullptr;
  uint64_t best_free = 0;
  for (auto& [name, worker] : workers_) {
    if (reserved.contains(name)) continue;
    if (!task.spec.worker.empty() && name != task.spec.worker) continue;
    if (worker.slots_used >= worker.offer.slots) continue;
    const uint64_t memory = worker.offer.memory_bytes;
    if (worker.memory_bytes_used > memory) continue;  // the offer has shrunk
    const uint64_t free = memory - worker.memory_bytes_used;
    if (task.spec.memory_bytes > free) continue;
    const bool cpus_fit = worker.cpus_used + task.spec.cpus <= worker.offer.cpus + kCpuTolerance ||
                          (worker.slots_used == 0 && task.spec.cpus > worker.offer.cpus);
    if (!cpus_fit) continue;
    if (best == nullptr || free > best_free) {
      best = &worker;
      best_free = free;
    }
  }
  return best;
}

std::vector<Scheduler::Task*> Scheduler::Ready(base::Instant now) {
  std::vector<Task*> ready;
  for (auto& [id, task] : tasks_) {
    if (task.state != State::kWaiting || !task.missing.empty()) continue;
    if (!task.ready_since) task.ready_since = now;
    ready.push_back(&task);
  }
  return ready;
}

void Scheduler::StartWhatFits(base::Instant now, std::vector<Command>& commands) {
  for (bool skipped = true; skipped;) {
    skipped = false;
    for (Task* task : Ready(now)) {
      if (!NeverFits(*task)) continue;
      SkipTask(model::TaskId(task->spec.task), Skip::Why::kTooLarge, {}, commands);
      skipped = true;  // others may have gone with it
      break;
    }
  }
  std::vector<Task*> ready = Ready(now);
  std::set<std::string> reserved;  // kept free for a task that has waited too long
  const auto has_slot = [](const auto& entry) {
    return entry.second.slots_used < entry.second.offer.slots;
  };
  while (!ready.empty() && std::any_of(workers_.begin(), workers_.end(), has_slot)) {
    const auto share = [&](const Task* task) {
      const auto found = running_by_job_.find(task->spec.job);
      return found == running_by_job_.end() ? 0 : found->second;
    };
    const auto next = std::min_element(ready.begin(), ready.end(), [&](Task* a, Task* b) {
      return std::tuple(-a->spec.priority, share(a), a->order) <
             std::tuple(-b->spec.priority, share(b), b->order);
    });
    Task* task = *next;
    ready.erase(next);
    if (Worker* place = FindPlace(*task, reserved); place != nullptr) {
      task->state = State::kRunning;
      task->worker = place->offer.worker;
      ++place->slots_used;
      place->cpus_used += task->spec.cpus;
      place->memory_bytes_used += task->spec.memory_bytes;
      ++running_by_job_[task->spec.job];
      commands.emplace_back(Launch{task->spec.task, task->worker});
    } else if (now - *task->ready_since >= options_.starvation) {
      for (const auto& [name, worker] : workers_) {
        const bool allowed = task->spec.worker.empty() || task->spec.worker == name;
        if (!allowed || worker.offer.memory_bytes < task->spec.memory_bytes) continue;
        if (!reserved.insert(name).second) continue;
        break;  // one worker is enough
      }
    }
  }
}

}  // namespace scheduler
