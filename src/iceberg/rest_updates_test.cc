#include "iceberg/rest_updates.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "iceberg/reasons.h"
#include "iceberg/table_change.h"

namespace iceberg {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::TypeId;

constexpr char kUuid[] = "9c12d441-03fe-4693-9a96-a0705ddf69c1";
constexpr char kSchema[] =
    R"({"type":"struct","fields":[{"id":5,"name":"id","required":true,"type":"long"},
        {"id":7,"name":"at","required":false,"type":{"type":"struct","fields":[
          {"id":9,"name":"x","required":false,"type":"int"}]}}],"identifier-field-ids":[5]})";

std::string Snapshot(int64_t id, int64_t sequence, const std::string& more = "") {
  return R"({"action":"add-snapshot","snapshot":{"snapshot-id":)" + std::to_string(id) +
         R"(,"sequence-number":)" + std::to_string(sequence) +
         R"(,"timestamp-ms":1000,"manifest-list":"file:///l","summary":{"operation":"append"},
            "schema-id":0)" +
         more + "}}";
}

std::string SetRef(const std::string& name, int64_t id) {
  return R"({"action":"set-snapshot-ref","type":"branch","ref-name":")" + name +
         R"(","snapshot-id":)" + std::to_string(id) + "}";
}

class Updates : public ::testing::Test {
 protected:
  void SetUp() override {
    TableDraft draft;
    draft.table_uuid = kUuid;
    draft.location = "file:///lake/tables/t";
    draft.schema = kSchema;
    draft.spec = R"({"fields":[{"source-id":5,"field-id":7,"name":"b","transform":"bucket[4]"}]})";
    draft.properties["owner"] = "ada";
    auto table = DraftTable(draft);
    ASSERT_THAT(table, IsOk());
    table_ = *table;
  }

  base::Result<UpdatedTable> Try(const std::string& updates) {
    return ApplyUpdates({&table_, taken_, 5000}, "[" + updates + "]");
  }

  /// Applies and goes on from there.
  UpdatedTable Apply(const std::string& updates) {
    auto updated = Try(updates);
    EXPECT_THAT(updated, IsOk());
    if (updated.ok()) table_ = updated->metadata;
    return updated.ok() ? *updated : UpdatedTable();
  }

  base::Status Check(const std::string& requirement) {
    return CheckRequirements(&table_, "[" + requirement + "]");
  }

  TableMetadata table_;
  IdsTaken taken_;
};

TEST_F(Updates, ADraftNumbersItsColumnsFromTheOutsideIn) {
  const columnar::Schema& schema = table_.schemas.at(0);
  EXPECT_EQ(schema.Find("id")->id, 1);
  EXPECT_EQ(schema.Find("at")->id, 2);
  EXPECT_EQ(schema.Find("at")->type.children.at(0).id, 3);
  EXPECT_EQ(schema.identifier_field_ids, std::vector<int32_t>{1});
  EXPECT_EQ(table_.last_column_id, 3);
  EXPECT_EQ(table_.specs.at(0).fields.at(0).source_id, 1);
  EXPECT_EQ(table_.specs.at(0).fields.at(0).id, kFirstPartitionFieldId);
  EXPECT_EQ(table_.properties.at("gc.enabled"), "false");
}

TEST_F(Updates, AVersionThatIsAskedForIsTheOneMade) {
  TableDraft draft;
  draft.table_uuid = kUuid;
  draft.location = "file:///l";
  draft.schema = kSchema;
  for (const char* version : {"1", "2", "3"}) {
    draft.properties["format-version"] = version;
    const auto table = DraftTable(draft);
    ASSERT_THAT(table, IsOk());
    EXPECT_EQ(std::to_string(table->format_version), version);
    EXPECT_FALSE(table->properties.contains("format-version"));
    const auto again = ParseTableMetadata(WriteTableMetadata(*table));
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(*again, *table);
  }
  draft.properties["format-version"] = "4";
  EXPECT_THAT(DraftTable(draft), IsError(Code::kUnimplemented, kNewerFormat));
  EXPECT_EQ(
      Apply(R"({"action":"upgrade-format-version","format-version":3})").metadata.format_version,
      3);
  EXPECT_THAT(Try(R"({"action":"upgrade-format-version","format-version":2})"),
              IsError(Code::kInvalidArgument, kBadUpdate));
}

TEST_F(Updates, ASnapshotOfANamedBranchLeavesMainAlone) {
  Apply(Snapshot(1, 1) + "," + SetRef("main", 1));
  Apply(SetRef("b", 1));
  Apply(Snapshot(2, 2) + "," + SetRef("b", 2));
  EXPECT_EQ(table_.current_snapshot_id, 1);
  EXPECT_EQ(table_.refs.at("b").snapshot_id, 2);
  EXPECT_EQ(table_.snapshot_log.size(), 1u);
  EXPECT_THAT(Check(R"({"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":1})"), IsOk());
  EXPECT_THAT(Check(R"({"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":2})"),
              IsError(Code::kConflict, kRequirementFailed));
  EXPECT_THAT(Check(R"({"type":"assert-ref-snapshot-id","ref":"b","snapshot-id":null})"),
              IsError(Code::kConflict, kRequirementFailed));
}

TEST_F(Updates, ASequenceNumberIsUsedOnce) {
  Apply(Snapshot(1, 1) + "," + SetRef("main", 1));
  EXPECT_THAT(Try(Snapshot(2, 1)), IsError(Code::kConflict, kIdTaken));
  EXPECT_THAT(Try(Snapshot(1, 2)), IsError(Code::kInvalidArgument, kBadUpdate));
}

