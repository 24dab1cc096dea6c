// What is at stake: whoever follows a job sees each of its events once and in order, its true end,
// and exactly the error it failed with; and a stop reaches it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/testing/matchers.h"
#include "columnar/producer.h"
#include "columnar/text_output.h"
#include "place.h"

namespace ports {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A project of SQL alone: it needs no interpreter.
api::ProjectSnapshot Project(const std::string& sql) {
  api::ProjectSnapshot project;
  project.files["bauplan_project.yml"] =
      "project:\n  id: 2b1f8a52-7f43-4f3e-8a3c-0c6a1a6d0c31\n  name: ports\n"
      "parameters:\n  factor: {type: int, default: 2}\n";
  project.files["total.sql"] = "-- bauplan: materialization_strategy=REPLACE\n" + sql;
  return project;
}

constexpr char kEndless[] = "SELECT count(*) AS n FROM range(100000000000) a, range(100000) b\n";

template <class Place>
class JobPortsTest : public ::testing::Test {
 protected:
  api::RunRequest Run(const std::string& sql) {
    api::RunRequest run;
    run.project = Project(sql);
    run.ref = "main";
    return run;
  }
  /// All events of a job, from one on; its record.
  api::JobRecord Follow(const model::JobId& job, uint64_t from = 0) {
    events_.clear();
    auto ended = ports_.jobs.Follow(ctx_, job, from,
                                    [&](const api::JobEvent& event) { events_.push_back(event); });
    EXPECT_THAT(ended, IsOk());
    return ended.ok() ? *std::move(ended) : api::JobRecord();
  }
  base::Result<std::string> Csv(const std::string& sql, uint64_t rows_max = 0) {
    api::QueryRequest request{sql, "main", ""};
    request.rows_max = rows_max;
    ASSIGN_OR_RETURN(api::QueryResult result, ports_.jobs.Query(ctx_, request));
    std::string text;
    RETURN_IF_ERROR(columnar::WriteRowsAsCsv(std::move(result.stream), {},
                                             [&](std::string_view piece) -> base::Status {
                                               text += piece;
                                               return base::Ok();
                                             }));
    return text;
  }

  Place place_;
  Ports ports_ = place_.ports();
  base::Context ctx_;
  std::vector<api::JobEvent> events_;
};

using Places = ::testing::Types<InProcess, OverNetwork>;
TYPED_TEST_SUITE(JobPortsTest, Places);

TYPED_TEST(JobPortsTest, AnImportTellsEachFileAndEndsOnTheBranch) {
  api::ImportRequest import;
  import.table = "t";
  import.branch = "main";
  import.create = true;
  import.sources = {WriteText(this->place_.folder(), "a.txt", "x;y\n1;-\n2;b\n"),
                    WriteText(this->place_.folder(), "b.txt", "x;y\n3;c\n")};
  import.detect_format = false;
  import.read.format = plan::FileFormat::kCsv;
  import.read.delimiter = ";";
  import.read.null_tokens = {"-"};
  import.options.message = "bring them";
  const auto job = this->ports_.jobs.Submit(this->ctx_, import);
  ASSERT_THAT(job, IsOk());
  const api::JobRecord ended = this->Follow(*job);
  ASSERT_EQ(ended.status, api::JobStatus::kComplete)
      << (ended.error ? ended.error->ToString() : "");
  EXPECT_EQ(ended.kind, api::JobKind::kTableImport);
  EXPECT_EQ(ended.user, "ada");
  int files = 0;
  for (const api::JobEvent& event : this->events_) {
    files += std::holds_alternative<api::FileImported>(event.body);
  }
  EXPECT_EQ(files, 2);
  EXPECT_EQ(*this->Csv("SELECT x, y FROM t ORDER BY x"), "x,y\n1,\n2,b\n3,c\n");
}

TYPED_TEST(JobPortsTest, ARunIsFollowedFromItsFirstEventOrFromAnyOther) {
  const auto job = this->ports_.jobs.Submit(this->ctx_, this->Run("SELECT 42 AS n\n"));
  ASSERT_THAT(job, IsOk());
  const api::JobRecord ended = this->Follow(*job);
  ASSERT_EQ(ended.status, api::JobStatus::kComplete)
      << (ended.error ? ended.error->ToString() : "");
  ASSERT_GE(this->events_.size(), 4u);
  for (size_t i = 0; i < this->events_.size(); ++i) {
    EXPECT_EQ(this->events_[i].sequence, this->events_[0].sequence + i);
  }
  EXPECT_TRUE(std::holds_alternative<api::JobEnded>(this->events_.back().body));
  const std::vector<api::JobEvent> all = this->events_;
  EXPECT_EQ(this->Follow(*job, all[2].sequence).status, api::JobStatus::kComplete);
  ASSERT_EQ(this->events_.size(), all.size() - 2);
  EXPECT_EQ(this->events_.front().sequence, all[2].sequence);
  EXPECT_EQ(this->events_.front().at, all[2].at);
  EXPECT_EQ(this->events_.front().body.index(), all[2].body.index());
  EXPECT_EQ(*this->Csv("SELECT n FROM total"), "n\n42\n");
  ASSERT_EQ(ended.tasks.size(), 1u);
  EXPECT_EQ(ended.tasks[0].name, "total");
  EXPECT_EQ(ended.tasks[0].rows, 1u);
}

TYPED_TEST(JobPortsTest, ARecordIsTheSameWhereverItIsAskedFor) {
  api::RunRequest run = this->Run("SELECT 1 AS n\n");
  run.parameters = {{"factor", "3"}};
  run.args = {{"note", "x"}};
  run.dry_run = true;
  const auto job = this->ports_.jobs.Submit(this->ctx_, run);
  ASSERT_THAT(job, IsOk());
  const api::JobRecord ended = this->Follow(*job);
  const auto got = this->ports_.jobs.Get(this->ctx_, *job);
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(got->status, ended.status);
  EXPECT_EQ(got->created, ended.created);
  EXPECT_EQ(got->finished, ended.finished);
  EXPECT_EQ(got->parameters, ended.parameters);
  EXPECT_EQ(got->parameters.at("factor"), "3");
  EXPECT_EQ(got->details, ended.details);
  EXPECT_EQ(got->details.at("dry_run"), "true");
  const auto listed = this->ports_.jobs.List(
      this->ctx_,
      {.users = {"ada"}, .kinds = {api::JobKind::kRun}, .statuses = {api::JobStatus::kComplete}});
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().id, *job);
  EXPECT_EQ(listed->front().details, ended.details);
  EXPECT_THAT(*this->ports_.jobs.List(this->ctx_, {.users = {"bob"}}), IsEmpty());
  const auto snapshot = this->ports_.jobs.GetSnapshot(this->ctx_, *job);
  ASSERT_THAT(snapshot, IsOk());
  EXPECT_EQ(snapshot->files, run.project.files);
  EXPECT_THAT(this->ports_.jobs.Get(this->ctx_, model::JobId("none")),
              IsError(Code::kNotFound, "control.no_job"));
}

