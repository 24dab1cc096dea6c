// Bytes that were written once and must be read forever: a table of PyIceberg 0.12 and our own
// files. Ours are written where they are missing by the disabled test; what exists never changes.
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "iceberg/manifest.h"
#include "iceberg/table_metadata.h"

namespace iceberg {
namespace {

using base::testing::IsOk;
using columnar::Literal;
using columnar::Type;
using columnar::TypeId;

base::Bytes Golden(const std::string& name) {
  auto bytes = base::ReadFile(BOATHOUSE_SOURCE_DIR "/tests/golden/iceberg/" + name);
  EXPECT_THAT(bytes, IsOk());
  return bytes.ok() ? *bytes : base::Bytes();
}

void WriteIfMissing(const std::string& name, const base::Bytes& bytes) {
  const std::string path = BOATHOUSE_SOURCE_DIR "/tests/golden/iceberg/" + name;
  if (base::ReadFile(path).ok()) return;
  EXPECT_THAT(base::WriteFileDurably(path, bytes), IsOk());
}

TEST(GoldenPyIceberg, MetadataIsRead) {
  const auto metadata = ParseTableMetadata(Golden("pyiceberg-0.12/table.metadata.json"));
  ASSERT_THAT(metadata, IsOk());
  EXPECT_EQ(metadata->format_version, 2);
  EXPECT_EQ(metadata->schemas.at(0).fields.size(), 15u);
  EXPECT_EQ(metadata->schemas.at(0).Find("price")->type, Type::Decimal(10, 2));
  EXPECT_EQ(metadata->schemas.at(0).Find("code")->type, Type::Fixed(4));
  EXPECT_EQ(
      PartitionTexts(**metadata->FindSpec(metadata->default_spec_id), metadata->schemas.at(0)),
      (std::vector<std::string>{"truncate(4, text)", "month(at)", "bucket(16, big)", "price"}));
  EXPECT_EQ(metadata->snapshots.size(), 2u);
  EXPECT_EQ(metadata->current_snapshot_id, metadata->snapshots.back().id);
}

TEST(GoldenPyIceberg, ManifestsAreRead) {
  const auto rows = DecodeManifestList(Golden("pyiceberg-0.12/manifest-list.avro"));
  ASSERT_THAT(rows, IsOk());
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ(rows->at(0).sequence_number, 2);
  EXPECT_EQ(rows->at(1).sequence_number, 1);
  EXPECT_EQ(rows->at(1).added_files, 2);
  EXPECT_EQ(rows->at(1).partitions.size(), 4u);
  const auto manifest = DecodeManifest(Golden("pyiceberg-0.12/manifest-0.avro"));
  ASSERT_THAT(manifest, IsOk());
  ASSERT_EQ(manifest->entries.size(), 2u);
  const DataFile& file = manifest->entries[0].file;  // the row that was made from 1
  EXPECT_EQ(file.record_count, 1);
  EXPECT_EQ(file.partition.at(0), Literal::String("ßnam"));
  EXPECT_EQ(file.partition.at(1), Literal::Int(12 * 43));  // 2013-01
  EXPECT_EQ(file.partition.at(3), (Literal{Type::Decimal(10, 2), columnar::Int128(-8749)}));
  EXPECT_EQ(columnar::DecodeSingleValue(file.lower_bounds.at(3), TypeId::kLong).value(),
            Literal::Long(999'999'999'995));
  EXPECT_EQ(file.value_counts.at(3), 1);
}

Manifest OurManifest() {
  Manifest manifest;
  manifest.schema.id = 4;
  manifest.schema.fields = {{1, "id", TypeId::kLong, true, ""},
                            {2, "at", TypeId::kTimestamptz, false, "when"},
                            {3, "eur", Type::Decimal(12, 2), false, ""}};
  manifest.spec = {2, {{1000, 2, "at_day", {Transform::Kind::kDay, 0}}, {1003, 3, "eur", {}}}};
  ManifestEntry entry;
  entry.file.path = "file:///lake/tables/t/data/w-1.parquet";
  entry.file.spec_id = 2;
  entry.file.partition = {Literal{TypeId::kDate, int64_t{15706}},
                          Literal{Type::Decimal(12, 2), columnar::Int128(-1)}};
  entry.file.record_count = 3;
  entry.file.file_size_bytes = 900;
  entry.file.column_sizes = {{1, 40}};
  entry.file.value_counts = {{1, 3}};
  entry.file.null_value_counts = {{1, 0}};
  entry.file.lower_bounds = {{1, columnar::EncodeSingleValue(Literal::Long(1))}};
  entry.file.upper_bounds = {{1, columnar::EncodeSingleValue(Literal::Long(3))}};
  entry.file.split_offsets = {4};
  entry.file.sort_order_id = 0;
  manifest.entries.push_back(entry);
  return manifest;
}

ManifestFile OurRow() {
  ManifestFile row = *Summarize(OurManifest(), "file:///lake/tables/t/metadata/m.avro", 321);
  row.min_sequence_number.reset();
  return row;
}

TEST(GoldenOurs, DISABLED_AreWrittenWhereMissing) {
  WriteIfMissing("ours-1/manifest.avro", *EncodeManifest(OurManifest()));
  WriteIfMissing("ours-1/manifest-list.avro", EncodeManifestList({OurRow()}, {12, 11, 5}));
  WriteIfMissing("ours-1/manifest-file.cbor", EncodeManifestFile(OurRow()));
  WriteIfMissing("ours-1/partition-spec.cbor", EncodePartitionSpec(OurManifest().spec));
}

/// Entries whose snapshot id and sequence numbers are null, to be inherited (formats §5).
TEST(GoldenOurs, DeltaManifestWithNullsIsRead) {
  const auto manifest = DecodeManifest(Golden("ours-1/manifest.avro"));
  ASSERT_THAT(manifest, IsOk());
  EXPECT_EQ(*manifest, OurManifest());
}

TEST(GoldenOurs, ManifestListIsRead) {
  const auto rows = DecodeManifestList(Golden("ours-1/manifest-list.avro"));
  ASSERT_THAT(rows, IsOk());
  ManifestFile expected = OurRow();
  expected.sequence_number = expected.min_sequence_number = 5;
  expected.added_snapshot_id = 12;
  expected.added_bytes = 0;
  EXPECT_EQ(*rows, std::vector<ManifestFile>{expected});
}

/// What workers hand over: these bytes do not depend on a compression library, so they are equal.
TEST(GoldenOurs, RowAndSpecKeepTheirBytes) {
  EXPECT_EQ(Golden("ours-1/manifest-file.cbor"), EncodeManifestFile(OurRow()));
  EXPECT_EQ(DecodeManifestFile(Golden("ours-1/manifest-file.cbor")).value(), OurRow());
  EXPECT_EQ(Golden("ours-1/partition-spec.cbor"), EncodePartitionSpec(OurManifest().spec));
}

}  // namespace
}  // namespace iceberg
