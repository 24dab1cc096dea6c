#include "engine/sql_analysis.h"

#include <chrono>

#include "base/testing/matchers.h"

namespace engine {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> TablesOf(const std::string& sql) {
  auto analysis = AnalyzeSql(sql);
  if (!analysis.ok()) return {"error " + analysis.error().ToString()};
  std::vector<std::string> names;
  for (const TableReference& table : analysis->tables) names.push_back(table.Name());
  return names;
}

TEST(AnalyzeSql, FindsTablesEverywhereButNotCommonTableExpressions) {
  EXPECT_THAT(
      TablesOf("with c as (select * from a.b.t1 join \"Weird Name\" w using (id)) "
               "select * from c, (select max(v) from ns.t2) s "
               "where exists (select 1 from t3 x where x.k = c.id) union all select 1 from t4"),
      ElementsAre("a.b.t1", "Weird Name", "ns.t2", "t3", "t4"));
  EXPECT_THAT(TablesOf("with t as (select * from t) select * from t"), ElementsAre("t"));
  EXPECT_THAT(TablesOf("with recursive r as (select 1 n union all select n + 1 from r, base) "
                       "select * from r"),
              ElementsAre("base"));
  EXPECT_THAT(TablesOf("select * from (with c as (select 1) select * from c), c"),
              ElementsAre("c"));
  EXPECT_THAT(TablesOf("select 1"), IsEmpty());
}

TEST(AnalyzeSql, GivesPlaces) {
  auto analysis = AnalyzeSql("select *\nfrom x\njoin ns.y on $p = 1");
  ASSERT_THAT(analysis, IsOk());
  EXPECT_EQ(analysis->tables[1].place, (base::Place{"", 3, 6}));
  EXPECT_EQ(analysis->parameters[0].name, "p");
  EXPECT_EQ(analysis->parameters[0].place, (base::Place{"", 3, 14}));
  auto bad = AnalyzeSql("select 1\nfrom from x");
  ASSERT_THAT(bad, IsError(Code::kUserCode, "engine.bad_sql"));
  EXPECT_EQ(bad.error().place, (base::Place{"", 2, 6}));
}

TEST(AnalyzeSql, TellsWhatOnlyReads) {
  for (const char* sql : {"select 1", "values (1)", "with a as (select 1) select * from a",
                          "describe t", "show tables", "explain select 1", "from t"}) {
    auto analysis = AnalyzeSql(sql);
    ASSERT_THAT(analysis, IsOk()) << sql;
    EXPECT_TRUE(analysis->read_only) << sql;
  }
  for (const char* sql : {"insert into t values (1)", "create table t (a int)", "drop table t",
                          "copy t to 'x'", "attach 'x'", "set threads = 1", "pragma version",
                          "update t set a = 1", "install httpfs", "call x()"}) {
    auto analysis = AnalyzeSql(sql);
    EXPECT_FALSE(analysis.ok() && analysis->read_only) << sql;
  }
  EXPECT_THAT(AnalyzeSql("select 1; select 2"), IsError(Code::kUserCode, "engine.bad_sql"));
}

TEST(AnalyzeSql, RefusesWhatReadsFiles) {
  for (const char* sql :
       {"select * from read_csv('/etc/passwd')", "select * from '/etc/passwd'",
        "select * from 'x.parquet'", "select * from glob('*')", "select * from read_text('x')",
        "select (select count(*) from read_parquet('x'))", "select * from duckdb_settings()",
        "select getenv('HOME')"}) {
    EXPECT_THAT(AnalyzeSql(sql), IsError(Code::kPermissionDenied, "engine.no_file_access")) << sql;
  }
  EXPECT_THAT(AnalyzeSql("select * from range(3)"), IsOk());
}

TEST(AnalyzeSql, KnowsLiteralsAndCountsAsNeverNull) {
  const auto never = [](const std::string& sql) { return AnalyzeSql(sql)->never_null; };
  EXPECT_THAT(never("select 1, null, 'x', date '2020-01-01', try_cast('x' as int), count(*), "
                    "count(a), sum(a), a from t group by a"),
              ElementsAre(true, false, true, true, false, true, true, false, false));
  EXPECT_THAT(never("select 1, *, 2 from t"), ElementsAre(true));
  EXPECT_THAT(never("select 1, count(*) from t group by rollup (a)"), IsEmpty());
  EXPECT_THAT(never("select 1 union all select null"), IsEmpty());
  EXPECT_THAT(never("select count(*) over () from t"), ElementsAre(false));
}

TEST(AnalyzeSql, IsFast) {
  const std::string sql = "select a, count(*) from t join u using (id) where b > 3 group by a";
  ASSERT_THAT(AnalyzeSql(sql), IsOk());
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) ASSERT_THAT(AnalyzeSql(sql), IsOk());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
}

