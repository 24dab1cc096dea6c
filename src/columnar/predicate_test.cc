#include "columnar/predicate.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace columnar {
namespace {

using base::testing::IsError;
using Op = Predicate::Op;

Schema Columns() {
  Schema schema;
  schema.fields = {{1, "a", TypeId::kInt, false, ""},
                   {2, "day", TypeId::kDate, false, ""},
                   {3, "name", TypeId::kString, false, ""}};
  return schema;
}

Predicate Not(Predicate child) {
  return Predicate{Op::kNot, {}, {}, {std::move(child)}};
}

TEST(Bind, ConvertsLiteralsToTheColumnsType) {
  const auto bound =
      Bind(Predicate::Compare(Op::kEqual, "day", Literal::String("2013-01-31")), Columns());
  EXPECT_EQ(ToString(bound.value()), "day = DATE '2013-01-31'");
}

TEST(Bind, PushesNotToTheLeaves) {
  const Predicate both = Predicate::And({Predicate::Compare(Op::kLess, "a", Literal::Long(3)),
                                         Predicate{Op::kIsNull, "name", {}, {}}});
  EXPECT_EQ(ToString(Bind(Not(both), Columns()).value()), "(a >= 3 OR name IS NOT NULL)");
  EXPECT_EQ(ToString(Bind(Not(Not(both)), Columns()).value()), "(a < 3 AND name IS NULL)");
}

TEST(Bind, WhatCannotBeSaidBecomesUnknown) {
  const auto too_big = Predicate::Compare(Op::kEqual, "a", Literal::Long(1ll << 40));
  EXPECT_EQ(Bind(too_big, Columns()).value().op, Op::kUnknown);
  const auto prefix = Predicate::Compare(Op::kStartsWith, "name", Literal::String("x"));
  EXPECT_EQ(Bind(prefix, Columns()).value(), prefix);
  EXPECT_EQ(Bind(Not(prefix), Columns()).value().op, Op::kUnknown);
  EXPECT_EQ(Bind(Not(Predicate::Unknown()), Columns()).value().op, Op::kUnknown);
}

TEST(Bind, NamesTheNearestColumn) {
  const auto bound = Bind(Predicate::Compare(Op::kEqual, "nam", Literal::Long(1)), Columns());
  EXPECT_THAT(bound, IsError(base::Code::kInvalidArgument, "columnar.unknown_column"));
  EXPECT_NE(bound.error().message.find("name"), std::string::npos);
}

TEST(ColumnsOf, ListsEachOnce) {
  const Predicate twice = Predicate::And({Predicate::Compare(Op::kLess, "a", Literal::Long(3)),
                                          Predicate{Op::kIsNull, "name", {}, {}},
                                          Predicate::Compare(Op::kLess, "a", Literal::Long(4))});
  EXPECT_EQ(ColumnsOf(twice), (std::vector<std::string>{"a", "name"}));
}

}  // namespace
}  // namespace columnar
