// Tables in shared memory come from hostile code: whatever a descriptor says, validating it must
// end in Ok or an error, and an Ok table must be readable to its last byte.
#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>

#include "base/testing/matchers.h"
#include "columnar/producer.h"
#include "columnar/segment.h"
#include "columnar/table_descriptor.h"
#include "columnar/text_output.h"

namespace columnar {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

std::shared_ptr<arrow::Array> Json(const std::shared_ptr<arrow::DataType>& type,
                                   const std::vector<std::optional<int64_t>>& values) {
  arrow::Int64Builder builder;
  for (const auto& value : values)
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  return builder.Finish().ValueOrDie()->View(type).ValueOrDie();
}

std::shared_ptr<arrow::RecordBatch> Rows() {
  arrow::StringBuilder names;
  EXPECT_TRUE(names.AppendValues({"x", "", "a longer text"}, {}).ok());
  arrow::BooleanBuilder flags;
  EXPECT_TRUE(flags.AppendValues(std::vector<bool>{true, false, true}).ok());
  arrow::ListBuilder lists(arrow::default_memory_pool(), std::make_shared<arrow::Int64Builder>());
  auto* items = static_cast<arrow::Int64Builder*>(lists.value_builder());
  EXPECT_TRUE(lists.Append().ok() && items->Append(1).ok() && items->Append(2).ok());
  EXPECT_TRUE(lists.AppendNull().ok() && lists.Append().ok());
  auto numbers = Json(arrow::int64(), {1, std::nullopt, 3});
  auto inner = arrow::StructArray::Make({numbers}, std::vector<std::string>{"n"}).ValueOrDie();
  auto schema = arrow::schema(
      {arrow::field("n", arrow::int64()), arrow::field("name", arrow::utf8()),
       arrow::field("flag", arrow::boolean()), arrow::field("list", arrow::list(arrow::int64())),
       arrow::field("s", inner->type())});
  return arrow::RecordBatch::Make(
      schema, 3,
      {numbers, names.Finish().ValueOrDie(), flags.Finish().ValueOrDie(),
       lists.Finish().ValueOrDie(), inner});
}

Stream StreamOfBatches(std::vector<std::shared_ptr<arrow::RecordBatch>> batches) {
  const auto schema = batches[0]->schema();
  auto reader = arrow::RecordBatchReader::Make(std::move(batches), schema).ValueOrDie();
  ArrowArrayStream raw{};
  EXPECT_TRUE(arrow::ExportRecordBatchReader(reader, &raw).ok());
  return Stream(&raw);
}

std::string JsonOf(Stream stream) {
  std::string text;
  const auto rows =
      WriteRowsAsJson(std::move(stream), JsonShape::kLines, [&](std::string_view piece) {
        text += piece;
        return base::Ok();
      });
  EXPECT_THAT(rows, IsOk());
  return text;
}

TEST(SharedTable, ReadsBackWhatWasWrittenWithoutACopy) {
  const std::string expected = JsonOf(StreamOfBatches({Rows(), Rows()->Slice(1)}));
  auto written = WriteTable(StreamOfBatches({Rows(), Rows()->Slice(1)}), "test", 1 << 20);
  ASSERT_THAT(written, IsOk());
  EXPECT_EQ(written->table.rows(), 5u);
  EXPECT_THAT(ValidateTable(written->table), IsOk());
  EXPECT_EQ(JsonOf(OpenTable(written->table).value()), expected);

  Stream stream = OpenTable(written->table).value();
  ArrowArray batch{};
  ASSERT_TRUE(stream.ReadNext(&batch).value());
  const base::BytesView mapping = written->table.segments[0]->bytes();
  const auto* values = static_cast<const char*>(batch.children[0]->buffers[1]);
  EXPECT_TRUE(values >= mapping.data() && values < mapping.data() + mapping.size());
  batch.release(&batch);
}

TEST(SharedTable, OutlivesItsOwner) {
  auto written = WriteTable(StreamOfBatches({Rows()}), "test", 1 << 20).value();
  Stream stream = OpenTable(written.table).value();
  ArrowArray batch{};
  ASSERT_TRUE(stream.ReadNext(&batch).value());
  written = {};
  stream = {};
  EXPECT_EQ(static_cast<const int64_t*>(batch.children[0]->buffers[1])[2], 3);
  batch.release(&batch);
}

TEST(SharedTable, ProjectsByNameInAnyOrder) {
  const auto written = WriteTable(StreamOfBatches({Rows()}), "test", 1 << 20).value();
  const auto projected = ProjectTable(written.table, {"s", "name"});
  ASSERT_THAT(projected, IsOk());
  EXPECT_THAT(ValidateTable(*projected), IsOk());
  EXPECT_EQ(JsonOf(Limit(OpenTable(*projected).value(), 1)),
            "{\"s\": {\"n\": 1}, \"name\": \"x\"}\n");
  EXPECT_THAT(ProjectTable(written.table, {"nam"}),
              IsError(base::Code::kInvalidArgument, "columnar.unknown_column"));
}

TEST(SharedTable, HoldsTablesWithoutRows) {
  const auto written = WriteTable(StreamOfBatches({Rows()->Slice(0, 0)}), "test", 1 << 20).value();
  EXPECT_THAT(ValidateTable(written.table), IsOk());
  EXPECT_EQ(JsonOf(OpenTable(written.table).value()), "");
  Stream stream = OpenTable(written.table).value();
  EXPECT_EQ(SchemaOf(stream)->Names().size(), 5u);
}

TEST(SharedTable, StopsAtItsBound) {
  EXPECT_THAT(WriteTable(StreamOfBatches({Rows()}), "test", 64),
              IsError(base::Code::kResourceExhausted, "columnar.segment_full"));
}

/// One column "n" of two longs, one of them null.
TableDescriptor Small() {
  TableDescriptor descriptor;
  descriptor.segments = 1;
  descriptor.schema = {{"+s", "", "", 0, 1}, {"l", "n", "", 2, 0}};
  descriptor.batches = {{{{2, 0, 0, {{}}}, {2, 1, 0, {{0, 0, 1}, {0, 64, 16}}}}}};
  return descriptor;
}

TEST(TableDescriptor, HasTheseBytesForEver) {
  const std::string golden =
      "424f485401000000010000000200000001000000"
      "00000000"
      "020000000000000000000000"
      "0000000000000000"
      "01000000"
      "2b73"
      "010000000100000000000000"
      "0200000000000000"
      "00000000"
      "6c6e"
      "020000000000000000000000000000000000000000000000"
      "01000000"
      "0000000000000000000000000000000000000000"
      "020000000000000001000000000000000000000000000000"
      "02000000"
      "0000000000000000000000000100000000000000"
      "0000000040000000000000001000000000000000";
  EXPECT_EQ(base::ToHex(EncodeDescriptor(Small())), golden);
  EXPECT_EQ(DecodeDescriptor(base::FromHex(golden).value()).value(), Small());
}

TEST(TableDescriptor, RefusesALaterVersionByName) {
  base::Bytes bytes = EncodeDescriptor(Small());
  bytes[4] = 2;
  EXPECT_THAT(DecodeDescriptor(bytes),
              IsError(base::Code::kUnimplemented, "columnar.descriptor_version"));
}

TEST(TableDescriptor, RefusesEveryPrefixOfItself) {
  const base::Bytes bytes = EncodeDescriptor(Small());
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(DecodeDescriptor(bytes.substr(0, length)).ok()) << length;
  }
}

