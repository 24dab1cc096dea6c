#include "iceberg/field_ids.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "base/testing/matchers.h"

namespace iceberg {
namespace {

using base::testing::IsOk;
using columnar::Field;
using columnar::Type;
using columnar::TypeId;

/// The counter of one table: the same question always gets the same id.
class Counter {
 public:
  ColumnIdSource Columns() {
    return [this](int32_t parent, const std::string& name,
                  const std::string& type) -> base::Result<int32_t> {
      const auto [it, fresh] = ids_.try_emplace({parent, name, type}, next_);
      if (fresh) ++next_;
      return it->second;
    };
  }

 private:
  std::map<std::tuple<int32_t, std::string, std::string>, int32_t> ids_;
  int32_t next_ = 1;
};

columnar::Schema SchemaOf(std::vector<Field> fields) {
  columnar::Schema schema;
  schema.fields = std::move(fields);
  return schema;
}

const int32_t kNone = columnar::kNoFieldId;

TEST(AssignColumnIds, EveryFieldAtEveryDepthGetsItsOwn) {
  Counter counter;
  const auto schema = AssignColumnIds(
      SchemaOf(
          {{kNone, "a", TypeId::kLong, false, ""},
           {kNone, "b", Type::List({kNone, "item", TypeId::kString, false, ""}), false, ""},
           {kNone, "c", Type::Struct({{kNone, "a", TypeId::kLong, false, ""}}), false, ""},
           {kNone, "d",
            Type::Map({kNone, "", TypeId::kString, true, ""}, {kNone, "", TypeId::kInt, false, ""}),
            false, ""}}),
      nullptr, counter.Columns());
  ASSERT_THAT(schema, IsOk());
  EXPECT_EQ(schema->HighestFieldId(), 8);
  EXPECT_EQ(schema->fields[1].type.children[0].name, "element");
  EXPECT_EQ(schema->fields[3].type.children[1].name, "value");
  EXPECT_NE(schema->fields[0].id, schema->fields[2].type.children[0].id);
}

TEST(AssignColumnIds, ReplaceReusesByPathAndType) {
  Counter counter;
  const auto before =
      AssignColumnIds(SchemaOf({{kNone, "a", TypeId::kLong, false, ""},
                                {kNone, "b", TypeId::kString, false, ""},
                                {kNone, "s",
                                 Type::Struct({{kNone, "x", TypeId::kInt, false, ""},
                                               {kNone, "y", TypeId::kInt, false, ""}}),
                                 false, ""}}),
                      nullptr, counter.Columns());
  ASSERT_THAT(before, IsOk());
  const auto after =
      AssignColumnIds(SchemaOf({{kNone, "s",
                                 Type::Struct({{kNone, "y", TypeId::kInt, false, ""},
                                               {kNone, "x", TypeId::kLong, false, ""}}),
                                 false, ""},
                                {kNone, "b", TypeId::kString, true, ""},
                                {kNone, "a", TypeId::kDouble, false, ""}}),
                      &*before, counter.Columns());
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->Find("b")->id, before->Find("b")->id);
  EXPECT_NE(after->Find("a")->id, before->Find("a")->id);  // another type
  EXPECT_EQ(after->Find("s")->id, before->Find("s")->id);
  EXPECT_EQ(after->Find("s")->type.children[0].id, before->Find("s")->type.children[1].id);
  EXPECT_GT(after->Find("s")->type.children[1].id, before->HighestFieldId());
}

TEST(AssignColumnIds, TheSameColumnAddedOnTwoBranchesIsOneColumn) {
  Counter counter;
  const auto base = AssignColumnIds(SchemaOf({{kNone, "a", TypeId::kLong, false, ""}}), nullptr,
                                    counter.Columns());
  columnar::Schema with_tip = *base;
  with_tip.fields.push_back({kNone, "tip", TypeId::kDouble, false, ""});
  columnar::Schema with_fee = *base;
  with_fee.fields.push_back({kNone, "fee", TypeId::kDouble, false, ""});
  const auto ours = AssignColumnIds(with_tip, &*base, counter.Columns());
  const auto theirs = AssignColumnIds(with_fee, &*base, counter.Columns());
  const auto again = AssignColumnIds(with_tip, &*base, counter.Columns());
  EXPECT_NE(ours->Find("tip")->id, theirs->Find("fee")->id);
  EXPECT_EQ(ours->Find("tip")->id, again->Find("tip")->id);
}

TEST(AssignPartitionFieldIds, ReusesWhatMeansTheSame) {
  const PartitionSpec before{0, {{1000, 1, "a_year", {Transform::Kind::kYear, 0}}}};
  int32_t next = 1001;
  const PartitionIdSource source = [&](int32_t, const std::string&) -> base::Result<int32_t> {
    return next++;
  };
  const auto spec = AssignPartitionFieldIds({1,
                                             {{kNone, 1, "a_month", {Transform::Kind::kMonth, 0}},
                                              {kNone, 1, "a_year", {Transform::Kind::kYear, 0}}}},
                                            {before}, source);
  ASSERT_THAT(spec, IsOk());
  EXPECT_EQ(spec->fields[0].id, 1001);
  EXPECT_EQ(spec->fields[1].id, 1000);
  EXPECT_FALSE(SameFields(*spec, before));
  EXPECT_TRUE(SameFields(before, before));
}

}  // namespace
}  // namespace iceberg
