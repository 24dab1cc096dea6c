#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "catalog/reasons.h"
#include "catalog/testing/lake.h"
#include "state/testing/unreliable_store.h"

namespace catalog {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using ::testing::ElementsAre;
using testing::Lake;
using ::testing::SizeIs;

TEST(Run, PublishesAllItsTablesInOneCommitAndLeavesNoBranch) {
  Lake lake;
  const auto run = lake.Start("r");
  ASSERT_THAT(run, IsOk());
  EXPECT_EQ(run->branch, "ada.main-bpln-tx-run-20260101000000-job-r");
  EXPECT_EQ(lake.catalog.Resolve(lake.ctx, run->branch)->run_id, model::RunId("r"));
  ASSERT_THAT(lake.Put(run->branch, {"a"}, "r"), IsOk());
  ASSERT_THAT(lake.Put(run->branch, {"b"}, "r"), IsOk());
  const model::CommitId main = lake.Head("main"), head = lake.Head(run->branch);
  EXPECT_THAT(*lake.catalog.ListTables(lake.ctx, main), SizeIs(0));
  PublishRequest request;
  request.run_id = model::RunId("r");
  request.note.properties = {{"bpln_job_id", "job-r"}};
  request.extras.puts = {state::Put{"job/job-r", "succeeded"}};
  const auto published = lake.catalog.PublishRun(lake.ctx, request);
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(lake.Head("main"), published->commit);
  const auto commit = lake.catalog.ReadCommit(lake.ctx, published->commit);
  EXPECT_THAT(commit->parents, ElementsAre(main, head));
  EXPECT_EQ(commit->properties.at("bpln_job_id"), "job-r");
  EXPECT_TRUE(commit->open_runs.empty());
  EXPECT_THAT(*lake.catalog.ListTables(lake.ctx, published->commit), SizeIs(2));
  EXPECT_EQ((*lake.memory.Read(lake.ctx, "job/job-r"))->bytes, "succeeded");
  EXPECT_THAT(lake.catalog.Resolve(lake.ctx, run->branch), IsError(Code::kNotFound, kNoRef));
  const auto after = lake.catalog.ReadRun(lake.ctx, model::RunId("r"));
  EXPECT_EQ(after->phase, RunPhase::kPublished);
  EXPECT_THAT(after->published_keys, SizeIs(2));
  EXPECT_EQ(lake.Publish("r")->commit, published->commit);
  EXPECT_THAT(lake.Put("main", {"c"}, "r"), IsError(Code::kFailedPrecondition, kRunState));
}

TEST(Run, LeavesTheTargetAndKeepsItsBranchWhenItFails) {
  Lake lake;
  const auto run = lake.Start("r");
  ASSERT_THAT(lake.Put(run->branch, {"a"}, "r"), IsOk());
  const model::CommitId main = lake.Head("main");
  EXPECT_THAT(lake.catalog.DeleteRef(lake.ctx, run->branch, RefKind::kBranch),
              IsError(Code::kFailedPrecondition, kRunState));
  ASSERT_THAT(lake.Mark("r", RunPhase::kFailed), IsOk());
  EXPECT_THAT(lake.Publish("r"), IsError(Code::kFailedPrecondition, kRunState));
  EXPECT_EQ(lake.Head("main"), main);
  // G-33: a fork of its branch stays out as well, until the run is released by name.
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "fork", run->branch), IsOk());
  ASSERT_THAT(lake.Put("fork", {"a"}), IsOk());
  const auto refused = lake.Merge("fork", "main");
  ASSERT_THAT(refused, IsError(Code::kFailedPrecondition, kOpenRuns));
  EXPECT_EQ(refused.error().context.at("run_ids"), "r");
  ASSERT_THAT(lake.catalog.ReleaseRun(lake.ctx, {model::RunId("r"), "ada", "checked"}), IsOk());
  EXPECT_THAT(lake.Merge("fork", "main"), IsOk());
}

TEST(Run, IsPrunedSomeTimeAfterItFailed) {
  Lake lake;
  const auto old = lake.Start("old"), young = lake.Start("young"), active = lake.Start("active");
  ASSERT_THAT(lake.Mark("old", RunPhase::kFailed), IsOk());
  lake.clock.Advance(std::chrono::hours(24 * 8));
  ASSERT_THAT(lake.Mark("young", RunPhase::kAborted), IsOk());
  const auto pruned =
      lake.catalog.PruneRuns(lake.ctx, lake.clock.Now() - std::chrono::hours(24 * 7));
  ASSERT_THAT(pruned, IsOk());
  EXPECT_THAT(*pruned, ElementsAre(old->branch));
  EXPECT_THAT(*lake.catalog.ListRuns(lake.ctx), SizeIs(3));
}

