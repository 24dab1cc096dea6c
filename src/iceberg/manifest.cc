#include "iceberg/manifest.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/cbor.h"

namespace iceberg {
namespace {

using base::Cbor;
using columnar::Literal;

constexpr char kManifestFileKind[] = "iceberg.manifest_file";
constexpr int64_t kManifestFileVersion = 1;

bool IsNan(const Literal& literal) {
  const auto* real = std::get_if<double>(&literal.value);
  return real != nullptr && std::isnan(*real);
}

struct Span {
  FieldSummary summary{false, false, {}, {}};
  std::optional<Literal> min;
  std::optional<Literal> max;

  void Add(const std::optional<Literal>& value) {
    if (!value) {
      summary.contains_null = true;
    } else if (IsNan(*value)) {
      summary.contains_nan = true;
    } else {
      if (!min || columnar::Compare(*value, *min) < 0) min = value;
      if (!max || columnar::Compare(*value, *max) > 0) max = value;
    }
  }

  FieldSummary Finish() && {
    if (min) summary.lower_bound = columnar::EncodeSingleValue(*min);
    if (max) summary.upper_bound = columnar::EncodeSingleValue(*max);
    return std::move(summary);
  }
};

void Count(const ManifestEntry& entry, ManifestFile& row) {
  switch (entry.status) {
    case EntryStatus::kAdded:
      ++row.added_files;
      row.added_rows += entry.file.record_count;
      row.added_bytes += entry.file.file_size_bytes;
      break;
    case EntryStatus::kExisting:
      ++row.existing_files;
      row.existing_rows += entry.file.record_count;
      break;
    case EntryStatus::kDeleted:
      ++row.deleted_files;
      row.deleted_rows += entry.file.record_count;
      break;
  }
}

void PutOptional(Cbor::Map& map, int64_t key, const std::optional<int64_t>& value) {
  if (value) map[key] = *value;
}

void PutOptional(Cbor::Map& map, int64_t key, const std::optional<base::Bytes>& value) {
  if (value) map[key] = Cbor::OfBytes(*value);
}

base::Result<std::optional<int64_t>> OptionalInt(base::CborFields& in, int64_t key) {
  if (!in.Has(key)) return std::optional<int64_t>();
  ASSIGN_OR_RETURN(const int64_t value, in.Int(key));
  return std::optional<int64_t>(value);
}

base::Result<std::optional<base::Bytes>> OptionalByteString(base::CborFields& in, int64_t key) {
  if (!in.Has(key)) return std::optional<base::Bytes>();
  ASSIGN_OR_RETURN(base::Bytes value, in.ByteString(key));
  return std::optional<base::Bytes>(std::move(value));
}

base::Result<FieldSummary> DecodeSummary(const Cbor& cbor) {
  ASSIGN_OR_RETURN(auto in, base::CborFields::Of(cbor, "partition summary"));
  FieldSummary summary;
  ASSIGN_OR_RETURN(summary.contains_null, in.Bool(2));
  if (in.Has(3)) {
    ASSIGN_OR_RETURN(const bool nan, in.Bool(3));
    summary.contains_nan = nan;
  }
  ASSIGN_OR_RETURN(summary.lower_bound, OptionalByteString(in, 4));
  ASSIGN_OR_RETURN(summary.upper_bound, OptionalByteString(in, 5));
  RETURN_IF_ERROR(in.Finish());
  return summary;
}

}  // namespace

base::Bytes EncodeManifestFile(const ManifestFile& manifest) {
  Cbor::Array partitions;
  for (const FieldSummary& summary : manifest.partitions) {
    Cbor::Map map{{2, summary.contains_null}};
    if (summary.contains_nan) map[3] = *summary.contains_nan;
    PutOptional(map, 4, summary.lower_bound);
    PutOptional(map, 5, summary.upper_bound);
    partitions.push_back(std::move(map));
  }
  Cbor::Map map{{0, kManifestFileKind},       {1, kManifestFileVersion},
                {2, manifest.path},           {3, manifest.length_bytes},
                {4, manifest.spec_id},        {5, static_cast<int64_t>(manifest.content)},
                {9, manifest.added_files},    {10, manifest.existing_files},
                {11, manifest.deleted_files}, {12, manifest.added_rows},
                {13, manifest.existing_rows}, {14, manifest.deleted_rows},
                {15, std::move(partitions)},  {17, manifest.added_bytes}};
  PutOptional(map, 6, manifest.sequence_number);
  PutOptional(map, 7, manifest.min_sequence_number);
  PutOptional(map, 8, manifest.added_snapshot_id);
  PutOptional(map, 16, manifest.key_metadata);
  return base::EncodeCbor(map);
}

base::Result<ManifestFile> DecodeManifestFile(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor cbor, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto in,
                   base::CborFields::OfObject(cbor, kManifestFileKind, kManifestFileVersion));
  ManifestFile row;
  ASSIGN_OR_RETURN(row.path, in.Text(2));
  ASSIGN_OR_RETURN(row.length_bytes, in.Int(3));
  ASSIGN_OR_RETURN(const int64_t spec_id, in.Int(4));
  row.spec_id = static_cast<int32_t>(spec_id);
  ASSIGN_OR_RETURN(const int64_t content, in.Int(5));
  row.content = content == 0 ? ManifestContent::kData : ManifestContent::kDeletes;
  ASSIGN_OR_RETURN(row.sequence_number, OptionalInt(in, 6));
  ASSIGN_OR_RETURN(row.min_sequence_number, OptionalInt(in, 7));
  ASSIGN_OR_RETURN(row.added_snapshot_id, OptionalInt(in, 8));
  ASSIGN_OR_RETURN(row.added_files, in.Int(9));
  ASSIGN_OR_RETURN(row.existing_files, in.Int(10));
  ASSIGN_OR_RETURN(row.deleted_files, in.Int(11));
  ASSIGN_OR_RETURN(row.added_rows, in.Int(12));
  ASSIGN_OR_RETURN(row.existing_rows, in.Int(13));
  ASSIGN_OR_RETURN(row.deleted_rows, in.Int(14));
  ASSIGN_OR_RETURN(const Cbor::Array* partitions, in.List(15));
  ASSIGN_OR_RETURN(row.key_metadata, OptionalByteString(in, 16));
  ASSIGN_OR_RETURN(row.added_bytes, in.Int(17));
  RETURN_IF_ERROR(in.Finish());
  for (const Cbor& item : *partitions) {
    ASSIGN_OR_RETURN(FieldSummary summary, DecodeSummary(item));
    row.partitions.push_back(std::move(summary));
  }
  return row;
}

