#include "scheduler/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"

namespace scheduler {
namespace {
using plan::TaskStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kGiB = 1ull << 30;

model::TaskId Id(const std::string& text) {
  return model::TaskId(text);
}

TaskAdded Add(const std::string& id, std::vector<std::string> after = {}, uint64_t memory = 1,
              int32_t priority = kPriorityDefault, const std::string& job = "j") {
  TaskAdded event{
      .task = Id(id), .job = model::JobId(job), .memory_bytes = memory, .priority = priority};
  for (const std::string& parent : after) event.after.push_back(Id(parent));
  return event;
}

Command Started(const std::string& id) {
  return Launch{Id(id), "w"};
}

class SchedulerTest : public ::testing::Test {
 protected:
  std::vector<Command> Step(const Event& event) { return scheduler_.Step(now_, event); }
  std::vector<Command> Offer(uint32_t slots, uint64_t memory, double cpus = 100) {
    return Step(WorkerChanged{"w", slots, cpus, memory});
  }
  Scheduler scheduler_;
  base::Instant now_{};
};

TEST_F(SchedulerTest, StartsIndependentTasksTogetherAndChildrenAfterTheirParents) {
  Offer(4, kGiB);
  EXPECT_THAT(Step(Add("a")), ElementsAre(Started("a")));
  EXPECT_THAT(Step(Add("b")), ElementsAre(Started("b")));
  EXPECT_THAT(Step(Add("c", {"a", "b"})), IsEmpty());
  EXPECT_THAT(Step(TaskFinished{Id("a")}), IsEmpty());
  EXPECT_THAT(Step(TaskFinished{Id("b")}), ElementsAre(Started("c")));
}

TEST_F(SchedulerTest, AParentThatHasEndedCountsForLateChildren) {
  Offer(4, kGiB);
  Step(Add("a"));
  Step(Add("keeps_the_job_alive"));
  Step(TaskFinished{Id("a")});
  EXPECT_THAT(Step(Add("b", {"a"})), ElementsAre(Started("b")));
}

TEST_F(SchedulerTest, AParentThatHasEndedCountsUntilTheJobIsClosed) {
  Offer(4, kGiB);
  Step(Add("a"));
  Step(TaskFinished{Id("a")});  // nothing of the job is left
  EXPECT_THAT(Step(Add("b", {"a"})), ElementsAre(Started("b")));
  EXPECT_THAT(Step(JobClosed{model::JobId("j")}), IsEmpty());
  EXPECT_THAT(Step(Add("c", {"a"})), ElementsAre(Started("c"))) << "b lives";
  Step(TaskFinished{Id("b")});
  Step(TaskFinished{Id("c")});
  EXPECT_THAT(Step(Add("d", {"a"})),
              ElementsAre(Command(Skip{Id("d"), Skip::Why::kParentFailed, Id("a")})))
      << "forgotten";
}

TEST_F(SchedulerTest, SkipsAllDescendantsOfAFailure) {
  Offer(4, kGiB);
  Step(Add("a"));
  Step(Add("b", {"a"}));
  Step(Add("c", {"b"}));
  EXPECT_THAT(Step(TaskFinished{Id("a"), TaskStatus::kFailed}),
              ElementsAre(Command(Skip{Id("b"), Skip::Why::kParentFailed, Id("a")}),
                          Command(Skip{Id("c"), Skip::Why::kParentFailed, Id("b")})));
  EXPECT_EQ(scheduler_.load().waiting, 0u);
}

TEST_F(SchedulerTest, StaysWithinMemoryAndSlots) {
  Offer(3, 10);
  Step(Add("a", {}, 6));
  EXPECT_THAT(Step(Add("b", {}, 6)), IsEmpty());
  EXPECT_THAT(Step(Add("c", {}, 4)), ElementsAre(Started("c")));
  EXPECT_THAT(Step(TaskFinished{Id("a")}), ElementsAre(Started("b")));
}

TEST_F(SchedulerTest, ATaskLargerThanAnyWorkerIsSkippedNotKeptWaiting) {
  Offer(3, 10);
  EXPECT_THAT(Step(Add("a", {}, 11)),
              ElementsAre(Command(Skip{Id("a"), Skip::Why::kTooLarge, {}})));
}

TEST_F(SchedulerTest, ATaskWithMoreCpusThanTheMachineRunsAlone) {
  Offer(8, 100, 2);
  Step(Add("small"));
  TaskAdded wide = Add("wide");
  wide.cpus = 16;
  EXPECT_THAT(Step(wide), IsEmpty());
  EXPECT_THAT(Step(TaskFinished{Id("small")}), ElementsAre(Started("wide")));
  EXPECT_THAT(Step(Add("other")), IsEmpty());
}

TEST_F(SchedulerTest, HigherPriorityFirstThenTheJobWithFewerRunningThenArrival) {
  Step(Add("a1", {}, 1, 5, "a"));
  Step(Add("a2", {}, 1, 5, "a"));
  Step(Add("b1", {}, 1, 5, "b"));
  Step(Add("urgent", {}, 1, 9, "a"));
  EXPECT_THAT(Offer(3, 10), ElementsAre(Started("urgent"), Started("b1"), Started("a1")));
}

TEST_F(SchedulerTest, ALargeTaskIsNotStarvedBySmallOnes) {
  Offer(2, 10);
  Step(Add("small1", {}, 5));
  Step(Add("large", {}, 10));
  Step(Add("small2", {}, 5));
  now_ += std::chrono::seconds(11);
  EXPECT_THAT(Step(Add("small3", {}, 5)), IsEmpty());
  EXPECT_THAT(Step(TaskFinished{Id("small1")}), IsEmpty()) << "half of the worker is kept free";
  EXPECT_THAT(Step(TaskFinished{Id("small2")}), ElementsAre(Started("large")));
}

TEST_F(SchedulerTest, CancelAbandonsWhatRunsAndSkipsWhatWaits) {
  Offer(1, 10);
  Step(Add("a"));
  Step(Add("b", {"a"}));
  EXPECT_THAT(Step(CancelJob{model::JobId("j")}),
              ElementsAre(Command(Abandon{Id("a"), "w"}),
                          Command(Skip{Id("b"), Skip::Why::kCancelled, {}})));
  EXPECT_EQ(scheduler_.load().running, 1u) << "its place is free only when it has ended";
  Step(TaskFinished{Id("a"), TaskStatus::kCancelled});
  EXPECT_EQ(scheduler_.load().running, 0u);
}

TEST_F(SchedulerTest, AWorkerThatGoesTakesItsTasksAlong) {
  Offer(1, 10);
  Step(Add("a"));
  Step(Add("b", {"a"}));
  EXPECT_THAT(Step(WorkerChanged{"w"}),
              ElementsAre(Command(Abandon{Id("a"), "w", true}),
                          Command(Skip{Id("b"), Skip::Why::kParentFailed, Id("a")})));
  EXPECT_THAT(Step(TaskFinished{Id("a")}), IsEmpty());
}

// Random events against what must always hold: budgets are kept, a child starts only after all of
// its parents succeeded, every task ends exactly once, and nothing that fits is left waiting.
class Checker {
 public:
  explicit Checker(uint64_t seed) : rng_(seed) {}

