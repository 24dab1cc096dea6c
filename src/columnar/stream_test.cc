#include "columnar/stream.h"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/canonical.h"
#include "columnar/ipc.h"
#include "columnar/producer.h"
#include "columnar/render.h"
#include "columnar/text_output.h"

namespace columnar {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

Stream StreamOfColumns(
    const std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  const auto schema = arrow::schema(fields);
  auto batch = arrow::RecordBatch::Make(schema, arrays[0]->length(), arrays);
  auto reader = arrow::RecordBatchReader::Make({batch}, schema).ValueOrDie();
  ArrowArrayStream raw{};
  EXPECT_TRUE(arrow::ExportRecordBatchReader(reader, &raw).ok());
  return Stream(&raw);
}

template <class Builder, class T>
std::shared_ptr<arrow::Array> Values(const std::shared_ptr<arrow::DataType>& type,
                                     const std::vector<T>& values) {
  Builder builder(type, arrow::default_memory_pool());
  for (const T& value : values) EXPECT_TRUE(builder.Append(value).ok());
  return builder.Finish().ValueOrDie();
}

std::shared_ptr<arrow::Array> Longs(const std::vector<int64_t>& values) {
  return Values<arrow::Int64Builder>(arrow::int64(), values);
}

std::string JsonOf(Stream stream) {
  std::string text;
  EXPECT_THAT(WriteRowsAsJson(std::move(stream), JsonShape::kLines,
                              [&](std::string_view piece) {
                                text += piece;
                                return base::Ok();
                              }),
              IsOk());
  return text;
}

TEST(Stream, CarriesErrorsWithTheirReason) {
  Stream stream = FailedStream(base::Error(base::Code::kNotFound, "storage.no_object", "no \"x\""));
  ArrowSchema schema{};
  const auto status = stream.ReadSchema(&schema);
  EXPECT_THAT(status, IsError(base::Code::kNotFound, "storage.no_object"));
  EXPECT_EQ(status.error().message, "no \"x\"");
}

TEST(Stream, FindsItsErrorInsideTheWordsOfAnotherLibrary) {
  const base::Error error =
      ErrorFromText(5, "IOError: read [1] [corrupt iceberg.bad_file] bad page");
  EXPECT_EQ(error.code, base::Code::kCorrupt);
  EXPECT_EQ(error.reason, "iceberg.bad_file");
  EXPECT_EQ(error.message, "bad page");
  EXPECT_EQ(ErrorFromText(5, nullptr).reason, "columnar.stream_failed");
}

TEST(Stream, ErrorsPassThroughOtherStreams) {
  const base::Error error(base::Code::kUserCode, "engine.bad_query", "no such column");
  EXPECT_THAT(CountRows(Canonical(Limit(FailedStream(error), 3), {})),
              IsError(base::Code::kUserCode, "engine.bad_query"));
}

TEST(ArrowSchemas, EveryTypeOfOursComesBack) {
  Schema schema;
  int32_t id = 0;
  for (const Type& type :
       {Type(TypeId::kBoolean), Type(TypeId::kInt), Type(TypeId::kLong), Type(TypeId::kFloat),
        Type(TypeId::kDouble), Type::Decimal(10, 2), Type(TypeId::kDate), Type(TypeId::kTime),
        Type(TypeId::kTimestamp), Type(TypeId::kTimestamptz), Type(TypeId::kString),
        Type(TypeId::kUuid), Type::Fixed(7), Type(TypeId::kBinary),
        Type::List({100, "element", TypeId::kString, true, ""}),
        Type::Map({101, "key", TypeId::kString, true, ""}, {102, "value", TypeId::kInt, false, ""}),
        Type::Struct({{103, "inner", TypeId::kUuid, false, "a doc"}})}) {
    ++id;
    schema.fields.push_back({id, "c" + std::to_string(id), type, id % 2 == 0, ""});
  }
  ArrowSchema raw{};
  ASSERT_THAT(ToArrow(schema, true, &raw), IsOk());
  EXPECT_EQ(FromArrow(raw).value(), schema);
  raw.release(&raw);
}

TEST(ArrowSchemas, MapsWhatOthersProduce) {
  const auto schema = arrow::schema(
      {arrow::field("u8", arrow::uint8()), arrow::field("u32", arrow::uint32()),
       arrow::field("u64", arrow::uint64()), arrow::field("large", arrow::large_utf8()),
       arrow::field("view", arrow::utf8_view()),
       arrow::field("dictionary", arrow::dictionary(arrow::int8(), arrow::utf8())),
       arrow::field("date64", arrow::date64()),
       arrow::field("zone", arrow::timestamp(arrow::TimeUnit::NANO, "Europe/Berlin")),
       arrow::field("list", arrow::large_list(arrow::int16()))});
  ArrowSchema raw{};
  ASSERT_TRUE(arrow::ExportSchema(*schema, &raw).ok());
  std::string types;
  const Schema read = FromArrow(raw).value();
  for (const Field& field : read.fields) types += field.type.ToString() + "; ";
  raw.release(&raw);
  EXPECT_EQ(types,
            "int; long; decimal(20, 0); string; string; string; date; timestamptz; list<int>; ");
}

TEST(ArrowSchemas, RefuseWhatNoTableHolds) {
  for (const auto& type : {arrow::null(), arrow::duration(arrow::TimeUnit::SECOND),
                           arrow::month_interval(), arrow::decimal256(50, 2)}) {
    ArrowSchema raw{};
    ASSERT_TRUE(arrow::ExportSchema(*arrow::schema({arrow::field("c", type)}), &raw).ok());
    EXPECT_THAT(FromArrow(raw), IsError(base::Code::kInvalidArgument, "columnar.unsupported_type"));
    raw.release(&raw);
  }
  ArrowSchema twice{};
  const auto field = arrow::field("c", arrow::int32());
  ASSERT_TRUE(arrow::ExportSchema(*arrow::schema({field, field}), &twice).ok());
  EXPECT_THAT(FromArrow(twice), IsError(base::Code::kInvalidArgument, "columnar.duplicate_column"));
  twice.release(&twice);
}

TEST(Limit, CutsTheBatchThatPassesIt) {
  EXPECT_EQ(JsonOf(Limit(StreamOfColumns({{"n", Longs({1, 2, 3})}}), 2)),
            "{\"n\": 1}\n{\"n\": 2}\n");
  EXPECT_EQ(CountRows(Limit(StreamOfColumns({{"n", Longs({1, 2, 3})}}), 0)).value(), 0u);
}

TEST(Project, KeepsTheNamedColumnsInThatOrder) {
  auto stream = StreamOfColumns({{"a", Longs({1})}, {"b", Longs({2})}, {"c", Longs({3})}});
  EXPECT_EQ(JsonOf(Project(std::move(stream), {"c", "a"})), "{\"c\": 3, \"a\": 1}\n");
  EXPECT_THAT(CountRows(Project(StreamOfColumns({{"aa", Longs({1})}}), {"a"})),
              IsError(base::Code::kInvalidArgument, "columnar.unknown_column"));
}

Schema Target(std::vector<Field> fields) {
  Schema schema;
  schema.fields = std::move(fields);
  return schema;
}

TEST(Canonical, FillsReordersAndConverts) {
  const auto hugeint =
      Values<arrow::Decimal128Builder>(arrow::decimal128(38, 0), std::vector{arrow::Decimal128(7)});
  auto stream = StreamOfColumns(
      {{"sum", hugeint}, {"none", arrow::MakeArrayOfNull(arrow::null(), 1).ValueOrDie()}});
  const Schema target = Target({{1, "none", TypeId::kString, false, ""},
                                {2, "missing", TypeId::kInt, false, ""},
                                {3, "sum", TypeId::kLong, false, ""}});
  EXPECT_EQ(JsonOf(Canonical(std::move(stream), {target, false})),
            "{\"none\": null, \"missing\": null, \"sum\": 7}\n");
}

TEST(Canonical, RefusesWhatDoesNotFit) {
  const auto reason_of = [](Stream stream, const Schema& target) {
    const auto rows = CountRows(Canonical(std::move(stream), {target, false}));
    return rows.ok() ? std::string() : rows.error().reason;
  };
  const Schema as_int = Target({{1, "n", TypeId::kInt, false, ""}});
  EXPECT_EQ(reason_of(StreamOfColumns({{"n", Longs({1ll << 40})}}), as_int), "columnar.bad_value");
  EXPECT_EQ(reason_of(StreamOfColumns({{"n", Longs({1})}, {"m", Longs({1})}}), as_int),
            "columnar.unknown_column");
  const Schema as_text = Target({{1, "n", TypeId::kString, false, ""}});
  EXPECT_EQ(reason_of(StreamOfColumns({{"n", Longs({1})}}), as_text), "columnar.bad_value");
  const auto nanos = Values<arrow::TimestampBuilder>(arrow::timestamp(arrow::TimeUnit::NANO),
                                                     std::vector<int64_t>{1});
  const Schema as_micros = Target({{1, "n", TypeId::kTimestamp, false, ""}});
  EXPECT_EQ(reason_of(StreamOfColumns({{"n", nanos}}), as_micros), "columnar.bad_value");
  const Schema required = Target({{1, "n", TypeId::kLong, true, ""}});
  const auto nulls = arrow::MakeArrayOfNull(arrow::int64(), 1).ValueOrDie();
  EXPECT_EQ(reason_of(StreamOfColumns({{"n", nulls}}), required), "columnar.bad_value");
}

TEST(Canonical, MakesPlainTypesOfTheOthers) {
  const auto text = Values<arrow::StringBuilder>(arrow::utf8(), std::vector<std::string>{"x"});
  const auto view = Values<arrow::StringViewBuilder>(
      arrow::utf8_view(), std::vector<std::string>{"a text beyond twelve"});
  const auto large =
      Values<arrow::LargeStringBuilder>(arrow::large_utf8(), std::vector<std::string>{"y"});
  const auto u64 = Values<arrow::UInt64Builder>(arrow::uint64(), std::vector<uint64_t>{UINT64_MAX});
  EXPECT_EQ(JsonOf(StreamOfColumns({{"t", text}, {"v", view}, {"l", large}, {"u", u64}})),
            "{\"t\": \"x\", \"v\": \"a text beyond twelve\", \"l\": \"y\", "
            "\"u\": 18446744073709551615}\n");
}

TEST(RenderTable, ShowsSchemaThenRows) {
  const auto text = Values<arrow::StringBuilder>(
      arrow::utf8(), std::vector<std::string>{"ü\nx", std::string(40, 'y')});
  const auto rendered =
      RenderTable(StreamOfColumns({{"name", text}, {"n", Longs({1, 22})}}), RenderOptions{});
  EXPECT_EQ(rendered.value(),
            "COLUMN  TYPE    NULLABLE\nname    string  yes\nn       long    yes\n\n" +
                ("name" + std::string(30, ' ') + "n\nü\\nx" + std::string(30, ' ') + "1\n" +
                 std::string(31, 'y') + "…  22\n"));
}

TEST(TextOutput, CsvTellsNullFromEmpty) {
  arrow::StringBuilder builder;
  ASSERT_TRUE(builder.Append("").ok() && builder.AppendNull().ok() &&
              builder.Append("a,\"b\"").ok());
  std::string csv;
  EXPECT_THAT(WriteRowsAsCsv(StreamOfColumns({{"x", builder.Finish().ValueOrDie()}}), {},
                             [&](std::string_view piece) {
                               csv += piece;
                               return base::Ok();
                             }),
              IsOk());
  EXPECT_EQ(csv, "x\n\"\"\n\n\"a,\"\"b\"\"\"\n");
}

TEST(TextOutput, WholeDoublesKeepTheirPoint) {
  const auto doubles =
      Values<arrow::DoubleBuilder>(arrow::float64(), std::vector<double>{4, -0.0, 1.5, 1e300});
  std::string csv;
  EXPECT_THAT(WriteRowsAsCsv(StreamOfColumns({{"x", doubles}}), {},
                             [&](std::string_view piece) {
                               csv += piece;
                               return base::Ok();
                             }),
              IsOk());
  EXPECT_EQ(csv, "x\n4.0\n-0.0\n1.5\n1e+300\n");
}

TEST(Ipc, WritesWhatItReads) {
  std::string bytes;
  const auto sink = [&](std::string_view piece) {
    bytes += piece;
    return base::Ok();
  };
  EXPECT_EQ(WriteIpc(StreamOfColumns({{"n", Longs({1, 2})}}), IpcFormat::kStream, sink).value(),
            2u);
  EXPECT_EQ(JsonOf(ReadIpc(bytes).value()), "{\"n\": 1}\n{\"n\": 2}\n");
  EXPECT_FALSE(ReadIpc("nonsense").ok());
  const auto full = [](std::string_view) -> base::Status {
    return base::Error(base::Code::kResourceExhausted, "base.io_failed", "disk full");
  };
  EXPECT_THAT(WriteIpc(StreamOfColumns({{"n", Longs({1})}}), IpcFormat::kFile, full),
              IsError(base::Code::kResourceExhausted, "base.io_failed"));
}

}  // namespace
}  // namespace columnar