SharedTable TableOf(const TableDescriptor& descriptor, const std::string& contents) {
  SegmentBuilder builder = SegmentBuilder::Create("test", 1 << 20).value();
  EXPECT_THAT(builder.Append(contents), IsOk());
  return {std::make_shared<const TableDescriptor>(descriptor), {std::move(builder).Seal().value()}};
}

TEST(ValidateTable, RefusesWhatPointsOutside) {
  std::string contents(80, '\0');
  contents[0] = 1;  // the first value is there
  EXPECT_THAT(ValidateTable(TableOf(Small(), contents)), IsOk());
  const auto refused = [&](auto&& change) {
    TableDescriptor descriptor = Small();
    change(descriptor, descriptor.batches[0].nodes[1]);
    EXPECT_THAT(ValidateTable(TableOf(descriptor, contents)),
                IsError(base::Code::kCorrupt, "columnar.bad_descriptor"));
  };
  refused([](auto&, auto& node) { node.buffers[1].length = 17; });
  refused([](auto&, auto& node) { node.buffers[1].length = 8; });
  refused([](auto&, auto& node) { node.buffers[1].offset = ~uint64_t{63}; });
  refused([](auto&, auto& node) { node.buffers[1].offset = 8; });
  refused([](auto&, auto& node) { node.buffers[1].segment = 1; });
  refused([](auto&, auto& node) { node.offset = 1; });
  refused([](auto&, auto& node) { node.null_count = 2; });
  refused([](auto&, auto& node) { node.buffers.pop_back(); });
  refused([](auto&, auto& node) { node.buffers[0].length = 0; });
  refused([](auto&, auto& node) { node.length = 1; });
  refused([](auto& descriptor, auto&) { descriptor.batches[0].nodes[0].length = 3; });
  refused([](auto& descriptor, auto&) { descriptor.segments = 2; });
  refused([](auto& descriptor, auto&) { descriptor.schema[1].format = "w:-5"; });
}

