// Copied files against decoded ones: the same rows, ids and metrics; what does not fit is left
// alone.
#include "engine/parquet_copy.h"

#include <array>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "base/testing/matchers.h"
#include "columnar/producer.h"
#include "engine/fragment_reader.h"
#include "engine/testing/memory_source.h"

namespace engine {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Field;
using columnar::Schema;
using columnar::TypeId;
using testing::CountingFile;
using testing::MemoryFiles;
using testing::RowsOfCsv;
using testing::TextRows;

constexpr char kRows[] =
    "n,x,s,d,b\n1,1.5,one,2024-01-01,true\n2,-2.5,two,2024-02-01,false\n,,,,\n"
    "4,0,a text of more than sixteen characters,1969-12-31,true\n";

Schema SchemaFrom(int32_t first_id) {
  Schema schema;
  schema.fields = {{first_id, "n", TypeId::kLong},
                   {first_id + 1, "x", TypeId::kDouble},
                   {first_id + 2, "s", TypeId::kString},
                   {first_id + 3, "d", TypeId::kDate},
                   {first_id + 4, "b", TypeId::kBoolean}};
  return schema;
}

/// One column of doubles without nulls; CSV has no spelling for NaN.
columnar::Stream Reals(std::vector<double> values, const Schema& schema) {
  struct Held {
    std::vector<double> values;
    std::array<const void*, 2> column_buffers = {};
    std::array<const void*, 1> row_buffers = {};
    std::array<ArrowArray*, 1> children = {};
    ArrowArray column = {};
  };
  auto done = std::make_shared<bool>(false);
  return columnar::MakeStream(schema, [values, done](ArrowArray* out) -> base::Result<bool> {
    if (std::exchange(*done, true)) return false;
    auto* held = new Held{values};
    held->column_buffers[1] = held->values.data();
    held->column = {.length = static_cast<int64_t>(values.size()),
                    .n_buffers = 2,
                    .buffers = held->column_buffers.data(),
                    .release = [](ArrowArray* array) { array->release = nullptr; }};
    held->children[0] = &held->column;
    *out = {.length = static_cast<int64_t>(values.size()),
            .n_buffers = 1,
            .n_children = 1,
            .buffers = held->row_buffers.data(),
            .children = held->children.data(),
            .release =
                [](ArrowArray* array) {
                  delete static_cast<Held*>(array->private_data);
                  array->release = nullptr;
                },
            .private_data = held};
    return true;
  });
}

class ParquetCopy : public ::testing::Test {
 protected:
  OpenNextFile Opener() {
    return [this](const PartitionKey&, int64_t) -> base::Result<OpenedFile> {
      const std::string path = "f" + std::to_string(opened_++);
      return OpenedFile{path, files_.Open(path)};
    };
  }
  /// The bytes of a file written for `schema`.
  base::Bytes Source(const std::string& csv, const Schema& schema) {
    return Source(RowsOfCsv(csv), schema);
  }
  base::Bytes Source(columnar::Stream rows, const Schema& schema) {
    const auto written = WriteParquet({}, std::move(rows), schema, {}, Opener());
    EXPECT_THAT(written, IsOk());
    return files_.files.at(written->front().path);
  }
  base::Result<std::optional<WrittenFile>> Copy(const base::Bytes& bytes, const Schema& schema) {
    return CopyParquet({}, std::make_shared<CountingFile>(bytes, "source.parquet"), schema,
                       Opener());
  }
  std::vector<std::string> Read(const std::string& path, const Schema& schema) {
    FragmentScan scan;
    scan.file = std::make_shared<CountingFile>(files_.files.at(path), path);
    scan.output = schema;
    auto rows = ReadFragment({}, std::move(scan));
    if (!rows.ok()) return {rows.error().ToString()};
    return TextRows(std::move(rows).value());
  }

  /// Whether a damaged file is taken. If so it can be read: as before the damage, or as the
  /// decoder reads what the damage made of it.
  bool IsTaken(const base::Bytes& damaged, const Schema& table) {
    const auto copied = Copy(damaged, table);
    if (!copied.ok() || !copied->has_value()) return false;
    files_.files["damaged"] = damaged;
    const auto rows = Read((*copied)->path, table);
    EXPECT_TRUE(rows == Read("f0", table) || rows == Read("damaged", table));
    EXPECT_EQ(rows.size(), 4u) << rows.front();
    return true;
  }