  void Run() {
    for (int i = 0; i < 400; ++i) RandomEvent();
    for (int i = 0; i < 2; ++i) Offer(i, 4, 100);
    for (int i = 0; i < 5000 && ended_.size() < specs_.size(); ++i) {
      now_ += std::chrono::seconds(1);
      FinishOne();
      Do(Tick{});
    }
    EXPECT_EQ(ended_.size(), specs_.size()) << "something never ended";
    EXPECT_EQ(scheduler_.load().running + scheduler_.load().waiting, 0u);
  }

 private:
  uint64_t Below(uint64_t n) { return rng_.Next() % n; }

  void RandomEvent() {
    now_ += std::chrono::milliseconds(Below(500));
    switch (Below(12)) {
      case 0:
        return Offer(static_cast<int>(Below(2)), static_cast<uint32_t>(Below(4)), 20 + Below(80));
      case 1:
        if (Below(4) == 0) Do(CancelJob{model::JobId(std::to_string(Below(6)))});
        return;
      case 2:
      case 3:
      case 4:
      case 5:
        return FinishOne();
      default:
        return AddOne();
    }
  }

  void AddOne() {
    const std::string job = std::to_string(Below(6));
    TaskAdded event{.task = Id("t" + std::to_string(specs_.size())),
                    .job = model::JobId(job),
                    .memory_bytes = Below(60),
                    .cpus = 0.25 * static_cast<double>(1 + Below(12)),
                    .priority = static_cast<int32_t>(Below(12))};
    for (const auto& [id, spec] : specs_) {
      if (spec.job.text() == job && Below(6) == 0) event.after.push_back(id);
    }
    specs_[event.task] = event;
    Do(event);
  }