TEST(Run, WithoutTransactionIsRefusedOnProtectedRefsAndOpenUntilItEnds) {
  Lake lake;
  StartRunRequest request;
  request.run_id = model::RunId("r");
  request.target = "main";
  request.transactional = false;
  request.user = "ada";
  request.job_id = model::JobId("j");
  EXPECT_THAT(lake.catalog.StartRun(lake.ctx, request),
              IsError(Code::kPermissionDenied, kProtected));
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  request.target = "d";
  ASSERT_THAT(lake.catalog.StartRun(lake.ctx, request), IsOk());
  ASSERT_THAT(lake.Put("d", {"a"}, "r"), IsOk());
  EXPECT_THAT(lake.Put("main", {"a"}, "r"), IsError(Code::kPermissionDenied, kProtected));
  EXPECT_THAT(lake.Put("main", {"a"}), IsError(Code::kPermissionDenied, kProtected));
  EXPECT_THAT(lake.Merge("d", "main"), IsError(Code::kFailedPrecondition, kOpenRuns));
  ASSERT_THAT(lake.Mark("r", RunPhase::kPublished), IsOk());
  EXPECT_THAT(lake.Merge("d", "main"), IsOk());
}

TEST(Run, IsCheckedAgainWhenATableItsChecksReadMoved) {
  Lake lake;
  const auto run = lake.Start("r");
  ASSERT_THAT(lake.Put(run->branch, {"child"}, "r"), IsOk());
  ASSERT_THAT(lake.Start("other"), IsOk());
  const auto other = lake.catalog.ReadRun(lake.ctx, model::RunId("other"));
  ASSERT_THAT(lake.Put(other->branch, {"parent", "unrelated"}, "other"), IsOk());
  ASSERT_THAT(lake.Publish("other"), IsOk());
  const model::CommitId main = lake.Head("main");
  PublishRequest request;
  request.run_id = model::RunId("r");
  request.checked_tables = {Lake::Table("child"), Lake::Table("parent")};
  const auto refused = lake.catalog.PublishRun(lake.ctx, request);
  ASSERT_THAT(refused, IsError(Code::kFailedPrecondition, kRecheckNeeded));
  EXPECT_EQ(refused.error().context.at("tables"), "bauplan.parent");
  EXPECT_EQ(lake.Head("main"), main);
  ASSERT_THAT(lake.Merge("main", run->branch), IsOk());  // the checks would run here again
  EXPECT_THAT(lake.catalog.PublishRun(lake.ctx, request), IsOk());
}

TEST(Run, IsRevertedWholeOnProtectedRefs) {
  Lake lake;
  ASSERT_THAT(lake.Start("first"), IsOk());
  ASSERT_THAT(
      lake.Put(lake.catalog.ReadRun(lake.ctx, model::RunId("first"))->branch, {"a", "b"}, "first"),
      IsOk());
  ASSERT_THAT(lake.Publish("first"), IsOk());
  const std::string good = "@" + lake.Head("main").text();
  ASSERT_THAT(lake.Start("bad"), IsOk());
  ASSERT_THAT(
      lake.Put(lake.catalog.ReadRun(lake.ctx, model::RunId("bad"))->branch, {"a", "b"}, "bad"),
      IsOk());
  ASSERT_THAT(lake.Publish("bad"), IsOk());
  RevertRequest request;
  request.tables = {Lake::Table("a")};
  request.source = good;
  request.into = "main";
  request.replace = true;
  const auto split = lake.catalog.RevertTables(lake.ctx, request);
  ASSERT_THAT(split, IsError(Code::kFailedPrecondition, kSplitsRun));
  EXPECT_EQ(split.error().context.at("run_id"), "bad");
  EXPECT_EQ(split.error().context.at("tables"), "bauplan.b");
  request.tables.push_back(Lake::Table("b"));
  EXPECT_THAT(lake.catalog.RevertTables(lake.ctx, request), IsOk());
}

/// What is at stake (P4): a run half on the target. Every call of the store fails once, before or
/// after its effect; afterwards the run is published with all its tables, or nothing has changed,
/// and asking again publishes it.
TEST(Run, IsPublishedWhollyOrNotAtAllWhicheverStoreCallFails) {
  for (const auto time :
       {state::testing::FailureTime::kBeforeEffect, state::testing::FailureTime::kAfterEffect}) {
    for (uint64_t n = 1;; ++n) {
      SCOPED_TRACE("call " + std::to_string(n));
      Lake lake(n);
      const auto run = lake.Start("r");
      ASSERT_THAT(lake.Put(run->branch, {"a", "b"}, "r"), IsOk());
      const model::CommitId main = lake.Head("main");
      state::testing::UnreliableStore unreliable(lake.memory, n, time);
      Lake broken(unreliable, n + 1000);
      const auto published = broken.Publish("r");
      const auto phase = lake.catalog.ReadRun(lake.ctx, model::RunId("r"))->phase;
      const auto tables = lake.catalog.ListTables(lake.ctx, lake.Head("main"))->size();
      if (lake.Head("main") == main) {
        EXPECT_FALSE(published.ok());
        EXPECT_EQ(phase, RunPhase::kRunning);
        EXPECT_THAT(lake.catalog.Resolve(lake.ctx, run->branch), IsOk());
      } else {
        EXPECT_EQ(phase, RunPhase::kPublished);
        EXPECT_EQ(tables, 2u);
        EXPECT_THAT(published, IsOk());  // an unknown outcome is settled by reading back
      }
      ASSERT_THAT(lake.Publish("r"), IsOk());
      EXPECT_EQ(lake.catalog.ListTables(lake.ctx, lake.Head("main"))->size(), 2u);
      if (unreliable.calls() < n) break;
    }
  }
}

}  // namespace
}  // namespace catalog
