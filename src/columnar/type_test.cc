#include "columnar/type.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace columnar {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

TEST(ParseType, ReadsWhatToStringWrites) {
  const Type types[] = {TypeId::kBoolean, TypeId::kInt,         TypeId::kLong,
                        TypeId::kFloat,   TypeId::kDouble,      Type::Decimal(10, 2),
                        TypeId::kDate,    TypeId::kTime,        TypeId::kTimestamp,
                        TypeId::kString,  TypeId::kTimestamptz, TypeId::kUuid,
                        Type::Fixed(16),  TypeId::kBinary,      Type::Decimal(38, 38)};
  for (const Type& type : types) {
    const auto parsed = ParseType(type.ToString());
    ASSERT_THAT(parsed, IsOk()) << type.ToString();
    EXPECT_EQ(*parsed, type);
  }
}

TEST(ParseType, KnowsTheOtherVocabularies) {
  const std::pair<const char*, Type> aliases[] = {{"Int64", TypeId::kLong},
                                                  {"bigint", TypeId::kLong},
                                                  {"str", TypeId::kString},
                                                  {"TimestampMicroUTC", TypeId::kTimestamptz},
                                                  {"Float64", TypeId::kDouble},
                                                  {"Utf8View", TypeId::kString},
                                                  {"Date32", TypeId::kDate},
                                                  {"uint64", Type::Decimal(20, 0)},
                                                  {"NUMERIC(5)", Type::Decimal(5, 0)},
                                                  {" Bool ", TypeId::kBoolean}};
  for (const auto& [text, type] : aliases) EXPECT_EQ(ParseType(text).value(), type) << text;
}

TEST(ParseType, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"", "strng", "decimal(39, 2)", "decimal(5, 6)", "fixed[0]", "decimal(",
                           "decimal(1,)", "int(3)"}) {
    EXPECT_THAT(ParseType(text), IsError(base::Code::kInvalidArgument, "columnar.unknown_type"));
  }
}

TEST(Type, NestedNamesReadAsUsersSeeThem) {
  const Field a{1, "a", TypeId::kInt, false, ""};
  const Field b{2, "b", TypeId::kString, false, ""};
  EXPECT_EQ(Type::Struct({a, b}).ToString(), "struct<a: int, b: string>");
  EXPECT_EQ(Type::List(b).ToString(), "list<string>");
  EXPECT_EQ(Type::Map(b, a).ToString(), "map<string, int>");
}

TEST(SameShape, LooksAtNamesTypesAndNullability) {
  Schema a;
  a.fields = {{1, "x", TypeId::kInt, false, "doc"}};
  Schema b;
  b.fields = {{7, "x", TypeId::kInt, false, ""}};
  EXPECT_TRUE(SameShape(a, b));
  b.fields[0].required = true;
  EXPECT_FALSE(SameShape(a, b));
  b.fields[0] = {7, "y", TypeId::kInt, false, ""};
  EXPECT_FALSE(SameShape(a, b));
}

TEST(Schema, FindsFieldsAtAnyDepth) {
  Schema schema;
  schema.fields = {{1, "s", Type::Struct({{4, "inner", TypeId::kInt, false, ""}}), false, ""}};
  ASSERT_NE(schema.FindById(4), nullptr);
  EXPECT_EQ(schema.FindById(4)->name, "inner");
  EXPECT_EQ(schema.HighestFieldId(), 4);
  EXPECT_EQ(schema.Find("inner"), nullptr);
}

}  // namespace
}  // namespace columnar
