// The reference reader and the writer, against each other and against what the format promises.
#include <cmath>

#include "base/testing/matchers.h"
#include "columnar/producer.h"
#include "engine/fragment_reader.h"
#include "engine/parquet_writer.h"
#include "engine/testing/memory_source.h"

namespace engine {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Field;
using columnar::Literal;
using columnar::Schema;
using columnar::Type;
using columnar::TypeId;
using testing::CountingFile;
using ::testing::ElementsAre;
using testing::MemoryFiles;
using testing::RowsOfCsv;
using testing::TextRows;

Schema SchemaOf(std::vector<Field> fields) {
  Schema schema;
  schema.fields = std::move(fields);
  return schema;
}

class ParquetTest : public ::testing::Test {
 protected:
  base::Result<std::vector<WrittenFile>> Write(const std::string& csv, const Schema& schema,
                                               const WriteOptions& options = {}) {
    return WriteParquet({}, RowsOfCsv(csv), schema, options,
                        [&](const PartitionKey&, int64_t index) -> base::Result<OpenedFile> {
                          const std::string path = "f" + std::to_string(index);
                          return OpenedFile{path, files_.Open(path)};
                        });
  }
  std::shared_ptr<CountingFile> File(const std::string& path) {
    return std::make_shared<CountingFile>(files_.files.at(path), path);
  }
  std::vector<std::string> Read(FragmentScan scan) {
    auto rows = ReadFragment({}, std::move(scan));
    if (!rows.ok()) return {"error " + rows.error().reason + " " + rows.error().message};
    return TextRows(std::move(rows).value());
  }

