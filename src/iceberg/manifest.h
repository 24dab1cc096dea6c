// Manifests (lists of data files with statistics) and manifest lists, as values and as Avro files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/result.h"
#include "columnar/type.h"
#include "iceberg/partition.h"
#include "storage/object_store.h"

namespace iceberg {

enum class FileContent { kData = 0, kPositionDeletes = 1, kEqualityDeletes = 2 };
enum class ManifestContent { kData = 0, kDeletes = 1 };
enum class EntryStatus { kExisting = 0, kAdded = 1, kDeleted = 2 };

/// One immutable file of rows. Statistics are by field id; bounds in columnar::EncodeSingleValue
/// form, and may be shortened outwards for strings and binary.
struct DataFile {
  FileContent content = FileContent::kData;
  std::string path;  // URI
  std::string format = "PARQUET";
  int32_t spec_id = 0;  // of the manifest it is listed in
  PartitionValues partition;
  int64_t record_count = 0;
  int64_t file_size_bytes = 0;
  std::map<int32_t, int64_t> column_sizes;
  std::map<int32_t, int64_t> value_counts;  // nulls and NaNs included
  std::map<int32_t, int64_t> null_value_counts;
  std::map<int32_t, int64_t> nan_value_counts;
  std::map<int32_t, base::Bytes> lower_bounds;
  std::map<int32_t, base::Bytes> upper_bounds;
  std::optional<base::Bytes> key_metadata;
  std::vector<int64_t> split_offsets;
  std::vector<int32_t> equality_ids;
  std::optional<int32_t> sort_order_id;
  std::string referenced_data_file;       // of deletes by position of one file only
  std::optional<int64_t> content_offset;  // of a deletion vector within its file
  std::optional<int64_t> content_size_bytes;
  bool operator==(const DataFile&) const = default;
};

/// Null ids and sequence numbers are inherited from the manifest list entry (formats §5).
struct ManifestEntry {
  EntryStatus status = EntryStatus::kAdded;
  std::optional<int64_t> snapshot_id;
  std::optional<int64_t> sequence_number;
  std::optional<int64_t> file_sequence_number;
  DataFile file;
  bool operator==(const ManifestEntry&) const = default;
};

struct Manifest {
  int32_t format_version = 2;
  columnar::Schema schema;
  PartitionSpec spec;
  ManifestContent content = ManifestContent::kData;
  std::vector<ManifestEntry> entries;
  bool operator==(const Manifest&) const = default;
};

/// What one partition field of all files of a manifest spans.
struct FieldSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<base::Bytes> lower_bound;
  std::optional<base::Bytes> upper_bound;
  bool operator==(const FieldSummary&) const = default;
};

/// A row of a manifest list. From a worker, sequence numbers and snapshot id are still unset.
struct ManifestFile {
  std::string path;  // URI
  int64_t length_bytes = 0;
  int32_t spec_id = 0;
  ManifestContent content = ManifestContent::kData;
  std::optional<int64_t> sequence_number;
  std::optional<int64_t> min_sequence_number;
  std::optional<int64_t> added_snapshot_id;
  int64_t added_files = 0;
  int64_t existing_files = 0;
  int64_t deleted_files = 0;
  int64_t added_rows = 0;
  int64_t existing_rows = 0;
  int64_t deleted_rows = 0;
  std::vector<FieldSummary> partitions;
  std::optional<base::Bytes> key_metadata;
  int64_t added_bytes = 0;  // sum of sizes of added data files; in our own encoding only
  bool operator==(const ManifestFile&) const = default;
};

/// Avro, deflate. Every entry's partition has one value per field of the spec.
base::Result<base::Bytes> EncodeManifest(const Manifest& manifest);
/// Any writer's manifest of version 1 to 3; spec and schema come from the file's header. kCorrupt
/// "iceberg.bad_avro", "iceberg.bad_manifest".
base::Result<Manifest> DecodeManifest(base::BytesView bytes);

struct ManifestListHeader {
  int64_t snapshot_id = 0;
  std::optional<int64_t> parent_snapshot_id;
  int64_t sequence_number = 0;
};
/// Unset sequence numbers and snapshot ids are written as the header's: this is where a worker's
/// manifests get theirs.
base::Bytes EncodeManifestList(const std::vector<ManifestFile>& manifests,
                               const ManifestListHeader& header);
base::Result<std::vector<ManifestFile>> DecodeManifestList(base::BytesView bytes);

/// One row alone, for plan::WrittenTable::added_manifests. kCorrupt "base.bad_cbor".
base::Bytes EncodeManifestFile(const ManifestFile& manifest);
base::Result<ManifestFile> DecodeManifestFile(base::BytesView bytes);

/// Counts and partition summaries of a manifest; path and length are given.
base::Result<ManifestFile> Summarize(const Manifest& manifest, std::string path,
                                     int64_t length_bytes);

/// Encodes a data manifest, stores it under `key`, and returns its row. What a worker does with the
/// files it wrote: entries of status kAdded with nothing but `file` set.
base::Result<ManifestFile> WriteManifest(const base::Context& ctx, storage::ObjectStore& store,
                                         const std::string& key, const Manifest& manifest);

/// Reads a manifest and fills in what its entries inherit from `row`.
base::Result<Manifest> LoadManifest(const base::Context& ctx, storage::ObjectStore& store,
                                    const ManifestFile& row);

/// "tables/<uuid>", "tables/<uuid>/metadata/<name>", "tables/<uuid>/data/<name>".
std::string TableFolderKey(const std::string& table_uuid);
std::string MetadataKey(const std::string& table_uuid, const std::string& name);
std::string DataKey(const std::string& table_uuid, const std::string& name);

}  // namespace iceberg
