#include "lakehouse/engine_tables.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "catalog/reasons.h"
#include "catalog/testing/lake.h"
#include "iceberg/reasons.h"
#include "storage/memory_store.h"
#include "storage/reasons.h"
#include "storage/testing/unreliable_store.h"

namespace lakehouse {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

constexpr char kSchema[] =
    R"({"type":"struct","fields":[{"id":1,"name":"a","required":false,"type":"long"}]})";

std::string AddColumn(int32_t id, const std::string& name) {
  return R"([{"action":"add-schema","schema":{"type":"struct","schema-id":1,"fields":[
      {"id":1,"name":"a","required":false,"type":"long"},
      {"id":)" +
         std::to_string(id) + R"(,"name":")" + name +
         R"(","required":false,"type":"long"}]}},{"action":"set-current-schema","schema-id":-1}])";
}

constexpr char kSetProperty[] = R"([{"action":"set-properties","updates":{"x":"1"}}])";

class EngineTablesTest : public ::testing::Test {
 protected:
  EngineTablesTest() { EXPECT_THAT(lake_.catalog.CreateBranch(ctx(), "ada.dev", "main"), IsOk()); }

  const base::Context& ctx() const { return lake_.ctx; }
  static model::TableName Name(const std::string& table = "t") {
    return catalog::testing::Lake::Table(table);
  }
  static iceberg::TableDraft Draft() {
    iceberg::TableDraft draft;
    draft.schema = kSchema;
    return draft;
  }
  base::Result<ServedTable> Create(const std::string& branch = "ada.dev",
                                   const std::string& table = "t") {
    return tables_.Create(ctx(), branch, Name(table), Draft(), {});
  }
  base::Result<std::vector<ServedTable>> Commit(const std::string& updates,
                                                const std::string& branch = "ada.dev",
                                                const std::string& requirements = "[]") {
    return tables_.Commit(ctx(), branch, {{Name(), requirements, updates}}, {});
  }
  base::Result<ServedTable> Load(const std::string& branch = "ada.dev",
                                 const std::string& table = "t") {
    return tables_.Load(ctx(), lake_.Head(branch), Name(table));
  }
  /// A manifest list that is there.
  std::string Snapshot(int64_t id, int64_t sequence, const std::string& summary = "") {
    const std::string key = "list-" + std::to_string(id) + ".avro";
    EXPECT_THAT(objects_.Create(ctx(), key, iceberg::EncodeManifestList({}, {id, {}, sequence})),
                IsOk());
    return R"([{"action":"add-snapshot","snapshot":{"snapshot-id":)" + std::to_string(id) +
           R"(,"sequence-number":)" + std::to_string(sequence) +
           R"(,"timestamp-ms":1,"schema-id":0,"manifest-list":")" + objects_.Uri(key) +
           R"(","summary":{"operation":"append")" + summary +
           R"(}}},{"action":"set-snapshot-ref","ref-name":"main","type":"branch","snapshot-id":)" +
           std::to_string(id) + "}]";
  }

  catalog::testing::Lake lake_;
  storage::MemoryStore objects_;
  Lakehouse lakehouse_{lake_.memory, objects_, lake_.catalog, lake_.clock, lake_.rng};
  EngineTables tables_{objects_, lake_.catalog, lakehouse_, lake_.clock, lake_.rng};
};

TEST_F(EngineTablesTest, AStagedTableIsMadeByTheCommitThatRequiresIt) {
  const auto staged = tables_.Stage(ctx(), Draft());
  ASSERT_THAT(staged, IsOk());
  EXPECT_FALSE(Load().ok());
  const std::string updates = R"([{"action":"assign-uuid","uuid":")" + staged->metadata.table_uuid +
                              R"("},{"action":"set-location","location":")" +
                              staged->metadata.location + R"("},{"action":"add-schema","schema":)" +
                              kSchema +
                              R"(},{"action":"set-current-schema","schema-id":-1},
         {"action":"add-spec","spec":{"spec-id":0,"fields":[]}},
         {"action":"set-default-spec","spec-id":-1}])";
  EXPECT_THAT(Commit(updates), IsError(Code::kNotFound, catalog::kNoTable));
  ASSERT_THAT(Commit(updates, "ada.dev", R"([{"type":"assert-create"}])"), IsOk());
  const auto made = Load();
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->metadata.table_uuid, staged->metadata.table_uuid);
  EXPECT_THAT(Commit(updates, "ada.dev", R"([{"type":"assert-create"}])"),
              IsError(Code::kConflict, iceberg::kRequirementFailed));
}

TEST_F(EngineTablesTest, AColumnIdIsGivenOnceOnAllBranches) {
  ASSERT_THAT(Create(), IsOk());
  ASSERT_THAT(lake_.catalog.CreateBranch(ctx(), "ada.other", "ada.dev"), IsOk());
  ASSERT_THAT(Commit(AddColumn(2, "left"), "ada.dev"), IsOk());
  // The other branch shows that the id is gone, and takes no commit that did not look.
  EXPECT_EQ(Load("ada.other")->metadata.last_column_id, 2);
  EXPECT_THAT(Commit(AddColumn(2, "right"), "ada.other"),
              IsError(Code::kConflict, iceberg::kIdTaken));
  const auto right = Commit(AddColumn(3, "right"), "ada.other");
  ASSERT_THAT(right, IsOk());
  EXPECT_EQ(right->front().metadata.current_schema_id, 2);  // 1 is the other branch's
}

