#include "worker/worker_loop.h"

#include <algorithm>
#include <map>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "plan/task_spec_cbor.h"

namespace worker {
namespace {

constexpr std::chrono::milliseconds kPauseAfterError{200};
constexpr std::chrono::seconds kSlice{1};

struct Running {
  model::JobId job;
  uint32_t attempt = 1;
  std::stop_source stop;
  std::jthread thread;
};

struct Tasks {
  std::map<model::TaskId, Running> running;
  std::vector<plan::TaskOutcome> finished;
  std::vector<std::jthread> ended;  // joined by the loop, outside the lock
};

}  // namespace

struct WorkerLoop::State {
  State(Options o, api::WorkerGateway& g, TaskRunner& r, const base::Clock& c)
      : options(std::move(o)), gateway(g), runner(r), clock(c) {}

  Options options;
  api::WorkerGateway& gateway;
  TaskRunner& runner;
  const base::Clock& clock;
  base::Guarded<Tasks> tasks;
  std::jthread loop;

  void Loop(const std::stop_token& stop) noexcept;
  api::WorkerState Describe();
  void Obey(const api::DesiredState& desired);
  void Start(const base::Bytes& task_bytes);
  void Finish(plan::TaskOutcome outcome);
};

api::WorkerState WorkerLoop::State::Describe() {
  api::WorkerState said;
  said.worker_id = options.worker_id;
  said.slots = options.slots;
  said.memory_bytes_max = options.memory_bytes_max;
  std::vector<std::jthread> ended;
  tasks.With([&](Tasks& all) {
    for (const auto& [task, running] : all.running) said.running.push_back(task);
    said.finished = all.finished;
    ended = std::move(all.ended);
    all.ended.clear();
  });
  return said;
}

void WorkerLoop::State::Finish(plan::TaskOutcome outcome) {
  tasks.With([&](Tasks& all) {
    if (const auto found = all.running.find(outcome.task); found != all.running.end()) {
      all.ended.push_back(std::move(found->second.thread));
      all.running.erase(found);
    }
    all.finished.push_back(std::move(outcome));
  });
  tasks.Notify();
  gateway.Wake(options.worker_id);
}

void WorkerLoop::State::Start(const base::Bytes& task_bytes) {
  auto decoded = plan::DecodeTaskSpec(task_bytes);
  if (!decoded.ok()) {  // cannot be answered: its id is unknown
    base::Log(base::LogLevel::kError, "a task could not be read: " + decoded.error().ToString());
    return;
  }
  plan::TaskSpec spec = std::move(decoded).value();
  const bool known = tasks.With([&](const Tasks& all) {
    return all.running.contains(spec.task) ||
           std::any_of(all.finished.begin(), all.finished.end(), [&](const auto& outcome) {
             return outcome.task == spec.task && outcome.attempt == spec.attempt;
           });
  });
  if (known) return;  // said twice
  gateway.ReportStarted(spec.job, spec.task);
  tasks.With([&](Tasks& all) {
    Running& running = all.running[spec.task];
    running.job = spec.job;
    running.attempt = spec.attempt;
    const std::stop_token stop = running.stop.get_token();
    running.thread = std::jthread([this, spec = std::move(spec), stop]() noexcept {
      base::Context ctx;
      ctx.stop = stop;
      ctx.deadline = spec.deadline;
      ctx.trace_id = spec.job.text();
      plan::TaskOutcome outcome = runner.Run(ctx, spec);
      outcome.task = spec.task;
      outcome.attempt = spec.attempt;
      Finish(std::move(outcome));
    });
  });
}

void WorkerLoop::State::Obey(const api::DesiredState& desired) {
  tasks.With([&](Tasks& all) {
    for (const model::TaskId& task : desired.stop) {
      if (const auto found = all.running.find(task); found != all.running.end())
        found->second.stop.request_stop();
    }
    for (const model::TaskId& task : desired.received) {
      std::erase_if(all.finished,
                    [&](const plan::TaskOutcome& outcome) { return outcome.task == task; });
    }
  });
  for (const model::JobId& job : desired.release) runner.Release(job);
  for (const base::Bytes& task : desired.start) Start(task);
}

void WorkerLoop::State::Loop(const std::stop_token& stop) noexcept {
  while (!stop.stop_requested()) {
    base::Context ctx;
    ctx.stop = stop;
    const auto desired = gateway.Synchronize(ctx, Describe());
    if (desired.ok()) {
      Obey(desired.value());
    } else if (!stop.stop_requested()) {
      base::Log(base::LogLevel::kWarn, "worker: " + desired.error().ToString());
      tasks.WaitFor(kPauseAfterError, [&](Tasks&) { return stop.stop_requested(); });
    }
  }
}

WorkerLoop::WorkerLoop(Options options, api::WorkerGateway& gateway, TaskRunner& runner,
                       const base::Clock& clock)
    : state_(std::make_unique<State>(std::move(options), gateway, runner, clock)) {
  state_->loop =
      std::jthread([state = state_.get()](const std::stop_token& stop) { state->Loop(stop); });
}

WorkerLoop::~WorkerLoop() {
  state_->loop.request_stop();
  state_->gateway.Wake(state_->options.worker_id);
  state_->loop.join();
  state_->tasks.With([&](Tasks& all) {
    for (auto& [task, one] : all.running) one.stop.request_stop();
  });
  // Each thread moves itself to `ended` when its task is over; nothing is left behind.
  while (!state_->tasks.WaitFor(kSlice, [](Tasks& all) { return all.running.empty(); })) {
  }
  std::vector<std::jthread> ended;
  state_->tasks.With([&](Tasks& all) { ended = std::move(all.ended); });
}

}  // namespace worker