  MemoryFiles files_;
};

TEST_F(ParquetTest, ReadsByIdWithRenamesPromotionsConstantsAndNulls) {
  ASSERT_THAT(
      Write(
          "a,b,c\n1,x,2.5\n2,y,\n",
          SchemaOf({{1, "a", TypeId::kInt}, {2, "b", TypeId::kString}, {3, "c", TypeId::kDouble}})),
      IsOk());
  FragmentScan scan;
  scan.file = File("f0");
  // "b" is a new column of the old name, the old one is called "text" now.
  scan.output = SchemaOf({{2, "text", TypeId::kString},
                          {9, "b", TypeId::kString},
                          {1, "a", TypeId::kLong},
                          {8, "day", TypeId::kDate}});
  scan.constants[8] = Literal{TypeId::kDate, int64_t{1}};
  EXPECT_THAT(Read(scan), ElementsAre("x|null|1|1970-01-02", "y|null|2|1970-01-02"));
  scan.output = SchemaOf({{7, "gone", TypeId::kLong}});
  EXPECT_THAT(Read(scan), ElementsAre("null", "null"));
  scan.output = SchemaOf({{2, "b", TypeId::kLong}});
  EXPECT_THAT(Read(scan)[0], ::testing::HasSubstr("engine.incompatible_column"));
}

TEST_F(ParquetTest, ReportsMetricsOfTheFile) {
  std::string csv = "i,f,s,n\n";
  for (int i = 0; i < 10; ++i) {
    csv += std::to_string(i) + "," + std::to_string(i) + ".5,a long text of more than sixteen " +
           std::to_string(i) + (i < 3 ? ",\n" : ",7\n");
  }
  const auto written = Write(csv, SchemaOf({{1, "i", TypeId::kLong},
                                            {2, "f", TypeId::kDouble},
                                            {3, "s", TypeId::kString},
                                            {4, "n", TypeId::kLong}}));
  ASSERT_THAT(written, IsOk());
  ASSERT_EQ(written->size(), 1u);
  const WrittenFile& file = written->front();
  EXPECT_EQ(file.rows, 10);
  EXPECT_EQ(file.bytes, static_cast<int64_t>(files_.files.at("f0").size()));
  EXPECT_EQ(file.split_offsets, std::vector<int64_t>{4});
  EXPECT_EQ(file.columns.at(1).lower, Literal::Long(0));
  EXPECT_EQ(file.columns.at(1).upper, Literal::Long(9));
  EXPECT_EQ(file.columns.at(2).nan_count, 0);
  EXPECT_EQ(file.columns.at(3).lower, Literal::String("a long text of m"));
  EXPECT_EQ(file.columns.at(3).upper, Literal::String("a long text of n"));
  EXPECT_EQ(file.columns.at(4).null_count, 3);
  EXPECT_EQ(file.columns.at(4).value_count, 10);
  const auto stats = ReadFileStats(*File("f0"));
  ASSERT_THAT(stats, IsOk());
  EXPECT_TRUE(stats->has_field_ids);
  EXPECT_EQ(stats->row_groups[0].columns.at(1).max, Literal::Long(9));
  EXPECT_EQ(stats->row_groups[0].columns.at(4).null_count, 3);
}

TEST_F(ParquetTest, ReadsOnlyTheColumnsAndRowGroupsAskedFor) {
  std::string csv = "a,wide\n";
  for (int i = 0; i < 4000; ++i) {
    csv += std::to_string(i) + ",text that costs bytes " + std::to_string(i * 7919) + "\n";
  }
  const Schema schema = SchemaOf({{1, "a", TypeId::kLong}, {2, "wide", TypeId::kString}});
  WriteOptions options;
  options.row_group_rows_max = 1000;
  const auto written = Write(csv, schema, options);
  ASSERT_THAT(written, IsOk());
  const auto stats = ReadFileStats(*File("f0"));
  ASSERT_EQ(stats->row_groups.size(), 4u);
  EXPECT_EQ(written->front().split_offsets.size(), 4u);
  const auto file = File("f0");
  FragmentScan scan{.file = file, .row_groups = {2}, .output = SchemaOf({schema.fields[0]})};
  const auto rows = Read(scan);
  EXPECT_EQ(rows.size(), 1000u);
  EXPECT_EQ(rows.front(), "2000");
  const auto footer = File("f0");
  ASSERT_THAT(ReadFileStats(*footer), IsOk());
  const int64_t column = written->front().columns.at(1).size_bytes;
  EXPECT_LE(file->bytes_read, footer->bytes_read + static_cast<uint64_t>(column) / 2);
}

TEST_F(ParquetTest, RollsToTheNextFileAtTheSizeWanted) {
  std::string csv = "a\n";
  for (int i = 0; i < 200000; ++i) csv += std::to_string(i * 7919LL % 1000003) + "\n";
  WriteOptions options;
  options.row_group_rows_max = 20000;
  options.file_bytes_target = 100000;
  const auto written = Write(csv, SchemaOf({{1, "a", TypeId::kLong}}), options);
  ASSERT_THAT(written, IsOk());
  EXPECT_GT(written->size(), 1u);
  int64_t rows = 0;
  for (const WrittenFile& file : *written) rows += file.rows;
  EXPECT_EQ(rows, 200000);
}

TEST_F(ParquetTest, SplitsRowsByPartition) {
  WriteOptions options;
  options.partition = {{1, [](const Literal& value) { return std::optional(value); }},
                       {2, [](const Literal& value) -> std::optional<Literal> {
                          return Literal::Long(std::get<int64_t>(value.value) / 10);
                        }}};
  const Schema schema = SchemaOf({{1, "k", TypeId::kString}, {2, "n", TypeId::kLong}});
  const auto written = Write("k,n\na,1\nb,2\na,15\n,3\na,4\n", schema, options);
  ASSERT_THAT(written, IsOk());
  std::map<std::string, int64_t> rows;
  for (const WrittenFile& file : *written) {
    rows[(file.partition[0] ? file.partition[0]->ToString() : "null") + "/" +
         file.partition[1]->ToString()] = file.rows;
  }
  EXPECT_EQ(rows,
            (std::map<std::string, int64_t>{{"a/0", 2}, {"a/1", 1}, {"b/0", 1}, {"null/0", 1}}));
  options.open_files_max = 1;
  const auto narrow = Write("k,n\na,1\nb,2\na,15\n,3\na,4\n", schema, options);
  ASSERT_THAT(narrow, IsOk());
  int64_t total = 0;
  for (const WrittenFile& file : *narrow) total += file.rows;
  EXPECT_EQ(total, 5);
}

TEST_F(ParquetTest, MatchesColumnsByNameAndRefusesOthers) {
  const Schema schema = SchemaOf({{1, "a", TypeId::kLong, true}, {2, "b", TypeId::kString}});
  ASSERT_THAT(Write("a\n1\n", schema), IsOk());
  EXPECT_THAT(Read({.file = File("f0"), .output = schema}), ElementsAre("1|null"));
  EXPECT_THAT(Write("a,bb\n1,2\n", schema), IsError(Code::kUserCode, "engine.extra_column"));
  EXPECT_THAT(Write("b\nx\n", schema), IsError(Code::kUserCode, "engine.missing_column"));
  EXPECT_THAT(Write("a,b\n1,x\n,y\n", schema), IsError(Code::kUserCode, "engine.null_in_required"));
  EXPECT_THAT(Write("a\nx\n", schema), IsError(Code::kUserCode, "engine.inexact_value"));
  const auto none = Write("a\n", schema);
  EXPECT_TRUE(none.ok() && none->empty()) << (none.ok() ? "" : none.error().ToString());
}

// A truncated or garbled file at any cut: an error that names it, never a crash.
TEST_F(ParquetTest, NamesACorruptFile) {
  ASSERT_THAT(
      Write("a,b\n1,x\n2,y\n", SchemaOf({{1, "a", TypeId::kLong}, {2, "b", TypeId::kString}})),
      IsOk());
  const base::Bytes whole = files_.files.at("f0");
  for (size_t size = 0; size < whole.size(); size += 7) {
    CountingFile file(whole.substr(0, size), "cut.parquet");
    const auto stats = ReadFileStats(file);
    ASSERT_THAT(stats, IsError(Code::kCorrupt, "engine.corrupt_file")) << size;
    EXPECT_EQ(stats.error().context.at("file"), "cut.parquet");
  }
  CountingFile text("not parquet at all, but long enough to look", "x.parquet");
  EXPECT_THAT(ReadFileStats(text), IsError(Code::kCorrupt, "engine.corrupt_file"));
}

TEST_F(ParquetTest, DecidesWhatIsPlain) {
  const Schema schema = SchemaOf({{1, "a", TypeId::kLong}, {2, "b", TypeId::kString}});
  ASSERT_THAT(Write("a,b\n1,x\n", schema), IsOk());
  const std::string path = ::testing::TempDir() + "plain_" + std::to_string(getpid());
  FILE* out = fopen(path.c_str(), "wb");
  ASSERT_NE(out, nullptr);
  fwrite(files_.files.at("f0").data(), 1, files_.files.at("f0").size(), out);
  fclose(out);
  FragmentScan scan{.file = OpenLocalFile(path), .output = schema};
  EXPECT_TRUE(IsPlain(scan).value());
  scan.output.fields[0].name = "renamed";
  EXPECT_FALSE(IsPlain(scan).value());
  scan.output.fields[0] = {1, "a", TypeId::kDouble};
  EXPECT_FALSE(IsPlain(scan).value());
  EXPECT_FALSE(IsPlain({.file = File("f0"), .output = schema}).value());
  unlink(path.c_str());
}

}  // namespace
}  // namespace engine