  void Offer(int worker, uint32_t slots, uint64_t memory) {
    const std::string name = "w" + std::to_string(worker);
    Do(WorkerChanged{name, slots, 4, slots == 0 ? 0 : memory});
    offers_[name] = {name, slots, 4, slots == 0 ? 0 : memory};
  }

  void FinishOne() {
    if (running_.empty()) return;
    auto which = running_.begin();
    std::advance(which, static_cast<int64_t>(Below(running_.size())));
    const model::TaskId id = which->first;
    const bool good = Below(8) != 0 && !abandoned_.contains(id);
    running_.erase(which);
    EndOnce(id, good);
    Do(TaskFinished{id, good ? TaskStatus::kSucceeded : TaskStatus::kFailed});
  }

  void EndOnce(const model::TaskId& id, bool good) {
    EXPECT_TRUE(ended_.emplace(id, good).second) << id.text() << " ended twice";
  }

  void Do(const Event& event) {
    if (const auto* change = std::get_if<WorkerChanged>(&event)) offers_[change->worker] = *change;
    for (const Command& command : scheduler_.Step(now_, event)) {
      std::visit([&](const auto& c) { Check(c); }, command);
    }
  }

  void Check(const Launch& launch) {
    const TaskAdded& spec = specs_.at(launch.task);
    EXPECT_FALSE(ended_.contains(launch.task));
    EXPECT_TRUE(running_.emplace(launch.task, launch.worker).second) << "launched twice";
    for (const model::TaskId& parent : spec.after) {
      EXPECT_TRUE(ended_.contains(parent) && ended_[parent]) << "before its parent";
    }
    uint64_t memory = 0, slots = 0;
    for (const auto& [id, worker] : running_) {
      if (worker != launch.worker) continue;
      memory += specs_.at(id).memory_bytes;
      ++slots;
    }
    EXPECT_LE(memory, offers_.at(launch.worker).memory_bytes);
    EXPECT_LE(slots, offers_.at(launch.worker).slots);
  }
  void Check(const Abandon& abandon) {
    EXPECT_EQ(running_.at(abandon.task), abandon.worker);
    abandoned_.insert(abandon.task);
    if (!abandon.lost) return;
    running_.erase(abandon.task);
    EndOnce(abandon.task, false);
  }
  void Check(const Skip& skip) {
    EXPECT_FALSE(running_.contains(skip.task));
    if (skip.why == Skip::Why::kParentFailed) {
      EXPECT_TRUE(ended_.contains(skip.parent) && !ended_[skip.parent]) << "its parent is well";
    }
    EndOnce(skip.task, false);
  }

  base::SeededRng rng_;
  Scheduler scheduler_;
  base::Instant now_{};
  std::map<std::string, WorkerChanged> offers_;
  std::map<model::TaskId, TaskAdded> specs_;
  std::map<model::TaskId, std::string> running_;
  std::set<model::TaskId> abandoned_;
  std::map<model::TaskId, bool> ended_;
};

TEST(SchedulerRandom, KeepsItsPromises) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Checker(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(SchedulerRandom, SameEventsGiveTheSameCommands) {
  auto run = [] {
    Scheduler scheduler;
    std::vector<Command> all;
    base::SeededRng rng(5);
    for (int i = 0; i < 200; ++i) {
      Event event = Add("t" + std::to_string(i), {}, rng.Next() % 50);
      if (i % 10 == 0) event = WorkerChanged{"w", 3, 4, 60};
      if (i % 3 == 1) event = TaskFinished{Id("t" + std::to_string(rng.Next() % 200))};
      for (Command& command : scheduler.Step({}, event)) all.push_back(std::move(command));
    }
    return all;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace scheduler
