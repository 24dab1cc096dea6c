#include "control/recovery.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "api/job_record_cbor.h"
#include "base/file.h"
#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "catalog/testing/lake.h"
#include "control/job.h"
#include "control/reasons.h"
#include "control/testing/no_queries.h"
#include "project/testing/fake_sql_analyzer.h"
#include "storage/memory_store.h"

namespace control {
namespace {

using base::testing::IsOk;

/// Jobs as they are left by a process that was killed: the record and the lock's file are there,
/// nobody holds the lock.
class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    parts_.options.lake_folder = folder_.path();
    EXPECT_THAT(base::MakeFolders(folder_.path() + "/runs"), IsOk());
  }

  std::string LockPath(const std::string& job) const {
    return folder_.path() + "/runs/" + job + ".lock";
  }
  api::JobRecord Leave(const std::string& job, bool finished = false) {
    api::JobRecord record;
    record.id = model::JobId(job);
    record.status = finished ? api::JobStatus::kFail : api::JobStatus::kRunning;
    record.ref = "main";
    if (finished) record.finished = base::FromMicros(1);
    state::Batch batch;
    batch.puts.push_back(RecordPut(record));
    EXPECT_THAT(lake_.memory.Apply(lake_.ctx, batch), IsOk());
    EXPECT_THAT(base::WriteFile(LockPath(job), ""), IsOk());
    return record;
  }
  api::JobRecord Stored(const std::string& job) {
    const auto stored = lake_.memory.Read(lake_.ctx, JobKey(model::JobId(job)));
    EXPECT_TRUE(stored.ok() && *stored);
    return *api::DecodeJobRecord((*stored)->bytes);
  }
  catalog::RunPhase PhaseOf(const std::string& run) {
    return lake_.catalog.ReadRun(lake_.ctx, model::RunId(run))->phase;
  }
  std::vector<Recovered> Recover() {
    auto recovered = control::Recover(lake_.ctx, parts_);
    EXPECT_THAT(recovered, IsOk());
    return recovered.ok() ? *recovered : std::vector<Recovered>{};
  }

  base::testing::TemporaryFolder folder_;
  catalog::testing::Lake lake_;
  storage::MemoryStore objects_;
  lakehouse::Lakehouse lakehouse_{lake_.memory, objects_, lake_.catalog, lake_.clock, lake_.rng};
  TaskBoard board_{lake_.clock};
  project::FakeSqlAnalyzer sql_;
  testing::NoQueries none_;
  Parts parts_{lake_.memory, objects_, lake_.catalog, lakehouse_,  board_,    sql_,
               none_,        none_,    none_,         lake_.clock, lake_.rng, Options{}};
};

TEST_F(RecoveryTest, ADeadRunIsAbortedAndItsJobFailed) {
  Leave("one");
  const auto run = lake_.Start("one");
  ASSERT_THAT(run, IsOk());
  const auto recovered = Recover();
  ASSERT_EQ(recovered.size(), 1u);
  EXPECT_EQ(recovered[0].run_branch, run->branch);
  EXPECT_EQ(PhaseOf("one"), catalog::RunPhase::kAborted);
  EXPECT_EQ(Stored("one").status, api::JobStatus::kFail);
  EXPECT_TRUE(Stored("one").finished);
  EXPECT_EQ(Stored("one").error->reason, kProcessEnded);
  EXPECT_FALSE(std::filesystem::exists(LockPath("one")));
  EXPECT_TRUE(Recover().empty());
}

TEST_F(RecoveryTest, ALivingJobIsLeftAlone) {
  Leave("one");
  const auto lock = base::FileLock::Acquire(LockPath("one"));
  ASSERT_THAT(lock, IsOk());
  EXPECT_TRUE(Recover().empty());
  EXPECT_EQ(Stored("one").status, api::JobStatus::kRunning);
  EXPECT_TRUE(std::filesystem::exists(LockPath("one")));
}

TEST_F(RecoveryTest, AJobThatDiedBeforeItsRunBegan) {
  Leave("one");
  ASSERT_EQ(Recover().size(), 1u);
  EXPECT_EQ(Stored("one").status, api::JobStatus::kFail);
}

TEST_F(RecoveryTest, ARunThatFailedBeforeItsJobWasRecorded) {
  Leave("one");
  ASSERT_THAT(lake_.Start("one"), IsOk());
  ASSERT_THAT(lake_.Mark("one", catalog::RunPhase::kFailed), IsOk());
  EXPECT_EQ(Recover().size(), 1u);
  EXPECT_EQ(PhaseOf("one"), catalog::RunPhase::kFailed);
  EXPECT_EQ(Stored("one").status, api::JobStatus::kFail);
}

TEST_F(RecoveryTest, APublishedRunIsComplete) {
  Leave("one");
  ASSERT_THAT(lake_.Start("one"), IsOk());
  const auto published = lake_.Publish("one");
  ASSERT_THAT(published, IsOk());
  EXPECT_TRUE(Recover().empty());
  EXPECT_EQ(Stored("one").status, api::JobStatus::kComplete);
  EXPECT_EQ(Stored("one").published, published->commit.text());
}

TEST_F(RecoveryTest, ARunOfAFinishedJobIsClosed) {
  Leave("one", true);
  ASSERT_THAT(lake_.Start("one"), IsOk());
  EXPECT_TRUE(Recover().empty());
  EXPECT_EQ(PhaseOf("one"), catalog::RunPhase::kAborted);
}

TEST_F(RecoveryTest, ALockWithoutAJobGoes) {
  ASSERT_THAT(base::WriteFile(LockPath("none"), ""), IsOk());
  EXPECT_TRUE(Recover().empty());
  EXPECT_FALSE(std::filesystem::exists(LockPath("none")));
}

}  // namespace
}  // namespace control
