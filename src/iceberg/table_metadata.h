// TableMetadata: the content of an Iceberg metadata file, as a value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/result.h"
#include "columnar/literal.h"
#include "columnar/type.h"
#include "iceberg/partition.h"
#include "storage/object_store.h"

namespace iceberg {

struct SortField {
  int32_t source_id = columnar::kNoFieldId;
  Transform transform;
  bool descending = false;
  bool nulls_last = false;
  bool operator==(const SortField&) const = default;
};

struct SortOrder {
  int32_t id = 0;  // 0 = unsorted
  std::vector<SortField> fields;
  bool operator==(const SortOrder&) const = default;
};

struct Snapshot {
  int64_t id = 0;
  std::optional<int64_t> parent_id;
  int64_t sequence_number = 0;
  int64_t timestamp_ms = 0;
  std::string manifest_list;           // URI; empty in some files of version 1
  std::vector<std::string> manifests;  // version 1 only, when there is no list
  std::map<std::string, std::string> summary;
  std::optional<int32_t> schema_id;
  std::optional<int64_t> first_row_id;  // version 3: of the rows it adds
  std::optional<int64_t> added_rows;    // version 3
  std::string key_id;                   // version 3, of the list's encryption key
  bool operator==(const Snapshot&) const = default;
};

struct SnapshotLogEntry {
  int64_t snapshot_id = 0;
  int64_t timestamp_ms = 0;
  bool operator==(const SnapshotLogEntry&) const = default;
};

struct MetadataLogEntry {
  std::string metadata_file;
  int64_t timestamp_ms = 0;
  bool operator==(const MetadataLogEntry&) const = default;
};

struct SnapshotRef {
  int64_t snapshot_id = 0;
  std::string type = "branch";  // or "tag"
  std::optional<int32_t> min_snapshots_to_keep;
  std::optional<int64_t> max_snapshot_age_ms;
  std::optional<int64_t> max_ref_age_ms;
  bool operator==(const SnapshotRef&) const = default;
};

/// Values of a column as JSON text: in files from before it was added, and for writers that do not
/// name it. Version 3. Empty = none.
struct ColumnDefault {
  std::string initial;
  std::string write;
  bool operator==(const ColumnDefault&) const = default;
};

struct TableMetadata {
  int32_t format_version = 2;
  std::string table_uuid;
  std::string location;  // URI of the table's folder
  int64_t last_sequence_number = 0;
  int64_t last_updated_ms = 0;
  int32_t last_column_id = 0;
  std::vector<columnar::Schema> schemas;
  int32_t current_schema_id = 0;
  std::vector<PartitionSpec> specs;
  int32_t default_spec_id = 0;
  int32_t last_partition_id = kFirstPartitionFieldId - 1;
  std::vector<SortOrder> sort_orders;
  int32_t default_sort_order_id = 0;
  std::map<std::string, std::string> properties;
  std::optional<int64_t> current_snapshot_id;
  std::vector<Snapshot> snapshots;
  std::vector<SnapshotLogEntry> snapshot_log;
  std::vector<MetadataLogEntry> metadata_log;
  std::map<std::string, SnapshotRef> refs;
  int64_t next_row_id = 0;                                       // version 3
  std::map<int32_t, std::map<int32_t, ColumnDefault>> defaults;  // schema id, then field id
  std::vector<std::string> statistics;                           // JSON objects, kept for
  std::vector<std::string> partition_statistics;                 // those who wrote them
  std::vector<std::string> encryption_keys;

  /// kNotFound "iceberg.no_such_schema" and so on.
  base::Result<const columnar::Schema*> FindSchema(int32_t schema_id) const;
  base::Result<const PartitionSpec*> FindSpec(int32_t spec_id) const;
  base::Result<const Snapshot*> FindSnapshot(int64_t snapshot_id) const;
  bool operator==(const TableMetadata&) const = default;
};

/// What a catalog entry says beside the metadata location; it overrules the file's current-* fields
/// (formats §3).
struct TablePointer {
  std::optional<int64_t> snapshot_id;
  int32_t schema_id = 0;
  int32_t spec_id = 0;
  int32_t sort_order_id = 0;
  int64_t last_sequence_number = 0;
  bool operator==(const TablePointer&) const = default;
};

/// What the file itself says is current.
TablePointer PointerOf(const TableMetadata& metadata);
/// The metadata as it is served for `pointer`: its current-*, refs and log agree with the pointer.
TableMetadata WithPointer(TableMetadata metadata, const TablePointer& pointer);

/// Reads versions 1 to 3 (1 comes out in the shape of 2, format_version says 1); fields it does
/// not know are ignored. kCorrupt "iceberg.bad_metadata" naming the field, kUnimplemented
/// "iceberg.newer_format".
base::Result<TableMetadata> ParseTableMetadata(base::BytesView json);
/// In the version that `format_version` says.
base::Bytes WriteTableMetadata(const TableMetadata& metadata);

/// Reads and parses the file behind a URI below the store's root.
base::Result<TableMetadata> LoadTableMetadata(const base::Context& ctx, storage::ObjectStore& store,
                                              const std::string& location);

/// A column's default, as its JSON text says. Nothing for types whose defaults are not read.
std::optional<columnar::Literal> ParseDefault(std::string_view json, const columnar::Type& type);

/// A schema and a spec's fields as JSON text, as manifests and other engines have them.
std::string WriteSchemaJson(const columnar::Schema& schema);
base::Result<columnar::Schema> ParseSchemaJson(std::string_view json);
std::string WritePartitionFieldsJson(const PartitionSpec& spec);
base::Result<PartitionSpec> ParsePartitionFieldsJson(std::string_view json, int32_t spec_id);

}  // namespace iceberg
