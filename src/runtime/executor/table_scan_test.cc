// Scans of a table: what is pruned, what is read, that no row is lost, and that DuckDB's own reader
// sees the same.
#include "runtime/executor/table_scan.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/rng.h"
#include "base/testing/matchers.h"
#include "base/testing/sim_clock.h"
#include "base/testing/temporary_folder.h"
#include "columnar/producer.h"
#include "engine/parquet_writer.h"
#include "engine/testing/memory_source.h"
#include "iceberg/table_change.h"
#include "iceberg/written_file.h"
#include "runtime/executor/store_bytes.h"
#include "storage/counting_store.h"
#include "storage/local_store.h"

namespace runtime {
namespace {

using base::testing::IsOk;
using columnar::Literal;
using columnar::Predicate;
using columnar::TypeId;
using engine::testing::RowsOfCsv;
using engine::testing::TextRows;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Op = Predicate::Op;

constexpr char kUuid[] = "9c12d441-03fe-4693-9a96-a0705ddf69c1";

iceberg::WrittenFile ToIceberg(const engine::WrittenFile& file) {
  iceberg::WrittenFile out;
  out.path = file.path;
  out.record_count = file.rows;
  out.file_size_bytes = file.bytes;
  out.split_offsets = file.split_offsets;
  for (const auto& [id, column] : file.columns) {
    out.columns[id] = {column.size_bytes, column.value_count, column.null_count,
                       column.nan_count,  column.lower,       column.upper};
  }
  return out;
}

/// One table in a lake of its own, written by Append and read through a counting store.
class TableScanTest : public ::testing::Test {
 protected:
  TableScanTest() : local_(storage::LocalStore::Open(folder_.path()).value()) {}

  void Create(std::vector<columnar::Field> fields,
              const std::vector<std::string>& partitions = {}) {
    schema_.fields = std::move(fields);
    spec_ = *iceberg::ParsePartitionSpec(partitions, schema_);
    for (size_t i = 0; i < spec_.fields.size(); ++i) {
      spec_.fields[i].id = iceberg::kFirstPartitionFieldId + static_cast<int32_t>(i);
    }
    iceberg::TableChange change;
    change.intent = iceberg::Intent::kCreate;
    change.schema = schema_;
    change.spec = spec_;
    Commit(nullptr, change);
  }

  /// One commit with one manifest; a file per partition.
  void Append(const std::string& csv, int64_t row_group_rows = 1 << 20) {
    AppendRows(RowsOfCsv(csv), row_group_rows);
  }

  /// For values that CSV has no words for.
  void AppendValues(const std::string& sql, int64_t row_group_rows = 1 << 20) {
    engine::SqlEngine engine{engine::SqlEngineOptions{}};
    auto rows = engine.Run(ctx_, {sql, {}, 0});
    ASSERT_THAT(rows, IsOk());
    AppendRows(std::move(rows).value(), row_group_rows);
  }

  void AppendRows(columnar::Stream rows, int64_t row_group_rows) {
    engine::WriteOptions options;
    options.row_group_rows_max = row_group_rows;
    for (const iceberg::PartitionField& field : spec_.fields) {
      const iceberg::Transform transform = field.transform;
      options.partition.push_back({field.source_id, [transform](const Literal& value) {
                                     return iceberg::ApplyTransform(transform, value);
                                   }});
    }
    const auto open = [&](const engine::PartitionKey&,
                          int64_t) -> base::Result<engine::OpenedFile> {
      const std::string key =
          iceberg::DataKey(kUuid, "part-" + std::to_string(files_++) + ".parquet");
      ASSIGN_OR_RETURN(auto sink, CreateObject(ctx_, *local_, key));
      return engine::OpenedFile{local_->Uri(key), std::move(sink)};
    };
    const auto files = engine::WriteParquet(ctx_, std::move(rows), schema_, options, open);
    ASSERT_THAT(files, IsOk());
    iceberg::Manifest manifest;
    manifest.schema = schema_;
    manifest.spec = spec_;
    for (const engine::WrittenFile& file : *files) {
      iceberg::ManifestEntry entry;
      entry.file = iceberg::MakeDataFile(ToIceberg(file), spec_.id, file.partition);
      manifest.entries.push_back(std::move(entry));
    }
    const std::string key = iceberg::MetadataKey(kUuid, "m" + std::to_string(files_) + ".avro");
    const auto row = iceberg::WriteManifest(ctx_, *local_, key, manifest);
    ASSERT_THAT(row, IsOk());
    iceberg::TableChange change;
    change.added_manifests = {*row};
    const iceberg::TableHead head{table_.metadata, table_.metadata_location, table_.pointer};
    Commit(&head, change);
  }

