#include "control/jobs_service.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "catalog/testing/lake.h"
#include "control/testing/no_queries.h"
#include "project/testing/fake_sql_analyzer.h"
#include "storage/memory_store.h"

namespace control {
namespace {

using api::JobStatus;
using base::testing::IsOk;

/// One job runs at once, and no worker takes its tasks: it runs until it is stopped.
class JobsServiceTest : public ::testing::Test {
 protected:
  static Options OptionsFor(const std::string& folder) {
    Options options;
    options.lake_folder = folder;
    options.jobs.running_max = 1;
    return options;
  }
  model::JobId Submit() {
    api::ImportRequest request;
    request.table = "t";
    request.branch = "main";
    request.sources = {folder_.path() + "/f.csv"};
    request.create = true;
    const auto job = jobs_.Submit(lake_.ctx, request);
    EXPECT_THAT(job, IsOk());
    return job.ok() ? *job : model::JobId();
  }

  base::testing::TemporaryFolder folder_;
  catalog::testing::Lake lake_;
  storage::MemoryStore objects_;
  lakehouse::Lakehouse lakehouse_{lake_.memory, objects_, lake_.catalog, lake_.clock, lake_.rng};
  TaskBoard board_{lake_.clock};
  project::FakeSqlAnalyzer sql_;
  testing::NoQueries none_;
  Parts parts_{lake_.memory, objects_,    lake_.catalog, lakehouse_,
               board_,       sql_,        none_,         none_,
               none_,        lake_.clock, lake_.rng,     OptionsFor(folder_.path())};
  JobsService jobs_{parts_};
};

TEST_F(JobsServiceTest, CountsItsOwnJobsAndNotWhatIsStored) {
  api::JobRecord of_another_process;
  of_another_process.id = model::JobId("another");
  of_another_process.status = JobStatus::kRunning;
  state::Batch batch;
  batch.puts.push_back(RecordPut(of_another_process));
  ASSERT_THAT(lake_.memory.Apply(lake_.ctx, batch), IsOk());
  EXPECT_EQ(jobs_.CountLiving(JobStatus::kRunning), 0u);

  const model::JobId first = Submit();
  const model::JobId second = Submit();
  EXPECT_EQ(jobs_.CountLiving(JobStatus::kRunning), 1u);
  EXPECT_EQ(jobs_.CountLiving(JobStatus::kNotStarted), 1u);

  EXPECT_THAT(jobs_.Cancel(lake_.ctx, second), IsOk());
  EXPECT_THAT(jobs_.Cancel(lake_.ctx, first), IsOk());
  EXPECT_EQ(jobs_.CountLiving(JobStatus::kRunning), 0u);
  EXPECT_EQ(jobs_.CountLiving(JobStatus::kNotStarted), 0u);
}

}  // namespace
}  // namespace control
