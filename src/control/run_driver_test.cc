#include "control/run_driver.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "catalog/reasons.h"
#include "catalog/testing/lake.h"
#include "control/reasons.h"
#include "control/testing/no_queries.h"
#include "iceberg/written_file.h"
#include "plan/task_spec_cbor.h"
#include "project/testing/fake_sql_analyzer.h"
#include "storage/memory_store.h"

namespace control {
namespace {

using base::testing::IsError;
using base::testing::IsOk;
using catalog::testing::Lake;
using lakehouse::WriteMode;

constexpr int64_t kRowsOfAModel = 5;

columnar::Schema OneColumn(const std::string& name = "a") {
  columnar::Schema schema;
  schema.fields.push_back({columnar::kNoFieldId, name, columnar::TypeId::kLong, false, ""});
  return schema;
}

/// Somebody else who writes to the same lake, with objects of its own over the same stores.
class Other {
 public:
  Other(Lake& lake, storage::MemoryStore& objects)
      : lake_(lake),
        objects_(objects),
        catalog_(lake.memory, lake.clock, rng_),
        lakehouse_(lake.memory, objects, catalog_, lake.clock, rng_) {}

  /// A manifest with one file of `rows` rows.
  iceberg::ManifestFile Manifest(const columnar::Schema& schema, const iceberg::PartitionSpec& spec,
                                 const std::string& uuid, int64_t rows) {
    iceberg::WrittenFile written;
    const std::string key = base::NewUuid(rng_);
    written.path = objects_.Uri(key);
    written.record_count = rows;
    written.file_size_bytes = 100;
    iceberg::Manifest manifest;
    manifest.schema = schema;
    manifest.spec = spec;
    iceberg::ManifestEntry entry;
    entry.file = iceberg::MakeDataFile(written, spec.id, {});
    manifest.entries.push_back(entry);
    auto row = iceberg::WriteManifest(lake_.ctx, objects_,
                                      iceberg::MetadataKey(uuid, key + ".avro"), manifest);
    EXPECT_THAT(row, IsOk());
    return *row;
  }
  void Write(const std::string& table, WriteMode mode, int64_t rows,
             const columnar::Schema& schema = OneColumn(), const std::string& branch = "ada.dev") {
    const auto head = catalog_.Resolve(lake_.ctx, branch);
    ASSERT_THAT(head, IsOk());
    auto prepared =
        lakehouse_.Prepare(lake_.ctx, head->commit, {Lake::Table(table), mode, schema, {}});
    ASSERT_THAT(prepared, IsOk());
    lakehouse::FinishedWrite write;
    write.added_manifests = {
        Manifest(prepared->schema, prepared->spec, prepared->uuid.text(), rows)};
    write.prepared = *std::move(prepared);
    lakehouse::CommitInput input;
    input.branch = branch;
    input.writes.push_back(std::move(write));
    input.note.message = "another's";
    ASSERT_THAT(lakehouse_.Commit(lake_.ctx, input), IsOk());
  }
  void Drop(const std::string& table) {
    catalog::CommitRequest request;
    request.branch = "ada.dev";
    request.changes.emplace_back(catalog::DropTable{Lake::Table(table), false});
    ASSERT_THAT(catalog_.CommitChanges(lake_.ctx, request), IsOk());
  }
  /// -1: there is no such table.
  int64_t Rows(const std::string& table, const std::string& ref = "ada.dev") {
    const auto head = catalog_.Resolve(lake_.ctx, ref);
    EXPECT_THAT(head, IsOk());
    const auto found = lakehouse_.Find(lake_.ctx, head->commit, Lake::Table(table));
    EXPECT_THAT(found, IsOk());
    return found.ok() && *found ? (*found)->SummaryNumber("total-records") : -1;
  }

