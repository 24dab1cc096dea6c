#include "engine/sql_engine.h"

#include <atomic>
#include <filesystem>
#include <functional>

#include "base/testing/matchers.h"
#include "columnar/producer.h"
#include "engine/testing/memory_source.h"

namespace engine {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::ToString;
using testing::CsvSource;
using ::testing::ElementsAre;
using testing::TextRows;

/// A clock that the test sets while others read it. Calls `on_look` with how often it was read.
class SharedClock final : public base::Clock {
 public:
  explicit SharedClock(std::function<void(int)> on_look = [](int) {})
      : on_look_(std::move(on_look)) {}
  base::Instant Now() const override {
    on_look_(++looks_);
    return base::FromMicros(micros_);
  }
  void Set(int64_t micros) { micros_ = micros; }

 private:
  const std::function<void(int)> on_look_;
  mutable std::atomic<int> looks_ = 0;  // tidy: Now is const
  std::atomic<int64_t> micros_ = 0;
};

class SqlEngineTest : public ::testing::Test {
 protected:
  std::shared_ptr<CsvSource> Add(const std::string& name, const std::string& csv) {
    auto source = std::make_shared<CsvSource>(csv);
    query_.tables[name] = source;
    return source;
  }
  std::vector<std::string> Rows(const std::string& sql) {
    auto rows = Run(sql);
    if (!rows.ok()) return {"error " + rows.error().reason + ": " + rows.error().ToString()};
    return TextRows(std::move(rows).value());
  }
  base::Result<columnar::Stream> Run(const std::string& sql) {
    query_.sql = sql;
    return engine_.Run(ctx_, query_);
  }