TEST_F(EngineTablesTest, ACommitThatChangesNothingIsNone) {
  ASSERT_THAT(Create(), IsOk());
  ASSERT_THAT(Commit(kSetProperty), IsOk());
  const model::CommitId head = lake_.Head("ada.dev");
  ASSERT_THAT(Commit(kSetProperty), IsOk());
  EXPECT_EQ(lake_.Head("ada.dev"), head);
}

TEST_F(EngineTablesTest, TwoTablesMoveTogetherOrNotAtAll) {
  ASSERT_THAT(Create("ada.dev", "t"), IsOk());
  ASSERT_THAT(Create("ada.dev", "u"), IsOk());
  const model::CommitId head = lake_.Head("ada.dev");
  const std::string no = R"([{"type":"assert-create"}])";
  EXPECT_THAT(tables_.Commit(ctx(), "ada.dev",
                             {{Name("t"), "[]", kSetProperty}, {Name("u"), no, kSetProperty}}, {}),
              IsError(Code::kConflict, iceberg::kRequirementFailed));
  EXPECT_EQ(lake_.Head("ada.dev"), head);
  EXPECT_THAT(
      tables_.Commit(ctx(), "ada.dev",
                     {{Name("t"), "[]", kSetProperty}, {Name("t"), "[]", kSetProperty}}, {}),
      IsError(Code::kInvalidArgument, iceberg::kBadUpdate));
  ASSERT_THAT(
      tables_.Commit(ctx(), "ada.dev",
                     {{Name("t"), "[]", kSetProperty}, {Name("u"), "[]", kSetProperty}}, {}),
      IsOk());
  EXPECT_EQ(Load("ada.dev", "u")->metadata.properties.at("x"), "1");
}

TEST_F(EngineTablesTest, FilesOutsideTheLakeOrMissingAreRefused) {
  ASSERT_THAT(Create(), IsOk());
  EXPECT_THAT(Commit(R"([{"action":"set-location","location":"s3://elsewhere/t"}])"),
              IsError(Code::kInvalidArgument, storage::reasons::kForeignUri));
  std::string gone = Snapshot(1, 1);
  gone.replace(gone.find("list-1"), 6, "list-9");
  EXPECT_THAT(Commit(gone), IsError(Code::kNotFound, storage::reasons::kNoObject));
  EXPECT_THAT(Commit(Snapshot(2, 1)), IsOk());
}

TEST_F(EngineTablesTest, ARegisteredTableIsTheOneOfTheFile) {
  const auto made = Create();
  ASSERT_THAT(made, IsOk());
  const auto copy =
      tables_.Register(ctx(), "ada.dev", Name("c"), made->metadata_location, false, {});
  ASSERT_THAT(copy, IsOk());
  EXPECT_EQ(copy->metadata.table_uuid, made->metadata.table_uuid);
  EXPECT_THAT(tables_.Register(ctx(), "ada.dev", Name("c"), made->metadata_location, false, {}),
              IsError(Code::kAlreadyExists, catalog::kTableExists));
  EXPECT_THAT(tables_.Register(ctx(), "ada.dev", Name("c"), made->metadata_location, true, {}),
              IsOk());
}

TEST_F(EngineTablesTest, WorkOfAnOpenRunDoesNotReachMainThroughAFile) {
  // A failed run's metadata file is named by hand: the table it makes is as open as the run.
  const std::string run = base::NewUuid(lake_.rng);
  ASSERT_THAT(lake_.Start(run), IsOk());
  ASSERT_THAT(Create(), IsOk());
  const auto written = Commit(Snapshot(1, 1, R"(,"boathouse.run-id":")" + run + "\""));
  ASSERT_THAT(written, IsOk());
  EXPECT_THAT(
      tables_.Register(ctx(), "main", Name("c"), written->front().metadata_location, false, {}),
      IsError(Code::kFailedPrecondition, catalog::kOpenRuns));
}

TEST_F(EngineTablesTest, AFailureOfStorageLeavesTheBranchAsItWas) {
  ASSERT_THAT(Create(), IsOk());
  const model::CommitId head = lake_.Head("ada.dev");
  for (uint64_t call = 1;; ++call) {
    storage::testing::UnreliableStore failing(objects_, call);
    Lakehouse lakehouse{lake_.memory, failing, lake_.catalog, lake_.clock, lake_.rng};
    EngineTables tables{failing, lake_.catalog, lakehouse, lake_.clock, lake_.rng};
    if (tables.Commit(ctx(), "ada.dev", {{Name(), "[]", kSetProperty}}, {}).ok()) break;
    EXPECT_EQ(lake_.Head("ada.dev"), head);
    ASSERT_LT(call, 50u);
  }
}

}  // namespace
}  // namespace lakehouse
