#include "control/table_plan.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "control/reasons.h"

namespace control {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Type;
using columnar::TypeId;

columnar::Field Named(const std::string& name, Type type, bool required = false) {
  columnar::Field field;
  field.name = name;
  field.type = std::move(type);
  field.required = required;
  return field;
}

TablePlan GoodPlan() {
  TablePlan plan;
  plan.branch = "ada.dev";
  plan.table = *model::ParseTableName("adventure.sale", model::Namespace{});
  plan.sources = {"s3://b/sales/*.csv"};
  plan.files = {"s3://b/sales/1.csv", "s3://b/sales/2.csv"};
  columnar::Schema schema;
  schema.fields = {
      Named("id", TypeId::kLong, true),
      Named("at", TypeId::kTimestamptz),
      Named("local", TypeId::kTimestamp),
      Named("no", TypeId::kString),
      Named("price", Type::Decimal(10, 2)),
      Named("hash", Type::Fixed(16)),
      Named("tags", Type::List(Named("element", TypeId::kString))),
      Named("more", Type::Map(Named("key", TypeId::kString, true), Named("value", TypeId::kInt))),
      Named("place", Type::Struct({Named("x", TypeId::kDouble), Named("y", TypeId::kDouble)}))};
  plan.columns = MergeColumns({schema});
  plan.partitioned_by = {"year(at)", "no", "bucket(16, id)"};
  return plan;
}

std::string Edited(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(TablePlan, ComesBackAsItWas) {
  const TablePlan plan = GoodPlan();
  const auto back = ReadTablePlan(WriteTablePlan(plan));
  ASSERT_THAT(back, IsOk()) << WriteTablePlan(plan);
  EXPECT_EQ(back->branch, "ada.dev");
  EXPECT_EQ(back->table, plan.table);
  EXPECT_FALSE(back->replace);
  EXPECT_EQ(back->schema(), plan.schema());
  EXPECT_EQ(back->partitioned_by, plan.partitioned_by);
}

TEST(TablePlan, IsTheDocumentThatPeopleKnow) {
  TablePlan plan = GoodPlan();
  plan.columns.resize(2);
  plan.partitioned_by = {"year(at)"};
  EXPECT_EQ(WriteTablePlan(plan), R"(version: 1
branch_name: ada.dev
namespace: adventure
table_name: sale
table_replace: false
search_string: "s3://b/sales/*.csv"
schema_info:
  conflicts: []
  detected_schemas:
    - column_name: id
      src_datatypes:
        - datatype: long
      dst_datatype:
        - datatype: long
      required: true
    - column_name: at
      src_datatypes:
        - datatype: timestamp
          unit: us
          timezone: UTC
      dst_datatype:
        - datatype: timestamp
          unit: us
          timezone: UTC
  partitions:
    - from_column_name: at
      transform:
        name: year
files_to_be_imported:
  - s3://b/sales/1.csv
  - s3://b/sales/2.csv
)");
}

TEST(TablePlan, TypesThatDifferAreToBeChosen) {
  columnar::Schema a, b;
  a.fields = {Named("n", TypeId::kInt), Named("s", TypeId::kString), Named("only_a", TypeId::kInt)};
  b.fields = {Named("n", TypeId::kLong), Named("s", TypeId::kDate)};
  TablePlan plan = GoodPlan();
  plan.partitioned_by.clear();
  plan.columns = MergeColumns({a, b});
  EXPECT_FALSE(plan.resolved());
  ASSERT_EQ(plan.columns.size(), 3u);
  EXPECT_EQ(plan.columns[0].chosen, std::vector<Type>{TypeId::kLong});
  EXPECT_EQ(plan.columns[1].chosen.size(), 2u);
  const std::string text = WriteTablePlan(plan);
  EXPECT_NE(text.find("column_with_conflict: s"), std::string::npos) << text;
  EXPECT_THAT(ReadTablePlan(text), IsError(Code::kFailedPrecondition, kTablePlanConflicts));
  plan.columns[1].chosen = {TypeId::kString};
  EXPECT_THAT(ReadTablePlan(WriteTablePlan(plan)), IsOk());
}

TEST(TablePlan, TakesWhatPeopleEdit) {
  TablePlan plan = GoodPlan();
  plan.columns.resize(1);
  plan.partitioned_by.clear();
  const std::string text = WriteTablePlan(plan);
  const auto chosen = [&](const std::string& to) {
    return ReadTablePlan(
        Edited(text, "dst_datatype:\n        - datatype: long", "dst_datatype: " + to));
  };
  EXPECT_EQ(chosen("[{datatype: string}]")->schema().fields[0].type, Type(TypeId::kString));
  EXPECT_EQ(chosen("[{datatype: timestamp, timezone: UTC}]")->schema().fields[0].type,
            Type(TypeId::kTimestamptz));
  EXPECT_THAT(chosen("[]"), IsError(Code::kFailedPrecondition, kTablePlanConflicts));
  const auto bad = IsError(Code::kInvalidArgument, kBadTablePlan);
  for (const char* wrong :
       {"[{datatype: lnog}]", "long", "[long]", "[{datatype: long, timezone: UTC}]",
        "[{datatype: timestamp, unit: ns}]", "[{datatype: long, unti: us}]", "[{datatype: list}]",
        "[{datatype: timestamp, timezone: Europe/Berlin}]"}) {
    EXPECT_THAT(chosen(wrong), bad) << wrong;
  }
  EXPECT_THAT(chosen("[{datatype: timestamp, parse_format: '%Y'}]"),
              IsError(Code::kUnimplemented, kBadTablePlan));
  EXPECT_THAT(ReadTablePlan(Edited(text, "partitions: []",
                                   "partitions: [{from_column_name: x, transform: {name: year}}]")),
              bad);
  EXPECT_THAT(ReadTablePlan(Edited(text, "version: 1", "version: 2")), bad);
  EXPECT_EQ(chosen("[{datatype: lnog}]").error().place.file, "plan");
}

TEST(TablePlan, WhatIsNoPlanIsAnError) {
  const auto bad = IsError(Code::kInvalidArgument, kBadTablePlan);
  for (const char* text : {"", "a", "[]", "{", "version: 1", "version: []"}) {
    EXPECT_THAT(ReadTablePlan(text), bad) << text;
  }
  const std::string whole = WriteTablePlan(GoodPlan());
  for (size_t size = 0; size < whole.size(); size += 7) {
    (void)ReadTablePlan(whole.substr(0, size));  // an error or another plan, never a crash
  }
}

}  // namespace
}  // namespace control