base::Result<ManifestFile> Summarize(const Manifest& manifest, std::string path,
                                     int64_t length_bytes) {
  ManifestFile row;
  row.path = std::move(path);
  row.length_bytes = length_bytes;
  row.spec_id = manifest.spec.id;
  row.content = manifest.content;
  std::vector<Span> spans(manifest.spec.fields.size());
  std::optional<int64_t> oldest;
  bool inherits = false;
  for (const ManifestEntry& entry : manifest.entries) {
    Count(entry, row);
    CHECK(entry.file.partition.size() == spans.size());
    for (size_t i = 0; i < spans.size(); ++i) spans[i].Add(entry.file.partition[i]);
    if (entry.status == EntryStatus::kDeleted) continue;
    if (!entry.sequence_number) {
      inherits = true;
    } else if (!oldest || *entry.sequence_number < *oldest) {
      oldest = entry.sequence_number;
    }
  }
  // Inherited numbers are newer than any that is written down.
  if (oldest || !inherits) row.min_sequence_number = oldest;
  for (Span& span : spans) row.partitions.push_back(std::move(span).Finish());
  return row;
}

base::Result<ManifestFile> WriteManifest(const base::Context& ctx, storage::ObjectStore& store,
                                         const std::string& key, const Manifest& manifest) {
  ASSIGN_OR_RETURN(const base::Bytes bytes, EncodeManifest(manifest));
  RETURN_IF_ERROR(store.Create(ctx, key, bytes));
  return Summarize(manifest, store.Uri(key), static_cast<int64_t>(bytes.size()));
}

base::Result<Manifest> LoadManifest(const base::Context& ctx, storage::ObjectStore& store,
                                    const ManifestFile& row) {
  ASSIGN_OR_RETURN(const std::string key, store.KeyOf(row.path));
  ASSIGN_OR_RETURN(const base::Bytes bytes, storage::ReadAll(ctx, store, key));
  auto decoded = DecodeManifest(bytes);
  if (!decoded.ok()) return std::move(decoded).error().With(row.path);
  Manifest manifest = std::move(decoded).value();
  for (ManifestEntry& entry : manifest.entries) {
    entry.file.spec_id = row.spec_id;
    if (!entry.snapshot_id) entry.snapshot_id = row.added_snapshot_id;
    // Only added files are as new as the manifest; version 1 had no numbers at all.
    const bool fresh = entry.status == EntryStatus::kAdded || manifest.format_version == 1;
    if (!fresh) continue;
    if (!entry.sequence_number) entry.sequence_number = row.sequence_number;
    if (!entry.file_sequence_number) entry.file_sequence_number = row.sequence_number;
  }
  manifest.spec.id = row.spec_id;
  return manifest;
}

std::string TableFolderKey(const std::string& table_uuid) {
  return "tables/" + table_uuid;
}

std::string MetadataKey(const std::string& table_uuid, const std::string& name) {
  return TableFolderKey(table_uuid) + "/metadata/" + name;
}

std::string DataKey(const std::string& table_uuid, const std::string& name) {
  return TableFolderKey(table_uuid) + "/data/" + name;
}

}  // namespace iceberg
