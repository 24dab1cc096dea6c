#include "api/job_record_cbor.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/bytes.h"
#include "base/testing/matchers.h"

namespace api {
namespace {

using base::testing::IsOk;

TaskRecord GoodTask() {
  TaskRecord task;
  task.task = model::TaskId("task-1");
  task.name = "numbers";
  task.kind = "python model";
  task.file = "models.py";
  task.line = 7;
  task.status = plan::TaskStatus::kFailed;
  task.started = base::FromMicros(10);
  task.ended = base::FromMicros(20);
  task.rows = 3;
  task.message = "no such luck";
  task.counters = {{"write.files", 1}};
  return task;
}

JobRecord GoodRecord() {
  JobRecord record;
  record.id = model::JobId("5c2c1d2e-0000-4000-8000-000000000001");
  record.kind = JobKind::kTableImport;
  record.status = JobStatus::kFail;
  record.user = "ada";
  record.created = base::FromMicros(1);
  record.finished = base::FromMicros(30);
  record.ref = "main";
  record.run_branch = "ada.main-bpln-tx-import-1";
  record.published = std::string(64, 'a');
  record.project_id = "2b1f8a52-7f43-4f3e-8a3c-0c6a1a6d0c01";
  record.project_name = "numbers";
  record.error = base::Error(base::Code::kConflict, "catalog.merge_conflict", "both changed it")
                     .Set("tables", "bauplan.t");
  record.tasks = {GoodTask()};
  record.parameters = {{"factor", "2"}};
  record.environment_locks = {{"numbers", "00ff"}};
  record.details = {{"rows_imported", "3"}};
  return record;
}

/// One of each kind.
std::vector<JobEvent> GoodEvents() {
  plan::LogicalPlan plan;
  plan.project_name = "numbers";
  plan.ref = "main";
  plan.commit = model::CommitId(std::string(64, 'b'));
  plan::LogicalNode node;
  node.name = "numbers";
  node.inputs.push_back({"bauplan.t", true, "", {"a"}, "a > 1"});
  plan.nodes.push_back(node);
  plan::FileOutcome file{"file:///a.csv", "sha256:00", 10, 3, std::nullopt};
  plan::FileOutcome bad = file;
  bad.error = base::Error(base::Code::kUserCode, "engine.bad_csv", "row 2 is too long");
  const std::vector<JobEventBody> bodies = {JobStarted{"ada.run"},
                                            PlanReady{plan},
                                            EnvironmentReady{"numbers", "00ff", 3, true},
                                            TaskStarted{model::TaskId("task-1"), "numbers"},
                                            UserOutput{"numbers", "models.py", 3, true, "hello\n"},
                                            TaskEnded{GoodTask(), "a\n1"},
                                            Notice{true, "mind the gap"},
                                            FileImported{file, true},
                                            FileImported{bad, false},
                                            Published{"main", std::string(64, 'c'), {"bauplan.t"}},
                                            JobEnded{GoodRecord()}};
  std::vector<JobEvent> events;
  for (const JobEventBody& body : bodies)
    events.push_back({events.size(), base::FromMicros(5), body});
  return events;
}

/// Bytes of version 1 in tests/golden/control, as hexadecimal digits, one line each; they are read
/// forever.
void ExpectGolden(const std::string& name, const std::vector<base::Bytes>& all) {
  const std::string path = std::string(BOATHOUSE_SOURCE_DIR) + "/tests/golden/control/" + name;
  std::ifstream file(path);
  std::string line;
  for (const base::Bytes& bytes : all) {
    ASSERT_TRUE(std::getline(file, line)) << path << " lacks " << base::ToHex(bytes);
    EXPECT_EQ(line, base::ToHex(bytes)) << path;
  }
  EXPECT_FALSE(std::getline(file, line)) << path;
}

TEST(JobRecordCodec, ComesBackAsItWas) {
  const auto record = DecodeJobRecord(EncodeJobRecord(GoodRecord()));
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(EncodeJobRecord(*record), EncodeJobRecord(GoodRecord()));
  EXPECT_EQ(record->id, GoodRecord().id);
  EXPECT_EQ(record->kind, JobKind::kTableImport);
  EXPECT_EQ(record->status, JobStatus::kFail);
  EXPECT_EQ(record->finished, GoodRecord().finished);
  EXPECT_EQ(record->run_branch, GoodRecord().run_branch);
  EXPECT_EQ(record->published, GoodRecord().published);
  EXPECT_EQ(record->error->reason, "catalog.merge_conflict");
  EXPECT_EQ(record->error->context.at("tables"), "bauplan.t");
  ASSERT_EQ(record->tasks.size(), 1u);
  EXPECT_EQ(record->tasks[0].status, plan::TaskStatus::kFailed);
  EXPECT_EQ(record->tasks[0].counters.at("write.files"), 1);
  EXPECT_EQ(record->parameters, GoodRecord().parameters);
  EXPECT_EQ(record->environment_locks, GoodRecord().environment_locks);
  EXPECT_EQ(record->details, GoodRecord().details);
}

TEST(JobRecordCodec, AnUnfinishedRecordStaysUnfinished) {
  JobRecord record;
  record.id = model::JobId("job");
  record.tasks.emplace_back();
  const auto back = DecodeJobRecord(EncodeJobRecord(record));
  ASSERT_THAT(back, IsOk());
  EXPECT_FALSE(back->finished);
  EXPECT_FALSE(back->error);
  EXPECT_FALSE(back->tasks[0].status);
}

TEST(JobRecordCodec, CutAndDamagedBytesAreErrors) {
  const base::Bytes whole = EncodeJobRecord(GoodRecord());
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(DecodeJobRecord(base::BytesView(whole).substr(0, size)).ok()) << size;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {0x01, 0x20, 0x80}) {
      base::Bytes damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ bit);
      (void)DecodeJobRecord(damaged);  // an error or another record, never a crash
    }
  }
}

TEST(JobRecordCodec, GoldenVersion1) {
  ExpectGolden("job_record_v1.hex", {EncodeJobRecord(GoodRecord())});
}

TEST(JobEventCodec, EachKindComesBackAsItWas) {
  for (const JobEvent& event : GoodEvents()) {
    const base::Bytes bytes = EncodeJobEvent(event);
    const auto back = DecodeJobEvent(bytes);
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ(back->body.index(), event.body.index());
    EXPECT_EQ(back->sequence, event.sequence);
    EXPECT_EQ(back->at, event.at);
    EXPECT_EQ(EncodeJobEvent(*back), bytes);
    for (size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(DecodeJobEvent(base::BytesView(bytes).substr(0, size)).ok());
  }
}

TEST(JobEventCodec, GoldenVersion1) {
  std::vector<base::Bytes> all;
  for (const JobEvent& event : GoodEvents()) all.push_back(EncodeJobEvent(event));
  ExpectGolden("job_events_v1.hex", all);
}

TEST(SnapshotCodec, ComesBackAsItWas) {
  const ProjectSnapshot snapshot{{{"a.py", "x = 1\n"}, {"b/c.sql", ""}, {"d", "\0\xff"}}};
  const auto back = DecodeSnapshot(EncodeSnapshot(snapshot));
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->files, snapshot.files);
  ExpectGolden("snapshot_v1.hex", {EncodeSnapshot(snapshot)});
}

}  // namespace
}  // namespace api