TEST(ValidateTable, RefusesTextThatIsNoText) {
  const auto written = WriteTable(StreamOfBatches({Rows()}), "test", 1 << 20).value();
  const auto names = ProjectTable(written.table, {"name"}).value();
  const BufferPlace text = names.descriptor->batches[0].nodes[1].buffers[2];
  std::string contents(written.table.segments[0]->bytes());
  contents[text.offset] = '\xFF';
  EXPECT_THAT(ValidateTable(TableOf(*names.descriptor, contents)),
              IsError(base::Code::kCorrupt, "columnar.bad_descriptor"));
  std::string jumping(written.table.segments[0]->bytes());
  const BufferPlace offsets = names.descriptor->batches[0].nodes[1].buffers[1];
  jumping[offsets.offset + 4] = '\x7F';
  EXPECT_THAT(ValidateTable(TableOf(*names.descriptor, jumping)),
              IsError(base::Code::kCorrupt, "columnar.bad_descriptor"));
}

// Random damage to descriptor and bytes: nothing may crash, and what passes must be readable.
TEST(ValidateTable, SurvivesRandomDamage) {
  const auto written = WriteTable(StreamOfBatches({Rows()}), "test", 1 << 20).value();
  const base::Bytes good = EncodeDescriptor(*written.table.descriptor);
  const std::string contents(written.table.segments[0]->bytes());
  std::mt19937 random(20261121);
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    base::Bytes bytes = good;
    std::string memory = contents;
    for (unsigned i = 0; i < 1 + random() % 3; ++i) {
      base::Bytes& target = random() % 3 == 0 ? memory : bytes;
      const char values[] = {0, 1, '\x7F', '\xFF', static_cast<char>(random())};
      target[random() % target.size()] = values[random() % 5];
    }
    const auto descriptor = DecodeDescriptor(bytes);
    if (!descriptor.ok()) continue;
    const SharedTable table = TableOf(*descriptor, memory);
    if (!ValidateTable(table).ok()) continue;
    ++accepted;
    (void)WriteRowsAsJson(OpenTable(table).value(), JsonShape::kLines,
                          [](std::string_view) { return base::Ok(); });
  }
  EXPECT_GT(accepted, 100);  // damage to values and names alone is fine
}

TEST(Segment, CannotBeChangedOnceSealed) {
  base::Fd memory = CreateSharedMemory("test").value();
  const int other = dup(memory.get());
  ASSERT_EQ(write(other, "abc", 3), 3);
  const auto segment = Segment::SealAndMap(std::move(memory), 100);
  ASSERT_THAT(segment, IsOk());
  EXPECT_EQ((*segment)->bytes(), "abc");
  EXPECT_EQ(pwrite(other, "x", 1, 0), -1);
  EXPECT_EQ(ftruncate(other, 0), -1);
  EXPECT_EQ(mmap(nullptr, 3, PROT_WRITE, MAP_SHARED, other, 0), MAP_FAILED);
  close(other);
}

TEST(Segment, IsRefusedWhileItsProducerCanWrite) {
  base::Fd memory = CreateSharedMemory("test").value();
  ASSERT_EQ(ftruncate(memory.get(), 4096), 0);
  void* mapped = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  EXPECT_THAT(Segment::SealAndMap(std::move(memory), 1 << 20),
              IsError(base::Code::kFailedPrecondition, "columnar.segment_busy"));
  munmap(mapped, 4096);
}

TEST(SegmentLedger, CountsMemoryAndReferences) {
  SegmentLedger ledger;
  SegmentBuilder builder = SegmentBuilder::Create("test", 100).value();
  ASSERT_THAT(builder.Append("12345"), IsOk());
  const auto segment = std::move(builder).Seal().value();
  const uint64_t id = ledger.Add(segment, "tenant", "run");
  EXPECT_EQ(ledger.Add(segment, "tenant", "run"), id);  // the same memory, not counted twice
  EXPECT_EQ(ledger.bytes_in_memory(), 5u);
  const uint64_t building = ledger.AddBuilding(1000, "tenant", "run");
  EXPECT_EQ(ledger.bytes_in_memory(), 1005u);
  ledger.Release(building);
  ledger.Release(id);
  EXPECT_NE(ledger.Find(id), nullptr);
  ledger.Release(id);
  EXPECT_EQ(ledger.Find(id), nullptr);
  EXPECT_EQ(ledger.bytes_in_memory(), 0u);
}

}  // namespace
}  // namespace columnar