 private:
  Lake& lake_;
  storage::MemoryStore& objects_;
  base::SystemRng rng_;
  catalog::Catalog catalog_;
  lakehouse::Lakehouse lakehouse_;
};

/// Does what it is told on a thread of its own: models give kRowsOfAModel rows of one column, and
/// what an expectation says is up to the test.
class FakeWorker {
 public:
  using Check = std::function<bool(const plan::TaskSpec&)>;
  FakeWorker(TaskBoard& board, Other& other, Check check)
      : board_(board),
        other_(other),
        check_(std::move(check)),
        thread_([this](const std::stop_token& stop) { Loop(stop); }) {}
  ~FakeWorker() {
    thread_.request_stop();
    board_.Wake("local");
  }
  FakeWorker(const FakeWorker&) = delete;
  FakeWorker& operator=(const FakeWorker&) = delete;

 private:
  void Loop(const std::stop_token& stop) {
    base::Context ctx;
    ctx.stop = stop;
    api::WorkerState said;
    said.worker_id = "local";
    said.slots = 4;
    said.memory_bytes_max = 1ull << 40;
    while (!stop.stop_requested()) {
      const auto wanted = board_.Synchronize(ctx, said);
      said.finished.clear();
      if (!wanted.ok()) continue;
      for (const base::Bytes& bytes : wanted->start) {
        const auto task = plan::DecodeTaskSpec(bytes);
        ASSERT_THAT(task, IsOk());
        board_.ReportStarted(task->job, task->task);
        said.finished.push_back(Do(*task));
      }
    }
  }
  plan::TaskOutcome Do(const plan::TaskSpec& task) {
    plan::TaskOutcome outcome;
    outcome.task = task.task;
    outcome.attempt = task.attempt;
    if (task.kind == plan::TaskKind::kExpectation) {
      outcome.check_passed = check_(task);
      outcome.check_message = "the test says so";
    } else if (task.kind == plan::TaskKind::kWriteTable) {
      const auto spec = iceberg::DecodePartitionSpec(task.write->partition_spec);
      EXPECT_THAT(spec, IsOk());
      outcome.written.emplace();
      outcome.written->rows_added = kRowsOfAModel;
      outcome.written->added_manifests = {iceberg::EncodeManifestFile(
          other_.Manifest(task.write->schema, *spec, task.write->uuid.text(), kRowsOfAModel))};
    } else {
      outcome.schema = OneColumn();
      outcome.rows = kRowsOfAModel;
    }
    return outcome;
  }

  TaskBoard& board_;
  Other& other_;
  const Check check_;
  std::jthread thread_;
};

/// A project of one model "m" and one expectation "e", which reads "m" and the lake's table "t",
/// run on branch "ada.dev".
class RunDriverTest : public ::testing::Test {
 protected:
  RunDriverTest() {
    parts_.options.lake_folder = folder_.path();
    EXPECT_THAT(lake_.catalog.CreateBranch(lake_.ctx, "ada.dev", "main"), IsOk());
    other_.Write("t", WriteMode::kCreate, 1);
  }

  plan::PhysicalPlan Plan(plan::WriteStrategy strategy) {
    plan::PhysicalPlan plan;
    plan.logical.project_name = "demo";
    plan.logical.ref = "ada.dev";
    plan.logical.commit = lake_.Head("ada.dev");
    plan.logical.default_namespace = Lake::Table("t").ns;
    plan::LogicalNode model;
    model.name = "m";
    model.strategy = strategy;
    model.table = Lake::Table("m");
    plan::LogicalNode check;
    check.name = "e";
    check.kind = plan::NodeKind::kExpectation;
    check.inputs.resize(2);
    check.inputs[0].from = "m";
    check.inputs[1].from = "bauplan.t";
    check.inputs[1].from_table = true;
    plan.logical.nodes = {model, check};
    for (const plan::LogicalNode& node : plan.logical.nodes) {
      plan::TaskSpec task;
      task.task = model::TaskId("task-" + node.name);
      task.job = model::JobId("job");
      task.run = model::RunId("job");
      task.name = node.name;
      if (node.kind == plan::NodeKind::kExpectation) {
        task.kind = plan::TaskKind::kExpectation;
        task.after = {model::TaskId(waits_for_)};
        task.inputs.resize(2);
        task.inputs[0].from = plan::ParentOutput{model::TaskId("task-m"), ""};
        task.inputs[1].from =
            ScanOf(*lakehouse_.Open(lake_.ctx, plan.logical.commit, Lake::Table("t")));
      }
      plan.tasks.push_back(std::move(task));
    }
    return plan;
  }

