#include "wire/job_events.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <vector>

#include "proto/commander.pb.h"
#include "wire/job_records.h"
#include "wire/job_requests.h"
#include "wire/project_zip.h"
#include "wire/reasons.h"

namespace wire {
namespace {

struct Told {
  explicit Told(const std::string& strict = "on") {
    job.id = model::JobId("job-1");
    job.details["strict"] = strict;
    translator.emplace(job);
  }
  void Tell(api::JobEventBody body) {
    api::JobEvent event;
    event.at = base::FromMicros(1'700'000'000'123'456);
    event.body = std::move(body);
    translator->Translate(event, [this](pb::RunnerEvent&& one) { events.push_back(one); });
  }
  api::JobRecord job;
  std::optional<EventTranslator> translator;
  std::vector<pb::RunnerEvent> events;
};

plan::LogicalPlan PlanOf(const std::string& name, plan::NodeKind kind) {
  plan::LogicalPlan plan;
  plan::LogicalNode node;
  node.name = name;
  node.kind = kind;
  node.place = base::Place{"models.py", 7, 1};
  plan.nodes.push_back(node);
  return plan;
}

api::TaskRecord Ended(const std::string& name, const std::string& kind, plan::TaskStatus status) {
  api::TaskRecord task;
  task.task = model::TaskId("task-1");
  task.name = name;
  task.kind = kind;
  task.status = status;
  task.message = "what was wrong";
  return task;
}

TEST(EventTranslator, TellsStartsAndEndsWithTheirPlaces) {
  Told told;
  told.Tell(api::PlanReady{PlanOf("trips", plan::NodeKind::kPythonModel)});
  told.Tell(api::TaskStarted{model::TaskId("task-1"), "trips"});
  told.Tell(api::TaskEnded{Ended("trips", "python_model", plan::TaskStatus::kSucceeded), ""});
  ASSERT_EQ(told.events.size(), 2u);
  const pb::TaskStartEvent& start = told.events[0].task_start();
  EXPECT_EQ(start.task_id(), "task-1");
  EXPECT_EQ(start.timestamp().seconds(), 1'700'000'000);
  EXPECT_EQ(start.timestamp().nanos(), 123'456'000);
  EXPECT_EQ(start.task_metadata().level(), pb::TaskMetadata::TASK_LEVEL_DAG);
  EXPECT_EQ(start.task_metadata().model_name(), "trips");
  EXPECT_EQ(start.task_metadata().file_name(), "models.py");
  EXPECT_EQ(start.task_metadata().line_number(), 7);
  EXPECT_TRUE(told.events[1].task_completion().has_success());
  EXPECT_EQ(told.events[1].task_completion().task_id(), "task-1");
}

TEST(EventTranslator, StartsSkippedTasksBeforeTheyEnd) {
  Told told;
  told.Tell(api::TaskEnded{Ended("trips", "sql_model", plan::TaskStatus::kSkipped), ""});
  ASSERT_EQ(told.events.size(), 2u);
  EXPECT_TRUE(told.events[0].has_task_start());
  EXPECT_TRUE(told.events[1].task_completion().has_skipped());
}

TEST(EventTranslator, FailedExpectationsAreFatalOnlyWhenStrict) {
  for (const bool strict : {true, false}) {
    Told told(strict ? "on" : "off");
    told.Tell(api::TaskEnded{Ended("no_nulls", "expectation", plan::TaskStatus::kFailed), ""});
    const pb::TaskCompleteEvent& end = told.events[1].task_completion();
    EXPECT_EQ(end.task_metadata().task_type(), "USER_CODE_EXPECTATION");
    EXPECT_EQ(end.failure().is_fatal(), strict);
  }
}

TEST(EventTranslator, GivesEachLineOfAFunctionAnEvent) {
  Told told;
  told.Tell(api::UserOutput{"trips", "models.py", 9, true, "one\ntwo\n"});
  told.Tell(api::UserOutput{"trips", "models.py", 9, false, ""});
  ASSERT_EQ(told.events.size(), 3u);
  const pb::RuntimeLogEvent& log = told.events[1].runtime_user_log();
  EXPECT_EQ(log.msg(), "two");
  EXPECT_EQ(log.type(), pb::RuntimeLogEvent::LOG_TYPE_USER);
  EXPECT_NE(log.level(), pb::RuntimeLogEvent::LOG_LEVEL_UNSPECIFIED);
  EXPECT_EQ(log.output_stream(), pb::RuntimeLogEvent::OUTPUT_STREAM_STDERR);
  EXPECT_EQ(log.task_metadata().level(), pb::TaskMetadata::TASK_LEVEL_DAG);
  EXPECT_EQ(log.task_metadata().line_number(), 9);
  EXPECT_EQ(log.emit_timestamp_ns(), 1'700'000'000'123'456'000);
}

TEST(EventTranslator, CompletesOnceWithAllThatWentWrong) {
  Told told;
  told.job.status = api::JobStatus::kFail;
  told.job.error = base::Error(base::Code::kUserCode, "x.y", "first")
                       .CausedBy(base::Error(base::Code::kUserCode, "x.z", "second")
                                     .At(base::Place{"models.py", 3, 0}));
  told.job.tasks.push_back(Ended("other", "expectation", plan::TaskStatus::kFailed));
  told.Tell(api::JobEnded{told.job});
  told.translator->Complete(told.job,
                            [&](pb::RunnerEvent&& event) { told.events.push_back(event); });
  ASSERT_EQ(told.events.size(), 1u);
  const pb::JobFailure& failure = told.events[0].job_completion().failure();
  EXPECT_EQ(told.events[0].job_completion().job_id(), "job-1");
  EXPECT_EQ(failure.error_code(), pb::JobFailure::ERROR_CODE_RUNTIME_TASK_USER_ERROR);
  for (const char* words : {"first", "models.py:3", "second", "other: what was wrong"}) {
    EXPECT_NE(failure.error_message().find(words), std::string::npos) << failure.error_message();
  }
}

TEST(JobInfo, CutsTimesToWholeSeconds) {
  api::JobRecord job;
  job.created = base::FromMicros(1'999'999);
  job.finished = base::FromMicros(2'999'999);
  job.status = api::JobStatus::kComplete;
  pb::JobInfo info;
  FillJobInfo(job, &info);
  EXPECT_EQ(info.created_at().seconds(), 1);
  EXPECT_EQ(info.finished_at().seconds(), 2);
  EXPECT_EQ(info.finished_at().nanos(), 0);
}

api::JobRecord JobAt(int64_t micros, const std::string& id) {
  api::JobRecord job;
  job.created = base::FromMicros(micros);
  job.id = model::JobId(id);
  return job;
}

// Jobs of the same moment, more than fit a page: each comes exactly once, newest first.
TEST(JobPages, NeitherLoseNorRepeatJobsOfOneMoment) {
  const std::vector<api::JobRecord> all = {JobAt(5, "a"), JobAt(5, "b"), JobAt(5, "c"),
                                           JobAt(9, "d"), JobAt(1, "e")};
  std::vector<std::string> seen;
  std::string token;
  for (int page_number = 0; page_number < 10; ++page_number) {
    pb::GetJobsRequest request;
    request.set_all_users(true);
    request.set_max_records(2);
    request.set_pagination_token(token);
    const auto asked = JobPageRequestOf(request, "ada");
    ASSERT_TRUE(asked.ok());
    const JobPage page = PageOf(all, asked.value());
    for (const api::JobRecord& job : page.jobs) seen.push_back(job.id.text());
    token = page.next_token;
    if (token.empty()) break;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"d", "c", "b", "a", "e"}));
}

TEST(JobPages, ShowOwnJobsUnlessAskedOtherwise) {
  pb::GetJobsRequest request;
  EXPECT_EQ(JobPageRequestOf(request, "ada").value().filter.users, std::vector<std::string>{"ada"});
  request.set_all_users(true);
  EXPECT_TRUE(JobPageRequestOf(request, "ada").value().filter.users.empty());
  request.set_pagination_token("garbage");
  EXPECT_EQ(JobPageRequestOf(request, "ada").error().reason, kBadField);
  pb::GetJobsRequest other;
  other.add_filter_kinds(pb::JOB_KIND_IMPORT_PLAN_CREATE);
  EXPECT_TRUE(JobPageRequestOf(other, "ada").value().nothing);
}

TEST(RunRequest, TakesWhatIsLeftOutByDefault) {
  api::ProjectSnapshot project;
  project.files["models.py"] = "";
  pb::CodeSnapshotRunRequest request;
  request.set_zip_file(WriteProjectZip(project).value());
  pb::Parameter& whole = *request.add_parameters();
  whole.set_name("n");
  whole.mutable_int_value()->set_value(-3);
  pb::Parameter& real = *request.add_parameters();
  real.set_name("x");
  real.mutable_float_value()->set_value(1.5);
  pb::Parameter& secret = *request.add_parameters();
  secret.set_name("pw");
  secret.mutable_secret_value()->set_value("cipher");
  secret.mutable_secret_value()->set_key("key");
  request.add_parameters()->set_name("default");
  const auto run = RunRequestOf(request);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_EQ(run->ref, "main");
  EXPECT_FALSE(run->strict);
  EXPECT_TRUE(run->transaction);
  EXPECT_TRUE(run->cache);
  EXPECT_FALSE(run->dry_run);
  EXPECT_EQ(run->parameters, (std::map<std::string, std::string>{{"n", "-3"}, {"x", "1.5"}}));
  EXPECT_EQ(run->secrets.at("pw"), (api::SecretValue{"cipher", "key"}));
  request.set_strict("maybe");
  EXPECT_EQ(RunRequestOf(request).error().reason, kBadField);
}

}  // namespace
}  // namespace wire
