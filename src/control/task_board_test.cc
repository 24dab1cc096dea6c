#include "control/task_board.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/testing/matchers.h"
#include "control/reasons.h"
#include "plan/task_spec_cbor.h"

namespace control {
namespace {

using base::testing::IsOk;

class TaskBoardTest : public ::testing::Test {
 protected:
  TaskBoardTest() { board_.Open(job_, nullptr); }

  plan::TaskSpec Task(const std::string& name, std::vector<model::TaskId> after = {}) const {
    plan::TaskSpec task;
    task.task = model::TaskId(name);
    task.job = job_;
    task.name = name;
    task.limits.memory_bytes_max = 100;
    task.after = std::move(after);
    return task;
  }

  /// A worker that runs and finished these; what it should start now.
  std::vector<std::string> Sync(const std::vector<std::string>& running,
                                const std::vector<plan::TaskOutcome>& finished = {}) {
    api::WorkerState said;
    said.worker_id = "local";
    said.slots = 2;
    said.memory_bytes_max = 1000;
    for (const std::string& task : running) said.running.emplace_back(task);
    said.finished = finished;
    board_.Wake("local");  // answers at once
    const auto answer = board_.Synchronize(base::Context{}, said);
    EXPECT_THAT(answer, IsOk());
    last_ = *answer;
    std::vector<std::string> names;
    for (const base::Bytes& bytes : answer->start)
      names.push_back(plan::DecodeTaskSpec(bytes)->name);
    return names;
  }

  static plan::TaskOutcome Outcome(const std::string& task, uint32_t attempt = 1,
                                   plan::TaskStatus status = plan::TaskStatus::kSucceeded) {
    plan::TaskOutcome outcome;
    outcome.task = model::TaskId(task);
    outcome.attempt = attempt;
    outcome.status = status;
    return outcome;
  }

  TaskNews Next() {
    base::Context ctx;
    ctx.deadline = clock_.Now() + std::chrono::seconds(20);
    auto news = board_.Next(ctx, job_);
    EXPECT_THAT(news, IsOk());
    return news.ok() ? *news : TaskNews(TaskBegan{});
  }
  bool NoNews() {
    base::Context ctx;
    ctx.deadline = clock_.Now() + std::chrono::milliseconds(1);
    return !board_.Next(ctx, job_).ok();
  }

  using Names = std::vector<std::string>;
  base::SystemClock clock_;
  TaskBoard board_{clock_};
  const model::JobId job_{"job"};
  api::DesiredState last_;
};

TEST_F(TaskBoardTest, ATaskIsStartedOnceAndItsOutcomeCountsOnce) {
  board_.Add(Task("one"), 5);
  EXPECT_EQ(Sync({}), Names{"one"});
  EXPECT_EQ(Sync({"one"}), Names{});
  Sync({}, {Outcome("one")});
  EXPECT_EQ(last_.received.size(), 1u);
  Sync({}, {Outcome("one")});  // repeated: received again, told once
  EXPECT_EQ(last_.received.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<TaskOver>(Next()));
  EXPECT_TRUE(NoNews());
}

TEST_F(TaskBoardTest, AnOutcomeOfAnotherAttemptDoesNotCount) {
  board_.Add(Task("one"), 5);
  Sync({});
  Sync({}, {Outcome("one", 2)});
  EXPECT_EQ(last_.received.size(), 1u);
  EXPECT_TRUE(NoNews());
  Sync({}, {Outcome("unknown")});  // of a job that is long over
  EXPECT_EQ(last_.received.size(), 1u);
}

TEST_F(TaskBoardTest, ATaskWaitsForItsParents) {
  board_.Add(Task("parent"), 5);
  board_.Add(Task("child", {model::TaskId("parent")}), 5);
  EXPECT_EQ(Sync({}), Names{"parent"});
  EXPECT_EQ(Sync({}, {Outcome("parent")}), Names{"child"});
}

// At stake: a job whose first task ends before its second is added must not lose the second.
TEST_F(TaskBoardTest, AChildMayBeAddedWhenItsParentHasEnded) {
  board_.Add(Task("parent"), 5);
  EXPECT_EQ(Sync({}), Names{"parent"});
  EXPECT_EQ(Sync({}, {Outcome("parent")}), Names{});
  board_.Add(Task("child", {model::TaskId("parent")}), 5);
  EXPECT_EQ(Sync({}), Names{"child"});
}

TEST_F(TaskBoardTest, ChildrenOfAFailedTaskAreSkipped) {
  board_.Add(Task("parent"), 5);
  board_.Add(Task("child", {model::TaskId("parent")}), 5);
  Sync({});
  EXPECT_EQ(Sync({}, {Outcome("parent", 1, plan::TaskStatus::kFailed)}), Names{});
  EXPECT_TRUE(std::holds_alternative<TaskOver>(Next()));
  const TaskNews news = Next();
  ASSERT_TRUE(std::holds_alternative<TaskSkipped>(news));
  EXPECT_EQ(std::get<TaskSkipped>(news).task, model::TaskId("child"));
}

TEST_F(TaskBoardTest, CancelStopsWhatRunsAndSkipsWhatWaits) {
  board_.Add(Task("parent"), 5);
  board_.Add(Task("child", {model::TaskId("parent")}), 5);
  Sync({});
  board_.Cancel(job_);
  Sync({"parent"});
  ASSERT_EQ(last_.stop.size(), 1u);
  EXPECT_EQ(last_.stop[0], model::TaskId("parent"));
  EXPECT_TRUE(std::holds_alternative<TaskSkipped>(Next()));
  Sync({}, {Outcome("parent", 1, plan::TaskStatus::kCancelled)});
  const TaskNews news = Next();
  ASSERT_TRUE(std::holds_alternative<TaskOver>(news));
  EXPECT_EQ(std::get<TaskOver>(news).outcome.status, plan::TaskStatus::kCancelled);
}

TEST_F(TaskBoardTest, CloseReleasesWhatWorkersHold) {
  board_.Add(Task("one"), 5);
  Sync({});
  Sync({}, {Outcome("one")});
  board_.Close(job_);
  Sync({});
  ASSERT_EQ(last_.release.size(), 1u);
  EXPECT_EQ(last_.release[0], job_);
  Sync({});
  EXPECT_TRUE(last_.release.empty());
}

TEST_F(TaskBoardTest, LinesGoToTheirJob) {
  std::vector<std::string> lines;
  board_.Open(job_, [&](const api::OutputLine& line) { lines.push_back(line.text); });
  board_.Report({job_, model::TaskId("one"), false, 1, "hello"});
  board_.Report({model::JobId("other"), model::TaskId("two"), false, 1, "nobody"});
  EXPECT_EQ(lines, Names{"hello"});
}

TEST_F(TaskBoardTest, NextEndsWithItsContext) {
  std::stop_source stop;
  base::Context ctx;
  ctx.stop = stop.get_token();
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_FALSE(board_.Next(ctx, job_).ok());
}

}  // namespace
}  // namespace control