TEST(RenameTables, KeepsTheRestOfTheTextAndTheAlias) {
  const auto renamed =
      RenameTables("select t.a, ns.t.b, x.c -- t\nfrom ns.t, \"T 2\" as x where x.d = 't'",
                   {{"ns.t", "input_1"}, {"T 2", "b.c"}});
  ASSERT_THAT(renamed, IsOk());
  EXPECT_EQ(*renamed,
            "select t.a, \"t\".b, x.c -- t\nfrom \"input_1\" AS \"t\", \"b\".\"c\" as x where x.d "
            "= 't'");
}

TEST(SubstituteParameters, PutsTypedLiteralsOutsideOfStrings) {
  const std::map<std::string, columnar::Literal> values = {
      {"n", columnar::Literal::Long(-3)}, {"s", columnar::Literal::String("it's; drop")}};
  const auto sql = SubstituteParameters("a-$n = '$n' and b = $s /* $s */", values);
  ASSERT_THAT(sql, IsOk());
  EXPECT_EQ(*sql, "a-(-3) = '$n' and b = 'it''s; drop' /* $s */");
  EXPECT_THAT(SubstituteParameters("a = $m", values),
              IsError(Code::kUserCode, "engine.unknown_parameter"));
}

TEST(ParseFilter, ReadsPredicates) {
  const auto says = [](const std::string& filter) {
    auto parsed = ParseFilter(filter);
    return parsed.ok() ? columnar::ToString(parsed->predicate) : parsed.error().reason;
  };
  EXPECT_EQ(says("a >= 3 and b is not null"), "(a >= 3 AND b IS NOT NULL)");
  EXPECT_EQ(says("3 < a"), "a > 3");
  EXPECT_EQ(ParseFilter("a in (1, 2)")->predicate.op, columnar::Predicate::Op::kIn);
  EXPECT_EQ(ParseFilter("a like 'x%'")->predicate.op, columnar::Predicate::Op::kStartsWith);
  EXPECT_EQ(ParseFilter("length(a) = 3")->predicate.op, columnar::Predicate::Op::kUnknown);
  EXPECT_THAT(ParseFilter("length(a) = b + \"C d\"")->columns, ElementsAre("a", "b", "C d"));
  EXPECT_EQ(ParseFilter("ts >= '2013-01-01T00:00:00-05:00'")->predicate.op,
            columnar::Predicate::Op::kGreaterOrEqual);
}

// F-167: malformed text and attempts to smuggle something in.
TEST(ParseFilter, RefusesWhatIsNotOneBooleanExpression) {
  for (const char* filter : {"",
                             "   ",
                             "a =",
                             "= 3",
                             "a = 1;",
                             "a = 1; drop table t",
                             "a = 1 --",
                             "a = 1 /* x */",
                             "a = 1) or (1 = 1",
                             "(a = 1",
                             "a = 1)",
                             "a, b",
                             "a = 1, b = 2",
                             "1",
                             "'x'",
                             "a + 1",
                             "select 1",
                             "a in (select b from t)",
                             "exists (select 1)",
                             "a = 1 order by a",
                             "a = 1 limit 1",
                             "a = 1 union select 1",
                             "*",
                             "sum(a) > 1",
                             "a = $p",
                             "where a = 1",
                             "a = 'x",
                             "count(*) over () > 1",
                             "a = 1 group by a",
                             "null",
                             "a == == 1"}) {
    EXPECT_THAT(ParseFilter(filter), IsError(Code::kInvalidArgument, "engine.bad_filter"))
        << filter;
  }
}

TEST(ParseOverwriteFilter, TakesOnlyComparisonsOfPartitionColumns) {
  const std::vector<std::string> columns = {"day", "region"};
  for (const char* filter :
       {"day = '2013-01-01'", "day >= DATE '2013-01-01' and day < '2013-02-01'",
        "region in ('a', 'b') or region != 'c'", "region not in ('a')", "(day <= '2013-01-01')"}) {
    EXPECT_THAT(ParseOverwriteFilter(filter, columns), IsOk()) << filter;
  }
  for (const char* filter :
       {"day between '2013-01-01' and '2013-01-02'", "lower(region) = 'a'", "day::varchar = 'x'",
        "other = 1", "day is null", "region like 'a%'", "day = region"}) {
    EXPECT_THAT(ParseOverwriteFilter(filter, columns),
                IsError(Code::kInvalidArgument, "engine.bad_overwrite_filter"))
        << filter;
  }
}

}  // namespace
}  // namespace engine
