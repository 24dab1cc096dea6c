#include <gtest/gtest.h>

#include "api/jobs_api.h"

namespace api {
namespace {

JobRecord Ended() {
  JobRecord job;
  job.id = model::JobId("a");
  job.kind = JobKind::kQuery;
  job.status = JobStatus::kFail;
  job.user = "ada";
  job.created = base::FromMicros(1000);
  return job;
}

TEST(JobFilter, MeansEveryJobWhenItSaysNothing) {
  EXPECT_TRUE(Fits(Ended(), JobFilter{}));
}

TEST(JobFilter, WantsAllItsListsToHoldWhatTheJobHas) {
  JobFilter filter;
  filter.ids = {"b", "a"};
  filter.users = {"ada"};
  filter.kinds = {JobKind::kRun, JobKind::kQuery};
  filter.statuses = {JobStatus::kFail};
  EXPECT_TRUE(Fits(Ended(), filter));
  JobFilter other = filter;
  other.ids = {"b"};
  EXPECT_FALSE(Fits(Ended(), other));
  other = filter;
  other.users = {"bob"};
  EXPECT_FALSE(Fits(Ended(), other));
  other = filter;
  other.kinds = {JobKind::kRun};
  EXPECT_FALSE(Fits(Ended(), other));
  other = filter;
  other.statuses = {JobStatus::kRunning};
  EXPECT_FALSE(Fits(Ended(), other));
}

TEST(JobFilter, TimesIncludeTheirEnds) {
  JobFilter filter;
  filter.created_after = filter.created_before = base::FromMicros(1000);
  EXPECT_TRUE(Fits(Ended(), filter));
  filter.created_after = base::FromMicros(1001);
  EXPECT_FALSE(Fits(Ended(), filter));
  filter.created_after = {};
  filter.created_before = base::FromMicros(999);
  EXPECT_FALSE(Fits(Ended(), filter));
}

}  // namespace
}  // namespace api