  void Commit(const iceberg::TableHead* head, const iceberg::TableChange& change) {
    iceberg::Committer committer(*local_, clock_, rng_);
    auto table = committer.Commit(ctx_, kUuid, head, change);
    ASSERT_THAT(table, IsOk());
    table_ = std::move(table).value();
  }

  std::shared_ptr<TableScan> Open(Predicate always = {}, bool local_paths = false) {
    counting_ = std::make_unique<storage::CountingStore>(
        *local_, storage::CountingOptions{.local_paths = local_paths});
    const plan::ScanSpec spec{"ns.t", table_.metadata_location, table_.pointer.snapshot_id,
                              table_.pointer.schema_id};
    auto scan = TableScan::Open(ctx_, *counting_, spec, std::move(always));
    EXPECT_THAT(scan, IsOk());
    return std::move(scan).value();
  }

  std::vector<std::string> Read(TableScan& scan, std::vector<std::string> columns,
                                Predicate predicate = {}) {
    auto rows = scan.Open(ctx_, {std::move(columns), std::move(predicate)});
    EXPECT_THAT(rows, IsOk());
    std::vector<std::string> out = TextRows(std::move(rows).value());
    std::sort(out.begin(), out.end());
    return out;
  }

  /// Bytes and keys of data files, as the store saw them.
  uint64_t DataBytes() const { return DataReads().second; }
  size_t DataFiles() const { return DataReads().first; }
  std::pair<size_t, uint64_t> DataReads() const {
    std::pair<size_t, uint64_t> out{0, 0};
    for (const auto& [key, reads] : counting_->reads_by_key()) {
      if (key.find(".parquet") == std::string::npos) continue;
      ++out.first;
      out.second += reads.bytes_read;
    }
    return out;
  }