TEST_F(Updates, AColumnIdOfAnotherBranchIsNotGivenAgain) {
  const std::string schema =
      R"({"action":"add-schema","schema":{"schema-id":1,"type":"struct","fields":[
         {"id":1,"name":"id","required":true,"type":"long"},
         {"id":4,"name":"new","required":false,"type":"string"}]}},
         {"action":"set-current-schema","schema-id":-1})";
  table_.last_column_id = 4;  // as the counter of all branches says
  EXPECT_THAT(Try(schema), IsError(Code::kConflict, kIdTaken));
  table_.last_column_id = 3;
  taken_.schema = 6;
  EXPECT_EQ(Apply(schema).metadata.current_schema_id, 7);
  EXPECT_EQ(table_.last_column_id, 4);
  EXPECT_EQ(Apply(schema).metadata.schemas.size(), 2u);  // an equal one is known
}

TEST_F(Updates, AColumnKeepsAReadableType) {
  const auto with = [](const char* type) {
    return std::string(R"({"action":"add-schema","schema":{"type":"struct","fields":[
             {"id":1,"name":"id","required":true,"type":")") +
           type + R"("}]}})";
  };
  EXPECT_THAT(Try(with("string")), IsError(Code::kInvalidArgument, kBadUpdate));
  EXPECT_THAT(Try(with("long")), IsOk());
}

TEST_F(Updates, RowsOfVersion3HaveIds) {
  Apply(R"({"action":"upgrade-format-version","format-version":3})");
  EXPECT_THAT(Try(Snapshot(1, 1)), IsError(Code::kInvalidArgument, kBadUpdate));
  Apply(Snapshot(1, 1, R"(,"first-row-id":0,"added-rows":10)"));
  EXPECT_EQ(table_.next_row_id, 10);
  EXPECT_THAT(Try(Snapshot(2, 2, R"(,"first-row-id":5,"added-rows":1)")),
              IsError(Code::kConflict, kIdTaken));
  const auto again = ParseTableMetadata(WriteTableMetadata(table_));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(*again, table_);
}

TEST_F(Updates, NamedSnapshotsOutliveTheLimit) {
  Apply(Snapshot(1, 1) + "," + SetRef("keep", 1));
  for (int64_t i = 2; i <= static_cast<int64_t>(kSnapshotsMax) + 5; ++i)
    Apply(Snapshot(i, i) + "," + SetRef("main", i));
  EXPECT_EQ(table_.snapshots.size(), kSnapshotsMax);
  EXPECT_THAT(table_.FindSnapshot(1), IsOk());
  EXPECT_FALSE(table_.FindSnapshot(2).ok());
}

TEST_F(Updates, WhatOthersUnderstandIsKept) {
  Apply(Snapshot(1, 1) + "," + SetRef("main", 1));
  Apply(R"({"action":"set-statistics","statistics":{"snapshot-id":1,"statistics-path":"p"}})");
  const auto again = ParseTableMetadata(WriteTableMetadata(table_));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->statistics.size(), 1u);
  Apply(R"({"action":"remove-statistics","snapshot-id":1})");
  EXPECT_TRUE(table_.statistics.empty());
}

TEST_F(Updates, RequirementsNameWhatIsOtherwise) {
  const std::string uuid = kUuid;
  EXPECT_THAT(Check(R"({"type":"assert-table-uuid","uuid":")" + uuid + "\"}"), IsOk());
  EXPECT_THAT(Check(R"({"type":"assert-create"})"), IsError(Code::kConflict, kRequirementFailed));
  EXPECT_THAT(CheckRequirements(nullptr, R"([{"type":"assert-create"}])"), IsOk());
  EXPECT_THAT(CheckRequirements(nullptr, R"([{"type":"assert-table-uuid","uuid":"x"}])"),
              IsError(Code::kConflict, kRequirementFailed));
  for (const char* held :
       {R"({"type":"assert-current-schema-id","current-schema-id":0})",
        R"({"type":"assert-last-assigned-field-id","last-assigned-field-id":3})",
        R"({"type":"assert-last-assigned-partition-id","last-assigned-partition-id":1000})",
        R"({"type":"assert-default-spec-id","default-spec-id":0})",
        R"({"type":"assert-default-sort-order-id","default-sort-order-id":0})"}) {
    EXPECT_THAT(Check(held), IsOk()) << held;
    std::string other = held;
    other.insert(other.size() - 2, "9");
    EXPECT_THAT(Check(other), IsError(Code::kConflict, kRequirementFailed)) << other;
  }
}

TEST_F(Updates, WhatCannotBeReadIsTheRequestsFault) {
  for (const char* bad :
       {"{}", "7", R"({"action":"no-such"})", R"({"action":"set-current-schema"})",
        R"({"action":"set-current-schema","schema-id":-1})",
        R"({"action":"add-schema","schema":{"fields":3}})",
        R"({"action":"set-snapshot-ref","ref-name":"main","type":"branch","snapshot-id":8})",
        R"({"action":"remove-properties","removals":"x"})",
        R"({"action":"add-spec","spec":{"fields":[
           {"source-id":99,"field-id":1001,"name":"p","transform":"identity"}]}})"})
    EXPECT_THAT(Try(bad), IsError(Code::kInvalidArgument, kBadUpdate)) << bad;
  EXPECT_THAT(ApplyUpdates({&table_, {}, 0}, "{"), IsError(Code::kInvalidArgument, kBadUpdate));
  EXPECT_THAT(Check(R"({"type":"assert-moon"})"), IsError(Code::kInvalidArgument, kBadUpdate));
  EXPECT_THAT(Check(R"({"type":"assert-table-uuid"})"),
              IsError(Code::kInvalidArgument, kBadUpdate));
}

}  // namespace
}  // namespace iceberg