TYPED_TEST(JobPortsTest, AListGoesOnBeyondOnePage) {
  for (int i = 0; i < 12; ++i) {
    ASSERT_THAT(this->Csv("SELECT " + std::to_string(i)), IsOk());
  }
  EXPECT_EQ(this->ports_.jobs.List(this->ctx_, {})->size(), 10u);
  const auto all = this->ports_.jobs.List(this->ctx_, {.limit = 0});
  ASSERT_EQ(all->size(), 12u);
  for (size_t i = 0; i + 1 < all->size(); ++i) {
    EXPECT_GE((*all)[i].created, (*all)[i + 1].created);
  }
}

TYPED_TEST(JobPortsTest, WhatIsWrongWithAProjectIsToldAtOnceWithItsPlaces) {
  const api::RunRequest run = this->Run("SELECT * FROM nowhere\n");
  const auto refused = this->ports_.jobs.Submit(this->ctx_, run);
  EXPECT_THAT(refused, IsError(Code::kInvalidArgument, "control.project_errors"));
  const auto report = this->ports_.jobs.Plan(this->ctx_, {run.project, "main", "", {}, {}});
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->plan.has_value());
  ASSERT_FALSE(report->diagnostics.empty());
  EXPECT_TRUE(report->diagnostics.front().is_error);
  EXPECT_EQ(report->diagnostics.front().error.place.file, "total.sql");
  EXPECT_EQ(report->diagnostics.front().error.reason, "planner.unknown_table");
  const auto failed = this->ports_.jobs.List(this->ctx_, {.statuses = {api::JobStatus::kFail}});
  EXPECT_EQ(failed->size(), 1u);
}

TYPED_TEST(JobPortsTest, APlanSaysWhatARunWouldDo) {
  const auto report = this->ports_.jobs.Plan(
      this->ctx_, {Project("SELECT 1 AS n\n"), "main", "", {{"factor", "5"}}, {}});
  ASSERT_THAT(report, IsOk());
  ASSERT_TRUE(report->plan.has_value());
  const plan::LogicalPlan& logical = report->plan->logical;
  EXPECT_EQ(logical.project_name, "ports");
  EXPECT_EQ(logical.commit, this->ports_.refs.Get(this->ctx_, "main")->commit);
  ASSERT_EQ(logical.nodes.size(), 1u);
  EXPECT_EQ(logical.nodes[0].name, "total");
  EXPECT_EQ(logical.nodes[0].kind, plan::NodeKind::kSqlModel);
  EXPECT_EQ(logical.nodes[0].strategy, plan::WriteStrategy::kReplace);
  EXPECT_EQ(logical.nodes[0].table.ToString(), "bauplan.total");
  ASSERT_EQ(report->plan->tasks.size(), 1u);
  EXPECT_EQ(report->plan->tasks[0].name, "total");
  EXPECT_FALSE(report->micros.empty());
}