  base::Context ctx_;
  Query query_;
  SqlEngine engine_{SqlEngineOptions{}};
};

TEST_F(SqlEngineTest, RunsTheDialect) {
  Add("t", "Id,name,ts\n1,a,2013-01-01T05:00:00Z\n2,b,2013-01-02T05:00:00Z\n3,,\n");
  EXPECT_THAT(Rows("select Id, name from t where Id == 2"), ElementsAre("2|b"));
  EXPECT_THAT(Rows("select Id, name, from t where name is null"), ElementsAre("3|null"));
  EXPECT_THAT(Rows("select * exclude (ts, name) from t order by Id desc limit 1"),
              ElementsAre("3"));
  EXPECT_THAT(Rows("select count(*) from t where ts >= '2013-01-02T00:00:00-05:00'"),
              ElementsAre("1"));
  EXPECT_THAT(Rows("select '2013-01-01'::TIMESTAMP < TIMESTAMP '2014-01-01' as x"),
              ElementsAre("true"));
  EXPECT_THAT(Rows("select date_trunc('month', ts)::date as m, count(*) as n from t group by 1 "
                   "order by 1"),
              ElementsAre("2013-01-01|2", "null|1"));
  EXPECT_THAT(Rows("select Id from t where Id in (select max(Id) from t) intersect select 3"),
              ElementsAre("3"));
  EXPECT_THAT(Rows("select Id from t qualify row_number() over (order by Id) = 1"),
              ElementsAre("1"));
  EXPECT_THAT(Rows("select cast(Id as decimal(10,2)) as d, Id::string as s from t limit 1"),
              ElementsAre("1.00|1"));
  EXPECT_THAT(Rows("select approx_distinct(Id) as n from t"), ElementsAre("3"));
}

TEST_F(SqlEngineTest, KnowsQualifiedNamesAndScopes) {
  Add("ns.t", "a,b\n1,x\n2,y\n");
  Add("other.t", "a,c\n1,z\n");
  Add("a.b.t", "a\n7\n");
  EXPECT_THAT(Rows("select t.b from ns.t where t.a = 1"), ElementsAre("x"));
  EXPECT_THAT(Rows("select ns.t.b from ns.t where ns.t.a = 2"), ElementsAre("y"));
  EXPECT_THAT(Rows("select ns.t.b, other.t.c from ns.t join other.t on ns.t.a = other.t.a"),
              ElementsAre("x|z"));
  EXPECT_THAT(Rows("select a from a.b.t"), ElementsAre("7"));
  EXPECT_THAT(Rows("select a from \"a.b\".t"), ElementsAre("7"));
  EXPECT_THAT(Rows("with t as (select 9 as a) select a from t"), ElementsAre("9"));
  EXPECT_THAT(Rows("with t as (select a from ns.t) select sum(a)::bigint as s from t"),
              ElementsAre("3"));
  auto missing = Run("select *\nfrom ns.tt");
  ASSERT_THAT(missing, IsError(Code::kUserCode, "engine.unknown_table"));
  EXPECT_EQ(missing.error().place, (base::Place{"", 2, 6}));
}

TEST_F(SqlEngineTest, KeepsColumnsThatDifferByCaseApart) {
  Add("t", "a,A,PULocationID\n1,2,3\n");
  EXPECT_THAT(Rows("select A, a, PULocationID from t"), ElementsAre("2|1|3"));
  auto rows = Run("select * from t where A = 2");
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(columnar::SchemaOf(*rows)->Names(), ElementsAre("a", "A", "PULocationID"));
}

TEST_F(SqlEngineTest, PushesProjectionAndFiltersIntoScans) {
  const auto t = Add("t", "a,b,c\n1,x,0.5\n2,y,1.5\n");
  const auto u = Add("u", "a,d\n1,2013-01-01\n");
  EXPECT_THAT(Rows("select t.b from t join u using (a) where t.a < 2 and d >= '2013-01-01' "
                   "and t.b || 'x' = 'xx'"),
              ElementsAre("x"));
  ASSERT_EQ(t->requests.size(), 1u);
  EXPECT_THAT(t->requests[0].columns, ::testing::UnorderedElementsAre("a", "b"));
  EXPECT_EQ(ToString(t->requests[0].predicate), "a < 2");
  EXPECT_EQ(ToString(u->requests[0].predicate), "d >= DATE '2013-01-01'");
}

// Nothing may be pruned that the query still needs: outer joins, OR over two tables, NaN.
TEST_F(SqlEngineTest, DoesNotPushWhatWouldChangeTheAnswer) {
  const auto t = Add("t", "a,x\n1,0.5\n2,1.5\n");
  const auto u = Add("u", "a,d\n1,5\n2,6\n");
  EXPECT_THAT(Rows("select t.a from t left join u on t.a = u.a and u.d > 5 where u.d is null"),
              ElementsAre("1"));
  EXPECT_EQ(u->requests.back().predicate.op, columnar::Predicate::Op::kTrue);
  Rows("select t.a from t, u where t.a = 1 or u.d = 6");
  EXPECT_EQ(t->requests.back().predicate.op, columnar::Predicate::Op::kTrue);
  Rows("select a from t where x > 1");
  EXPECT_EQ(t->requests.back().predicate.op, columnar::Predicate::Op::kTrue);
  Rows("select a from t where x < 1");
  EXPECT_EQ(t->requests.back().predicate.op, columnar::Predicate::Op::kLess);
}

TEST_F(SqlEngineTest, PushesFiltersIntoSubqueries) {
  const auto t = Add("t", "a,b\n1,10\n2,20\n3,30\n");
  Add("u", "a\n1\n2\n3\n");
  const auto pushed = [&](const std::string& sql) {
    t->requests.clear();
    const std::vector<std::string> rows = Rows(sql);
    EXPECT_EQ(t->requests.size(), 1u) << sql;
    return t->requests.empty() ? "" : ToString(t->requests[0].predicate);
  };
  EXPECT_EQ(pushed("select * from (select * from t) where a > 2"), "a > 2");
  EXPECT_EQ(pushed("select * from (select b as a, a as b from t) s where s.a > 20"), "b > 20");
  EXPECT_EQ(pushed("with c as (select a, b + 1 as b from t where b < 30) "
                   "select * from c where a > 1 and b > 3"),
            "(b < 30 AND a > 1)");
  EXPECT_EQ(pushed("with c as (select * from t), d as (select a as x from c order by 1) "
                   "select count(*) from d as e join u on e.x = u.a where e.x >= 2"),
            "a >= 2");
  EXPECT_EQ(pushed("select * from (select a, sum(b) as b from t group by a) where a = 1 and b > 1"),
            "a = 1");
  EXPECT_EQ(pushed("select * from (select distinct a from t) where a = 1"), "a = 1");
}

// Each of these answers otherwise when rows that the outer filter drops are not there.
TEST_F(SqlEngineTest, KeepsFiltersOutOfSubqueriesWhereTheyWouldChangeTheAnswer) {
  const auto t = Add("t", "a,b\n1,30\n2,20\n3,10\n");
  Add("u", "a\n1\n2\n3\n");
  const auto unpushed = [&](const std::string& sql) {
    t->requests.clear();
    const std::vector<std::string> rows = Rows(sql);
    EXPECT_FALSE(t->requests.empty()) << sql;
    for (const ScanRequest& request : t->requests)
      EXPECT_EQ(request.predicate.op, columnar::Predicate::Op::kTrue) << sql;
    return rows;
  };
  EXPECT_THAT(unpushed("select a from (select * from t order by a limit 1) where a > 1"),
              ElementsAre());
  EXPECT_THAT(unpushed("select n from (select a, row_number() over (order by a) as n from t) "
                       "where a = 3"),
              ElementsAre("3"));
  EXPECT_THAT(unpushed("select a from (select a from t qualify row_number() over (order by a) = 1) "
                       "where a > 1"),
              ElementsAre());
  EXPECT_THAT(unpushed("with c as (select a from t) select count(*) from c, c as d where c.a = 1"),
              ElementsAre("3"));
  EXPECT_THAT(unpushed("select count(*) from u left join (select a from t) s on u.a = s.a "
                       "where s.a is null"),
              ElementsAre("0"));
  EXPECT_THAT(unpushed("select count(*) from u, (select a + 1 as a from t) s where s.a = 2"),
              ElementsAre("3"));
  EXPECT_THAT(unpushed("select a from (select max(a) as a from t) where a = 1"), ElementsAre());
  EXPECT_THAT(unpushed("select a from (select a, b from t) as s(b, a) where a = 10"),
              ElementsAre("10"));
  EXPECT_THAT(unpushed("select a from t as s(b, a) where a = 10"), ElementsAre("10"));
  EXPECT_THAT(unpushed("with c(b, a) as (select a, b from t) select a from c where a = 10"),
              ElementsAre("10"));
  EXPECT_THAT(unpushed("select distinct on (1) 1 as one, a from t order by a"), ElementsAre("1|1"));
}

TEST_F(SqlEngineTest, AnswersDescribeAndShowTables) {
  Add("ns.t", "a,b\n1,x\n");
  EXPECT_THAT(Rows("describe ns.t"), ElementsAre("a|long|YES", "b|string|YES"));
  EXPECT_THAT(Rows("show tables;"), ElementsAre("ns.t"));
  query_.tables.clear();
  EXPECT_THAT(Rows("SHOW TABLES"), ElementsAre());
}

TEST_F(SqlEngineTest, RefusesWritesFilesAndBadSql) {
  Add("t", "a\n1\n");
  EXPECT_THAT(Run("create table x (a int)"),
              IsError(Code::kPermissionDenied, "engine.read_only_sql"));
  EXPECT_THAT(Run("copy t to '/tmp/x'"), IsError(Code::kPermissionDenied, "engine.read_only_sql"));
  EXPECT_THAT(Run("select * from read_csv('/etc/passwd')"),
              IsError(Code::kPermissionDenied, "engine.no_file_access"));
  EXPECT_THAT(Run("select * from boathouse_scan(1)"),
              IsError(Code::kPermissionDenied, "engine.no_file_access"));
  auto unknown = Run("select a,\n  bb from t");
  ASSERT_THAT(unknown, IsError(Code::kUserCode, "engine.sql_failed"));
  EXPECT_EQ(unknown.error().place, (base::Place{"", 2, 3}));
  EXPECT_THAT(Run("select a, a from t"), IsError(Code::kUserCode, "engine.duplicate_column"));
  EXPECT_THAT(Run("select cast('x' || a as int) as x from t"),
              IsError(Code::kUserCode, "engine.sql_failed"));
}

TEST_F(SqlEngineTest, StreamsLargeBatchesAndStopsAtTheLimit) {
  auto rows = Run("select range as i, 'v' || range as s from range(200000)");
  ASSERT_THAT(rows, IsOk());
  ArrowArray array{};
  ASSERT_TRUE(*rows->ReadNext(&array));
  EXPECT_GE(array.length, 64 * 1024);
  array.release(&array);
  query_.rows_max = 3;
  EXPECT_EQ(Rows("select * from range(1000000) order by 1 desc").size(), 3u);
  EXPECT_EQ(Rows("select * from range(10) limit 5 -- five").size(), 3u);
}

TEST_F(SqlEngineTest, GivesSumsAsLongAndUuidsAsUuid) {
  Add("t", "a\n1\n2\n");
  auto rows = Run("select sum(a) as s, uuid() as u, now() as n from t");
  ASSERT_THAT(rows, IsOk());
  const auto schema = columnar::SchemaOf(*rows);
  ASSERT_THAT(schema, IsOk());
  EXPECT_EQ(schema->fields[0].type.ToString(), "long");
  EXPECT_EQ(schema->fields[1].type.ToString(), "uuid");
  EXPECT_EQ(schema->fields[2].type.ToString(), "timestamptz");
}

TEST_F(SqlEngineTest, ASumThatFitsNoLongIsAnErrorThatNamesItsColumn) {
  Add("t", "a,b\n9223372036854775807,-9223372036854775808\n1,0\n,0\n");
  EXPECT_THAT(Rows("select sum(b) as low, sum(a) - 1 as high, sum(a) filter (a is null) as none "
                   "from t"),
              ElementsAre("-9223372036854775808|9223372036854775807|null"));
  const auto rows = Rows("select 1 as one, sum(a) as total from t");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_THAT(rows[0], ::testing::StartsWith("error engine.integer_overflow"));
  EXPECT_THAT(rows[0], ::testing::HasSubstr("\"total\": 9223372036854775808"));
  EXPECT_THAT(Rows("select sum(a)::decimal(38, 0) as total from t"),
              ElementsAre("9223372036854775808"));
}

// Asks to stop in the middle of the query, when its scan is opened.
class StoppingSource final : public TableSource {
 public:
  explicit StoppingSource(std::stop_source stop) : stop_(std::move(stop)) {}
  const columnar::Schema& schema() const override { return rows_.schema(); }
  base::Result<columnar::Stream> Open(const base::Context& ctx,
                                      const ScanRequest& request) override {
    stop_.request_stop();
    return rows_.Open(ctx, request);
  }

