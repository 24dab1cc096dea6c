#include "iceberg/table_metadata.h"

#include <algorithm>

#include "iceberg/reasons.h"

namespace iceberg {
namespace {

template <class T, class Id>
base::Result<const T*> FindIn(const std::vector<T>& items, Id id, const char* reason,
                              const char* what) {
  for (const T& item : items) {
    if (item.id == id) return &item;
  }
  return base::Error(base::Code::kNotFound, reason,
                     std::string("the table's metadata has no ") + what + " " + std::to_string(id));
}

constexpr char kMainRef[] = "main";

}  // namespace

base::Result<const columnar::Schema*> TableMetadata::FindSchema(int32_t schema_id) const {
  return FindIn(schemas, schema_id, kNoSuchSchema, "schema");
}

base::Result<const PartitionSpec*> TableMetadata::FindSpec(int32_t spec_id) const {
  return FindIn(specs, spec_id, kNoSuchSpec, "partition spec");
}

base::Result<const Snapshot*> TableMetadata::FindSnapshot(int64_t snapshot_id) const {
  return FindIn(snapshots, snapshot_id, kNoSuchSnapshot, "snapshot");
}

TablePointer PointerOf(const TableMetadata& metadata) {
  return {metadata.current_snapshot_id, metadata.current_schema_id, metadata.default_spec_id,
          metadata.default_sort_order_id, metadata.last_sequence_number};
}

TableMetadata WithPointer(TableMetadata metadata, const TablePointer& pointer) {
  metadata.current_schema_id = pointer.schema_id;
  metadata.default_spec_id = pointer.spec_id;
  metadata.default_sort_order_id = pointer.sort_order_id;
  metadata.last_sequence_number =
      std::max(metadata.last_sequence_number, pointer.last_sequence_number);
  if (metadata.current_snapshot_id == pointer.snapshot_id) return metadata;
  metadata.current_snapshot_id = pointer.snapshot_id;
  metadata.refs.erase(kMainRef);
  if (!pointer.snapshot_id) {
    metadata.snapshot_log.clear();
    return metadata;
  }
  metadata.refs[kMainRef] = {*pointer.snapshot_id, "branch"};
  // Readers want the log to end with the current snapshot.
  std::erase_if(metadata.snapshot_log, [&](const SnapshotLogEntry& entry) {
    return entry.snapshot_id == *pointer.snapshot_id;
  });
  metadata.snapshot_log.push_back({*pointer.snapshot_id, metadata.last_updated_ms});
  return metadata;
}

base::Result<TableMetadata> LoadTableMetadata(const base::Context& ctx, storage::ObjectStore& store,
                                              const std::string& location) {
  ASSIGN_OR_RETURN(const std::string key, store.KeyOf(location));
  ASSIGN_OR_RETURN(const base::Bytes json, storage::ReadAll(ctx, store, key));
  auto metadata = ParseTableMetadata(json);
  if (!metadata.ok()) return std::move(metadata).error().With(location);
  return metadata;
}

}  // namespace iceberg
