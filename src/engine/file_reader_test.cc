#include "engine/file_reader.h"

#include <cstdlib>
#include <filesystem>

#include "base/testing/matchers.h"
#include "columnar/producer.h"
#include "engine/testing/memory_source.h"

namespace engine {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using testing::CountingFile;
using ::testing::ElementsAre;
using testing::TextRows;

InputFile Memory(const std::string& text, const std::string& name = "x.csv") {
  return {name, std::make_shared<CountingFile>(text, name)};
}

std::string Types(const base::Result<columnar::Schema>& schema) {
  if (!schema.ok()) return schema.error().reason + " " + schema.error().ToString();
  std::string out;
  for (const columnar::Field& field : schema->fields) {
    out += (out.empty() ? "" : ", ") + field.name + " " + field.type.ToString();
  }
  return out;
}

const InputOptions kCsv{.format = InputFormat::kCsv};
const InputOptions kJson{.format = InputFormat::kJsonl};

std::string CsvTypes(const std::string& text) {
  return Types(InferSchema({}, {Memory(text)}, kCsv));
}

TEST(InferSchema, GivesTheTypesOfF188) {
  EXPECT_EQ(CsvTypes("a,b,c,d,e\n1,1.5,x,true,1/1/2017\n"),
            "a long, b double, c string, d boolean, e string");
  EXPECT_EQ(CsvTypes("a,b,c\n2013-01-31,2013-01-31 10:00:00,2013-01-31T10:00:00Z\n"),
            "a date, b timestamp, c timestamptz");
  EXPECT_EQ(CsvTypes("a,b,c\n1,1,2013-02-30\n2.5,x,2013-01-01\n"), "a double, b string, c string");
  EXPECT_EQ(CsvTypes("a,b\n,\n3,\n"), "a long, b string");
  EXPECT_EQ(CsvTypes("a\n99999999999999999999\n"), "a string");
}

TEST(InferSchema, LooksAtEveryRowOfEveryFile) {
  std::string text = "a\n";
  for (int i = 0; i < 100000; ++i) text += "1\n";
  EXPECT_EQ(CsvTypes(text + "x\n"), "a string");
  EXPECT_EQ(Types(InferSchema({}, {Memory("a,b\n1,2\n"), Memory("b,c\n2.5,x\n")}, kCsv)),
            "a long, b double, c string");
}

TEST(ReadCsv, KeepsQuotesLinesAndNulls) {
  const InputFile file = Memory(
      "\xEF\xBB\xBF"
      "a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n2,\r\n3,\"\"\r\n");
  const auto schema = InferSchema({}, {file}, kCsv);
  ASSERT_THAT(schema, IsOk());
  auto rows = ReadInputFile({}, file, kCsv, *schema);
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(TextRows(std::move(rows).value()), ElementsAre("1|x, \"y\"\nz", "2|null", "3|"));
}

base::Error CsvError(const std::string& text, const columnar::Schema& schema) {
  auto rows = ReadInputFile({}, Memory(text), kCsv, schema);
  if (!rows.ok()) return rows.error();
  auto out = testing::TryTextRows(std::move(rows).value());
  return out.ok() ? base::Error() : out.error();
}

TEST(ReadCsv, NamesFileLineAndColumnOfBadRowsAndValues) {
  columnar::Schema schema;
  schema.fields = {{.name = "a", .type = columnar::TypeId::kLong},
                   {.name = "b", .type = columnar::TypeId::kString}};
  base::Error error = CsvError("a,b\n1,x\n\"2\",\"y\nz\"\nzz,w\n", schema);
  EXPECT_EQ(error.reason, "engine.bad_csv");
  EXPECT_EQ(error.place, (base::Place{"x.csv", 5, 1}));
  error = CsvError("a,b\n1,x\n2,y,extra\n", schema);
  EXPECT_EQ(error.reason, "engine.bad_csv");
  EXPECT_EQ(error.place, (base::Place{"x.csv", 3, 5}));
  EXPECT_EQ(CsvError("a,b\n1\n", schema).place, (base::Place{"x.csv", 2, 1}));
  EXPECT_EQ(CsvError("a,b\n1,\"x\n", schema).place, (base::Place{"x.csv", 2, 3}));
  EXPECT_EQ(CsvError("a,b\n1,x\xE9\n", schema).reason, "engine.bad_encoding");
  EXPECT_EQ(CsvError("a,c\n1,x\n", schema).reason, "engine.changed_header");
}

TEST(ReadCsv, HonoursItsOptions) {
  InputOptions options{.format = InputFormat::kCsv,
                       .delimiter = ';',
                       .quote = '\'',
                       .header = false,
                       .null_tokens = {"NA", ""},
                       .date_format = "%d.%m.%Y",
                       .encoding = "latin-1"};
  const InputFile file = Memory("1;'a;b';31.01.2013\nNA;caf\xE9;NA\n");
  const auto schema = InferSchema({}, {file}, options);
  EXPECT_EQ(Types(schema), "c0 long, c1 string, c2 date");
  auto rows = ReadInputFile({}, file, options, *schema);
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(TextRows(std::move(rows).value()),
              ElementsAre("1|a;b|2013-01-31", "null|caf\xC3\xA9|null"));
}

TEST(ReadJsonl, InfersNestedTypesAndPlacesErrors) {
  const InputFile file = Memory(
      "{\"a\":1,\"s\":{\"x\":1.5},\"l\":[1,2]}\n\n{\"a\":null,\"b\":\"t\",\"l\":[]}\n", "x.jsonl");
  const auto schema = InferSchema({}, {file}, kJson);
  EXPECT_EQ(Types(schema), "a long, s struct<x: double>, l list<long>, b string");
  auto rows = ReadInputFile({}, file, kJson, *schema);
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ(TextRows(std::move(rows).value()).size(), 2u);
  const auto bad = InferSchema({}, {Memory("{\"a\":1}\n{\"a\":}\n", "x.jsonl")}, kJson);
  ASSERT_THAT(bad, IsError(Code::kUserCode, "engine.bad_json"));
  EXPECT_EQ(bad.error().place.line, 2u);
  EXPECT_EQ(bad.error().place.column, 6u);
}

std::string AdventureWorks() {
  const char* set = std::getenv("BOATHOUSE_ADVENTUREWORKS");
  if (set != nullptr) return set;
  for (const char* way : {"/../shared/data/adventureworks", "/../../shared/data/adventureworks"}) {
    const std::string folder = std::string(BOATHOUSE_SOURCE_DIR) + way;
    if (std::filesystem::exists(folder)) return folder;
  }
  return "";
}

uint64_t CountOf(const std::string& path, const InputOptions& options, std::string* types) {
  const InputFile file{path, OpenLocalFile(path)};
  const auto schema = InferSchema({}, {file}, options);
  *types = Types(schema);
  if (!schema.ok()) return 0;
  auto rows = ReadInputFile({}, file, options, *schema);
  if (!rows.ok()) return 0;
  return columnar::CountRows(std::move(rows).value()).value();
}

TEST(ReadCsv, ReadsAdventureWorks) {
  const std::string folder = AdventureWorks();
  if (folder.empty()) {
    const char* ci = std::getenv("CI");
    ASSERT_FALSE(ci != nullptr && std::string(ci) == "true") << "no adventureworks data";
    GTEST_SKIP() << "no adventureworks data: set BOATHOUSE_ADVENTUREWORKS";
  }
  std::string types;
  EXPECT_EQ(CountOf(folder + "/AdventureWorks_Products.csv", kCsv, &types), 293u);
  EXPECT_THAT(types, ::testing::HasSubstr("ProductCost double"));
  EXPECT_THAT(types, ::testing::HasSubstr("ProductKey long"));
  EXPECT_EQ(CountOf(folder + "/AdventureWorks_Product_Categories.csv", kCsv, &types), 4u);
  EXPECT_EQ(CountOf(folder + "/AdventureWorks_Product_Subcategories.csv", kCsv, &types), 37u);
  EXPECT_EQ(CountOf(folder + "/AdventureWorks_Sales_2017.csv", kCsv, &types), 29481u);
  EXPECT_THAT(types, ::testing::HasSubstr("OrderDate string, StockDate string"));
  EXPECT_EQ(CountOf(folder + "/AdventureWorks_Territories.csv", kCsv, &types), 10u);
}

TEST(ReadCsv, ReadsNycflights) {
  InputOptions options = kCsv;
  options.null_tokens = {"", "NA"};
  const std::string folder = std::string(BOATHOUSE_DEPS_DIR) + "/nycflights13";
  std::string types;
  EXPECT_EQ(CountOf(folder + "/flights.csv", options, &types), 336776u);
  EXPECT_THAT(types, ::testing::HasSubstr("dep_time long"));
  EXPECT_THAT(types, ::testing::HasSubstr("time_hour timestamptz"));
  EXPECT_EQ(CountOf(folder + "/planes.csv", options, &types), 3322u);
  EXPECT_EQ(CountOf(folder + "/airlines.csv", options, &types), 16u);
}

}  // namespace
}  // namespace engine