 private:
  std::stop_source stop_;
  CsvSource rows_{"a\n1\n"};
};

TEST_F(SqlEngineTest, IsCancelled) {
  std::stop_source stop;
  ctx_.stop = stop.get_token();
  query_.tables["t"] = std::make_shared<StoppingSource>(stop);
  EXPECT_THAT(Run("select sum(a) as s from t"), IsError(Code::kCancelled, "engine.cancelled"));
}

// Both queries would take hours: nothing of them comes out before all is computed.
constexpr char kHours[] =
    "select sum(a.range * b.range % 7) as s from range(100000000) a, range(100000000) b";

TEST_F(SqlEngineTest, ItsTimeIsOverInsideDuckDb) {
  ctx_.deadline = base::SystemClock().Now() + std::chrono::milliseconds(100);
  EXPECT_THAT(Run(kHours), IsError(Code::kDeadlineExceeded, "engine.deadline_exceeded"));
}

TEST_F(SqlEngineTest, IsCancelledInsideDuckDb) {
  std::stop_source stop;
  ctx_.stop = stop.get_token();
  SharedClock clock([&](int looks) {
    if (looks == 3) stop.request_stop();
  });
  SqlEngine engine{{.clock = &clock}};
  EXPECT_THAT(engine.Run(ctx_, {.sql = kHours, .tables = {}}),
              IsError(Code::kCancelled, "engine.cancelled"));
}

TEST_F(SqlEngineTest, ItsTimeIsOverBetweenBatches) {
  SharedClock clock;
  SqlEngine engine{{.clock = &clock}};
  ctx_.deadline = base::FromMicros(1000);
  auto rows = engine.Run(ctx_, {.sql = "select * from range(100000000000)", .tables = {}});
  ASSERT_THAT(rows, IsOk());
  ArrowArray array{};
  ASSERT_THAT(rows->ReadNext(&array), IsOk());
  array.release(&array);
  clock.Set(1001);
  EXPECT_THAT(rows->ReadNext(&array), IsError(Code::kDeadlineExceeded, "engine.deadline_exceeded"));
}

TEST_F(SqlEngineTest, SpillsOrSaysThatMemoryIsOut) {
  SqlEngine small{{.threads = 1, .memory_bytes_max = 20 << 20}};
  Query query{.sql =
                  "select count(*) as n from (select range::varchar || 'some more text' as s "
                  "from range(3000000) order by s)"};
  auto rows = small.Run({}, query);
  base::Result<std::vector<std::string>> out =
      rows.ok() ? testing::TryTextRows(std::move(rows).value()) : std::move(rows).error();
  EXPECT_THAT(out, IsError(Code::kResourceExhausted, "engine.out_of_memory"));
  const std::string folder = ::testing::TempDir() + "spill_" + std::to_string(getpid());
  SqlEngine spilling{{.threads = 1, .memory_bytes_max = 60 << 20, .temp_folder = folder}};
  auto spilled = spilling.Run({}, query);
  ASSERT_THAT(spilled, IsOk());
  EXPECT_THAT(TextRows(std::move(spilled).value()), ElementsAre("3000000"));
  std::filesystem::remove_all(folder);
}

TEST_F(SqlEngineTest, FiltersStreams) {
  const std::string csv = "a,b\n1,x\n2,y\n3,z\n";
  auto rows = FilterStream(ctx_, engine_, testing::RowsOfCsv(csv), "a >= 2 and b != 'z'", {"b"});
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(TextRows(std::move(rows).value()), ElementsAre("y"));
  auto folded = FilterStream(ctx_, engine_, testing::RowsOfCsv(csv), "A >= 2 and B != 'z'", {});
  ASSERT_THAT(folded, IsOk());
  EXPECT_THAT(TextRows(std::move(folded).value()), ElementsAre("2|y"));
  auto projected = FilterStream(ctx_, engine_, testing::RowsOfCsv(csv), "", {"b", "a"});
  ASSERT_THAT(projected, IsOk());
  EXPECT_EQ(TextRows(std::move(projected).value())[0], "x|1");
  EXPECT_THAT(FilterStream(ctx_, engine_, testing::RowsOfCsv(csv), "aa = 1", {}),
              IsError(Code::kInvalidArgument, "engine.unknown_column"));
  EXPECT_THAT(FilterStream(ctx_, engine_, testing::RowsOfCsv(csv), "a = 1; drop", {}),
              IsError(Code::kInvalidArgument, "engine.bad_filter"));
}

}  // namespace
}  // namespace engine