  MemoryFiles files_;
  int opened_ = 0;
};

TEST_F(ParquetCopy, GivesTheSamePagesUnderOtherIds) {
  const base::Bytes source = Source(kRows, SchemaFrom(1));
  const Schema table = SchemaFrom(101);
  const auto copied = Copy(source, table);
  ASSERT_THAT(copied, IsOk());
  ASSERT_TRUE(copied->has_value());
  const WrittenFile& file = **copied;
  const base::Bytes& bytes = files_.files.at(file.path);
  EXPECT_EQ(file.bytes, static_cast<int64_t>(bytes.size()));
  const auto stats = ReadFileStats(*std::make_shared<CountingFile>(bytes, "copy"));
  ASSERT_THAT(stats, IsOk());
  EXPECT_EQ(stats->schema, table);
  EXPECT_EQ(Read(file.path, table), Read("f0", SchemaFrom(1)));
  // Pages before the footer are the source's own.
  const auto footer = static_cast<uint8_t>(source[source.size() - 8]) +
                      256u * static_cast<uint8_t>(source[source.size() - 7]);
  const size_t pages = source.size() - 8 - footer;
  EXPECT_EQ(bytes.substr(0, pages), source.substr(0, pages));
}

TEST_F(ParquetCopy, SaysOfTheFileWhatTheWriterSays) {
  const Schema table = SchemaFrom(1);
  const auto written = WriteParquet({}, RowsOfCsv(kRows), table, {}, Opener());
  ASSERT_THAT(written, IsOk());
  const WrittenFile& ours = written->front();
  const auto copied = Copy(files_.files.at(ours.path), table);
  ASSERT_THAT(copied, IsOk());
  ASSERT_TRUE(copied->has_value());
  EXPECT_EQ((*copied)->rows, ours.rows);
  EXPECT_EQ((*copied)->split_offsets, ours.split_offsets);
  ASSERT_EQ((*copied)->columns.size(), ours.columns.size());
  for (const auto& [id, metrics] : ours.columns) {
    const ColumnMetrics& other = (*copied)->columns.at(id);
    EXPECT_EQ(other.value_count, metrics.value_count) << id;
    EXPECT_EQ(other.null_count, metrics.null_count) << id;
    EXPECT_EQ(other.nan_count, metrics.nan_count) << id;
    EXPECT_EQ(other.size_bytes, metrics.size_bytes) << id;
    EXPECT_EQ(other.lower, metrics.lower) << id;
    EXPECT_EQ(other.upper, metrics.upper) << id;
  }
}

TEST_F(ParquetCopy, LeavesFilesAloneThatAreNotTheTables) {
  const base::Bytes source = Source(kRows, SchemaFrom(1));
  const auto refused = [&](const char* why, const std::function<void(Schema&)>& change) {
    Schema table = SchemaFrom(1);
    change(table);
    const int before = opened_;
    const auto copied = Copy(source, table);
    EXPECT_TRUE(copied.ok() && !copied->has_value()) << why;
    EXPECT_EQ(opened_, before) << why;
  };
  refused("another type", [](Schema& table) { table.fields[0].type = TypeId::kInt; });
  refused("another unit", [](Schema& table) { table.fields[3].type = TypeId::kTimestamp; });
  refused("another name", [](Schema& table) { table.fields[2].name = "S"; });
  refused("a column more", [](Schema& table) { table.fields.push_back({9, "y", TypeId::kLong}); });
  refused("a column less", [](Schema& table) { table.fields.pop_back(); });
  refused("a required column", [](Schema& table) { table.fields[0].required = true; });
}

TEST_F(ParquetCopy, LeavesNanToTheWriter) {
  Schema table;
  table.fields = {{1, "x", TypeId::kDouble}};
  const auto one = Copy(Source(Reals({1.5, 2.5}, table), table), table);
  ASSERT_THAT(one, IsOk());
  EXPECT_TRUE(one->has_value());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto with_nan = Copy(Source(Reals({1.5, nan}, table), table), table);
  ASSERT_THAT(with_nan, IsOk());
  EXPECT_FALSE(with_nan->has_value());
}

// At stake: a broken file must not become part of a table. Each cut, and each byte of the file
// garbled: either it is left to the decoder, or an error names it, or the copy reads as before.
TEST_F(ParquetCopy, NeverTakesAFileThatCannotBeRead) {
  const Schema table = SchemaFrom(1);
  const base::Bytes source = Source(kRows, table);
  for (size_t size = 0; size < source.size(); ++size) {
    const auto copied = Copy(source.substr(0, size), table);
    if (!copied.ok()) {
      EXPECT_THAT(copied, IsError(Code::kCorrupt, "engine.corrupt_file"));
      EXPECT_EQ(copied.error().context.at("file"), "source.parquet");
    } else {
      EXPECT_FALSE(copied->has_value()) << size;
    }
  }
  size_t taken = 0;
  // A byte taken out: only what no page holds may be missing.
  for (size_t at = 4; at + 8 < source.size(); at += 3) {
    taken += IsTaken(source.substr(0, at) + source.substr(at + 1), table);
  }
  for (size_t at = 0; at < source.size(); ++at) {
    base::Bytes garbled = source;
    garbled[at] = static_cast<char>(garbled[at] ^ 0x15);
    taken += IsTaken(garbled, table);
  }
  EXPECT_LT(taken, source.size()) << "most damage is seen";
}

}  // namespace
}  // namespace engine
