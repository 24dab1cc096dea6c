// Tables whose rows other writers deleted: by position, by equality, by deletion vector. What must
// be read is what Spark read when it made them (tests/interop/make_delete_fixtures.py).
#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "engine/testing/memory_source.h"
#include "runtime/executor/table_scan.h"
#include "storage/local_store.h"

namespace runtime {
namespace {

using base::testing::IsOk;
using engine::testing::TextRows;

constexpr char kFolder[] = BOATHOUSE_SOURCE_DIR "/tests/golden/iceberg/deletes";
constexpr char kMadeAt[] = "file:///tmp/boathouse-golden";

struct Expected {
  std::string metadata;
  std::vector<std::string> columns;
  std::vector<std::string> rows;
};

Expected ReadExpected(const std::string& table) {
  const auto text = base::ReadFile(std::string(kFolder) + "/expected/" + table + ".txt");
  EXPECT_THAT(text, IsOk());
  Expected expected;
  if (!text.ok()) return expected;
  std::istringstream lines(*text);
  std::getline(lines, expected.metadata);
  std::string line;
  std::getline(lines, line);
  std::istringstream names(line);
  for (std::string name; std::getline(names, name, '|');) expected.columns.push_back(name);
  while (std::getline(lines, line)) expected.rows.push_back(line);
  std::sort(expected.rows.begin(), expected.rows.end());
  return expected;
}

class DeletedRows : public ::testing::Test {
 protected:
  DeletedRows() : store_(storage::LocalStore::Open(kFolder, {kMadeAt}).value()) {}

  std::shared_ptr<TableScan> Open(const std::string& metadata) {
    const std::string location = store_->Uri(metadata);
    const auto table = iceberg::LoadTableMetadata(ctx_, *store_, location);
    EXPECT_THAT(table, IsOk());
    const plan::ScanSpec spec{"d.t", location, table->current_snapshot_id,
                              table->current_schema_id};
    auto scan = TableScan::Open(ctx_, *store_, spec, {});
    EXPECT_THAT(scan, IsOk());
    return *scan;
  }

  std::vector<std::string> Read(TableScan& scan, std::vector<std::string> columns,
                                columnar::Predicate predicate = {}) {
    auto rows = scan.Open(ctx_, {std::move(columns), std::move(predicate)});
    EXPECT_THAT(rows, IsOk());
    std::vector<std::string> out = TextRows(std::move(rows).value());
    std::sort(out.begin(), out.end());
    return out;
  }

  /// Whole rows, and that DuckDB's own reader, which knows no deletes, is not let near them.
  void ExpectAsSpark(const std::string& table) {
    const Expected expected = ReadExpected(table);
    const auto scan = Open(expected.metadata);
    EXPECT_EQ(Read(*scan, expected.columns), expected.rows);
    const auto plain = scan->PlainParquetPaths(ctx_, {});
    ASSERT_THAT(plain, IsOk());
    EXPECT_FALSE(plain->has_value());
  }

  const base::Context ctx_;
  std::unique_ptr<storage::LocalStore> store_;
};

TEST_F(DeletedRows, ByPosition) {
  ExpectAsSpark("positions");
}

TEST_F(DeletedRows, ByPositionInOnePartition) {
  ExpectAsSpark("partitions");
}

TEST_F(DeletedRows, ByVector) {
  ExpectAsSpark("vectors");
}

TEST_F(DeletedRows, ByEqualityAndTheSameKeyComesBack) {
  ExpectAsSpark("equality");
}

TEST_F(DeletedRows, PositionsCountWhereRowGroupsAreSkipped) {
  const Expected expected = ReadExpected("positions");
  const auto scan = Open(expected.metadata);
  const auto tail = columnar::Predicate::Compare(columnar::Predicate::Op::kGreaterOrEqual, "id",
                                                 columnar::Literal::Long(1140));
  std::vector<std::string> wanted;
  for (const std::string& row : expected.rows) {
    if (std::stoll(row) >= 1140) wanted.push_back(row);
  }
  ASSERT_FALSE(wanted.empty());
  std::vector<std::string> read = Read(*scan, expected.columns, tail);
  std::erase_if(read, [](const std::string& row) { return std::stoll(row) < 1140; });
  EXPECT_EQ(read, wanted);
  EXPECT_GT(scan->counts().row_groups_skipped, 0);
}

TEST_F(DeletedRows, NoColumnsAreAskedFor) {
  const Expected expected = ReadExpected("equality");
  EXPECT_EQ(Read(*Open(expected.metadata), {}).size(), expected.rows.size());
}

}  // namespace
}  // namespace runtime
