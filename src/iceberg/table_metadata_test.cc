#include "iceberg/table_metadata.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/testing/matchers.h"
#include "iceberg/reasons.h"

namespace iceberg {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Field;
using columnar::Type;
using columnar::TypeId;

columnar::Schema EveryType() {
  columnar::Schema schema;
  schema.id = 3;
  schema.fields = {
      {1, "flag", TypeId::kBoolean, true, "said \"so\""},
      {2, "i", TypeId::kInt, false, ""},
      {3, "l", TypeId::kLong, true, ""},
      {4, "f", TypeId::kFloat, false, ""},
      {5, "d", TypeId::kDouble, false, ""},
      {6, "dec", Type::Decimal(38, 5), false, ""},
      {7, "date", TypeId::kDate, false, ""},
      {8, "time", TypeId::kTime, false, ""},
      {9, "ts", TypeId::kTimestamp, false, ""},
      {10, "tz", TypeId::kTimestamptz, false, ""},
      {11, "s", TypeId::kString, false, ""},
      {12, "u", TypeId::kUuid, false, ""},
      {13, "fx", Type::Fixed(7), false, ""},
      {14, "b", TypeId::kBinary, false, ""},
      {15, "st", Type::Struct({{18, "x", TypeId::kLong, true, "inner"}}), false, ""},
      {16, "li",
       Type::List({19, "element", Type::List({20, "element", TypeId::kInt, true, ""}), false, ""}),
       false, ""},
      {17, "ma",
       Type::Map({21, "key", TypeId::kString, true, ""}, {22, "value", TypeId::kDate, false, ""}),
       false, ""}};
  schema.identifier_field_ids = {3};
  return schema;
}

TableMetadata Full() {
  TableMetadata metadata;
  metadata.table_uuid = "9c12d441-03fe-4693-9a96-a0705ddf69c1";
  metadata.location = "file:///lake/tables/9c12d441-03fe-4693-9a96-a0705ddf69c1";
  metadata.last_sequence_number = 34;
  metadata.last_updated_ms = 1602638573590;
  metadata.last_column_id = 22;
  metadata.schemas = {EveryType()};
  metadata.current_schema_id = 3;
  metadata.specs = {{0, {}},
                    {1,
                     {{1000, 9, "ts_year", {Transform::Kind::kYear, 0}},
                      {1001, 3, "l_bucket", {Transform::Kind::kBucket, 16}}}}};
  metadata.default_spec_id = 1;
  metadata.last_partition_id = 1001;
  metadata.sort_orders = {{0, {}}, {1, {{3, {}, true, true}}}};
  metadata.default_sort_order_id = 1;
  metadata.properties = {{"gc.enabled", "false"}};
  metadata.current_snapshot_id = 3055729675574597004;
  metadata.snapshots = {{3055729675574597004,
                         3051729675574597004,
                         34,
                         1602638573590,
                         "file:///lake/snap.avro",
                         {},
                         {{"operation", "append"}},
                         3}};
  metadata.snapshot_log = {{3055729675574597004, 1602638573590}};
  metadata.metadata_log = {{"file:///lake/v1.json", 1515100}};
  metadata.refs = {{"main", {3055729675574597004, "branch"}}};
  return metadata;
}

TEST(TableMetadata, ReadsBackWhatItWrites) {
  const auto read = ParseTableMetadata(WriteTableMetadata(Full()));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, Full());
}

TEST(TableMetadata, ReadsVersionOneAndIgnoresUnknownFields) {
  const std::string text = R"json({"format-version": 1, "location": "s3://b/t",
    "last-updated-ms": 1, "last-column-id": 3, "strange": {"a": [1]},
    "schema": {"type": "struct", "fields": [
      {"id": 1, "name": "x", "required": true, "type": "long", "initial-default": 4},
      {"id": 2, "name": "y", "required": false, "type": "decimal(9,2)"}]},
    "partition-spec": [{"name": "x", "transform": "identity", "source-id": 1}],
    "current-snapshot-id": -1, "snapshots": [{"snapshot-id": 7, "timestamp-ms": 9,
      "manifests": ["s3://b/m.avro"]}]})json";
  const auto read = ParseTableMetadata(text);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->schemas.at(0).fields.at(1).type, Type::Decimal(9, 2));
  EXPECT_EQ(read->specs.at(0).fields.at(0).id, 1000);
  EXPECT_EQ(read->last_partition_id, 1000);
  EXPECT_EQ(read->current_snapshot_id, std::nullopt);
  EXPECT_EQ(read->snapshots.at(0).manifests, std::vector<std::string>{"s3://b/m.avro"});
}

TEST(TableMetadata, RefusesWhatItCannotMean) {
  EXPECT_THAT(ParseTableMetadata("{"), IsError(Code::kCorrupt, kBadMetadata));
  EXPECT_THAT(ParseTableMetadata("[]"), IsError(Code::kCorrupt, kBadMetadata));
  EXPECT_THAT(ParseTableMetadata(R"({"format-version": 2})"),
              IsError(Code::kCorrupt, kBadMetadata));
  EXPECT_THAT(ParseTableMetadata(R"({"format-version": 4})"),
              IsError(Code::kUnimplemented, kNewerFormat));
  EXPECT_THAT(ParseTableMetadata(std::string(1'000'000, '[')),
              IsError(Code::kCorrupt, kBadMetadata));
  const std::string variant =
      R"json({"fields":[{"id":1,"name":"v","required":false,"type":"variant"}]})json";
  EXPECT_THAT(ParseSchemaJson(variant), IsError(Code::kUnimplemented, kUnsupported));
}

TEST(TableMetadata, SurvivesRandomBytes) {
  base::SeededRng rng(5);
  const base::Bytes good = WriteTableMetadata(Full());
  for (int round = 0; round < 500; ++round) {
    base::Bytes bytes = good;
    for (int i = 0; i < 3; ++i) {
      bytes[rng.Next() % bytes.size()] = static_cast<char>(' ' + rng.Next() % 95);
    }
    const auto read = ParseTableMetadata(bytes);
    if (read.ok()) (void)WriteTableMetadata(*read);
  }
}

TEST(TableMetadata, PointerOverrulesTheFile) {
  TableMetadata metadata = Full();
  metadata.snapshots.push_back(metadata.snapshots[0]);
  metadata.snapshots[1].id = 5;
  TablePointer pointer = PointerOf(metadata);
  EXPECT_EQ(WithPointer(metadata, pointer), metadata);
  pointer.snapshot_id = 5;
  pointer.spec_id = 0;
  const TableMetadata served = WithPointer(metadata, pointer);
  EXPECT_EQ(served.current_snapshot_id, 5);
  EXPECT_EQ(served.default_spec_id, 0);
  EXPECT_EQ(served.refs.at("main").snapshot_id, 5);
  EXPECT_EQ(served.snapshot_log.back().snapshot_id, 5);
  pointer.snapshot_id = std::nullopt;
  EXPECT_TRUE(WithPointer(metadata, pointer).refs.empty());
}

}  // namespace
}  // namespace iceberg
