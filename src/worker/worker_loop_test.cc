#include "worker/worker_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <set>

#include "base/guarded.h"
#include "plan/task_spec_cbor.h"

namespace worker {
namespace {

constexpr std::chrono::seconds kPatience{20};

plan::TaskSpec Task(const std::string& name) {
  plan::TaskSpec task;
  task.task = model::TaskId(name);
  task.job = model::JobId("job");
  task.run = model::RunId("job");
  task.name = name;
  return task;
}

/// Answers with what the test put in; remembers what the worker said.
class FakeGateway final : public api::WorkerGateway {
 public:
  base::Result<api::DesiredState> Synchronize(const base::Context& ctx,
                                              const api::WorkerState& said) override {
    state_.With([&](State& state) { state.said.push_back(said); });
    state_.Notify();
    while (!ctx.stop.stop_requested()) {
      const bool ready = state_.WaitFor(std::chrono::milliseconds(20), [](State& state) {
        return !state.answers.empty() || state.woken;
      });
      if (ready) break;
    }
    return state_.With([](State& state) -> base::Result<api::DesiredState> {
      state.woken = false;
      if (state.answers.empty()) return api::DesiredState{};
      base::Result<api::DesiredState> answer = std::move(state.answers.front());
      state.answers.pop_front();
      return answer;
    });
  }
  void Report(const api::OutputLine&) override {}
  void ReportStarted(const model::JobId&, const model::TaskId& task) override {
    state_.With([&](State& state) { state.started.push_back(task); });
    state_.Notify();
  }
  void Wake(const std::string&) override {
    state_.With([](State& state) { state.woken = true; });
    state_.Notify();
  }

  void Answer(base::Result<api::DesiredState> answer) {
    state_.With([&](State& state) { state.answers.push_back(std::move(answer)); });
    state_.Notify();
  }
  void Start(const plan::TaskSpec& task) {
    api::DesiredState desired;
    desired.start.push_back(plan::EncodeTaskSpec(task));
    Answer(std::move(desired));
  }
  /// Waits until the newest state that was said is as wanted.
  bool Says(const std::function<bool(const api::WorkerState&)>& wanted) {
    return state_.WaitFor(
        kPatience, [&](State& state) { return !state.said.empty() && wanted(state.said.back()); });
  }
  bool SaysFinished(const std::string& task) {
    return Says([&](const api::WorkerState& said) {
      return std::any_of(said.finished.begin(), said.finished.end(),
                         [&](const auto& outcome) { return outcome.task.text() == task; });
    });
  }
  size_t started() {
    return state_.With([](State& state) { return state.started.size(); });
  }

 private:
  struct State {
    std::deque<base::Result<api::DesiredState>> answers;
    std::vector<api::WorkerState> said;
    std::vector<model::TaskId> started;
    bool woken = false;
  };
  base::Guarded<State> state_;
};

/// Tasks named "long" last until they are stopped.
class FakeRunner final : public TaskRunner {
 public:
  plan::TaskOutcome Run(const base::Context& ctx, const plan::TaskSpec& task) override {
    state_.With([](State& state) { ++state.runs; });
    plan::TaskOutcome outcome;
    if (task.name != "long") return outcome;
    while (!ctx.stop.stop_requested())
      state_.WaitFor(std::chrono::milliseconds(5), [](State&) { return false; });
    outcome.status = plan::TaskStatus::kCancelled;
    state_.With([](State& state) { ++state.stopped; });
    return outcome;
  }
  void Release(const model::JobId& job) override {
    state_.With([&](State& state) { state.released.insert(job); });
    state_.Notify();
  }
  bool Released(const std::string& job) {
    return state_.WaitFor(kPatience,
                          [&](State& state) { return state.released.contains(model::JobId(job)); });
  }
  int runs() {
    return state_.With([](State& state) { return state.runs; });
  }
  int stopped() {
    return state_.With([](State& state) { return state.stopped; });
  }