  const base::Context ctx_;
  base::testing::TemporaryFolder folder_;
  std::unique_ptr<storage::LocalStore> local_;
  std::unique_ptr<storage::CountingStore> counting_;
  base::testing::SimClock clock_;
  base::SeededRng rng_{7};
  columnar::Schema schema_;
  iceberg::PartitionSpec spec_;
  iceberg::CommittedTable table_;
  int64_t files_ = 0;
};

Predicate Compare(Op op, const char* column, Literal literal) {
  return Predicate::Compare(op, column, std::move(literal));
}

TEST_F(TableScanTest, APartitionIsReadAloneAndOnlyItsBytes) {
  Create({{1, "g", TypeId::kString, false, ""}, {2, "n", TypeId::kLong, false, ""}}, {"g"});
  Append("g,n\na,1\na,2\nb,3\nc,4\n");
  Append("g,n\nb,5\nd,6\n");
  Append("g,n\nx,7\ny,8\n");
  const auto scan = Open();
  EXPECT_THAT(Read(*scan, {"n"}, Compare(Op::kEqual, "g", Literal::String("b"))),
              ElementsAre("3", "5"));
  const ScanCounts counts = scan->counts();
  EXPECT_EQ(counts.files_read, 2);
  EXPECT_EQ(counts.files_skipped, 3);
  EXPECT_EQ(counts.manifests_read, 2);
  EXPECT_EQ(counts.manifests_skipped, 1) << "its summary says x to y";
  EXPECT_EQ(counts.row_groups_read, 2);
  EXPECT_EQ(DataFiles(), 2u);
  EXPECT_EQ(static_cast<uint64_t>(counts.bytes_read), DataBytes());
}

TEST_F(TableScanTest, StatisticsLeaveFilesOut) {
  Create({{1, "n", TypeId::kLong, false, ""}, {2, "s", TypeId::kString, false, ""}});
  Append("n,s\n1,a\n9,b\n");
  Append("n,s\n10,c\n19,\n");
  Append("n,s\n20,e\n29,f\n");
  const auto scan = Open(Compare(Op::kGreaterOrEqual, "n", Literal::Long(10)));
  EXPECT_THAT(Read(*scan, {"n"}, Compare(Op::kLess, "n", Literal::Long(20))),
              ElementsAre("10", "19"));
  EXPECT_EQ(scan->counts().files_read, 1);
  EXPECT_EQ(scan->counts().files_skipped, 2);
  EXPECT_EQ(DataFiles(), 1u);
  EXPECT_THAT(Read(*scan, {"s"}, Predicate{Op::kIsNull, "s", {}, {}}), ElementsAre("c", "null"))
      << "other rows of a file that may match still come";
}

std::string Numbered(int rows) {
  std::string csv = "n,wide\n";
  for (int i = 0; i < rows; ++i) {
    csv += std::to_string(i) + "," + std::to_string(i * 7919LL % 104729) + "-" +
           std::to_string(i * 104729LL % 7919) + "-some-words-that-take-space\n";
  }
  return csv;
}

TEST_F(TableScanTest, RowGroupsOutsideThePredicateAreNotRead) {
  Create({{1, "n", TypeId::kLong, false, ""}, {2, "wide", TypeId::kString, false, ""}});
  Append(Numbered(40'000), 2000);
  auto scan = Open();
  EXPECT_EQ(Read(*scan, {"n", "wide"}).size(), 40'000u);
  EXPECT_EQ(scan->counts().row_groups_read, 20);
  const uint64_t whole = DataBytes();
  scan = Open();
  EXPECT_EQ(Read(*scan, {"n", "wide"}, Compare(Op::kEqual, "n", Literal::Long(7500))).size(),
            2000u);
  EXPECT_EQ(scan->counts().row_groups_read, 1);
  EXPECT_EQ(scan->counts().row_groups_skipped, 19);
  EXPECT_LT(DataBytes(), whole / 2) << "the footer, twice, and one group of twenty";
  EXPECT_EQ(static_cast<uint64_t>(scan->counts().bytes_read), DataBytes());
}

TEST_F(TableScanTest, ColumnsNobodyWantsAreNotRead) {
  Create({{1, "n", TypeId::kLong, false, ""}, {2, "wide", TypeId::kString, false, ""}});
  Append(Numbered(40'000));
  auto scan = Open();
  EXPECT_EQ(Read(*scan, {"wide", "n"}).size(), 40'000u);
  const uint64_t whole = DataBytes();
  scan = Open();
  EXPECT_EQ(Read(*scan, {"n"}).size(), 40'000u);
  EXPECT_LT(DataBytes(), whole / 2);
}

// What prunes comes from texts that users write: it may compare a number with a text, or know
// nothing of not-a-number. Each of these rows would be lost if bounds were compared as they are.
TEST_F(TableScanTest, WhatPrunesIsBoundToTheTableFirst) {
  Create({{1, "t", TypeId::kString, false, ""},
          {2, "x", TypeId::kDouble, false, ""},
          {3, "l", TypeId::kLong, false, ""}});
  AppendValues(
      "SELECT * FROM (VALUES ('9', 1.5::DOUBLE, 9007199254740993), ('9', 'nan', 9007199254740993))"
      " AS v(t, x, l)",
      1);
  const auto rows = [&](Predicate predicate) {
    return Read(*Open(std::move(predicate)), {"t"}).size();
  };
  EXPECT_EQ(rows(Compare(Op::kLess, "t", Literal::Long(10))), 2u) << "as text 9 > 10";
  EXPECT_EQ(rows(Compare(Op::kEqual, "t", Literal::Double(9))), 2u);
  for (const Op op : {Op::kGreater, Op::kGreaterOrEqual, Op::kNotEqual}) {
    const double bound = op == Op::kNotEqual ? 1.5 : 100;
    EXPECT_GE(rows(Compare(op, "x", Literal::Double(bound))), 1u) << static_cast<int>(op);
    EXPECT_GE(rows(Compare(op, "x", Literal::Long(100))), 1u) << static_cast<int>(op);
  }
  Predicate inside = Compare(Op::kLessOrEqual, "x", Literal::Double(100));
  EXPECT_GE(rows(Predicate{Op::kNot, {}, {}, {inside}}), 1u) << "NaN is above 100";
  EXPECT_GE(rows(Predicate{Op::kNotIn, "x", {Literal::Double(1.5)}, {}}), 1u);
  EXPECT_GE(rows(Compare(Op::kEqual, "x", Literal::String("nan"))), 1u);
  EXPECT_EQ(rows(Compare(Op::kEqual, "l", Literal::Double(9007199254740992.0))), 2u)
      << "SQL compares them as doubles";
  EXPECT_EQ(rows(Predicate::Unknown()), 2u);
}

class BothReaders : public TableScanTest {
 protected:
  engine::SqlEngine Engine(bool direct, std::vector<std::string> folders) {
    engine::SqlEngineOptions options;
    options.readable_folders = std::move(folders);
    options.reads_plain_files = direct;
    return engine::SqlEngine(options);
  }

  std::vector<std::string> Ask(engine::SqlEngine& engine, const std::string& sql) {
    engine::Query query{sql, {}, 0};
    query.tables["t"] = Open({}, true);
    auto rows = engine.Run(ctx_, query);
    if (!rows.ok()) return {rows.error().reason};
    return TextRows(std::move(rows).value());
  }

  std::string Plan(engine::SqlEngine& engine) {
    std::string text;
    for (const std::string& line : Ask(engine, "EXPLAIN SELECT * FROM t WHERE n > 3")) text += line;
    return text;
  }
};

TEST_F(BothReaders, PlainFilesAreReadDirectlyUnlessToldOtherwise) {
  Create({{1, "n", TypeId::kLong, false, ""}, {2, "wide", TypeId::kString, false, ""}});
  Append(Numbered(500), 50);
  engine::SqlEngine direct = Engine(true, {folder_.path()});
  engine::SqlEngine reference = Engine(false, {folder_.path()});
  EXPECT_THAT(Plan(direct), HasSubstr("PARQUET"));
  EXPECT_THAT(Plan(reference), Not(HasSubstr("PARQUET")));
  const std::string sql = "SELECT n, wide FROM t WHERE n % 7 = 3 ORDER BY n";
  EXPECT_EQ(Ask(direct, sql), Ask(reference, sql));
  EXPECT_EQ(Ask(direct, sql).size(), 71u);
}

TEST_F(BothReaders, FilesOutsideTheReadableFoldersAreNeverReadDirectly) {
  Create({{1, "n", TypeId::kLong, false, ""}, {2, "wide", TypeId::kString, false, ""}});
  Append(Numbered(10));
  base::testing::TemporaryFolder other;
  for (const std::vector<std::string>& folders :
       {std::vector<std::string>{}, {other.path()}, {folder_.path() + "/tables-of-another"}}) {
    engine::SqlEngine engine = Engine(true, folders);
    EXPECT_THAT(Plan(engine), Not(HasSubstr("PARQUET")));
    EXPECT_EQ(Ask(engine, "SELECT n FROM t").size(), 10u);
  }
}

TEST_F(BothReaders, FilesThatHoldNotANumberGoThroughTheReferenceReader) {
  Create({{1, "n", TypeId::kLong, false, ""}, {2, "x", TypeId::kDouble, false, ""}});
  AppendValues("SELECT * FROM (VALUES (1, 1.5::DOUBLE), (4, 'nan')) AS v(n, x)");
  Append("n,x\n5,2.5\n");
  engine::SqlEngine engine = Engine(true, {folder_.path()});
  EXPECT_THAT(Plan(engine), Not(HasSubstr("PARQUET")));
  EXPECT_THAT(Ask(engine, "SELECT n FROM t WHERE x = 'nan'::DOUBLE"), ElementsAre("4"));
  EXPECT_THAT(Ask(engine, "EXPLAIN SELECT n FROM t WHERE n = 5"), ElementsAre(HasSubstr("PARQUET")))
      << "the file with NaN is pruned away";
}

TEST_F(BothReaders, WhatIsNotPlainGoesThroughTheReferenceReader) {
  columnar::Type list(TypeId::kList);
  list.children = {{3, "element", TypeId::kLong, false, ""}};
  const std::vector<std::vector<columnar::Field>> cases = {
      {{1, "n", TypeId::kLong, false, ""}, {2, "l", list, false, ""}},
      {{1, "n", TypeId::kLong, false, ""}, {2, "u", TypeId::kUuid, false, ""}},
      {{1, "n", TypeId::kLong, false, ""}, {2, "N", TypeId::kLong, false, ""}}};
  for (const auto& fields : cases) {
    Create(fields);
    Append("n\n1\n4\n");
    engine::SqlEngine engine = Engine(true, {folder_.path()});
    EXPECT_THAT(Plan(engine), Not(HasSubstr("PARQUET"))) << fields[1].type.ToString();
    EXPECT_THAT(Ask(engine, "SELECT n FROM t ORDER BY n"), ElementsAre("1", "4"));
  }
}

}  // namespace
}  // namespace runtime
