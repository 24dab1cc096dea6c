#include "server/flight/messages.h"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <gtest/gtest.h>

#include "server/flight/criteria.h"
#include "server/reasons.h"

namespace server {
namespace {

columnar::Stream StreamOf(const std::shared_ptr<arrow::Table>& table, int64_t rows_per_batch) {
  auto reader = std::make_shared<arrow::TableBatchReader>(table);
  reader->set_chunksize(rows_per_batch);
  ArrowArrayStream raw{};
  EXPECT_TRUE(arrow::ExportRecordBatchReader(reader, &raw).ok());
  return columnar::Stream(&raw);
}

std::shared_ptr<arrow::Table> Words(int64_t rows, size_t bytes_each) {
  arrow::StringBuilder words;
  arrow::Int64Builder numbers;
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(words.Append(std::to_string(i) + std::string(bytes_each, 'x')).ok());
    EXPECT_TRUE(numbers.Append(i).ok());
  }
  return arrow::Table::Make(
      arrow::schema({arrow::field("w", arrow::utf8()), arrow::field("n", arrow::int64())}),
      {words.Finish().ValueOrDie(), numbers.Finish().ValueOrDie()});
}

/// What a reader makes of the messages: they are put behind one another as Arrow's own stream
/// format, and read by Arrow.
std::shared_ptr<arrow::Table> ReadBack(const std::vector<FlightMessage>& messages) {
  std::string bytes;
  const auto put32 = [&](uint32_t number) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
  };
  for (const FlightMessage& message : messages) {
    const size_t padded = (message.header.size() + 8 + 7) / 8 * 8 - 8;
    put32(0xFFFFFFFF);
    put32(static_cast<uint32_t>(padded));
    bytes += message.header;
    bytes.append(padded - message.header.size(), '\0');
    uint64_t body = 0;
    for (const Piece& piece : message.body) {
      bytes += piece.bytes;
      body += piece.bytes.size();
    }
    EXPECT_EQ(body, message.body_bytes);
  }
  put32(0xFFFFFFFF);
  put32(0);
  auto source = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes));
  auto reader = arrow::ipc::RecordBatchStreamReader::Open(source).ValueOrDie();
  auto table = reader->ToTable().ValueOrDie();
  EXPECT_TRUE(table->ValidateFull().ok());
  return table;
}

std::vector<FlightMessage> All(columnar::Stream rows, FlightMessages::Limits limits) {
  std::vector<FlightMessage> all;
  auto messages = FlightMessages::Open(std::move(rows), limits);
  EXPECT_TRUE(messages.ok());
  FlightMessage message;
  while (true) {
    const auto more = messages.value()->Next(&message);
    EXPECT_TRUE(more.ok()) << more.error().message;
    if (!more.ok() || !more.value()) return all;
    all.push_back(std::move(message));
  }
}

uint64_t SizeOf(const FlightMessage& message) {
  return message.header.size() + message.body_bytes;
}

TEST(FlightMessages, CutBatchesThatAreTooLarge) {
  const auto table = Words(20'000, 1000);  // 20 MB in one batch
  const FlightMessages::Limits limits;
  const auto all = All(StreamOf(table, 20'000), limits);
  EXPECT_GT(all.size(), 10u);
  for (const FlightMessage& message : all) EXPECT_LE(SizeOf(message), limits.message_bytes_max);
  EXPECT_TRUE(ReadBack(all)->Equals(*table));
}

// One row of a batch may be far larger than the rest: the cut follows real sizes, not averages.
TEST(FlightMessages, CutByRealSizes) {
  arrow::StringBuilder words;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(words.Append(std::string(i % 10 == 0 ? 3'500'000 : 10, 'x')).ok());
  }
  const auto table = arrow::Table::Make(arrow::schema({arrow::field("w", arrow::utf8())}),
                                        {words.Finish().ValueOrDie()});
  const FlightMessages::Limits limits;
  const auto all = All(StreamOf(table, 50), limits);
  for (const FlightMessage& message : all) EXPECT_LE(SizeOf(message), limits.message_bytes_max);
  EXPECT_TRUE(ReadBack(all)->Equals(*table));
}

TEST(FlightMessages, SayWhichRowIsTooLarge) {
  auto messages = FlightMessages::Open(StreamOf(Words(1, 5'000'000), 1), {});
  ASSERT_TRUE(messages.ok());
  FlightMessage message;
  ASSERT_TRUE(messages.value()->Next(&message).ok());  // the schema
  const auto more = messages.value()->Next(&message);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().reason, kTooLarge);
}

TEST(FlightMessages, AnEmptyResultIsItsSchema) {
  const auto table = Words(0, 1);
  const auto all = All(StreamOf(table, 1), {});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(ReadBack(all)->schema()->Equals(*table->schema()));
}

TEST(FlightMessages, KeepDictionaries) {
  arrow::StringDictionary32Builder builder;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(builder.Append(i % 3 == 0 ? "a" : "b").ok());
  const auto array = builder.Finish().ValueOrDie();
  const auto table = arrow::Table::Make(arrow::schema({arrow::field("d", array->type())}), {array});
  EXPECT_TRUE(ReadBack(All(StreamOf(table, 30), {}))->Equals(*table));
}

TEST(Criteria, UnderstandsWhatClientsSend) {
  EXPECT_EQ(RowsMaxOf(R"({"max_rows": 10})").value(), 10u);
  EXPECT_EQ(RowsMaxOf(R"({"max_rows": null})").value(), 0u);
  EXPECT_EQ(RowsMaxOf("{}").value(), 0u);
  EXPECT_EQ(RowsMaxOf("").value(), 0u);
  for (const char* bad : {"[]", "{", R"({"max_rows": -1})", R"({"max_rows": "1"})", "\xFF"}) {
    EXPECT_FALSE(RowsMaxOf(bad).ok()) << bad;
  }
  EXPECT_FALSE(RowsMaxOf(std::string(50'000, '[')).ok());
}

}  // namespace
}  // namespace server