 private:
  struct State {
    int runs = 0;
    int stopped = 0;
    std::set<model::JobId> released;
  };
  base::Guarded<State> state_;
};

class WorkerLoopTest : public ::testing::Test {
 protected:
  base::SystemClock clock_;
  FakeGateway gateway_;
  FakeRunner runner_;
};

TEST_F(WorkerLoopTest, RepeatsAnOutcomeUntilItIsReceived) {
  const WorkerLoop loop({}, gateway_, runner_, clock_);
  gateway_.Start(Task("short"));
  ASSERT_TRUE(gateway_.SaysFinished("short"));
  gateway_.Answer(api::DesiredState{});  // the gateway did not hear it
  gateway_.Start(Task("other"));
  ASSERT_TRUE(gateway_.SaysFinished("other"));
  ASSERT_TRUE(gateway_.SaysFinished("short"));
  api::DesiredState heard;
  heard.received = {model::TaskId("short"), model::TaskId("other")};
  gateway_.Answer(heard);
  EXPECT_TRUE(gateway_.Says([](const api::WorkerState& said) { return said.finished.empty(); }));
  EXPECT_EQ(runner_.runs(), 2);
}

TEST_F(WorkerLoopTest, StartsATaskOnceHoweverOftenItIsTold) {
  {
    const WorkerLoop loop({}, gateway_, runner_, clock_);
    gateway_.Start(Task("short"));
    ASSERT_TRUE(gateway_.SaysFinished("short"));
    gateway_.Start(Task("short"));  // finished, not yet received
    gateway_.Start(Task("long"));
    gateway_.Start(Task("long"));
    gateway_.Start(Task("last"));
    ASSERT_TRUE(gateway_.SaysFinished("last"));
  }
  EXPECT_EQ(runner_.runs(), 3);
  EXPECT_EQ(gateway_.started(), 3u);
}

TEST_F(WorkerLoopTest, StopsWhatItIsToldToStop) {
  const WorkerLoop loop({}, gateway_, runner_, clock_);
  gateway_.Start(Task("long"));
  gateway_.Start(Task("short"));
  ASSERT_TRUE(gateway_.SaysFinished("short"));  // so "long" was started before
  api::DesiredState stop;
  stop.stop = {model::TaskId("long")};
  gateway_.Answer(stop);
  ASSERT_TRUE(gateway_.SaysFinished("long"));
  EXPECT_TRUE(gateway_.Says([](const api::WorkerState& said) {
    return said.running.empty() && said.finished.back().status == plan::TaskStatus::kCancelled;
  }));
}

TEST_F(WorkerLoopTest, DroppingItStopsItsTasksAndWaits) {
  {
    const WorkerLoop loop({}, gateway_, runner_, clock_);
    gateway_.Start(Task("long"));
    gateway_.Start(Task("short"));
    ASSERT_TRUE(gateway_.SaysFinished("short"));
  }
  EXPECT_EQ(runner_.stopped(), 1);
}

TEST_F(WorkerLoopTest, ReleasesWhatAJobHeld) {
  const WorkerLoop loop({}, gateway_, runner_, clock_);
  api::DesiredState desired;
  desired.release = {model::JobId("job")};
  gateway_.Answer(desired);
  EXPECT_TRUE(runner_.Released("job"));
}

TEST_F(WorkerLoopTest, GoesOnAfterAGatewayThatFailsAndATaskThatCannotBeRead) {
  const WorkerLoop loop({}, gateway_, runner_, clock_);
  gateway_.Answer(base::Error(base::Code::kUnavailable, "test.away", "the gateway is away"));
  api::DesiredState unreadable;
  unreadable.start = {"no task"};
  gateway_.Answer(unreadable);
  gateway_.Start(Task("short"));
  EXPECT_TRUE(gateway_.SaysFinished("short"));
}

}  // namespace
}  // namespace worker
