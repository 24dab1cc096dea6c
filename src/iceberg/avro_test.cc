#include "iceberg/avro.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <limits>

#include "base/rng.h"
#include "base/testing/matchers.h"
#include "iceberg/manifest.h"
#include "iceberg/reasons.h"

namespace iceberg::avro {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

constexpr char kSchema[] =
    R"({"type":"record","name":"r","fields":[{"name":"a","type":"long","field-id":7},)"
    R"({"name":"b","type":["null","string"],"field-id":8},)"
    R"({"name":"c","type":{"type":"array","items":"double"},"field-id":9}]})";

base::Bytes SmallFile(int records) {
  FileWriter writer(kSchema, {{"key", "value"}});
  for (int i = 0; i < records; ++i) {
    Encoder record;
    record.Long(i % 2 == 0 ? std::numeric_limits<int64_t>::min() : i);
    record.OptionalBytes(i % 3 == 0 ? std::nullopt : std::optional<std::string>("text"));
    record.Long(2);
    record.Double(0.5);
    record.Double(i);
    record.Long(0);
    writer.Append(record);
  }
  return std::move(writer).Finish();
}

base::Bytes Container(const std::string& schema, const std::string& codec, int64_t records,
                      const std::string& block) {
  Encoder out;
  out.Fixed(std::string_view("Obj\1", 4));
  out.Long(2);
  out.Bytes("avro.schema");
  out.Bytes(schema);
  out.Bytes("avro.codec");
  out.Bytes(codec);
  out.Long(0);
  out.Fixed(std::string(16, 's'));
  out.Long(records);
  out.Bytes(block);
  out.Fixed(std::string(16, 's'));
  return out.bytes();
}

TEST(Avro, ReadsBackWhatItWrites) {
  const auto file = ReadFile(SmallFile(20'000));
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->metadata.at("key"), "value");
  ASSERT_EQ(file->records.size(), 20'000u);
  EXPECT_EQ(file->schema.fields[1].id, 8);
  EXPECT_TRUE(file->schema.fields[1].schema.optional);
  const auto& even = *file->records[6].As<std::vector<Value>>();
  EXPECT_EQ(*even[0].As<int64_t>(), std::numeric_limits<int64_t>::min());
  EXPECT_TRUE(even[1].null());
  const auto& odd = *file->records[19'999].As<std::vector<Value>>();
  EXPECT_EQ(*odd[0].As<int64_t>(), 19'999);
  EXPECT_EQ(*odd[1].As<std::string>(), "text");
  EXPECT_EQ(*(*odd[2].As<std::vector<Value>>())[1].As<double>(), 19'999);
}

TEST(Avro, EqualContentGivesEqualBytes) {
  EXPECT_EQ(SmallFile(10), SmallFile(10));
}

TEST(Avro, ReadsZstandardAndPlainBlocks) {
  Encoder block;
  block.Long(5);
  std::string packed(ZSTD_compressBound(block.bytes().size()), '\0');
  packed.resize(
      ZSTD_compress(packed.data(), packed.size(), block.bytes().data(), block.bytes().size(), 3));
  for (const auto& [codec, bytes] :
       {std::pair<std::string, std::string>("zstandard", packed), {"null", block.bytes()}}) {
    const auto file = ReadFile(Container("\"long\"", codec, 1, bytes));
    ASSERT_THAT(file, IsOk()) << codec;
    EXPECT_EQ(*file->records.at(0).As<int64_t>(), 5);
  }
  EXPECT_THAT(ReadFile(Container("\"long\"", "bzip2", 1, packed)),
              IsError(Code::kUnimplemented, kUnsupported));
}

TEST(Avro, RefusesSchemasItCannotHold) {
  EXPECT_THAT(ParseSchema(R"(["int","string"])"), IsError(Code::kUnimplemented, kUnsupported));
  EXPECT_THAT(ParseSchema(R"({"type":"record","name":"r","fields":[{"name":"n","type":"r"}]})"),
              IsError(Code::kCorrupt, kBadAvro));
  EXPECT_THAT(ParseSchema(std::string(100'000, '[')), IsError(Code::kCorrupt, kBadAvro));
  // Named types used twice per level double a schema with every level.
  std::string bomb = R"({"type":"record","name":"r0","fields":[{"name":"a","type":"int"}]})";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "r" + std::to_string(i - 1);
    bomb = R"({"type":"record","name":"r)" + std::to_string(i) +
           R"(","fields":[{"name":"a","type":)" + bomb + R"(},{"name":"b","type":")" + before +
           R"("}]})";
  }
  EXPECT_THAT(ParseSchema(bomb), IsError(Code::kCorrupt, kBadAvro));
}

TEST(Avro, RefusesCountsThatCannotBeThere) {
  Encoder huge;
  huge.Long(std::numeric_limits<int64_t>::max());
  const std::string nulls = R"({"type":"array","items":"null"})";
  EXPECT_THAT(ReadFile(Container(nulls, "null", 1, huge.bytes())),
              IsError(Code::kCorrupt, kBadAvro));
  EXPECT_THAT(ReadFile(Container("\"null\"", "null", 1'000'000'000, "")),
              IsError(Code::kCorrupt, kBadAvro));
  Encoder negative;
  negative.Long(-5);
  EXPECT_THAT(ReadFile(Container("\"bytes\"", "null", 1, negative.bytes())),
              IsError(Code::kCorrupt, kBadAvro));
}

// Whatever the bytes, reading ends with a value or an error: a good file with bytes changed, cut
// and repeated, and random bytes, uncompressed so that the changes reach the decoder.
TEST(Avro, SurvivesRandomBytes) {
  base::SeededRng rng(20261121);
  Encoder block;
  for (int i = 0; i < 3; ++i) {
    block.Long(i);
    block.OptionalBytes("text");
    block.Long(1);
    block.Double(1);
    block.Long(0);
  }
  const std::vector<base::Bytes> seeds = {SmallFile(5),
                                          Container(kSchema, "null", 3, block.bytes()),
                                          Container(kSchema, "deflate", 3, block.bytes())};
  int errors = 0;
  for (int round = 0; round < 4'000; ++round) {
    base::Bytes bytes = seeds[rng.Next() % seeds.size()];
    const uint64_t changes = 1 + rng.Next() % 4;
    for (uint64_t i = 0; i < changes; ++i) {
      bytes[rng.Next() % bytes.size()] = static_cast<char>(rng.Next());
    }
    if (round % 5 == 0) bytes.resize(rng.Next() % bytes.size());
    errors += ReadFile(bytes).ok() ? 0 : 1;
    (void)DecodeManifest(bytes).ok();
    (void)DecodeManifestList(bytes).ok();
  }
  EXPECT_GT(errors, 1'000);
}

}  // namespace
}  // namespace iceberg::avro