TYPED_TEST(JobPortsTest, RowsComeInOrderWithTheirTypes) {
  EXPECT_EQ(*this->Csv("SELECT i, i % 3 = 0 AS third, 'é' || i AS s, DATE '2024-02-29' AS d, "
                       "(i / 4)::DECIMAL(9,2) AS q, CASE WHEN i = 1 THEN NULL ELSE i END AS maybe "
                       "FROM range(3) t(i) ORDER BY i"),
            "i,third,s,d,q,maybe\n0,true,é0,2024-02-29,0.00,0\n1,false,é1,2024-02-29,0.25,\n"
            "2,false,é2,2024-02-29,0.50,2\n");
  EXPECT_EQ(*this->Csv("SELECT i FROM range(1000000) t(i)", 2), "i\n0\n1\n");
  EXPECT_EQ(*this->Csv("SELECT 1 AS n WHERE false"), "n\n");
}

TYPED_TEST(JobPortsTest, ALargeResultComesWhole) {
  auto result = this->ports_.jobs.Query(
      this->ctx_, {"SELECT i, repeat('x', 20) AS s FROM range(600000) t(i)", "main", ""});
  ASSERT_THAT(result, IsOk());
  EXPECT_THAT(result->schema.Names(), ElementsAre("i", "s"));
  EXPECT_EQ(*columnar::CountRows(std::move(result->stream)), 600'000u);
}

TYPED_TEST(JobPortsTest, AQueryThatCannotRunSaysWhy) {
  EXPECT_THAT(this->Csv("SELECT * FROM nowhere"), IsError(Code::kNotFound, "catalog.no_table"));
  EXPECT_THAT(this->Csv("SELEKT 1"), IsError(Code::kUserCode, "engine.bad_sql"));
  EXPECT_FALSE(this->Csv("SELECT 'x'::INT").ok());
}

TYPED_TEST(JobPortsTest, ACancelledJobIsAbortedAndWhoFollowsItKnows) {
  const std::string before = this->ports_.refs.Get(this->ctx_, "main")->commit.text();
  const auto job = this->ports_.jobs.Submit(this->ctx_, this->Run(kEndless));
  ASSERT_THAT(job, IsOk());
  std::jthread canceller;
  base::Result<api::JobRecord> cancelled = base::Error();
  const auto ended = this->ports_.jobs.Follow(this->ctx_, *job, 0, [&](const api::JobEvent& event) {
    if (!std::holds_alternative<api::TaskStarted>(event.body) || canceller.joinable()) return;
    canceller = std::jthread([&] { cancelled = this->ports_.jobs.Cancel(this->ctx_, *job); });
  });
  if (canceller.joinable()) canceller.join();
  ASSERT_THAT(ended, IsOk());
  EXPECT_EQ(ended->status, api::JobStatus::kAbort);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->id, *job);
  EXPECT_EQ(cancelled->status, api::JobStatus::kAbort);
  EXPECT_EQ(this->ports_.refs.Get(this->ctx_, "main")->commit.text(), before);
  EXPECT_EQ(this->ports_.jobs.Get(this->ctx_, *job)->status, api::JobStatus::kAbort);
}

TYPED_TEST(JobPortsTest, WhoStopsFollowingLeavesTheJobAlone) {
  const auto job = this->ports_.jobs.Submit(this->ctx_, this->Run(kEndless));
  ASSERT_THAT(job, IsOk());
  std::stop_source stop;
  base::Context ctx;
  ctx.stop = stop.get_token();
  const auto left = this->ports_.jobs.Follow(ctx, *job, 0, [&](const api::JobEvent& event) {
    if (std::holds_alternative<api::TaskStarted>(event.body)) stop.request_stop();
  });
  ASSERT_FALSE(left.ok());
  EXPECT_EQ(left.error().code, Code::kCancelled);
  EXPECT_EQ(this->ports_.jobs.Get(this->ctx_, *job)->status, api::JobStatus::kRunning);
  EXPECT_THAT(this->ports_.jobs.Cancel(this->ctx_, *job), IsOk());
}

}  // namespace
}  // namespace ports
