#include "project/sql_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace project {
namespace {
using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Literal;
using ::testing::ElementsAre;

std::string Simple(const std::string& filter) {
  const auto facts = ParseSimpleFilter(filter);
  return facts.ok() ? columnar::ToString(facts->predicate) : "no";
}

TEST(SimpleFilter, ReadsWhatItKnows) {
  EXPECT_EQ(Simple("a >= 3 AND (b IS NOT NULL OR c != -1.5)"),
            "(a >= 3 AND (b IS NOT NULL OR c != -1.5e0))");
  EXPECT_EQ(Simple("3 < \"B c\""), "B c > 3");
  EXPECT_EQ(ParseSimpleFilter("x = 'it''s'")->predicate.literals[0], Literal::String("it's"));
  EXPECT_EQ(ParseSimpleFilter("x not in (1, 2)")->predicate.op, columnar::Predicate::Op::kNotIn);
  EXPECT_EQ(ParseSimpleFilter("NOT x LIKE 'ab%'")->predicate.children[0].op,
            columnar::Predicate::Op::kStartsWith);
  EXPECT_EQ(ParseSimpleFilter("d >= DATE '2024-01-01'")->predicate.literals[0].type,
            columnar::TypeId::kDate);
  EXPECT_THAT(ParseSimpleFilter("b = 1 AND a = 2 AND b = 3 -- why")->columns,
              ElementsAre("b", "a"));
}

TEST(SimpleFilter, LeavesTheRestToTheEngine) {
  for (const char* filter :
       {"", "a", "a =", "lower(a) = 'x'", "a BETWEEN 1 AND 2", "a = b", "a = 1 OR", "(a = 1",
        "a = 1)", "a::INT = 1", "s.f = 1", "a = CURRENT_DATE", "a LIKE '%x'", "a = 'x", "a = 1; b",
        "a = INTERVAL '1' DAY", "a LIKE 'x%' ESCAPE '!'"}) {
    EXPECT_THAT(ParseSimpleFilter(filter), IsError(Code::kInvalidArgument, "project.bad_filter"))
        << filter;
  }
  EXPECT_THAT(ParseSimpleFilter(std::string(5000, '(')),
              IsError(Code::kInvalidArgument, "project.bad_filter"));
}

TEST(OverwriteFilter, AllowsNoMoreThanItMust) {
  EXPECT_THAT(ParseOverwriteFilter("a = 1 AND b NOT IN ('x') OR c <= 2"), IsOk());
  for (const char* filter : {"NOT a = 1", "a IS NULL", "a LIKE 'x%'", "a = DATE '2024-01-01'"}) {
    EXPECT_THAT(ParseOverwriteFilter(filter), IsError(Code::kInvalidArgument, "project.bad_filter"))
        << filter;
  }
}

TEST(SqlParameters, StandOutsideOfStringsNamesAndComments) {
  const std::string sql = "SELECT '$a', \"$b\", $c -- $d\n/* $e /* $f */ */ $$ $g $$ $h_1, x$y, $1";
  std::vector<std::string> names;
  for (const SqlParameter& parameter : FindSqlParameters(sql)) names.push_back(parameter.name);
  EXPECT_THAT(names, ElementsAre("c", "h_1", "y"));
}

TEST(SqlParameters, AreReplacedByTypedLiterals) {
  EXPECT_EQ(*SubstituteParameters("a = $t AND b > $n",
                                  {{"t", Literal::String("it's $n")}, {"n", Literal::Long(3)}}),
            "a = 'it''s $n' AND b > 3");
  EXPECT_THAT(SubstituteParameters("$nam", {{"name", Literal::Long(1)}}),
              IsError(Code::kInvalidArgument, "project.unknown_parameter"));
}

TEST(PlaceOf, CountsCodePoints) {
  const LineColumn at = PlaceOf("a\né x", 5);
  EXPECT_EQ(at.line, 2u);
  EXPECT_EQ(at.column, 3u);
}

}  // namespace
}  // namespace project