  /// `check` is asked for each time the expectation runs, with how often it ran before.
  base::Status Run(plan::WriteStrategy strategy, const std::function<bool(int)>& check) {
    api::JobRecord record;
    record.id = model::JobId("job");
    record.user = "ada";
    auto job = Job::Create(lake_.ctx, parts_, record);
    EXPECT_THAT(job, IsOk());
    api::RunRequest request;
    request.ref = "ada.dev";
    RunDriver driver(parts_, **job, request, Plan(strategy), "", {});
    const FakeWorker worker(board_, other_, [&](const plan::TaskSpec& task) {
      read_.push_back(std::get<plan::ScanSpec>(task.inputs[1].from));
      return check(static_cast<int>(read_.size()) - 1);
    });
    return driver.Run(lake_.ctx);
  }
  plan::ScanSpec ScanAt(const std::string& ref, const std::string& table) {
    return ScanOf(*lakehouse_.Open(lake_.ctx, lake_.Head(ref), Lake::Table(table)));
  }
  catalog::RunPhase Phase() { return lake_.catalog.ReadRun(lake_.ctx, model::RunId("job"))->phase; }

  base::testing::TemporaryFolder folder_;
  Lake lake_;
  storage::MemoryStore objects_;
  Other other_{lake_, objects_};
  lakehouse::Lakehouse lakehouse_{lake_.memory, objects_, lake_.catalog, lake_.clock, lake_.rng};
  TaskBoard board_{lake_.clock};
  project::FakeSqlAnalyzer sql_;
  testing::NoQueries none_;
  Parts parts_{lake_.memory, objects_, lake_.catalog, lakehouse_,  board_,    sql_,
               none_,        none_,    none_,         lake_.clock, lake_.rng, Options{}};
  std::string waits_for_ = "task-m";  // the task that the expectation's comes after
  std::vector<plan::ScanSpec> read_;  // what the expectation read, each time it ran
};

TEST_F(RunDriverTest, ChecksRunOnceWhereNothingMoved) {
  ASSERT_THAT(Run(plan::WriteStrategy::kReplace, [](int) { return true; }), IsOk());
  EXPECT_EQ(read_.size(), 1u);
  EXPECT_EQ(other_.Rows("m"), kRowsOfAModel);
}

// At stake: a run never publishes less than its plan, whatever the reason a task was left out.
TEST_F(RunDriverTest, ATaskThatIsLeftOutFailsTheRun) {
  waits_for_ = "task-nobody-knows";
  EXPECT_THAT(Run(plan::WriteStrategy::kReplace, [](int) { return true; }),
              IsError(base::Code::kInternal, kTaskFailed));
  EXPECT_TRUE(read_.empty());
  EXPECT_EQ(other_.Rows("m"), -1);
  EXPECT_EQ(Phase(), catalog::RunPhase::kFailed);
}

// P9: another adds rows to a table that the check reads, while the check runs.
TEST_F(RunDriverTest, ACheckRunsAgainOnTheCommitThatIsPublished) {
  ASSERT_THAT(Run(plan::WriteStrategy::kReplace,
                  [&](int before) {
                    if (before == 0) other_.Write("t", WriteMode::kAppend, 10);
                    return true;
                  }),
              IsOk());
  ASSERT_EQ(read_.size(), 2u);
  EXPECT_NE(read_[0], read_[1]);
  EXPECT_EQ(read_[1], ScanAt("ada.dev", "t"));
  EXPECT_EQ(other_.Rows("t"), 11);
  EXPECT_EQ(other_.Rows("m"), kRowsOfAModel);
  EXPECT_EQ(Phase(), catalog::RunPhase::kPublished);
}

TEST_F(RunDriverTest, ACheckThatFailsTheSecondTimeKeepsTheRunBack) {
  EXPECT_THAT(Run(plan::WriteStrategy::kReplace,
                  [&](int before) {
                    if (before == 0) other_.Write("t", WriteMode::kAppend, 10);
                    return before == 0;
                  }),
              IsError(base::Code::kUserCode, kExpectationFailed));
  EXPECT_EQ(other_.Rows("t"), 11);
  EXPECT_EQ(other_.Rows("m"), -1);
  EXPECT_EQ(Phase(), catalog::RunPhase::kFailed);
}

TEST_F(RunDriverTest, ATableThatNoCheckReadsMayMove) {
  ASSERT_THAT(Run(plan::WriteStrategy::kReplace,
                  [&](int before) {
                    if (before == 0) other_.Write("unread", WriteMode::kCreate, 10);
                    return true;
                  }),
              IsOk());
  EXPECT_EQ(read_.size(), 1u);
}

// The limit: a target that never rests ends the run with an error, not with a check left out.
TEST_F(RunDriverTest, ATargetThatMovesDuringEachCheckIsGivenUp) {
  EXPECT_THAT(Run(plan::WriteStrategy::kReplace,
                  [&](int) {
                    other_.Write("t", WriteMode::kAppend, 1);
                    return true;
                  }),
              IsError(base::Code::kFailedPrecondition, catalog::kRecheckNeeded));
  EXPECT_EQ(read_.size(), 8u);
  EXPECT_EQ(other_.Rows("m"), -1);
}

TEST_F(RunDriverTest, ATableThatACheckReadsAndAnotherDropped) {
  EXPECT_THAT(Run(plan::WriteStrategy::kReplace,
                  [&](int) {
                    other_.Drop("t");
                    return true;
                  }),
              IsError(base::Code::kNotFound, catalog::kNoTable));
  EXPECT_EQ(other_.Rows("m"), -1);
}

// Two appends never conflict: another appends to the very table that the run appends to.
TEST_F(RunDriverTest, AnAppendIsPutOnTopOfAnother) {
  other_.Write("m", WriteMode::kCreate, 100);
  ASSERT_THAT(Run(plan::WriteStrategy::kAppend,
                  [&](int) {
                    other_.Write("m", WriteMode::kAppend, 20);
                    return true;
                  }),
              IsOk());
  EXPECT_EQ(read_.size(), 1u);
  EXPECT_EQ(other_.Rows("m"), 120 + kRowsOfAModel);
}

TEST_F(RunDriverTest, AnAppendIsPutOnTopOfAnotherWhileAChecksTableMovesToo) {
  other_.Write("m", WriteMode::kCreate, 100);
  ASSERT_THAT(Run(plan::WriteStrategy::kAppend,
                  [&](int before) {
                    if (before < 3) {
                      other_.Write("m", WriteMode::kAppend, 20);
                      other_.Write("t", WriteMode::kAppend, 1);
                    }
                    return true;
                  }),
              IsOk());
  EXPECT_EQ(read_.size(), 4u);
  EXPECT_EQ(other_.Rows("m"), 160 + kRowsOfAModel);
}

// Both create the table by appending to it; the files of the run carry another table's ids, so
// that they are written again.
TEST_F(RunDriverTest, TwoAppendsThatBothCreateTheTable) {
  ASSERT_THAT(Run(plan::WriteStrategy::kAppend,
                  [&](int before) {
                    if (before == 0) other_.Write("m", WriteMode::kCreate, 100);
                    return true;
                  }),
              IsOk());
  EXPECT_EQ(other_.Rows("m"), 100 + kRowsOfAModel);
}

TEST_F(RunDriverTest, AnAppendToATableThatGotAnotherColumn) {
  other_.Write("m", WriteMode::kCreate, 100);
  columnar::Schema wider = OneColumn();
  wider.fields.push_back(OneColumn("b").fields[0]);
  ASSERT_THAT(Run(plan::WriteStrategy::kAppend,
                  [&](int) {
                    other_.Write("m", WriteMode::kReplace, 7, wider);
                    return true;
                  }),
              IsOk());
  EXPECT_EQ(other_.Rows("m"), 7 + kRowsOfAModel);
}

TEST_F(RunDriverTest, TwoReplacementsConflict) {
  EXPECT_THAT(Run(plan::WriteStrategy::kReplace,
                  [&](int) {
                    other_.Write("m", WriteMode::kCreate, 100);
                    return true;
                  }),
              IsError(base::Code::kConflict, catalog::kMergeConflict));
  EXPECT_EQ(other_.Rows("m"), 100);
}

}  // namespace
}  // namespace control
