#include "iceberg/manifest.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/testing/matchers.h"
#include "iceberg/reasons.h"
#include "iceberg/written_file.h"

namespace iceberg {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Int128;
using columnar::Literal;
using columnar::Type;
using columnar::TypeId;

/// One identity field per primitive type.
Manifest EveryPartitionType() {
  Manifest manifest;
  const std::vector<Literal> values = {Literal::Boolean(true),
                                       Literal::Int(-7),
                                       Literal::Long(1ll << 60),
                                       {TypeId::kFloat, 1.5},
                                       Literal::Double(-0.25),
                                       {Type::Decimal(38, 5), -(static_cast<Int128>(1) << 100)},
                                       {Type::Decimal(4, 1), Int128(-9999)},
                                       {TypeId::kDate, int64_t{-1}},
                                       {TypeId::kTime, int64_t{86'399'999'999}},
                                       {TypeId::kTimestamp, int64_t{-5}},
                                       {TypeId::kTimestamptz, int64_t{5}},
                                       Literal::String("é"),
                                       {TypeId::kUuid, std::string("0123456789abcdef")},
                                       {Type::Fixed(3), std::string("a\0b", 3)},
                                       {TypeId::kBinary, std::string("\xff\0", 2)}};
  ManifestEntry entry;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto id = static_cast<int32_t>(i) + 1;
    const std::string name = i == 11 ? "odd \"name\"" : "c" + std::to_string(i);
    manifest.schema.fields.push_back({id, name, values[i].type, false, ""});
    manifest.spec.fields.push_back({1000 + id, id, name, {}});
    entry.file.partition.emplace_back(values[i]);
  }
  entry.file.path = "file:///lake/a.parquet";
  entry.file.record_count = 3;
  entry.file.file_size_bytes = 99;
  entry.file.column_sizes = {{1, 5}};
  entry.file.value_counts = {{1, 3}, {2, 3}};
  entry.file.null_value_counts = {{1, 0}};
  entry.file.nan_value_counts = {{4, 1}};
  entry.file.lower_bounds = {{2, std::string("\0\0\0\1", 4)}};
  entry.file.upper_bounds = {{2, "9999"}, {12, ""}};
  entry.file.split_offsets = {4, 1 << 20};
  entry.file.sort_order_id = 0;
  manifest.entries.push_back(entry);
  for (auto& value : entry.file.partition) value.reset();
  entry.status = EntryStatus::kExisting;
  entry.snapshot_id = 5;
  entry.sequence_number = 6;
  entry.file_sequence_number = 7;
  entry.file.key_metadata = "key";
  entry.file.equality_ids = {1, 2};
  manifest.entries.push_back(entry);
  return manifest;
}

TEST(Manifest, ReadsBackEveryPartitionTypeAndNulls) {
  const Manifest manifest = EveryPartitionType();
  const auto bytes = EncodeManifest(manifest);
  ASSERT_THAT(bytes, IsOk());
  const auto read = DecodeManifest(*bytes);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, manifest);
  EXPECT_FALSE(read->entries[0].snapshot_id.has_value());
}

TEST(Manifest, RefusesValuesThatDoNotFitTheSpec) {
  Manifest manifest = EveryPartitionType();
  manifest.entries[0].file.partition[0] = Literal::Long(4);
  EXPECT_THAT(EncodeManifest(manifest), IsError(Code::kInvalidArgument, kBadPartition));
  manifest.entries[0].file.partition.pop_back();
  EXPECT_THAT(EncodeManifest(manifest), IsError(Code::kInvalidArgument, kBadPartition));
}

TEST(Manifest, SummaryCountsAndBounds) {
  Manifest manifest = EveryPartitionType();
  manifest.entries.push_back(manifest.entries[0]);
  manifest.entries[2].file.partition[1] = Literal::Int(12);
  const auto row = Summarize(manifest, "m", 10);
  ASSERT_THAT(row, IsOk());
  EXPECT_EQ(row->added_files, 2);
  EXPECT_EQ(row->existing_rows, 3);
  EXPECT_EQ(row->added_bytes, 198);
  EXPECT_EQ(row->min_sequence_number, 6);
  EXPECT_TRUE(row->partitions[1].contains_null);
  EXPECT_EQ(row->partitions[1].lower_bound, columnar::EncodeSingleValue(Literal::Int(-7)));
  EXPECT_EQ(row->partitions[1].upper_bound, columnar::EncodeSingleValue(Literal::Int(12)));
  EXPECT_EQ(DecodeManifestFile(EncodeManifestFile(*row)).value(), *row);
}

TEST(Manifest, ListFillsInWhatWorkersLeaveOut) {
  ManifestFile fresh = *Summarize(EveryPartitionType(), "a", 10);
  fresh.min_sequence_number.reset();
  ManifestFile old = fresh;
  old.path = "b";
  old.sequence_number = 2;
  old.min_sequence_number = 1;
  old.added_snapshot_id = 77;
  const auto rows = DecodeManifestList(EncodeManifestList({fresh, old}, {900, 77, 3}));
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ((*rows)[0].sequence_number, 3);
  EXPECT_EQ((*rows)[0].min_sequence_number, 3);
  EXPECT_EQ((*rows)[0].added_snapshot_id, 900);
  old.added_bytes = 0;  // of our own encoding only
  EXPECT_EQ((*rows)[1], old);
}

TEST(ManifestFile, RefusesBytesThatAreNotOne) {
  EXPECT_THAT(DecodeManifestFile(""), IsError(Code::kCorrupt, "base.bad_cbor"));
  EXPECT_THAT(DecodeManifestFile(EncodePartitionSpec({})),
              IsError(Code::kCorrupt, "base.bad_cbor"));
}

TEST(MakeDataFile, ShortensTextBoundsOutwards) {
  WrittenFile written;
  const auto bounds = [&](const std::string& text, TypeId type) {
    written.columns[1].min = written.columns[1].max = Literal{type, text};
    const DataFile file = MakeDataFile(written, 0, {});
    EXPECT_LE(file.lower_bounds.at(1), text);
    const auto upper = file.upper_bounds.find(1);
    if (upper == file.upper_bounds.end()) return std::string("none");
    EXPECT_GE(upper->second, text);
    return upper->second;
  };
  const std::string last = "\xf4\x8f\xbf\xbf";
  std::string lasts;
  for (int i = 0; i < 17; ++i) lasts += last;
  EXPECT_EQ(bounds("short", TypeId::kString), "short");
  EXPECT_EQ(bounds("0123456789abcdefg", TypeId::kString), "0123456789abcdeg");
  EXPECT_EQ(bounds("0123456789abcde" + last + "x", TypeId::kString), "0123456789abcdf");
  EXPECT_EQ(bounds(lasts, TypeId::kString), "none");
  // The character before the surrogates is followed by the one after them.
  EXPECT_EQ(bounds("0123456789abcde\xed\x9f\xbfx", TypeId::kString), "0123456789abcde\xee\x80\x80");
  EXPECT_EQ(bounds(std::string(17, '\xff'), TypeId::kBinary), "none");
  EXPECT_EQ(bounds("0123456789abcdefg", TypeId::kBinary), "0123456789abcdeg");
}

}  // namespace
}  // namespace iceberg
