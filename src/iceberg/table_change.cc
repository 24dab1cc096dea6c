#include "iceberg/table_change.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

#include "iceberg/reasons.h"
#include "iceberg/rest_updates.h"
#include "iceberg/scan.h"

namespace iceberg {
namespace {

constexpr size_t kMetadataLogMax = 100;
constexpr char kMainRef[] = "main";
constexpr int32_t kSnapshotVersionMax = 2;  // our snapshots give rows no ids, as version 3 wants

base::Error BadChange(const std::string& message) {
  return base::Error(base::Code::kInvalidArgument, kBadChange, "table change: " + message);
}

base::Status CheckChange(const TableHead* head, const TableChange& change) {
  const bool create = change.intent == Intent::kCreate;
  if (create != (head == nullptr)) {
    return BadChange(create ? "a table that exists cannot be created"
                            : "only creation works without a head");
  }
  const bool whole = create || change.intent == Intent::kReplace;
  if (whole && (!change.schema || !change.spec)) return BadChange("needs schema and spec");
  if (!change.removed_files.empty() && change.intent != Intent::kOverwrite) {
    return BadChange("only an overwrite removes files");
  }
  if (change.intent == Intent::kSchema && !change.added_manifests.empty()) {
    return BadChange("a change of schema adds no files");
  }
  for (const ManifestFile& manifest : change.added_manifests) {
    if (manifest.sequence_number || manifest.added_snapshot_id) {
      return BadChange("manifest \"" + manifest.path + "\" already belongs to a snapshot");
    }
  }
  return base::Ok();
}

template <class T>
base::Status AddOnce(std::vector<T>& items, const T& item, const char* what) {
  for (const T& known : items) {
    if (known.id != item.id) continue;
    if (known == item) return base::Ok();
    return BadChange(std::string(what) + " id " + std::to_string(item.id) +
                     " already means another");
  }
  items.push_back(item);
  return base::Ok();
}

/// Schema, spec, properties and counters; what does not need a snapshot.
base::Status ApplyShape(const TableChange& change, TableMetadata& metadata) {
  metadata.format_version = std::max(metadata.format_version, 2);
  if (change.schema) {
    RETURN_IF_ERROR(AddOnce(metadata.schemas, *change.schema, "schema"));
    metadata.current_schema_id = change.schema->id;
    metadata.last_column_id = std::max(metadata.last_column_id, change.schema->HighestFieldId());
  }
  if (change.spec) {
    RETURN_IF_ERROR(AddOnce(metadata.specs, *change.spec, "partition spec"));
    metadata.default_spec_id = change.spec->id;
    for (const PartitionField& field : change.spec->fields) {
      metadata.last_partition_id = std::max(metadata.last_partition_id, field.id);
    }
  }
  metadata.last_column_id = std::max(metadata.last_column_id, change.last_column_id.value_or(0));
  metadata.last_partition_id =
      std::max(metadata.last_partition_id, change.last_partition_field_id.value_or(0));
  for (const auto& [key, value] : change.properties) metadata.properties[key] = value;
  ForbidFileRemoval(metadata);
  const bool unsorted = std::any_of(metadata.sort_orders.begin(), metadata.sort_orders.end(),
                                    [](const SortOrder& order) { return order.id == 0; });
  if (!unsorted) metadata.sort_orders.push_back({});
  if (change.intent == Intent::kReplace) metadata.default_sort_order_id = 0;
  return base::Ok();
}

struct Removed {
  int64_t files = 0;
  int64_t rows = 0;
  int64_t bytes = 0;
};

std::optional<int64_t> SummaryNumber(const Snapshot* snapshot, const char* key) {
  if (snapshot == nullptr) return 0;
  const auto it = snapshot->summary.find(key);
  if (it == snapshot->summary.end()) return std::nullopt;
  int64_t value = 0;
  const std::string& text = it->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// One commit under way: knows its ids and names its files after one random id.
class Draft {
 public:
  Draft(storage::ObjectStore& store, std::string folder, std::string file_id, Snapshot snapshot)
      : store_(store),
        folder_(std::move(folder)),
        file_id_(std::move(file_id)),
        snapshot_(std::move(snapshot)) {}

  /// The base's manifests as the change leaves them.
  base::Status Carry(const base::Context& ctx, const std::vector<ManifestFile>& rows,
                     const TableChange& change) {
    if (change.intent == Intent::kReplace) {
      for (const ManifestFile& row : rows) {
        if (row.content != ManifestContent::kData) continue;
        removed_.files += row.added_files + row.existing_files;
        removed_.rows += row.added_rows + row.existing_rows;
      }
      return base::Ok();
    }
    std::set<std::string> gone(change.removed_files.begin(), change.removed_files.end());
    for (const ManifestFile& row : rows) {
      if (row.added_files == 0 && row.existing_files == 0 && row.deleted_files > 0) continue;
      if (gone.empty() || row.content == ManifestContent::kDeletes) {
        manifests_.push_back(row);
        continue;
      }
      RETURN_IF_ERROR(CarryWithout(ctx, row, gone));
    }
    if (gone.empty()) return base::Ok();
    return base::Error(base::Code::kConflict, kFileGone,
                       "data file \"" + *gone.begin() +
                           "\" is not in the table any more: " + "the table has changed, run again")
        .Set("file", *gone.begin());
  }

  base::Result<Snapshot> Finish(const base::Context& ctx, const Snapshot* parent,
                                const TableChange& change) && {
    for (const ManifestFile& row : change.added_manifests) manifests_.push_back(row);
    Summarise(parent, change);
    const std::string key =
        folder_ + "/metadata/snap-" + std::to_string(snapshot_.id) + "-" + file_id_ + ".avro";
    const base::Bytes list = EncodeManifestList(
        manifests_, {snapshot_.id, snapshot_.parent_id, snapshot_.sequence_number});
    RETURN_IF_ERROR(store_.Create(ctx, key, list));
    snapshot_.manifest_list = store_.Uri(key);
    return std::move(snapshot_);
  }

 private:
  /// Keeps the row when no removed file is in it, else rewrites the manifest.
  base::Status CarryWithout(const base::Context& ctx, const ManifestFile& row,
                            std::set<std::string>& gone) {
    ASSIGN_OR_RETURN(Manifest manifest, LoadManifest(ctx, store_, row));
    std::erase_if(manifest.entries,
                  [](const ManifestEntry& entry) { return entry.status == EntryStatus::kDeleted; });
    bool touched = false;
    for (ManifestEntry& entry : manifest.entries) {
      entry.status = EntryStatus::kExisting;
      if (gone.erase(entry.file.path) == 0) continue;
      touched = true;
      entry.status = EntryStatus::kDeleted;
      entry.snapshot_id = snapshot_.id;
      ++removed_.files;
      removed_.rows += entry.file.record_count;
      removed_.bytes += entry.file.file_size_bytes;
    }
    if (!touched) {
      manifests_.push_back(row);
      return base::Ok();
    }
    const std::string key =
        folder_ + "/metadata/" + file_id_ + "-m" + std::to_string(rewritten_++) + ".avro";
    ASSIGN_OR_RETURN(ManifestFile rewritten, WriteManifest(ctx, store_, key, manifest));
    manifests_.push_back(std::move(rewritten));
    return base::Ok();
  }

  void Summarise(const Snapshot* parent, const TableChange& change) {
    auto& summary = snapshot_.summary;
    summary = change.summary;
    const auto put = [&](const char* key, int64_t value) { summary[key] = std::to_string(value); };
    const auto put_unless_0 = [&](const char* key, int64_t value) {
      if (value != 0) put(key, value);
    };
    int64_t files = 0;
    int64_t rows = 0;
    int64_t bytes = 0;
    for (const ManifestFile& row : change.added_manifests) {
      files += row.added_files;
      rows += row.added_rows;
      bytes += row.added_bytes;
    }
    const auto bytes_before = SummaryNumber(parent, "total-files-size");
    const bool replaces = change.intent == Intent::kReplace;
    if (replaces) removed_.bytes = bytes_before.value_or(0);
    const bool appends = change.intent == Intent::kAppend || change.intent == Intent::kCreate;
    summary["operation"] = appends ? "append" : files == 0 && !replaces ? "delete" : "overwrite";
    put_unless_0("added-data-files", files);
    put_unless_0("added-records", rows);
    put_unless_0("added-files-size", bytes);
    put_unless_0("deleted-data-files", removed_.files);
    put_unless_0("deleted-records", removed_.rows);
    put_unless_0("removed-files-size", removed_.bytes);
    int64_t files_total = 0;
    int64_t rows_total = 0;
    for (const ManifestFile& row : manifests_) {
      if (row.content != ManifestContent::kData) continue;
      files_total += row.added_files + row.existing_files;
      rows_total += row.added_rows + row.existing_rows;
    }
    put("total-data-files", files_total);
    put("total-records", rows_total);
    if (bytes_before) put("total-files-size", *bytes_before + bytes - removed_.bytes);
    for (const char* deletes :
         {"total-delete-files", "total-position-deletes", "total-equality-deletes"}) {
      put(deletes, replaces ? 0 : SummaryNumber(parent, deletes).value_or(0));
    }
  }

  storage::ObjectStore& store_;
  std::string folder_;
  std::string file_id_;
  Snapshot snapshot_;
  std::vector<ManifestFile> manifests_;
  Removed removed_;
  int rewritten_ = 0;
};

void SetMain(TableMetadata& metadata, int64_t snapshot_id) {
  SnapshotRef& main = metadata.refs[kMainRef];
  main.snapshot_id = snapshot_id;
  main.type = "branch";
}

void AddSnapshot(TableMetadata& metadata, Snapshot snapshot) {
  metadata.current_snapshot_id = snapshot.id;
  metadata.last_sequence_number = snapshot.sequence_number;
  SetMain(metadata, snapshot.id);
  metadata.snapshot_log.push_back({snapshot.id, snapshot.timestamp_ms});
  metadata.snapshots.push_back(std::move(snapshot));
  TrimSnapshots(metadata);
}

/// "…/00012-<uuid>.metadata.json" → 13; 0 for the first one.
int NextFileNumber(const std::string& location) {
  if (location.empty()) return 0;
  const size_t slash = location.rfind('/');
  const char* start = location.data() + (slash == std::string::npos ? 0 : slash + 1);
  int number = 0;
  std::from_chars(start, location.data() + location.size(), number);
  return number < 0 || number >= 99'999 ? 1 : number + 1;
}

std::string MetadataFileName(int number, const std::string& file_id) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%05d", number);
  return std::string(digits) + "-" + file_id + ".metadata.json";
}

}  // namespace

void TrimSnapshots(TableMetadata& metadata) {
  if (metadata.snapshots.size() <= kSnapshotsMax) return;
  size_t excess = metadata.snapshots.size() - kSnapshotsMax;
  std::set<int64_t> named;  // by a branch or tag of the table
  for (const auto& [name, ref] : metadata.refs) named.insert(ref.snapshot_id);
  std::erase_if(metadata.snapshots, [&](const Snapshot& snapshot) {
    if (excess == 0 || named.contains(snapshot.id)) return false;
    --excess;
    return true;
  });
  std::erase_if(metadata.snapshot_log, [&](const SnapshotLogEntry& entry) {
    return !metadata.FindSnapshot(entry.snapshot_id).ok();
  });
}

void LogPreviousFile(const std::string& location, int64_t updated_ms, TableMetadata& metadata) {
  metadata.metadata_log.push_back({location, updated_ms});
  if (metadata.metadata_log.size() > kMetadataLogMax) {
    metadata.metadata_log.erase(metadata.metadata_log.begin());
  }
}

base::Result<std::string> StoreMetadata(const base::Context& ctx, storage::ObjectStore& store,
                                        const TableMetadata& metadata,
                                        const std::string& previous_location,
                                        const std::string& file_id) {
  const auto folder = store.KeyOf(metadata.location);
  const std::string key = (folder.ok() ? *folder : TableFolderKey(metadata.table_uuid)) +
                          "/metadata/" +
                          MetadataFileName(NextFileNumber(previous_location), file_id);
  RETURN_IF_ERROR(store.Create(ctx, key, WriteTableMetadata(metadata)));
  return store.Uri(key);
}

base::Result<CommittedTable> Committer::Commit(const base::Context& ctx,
                                               const std::string& table_uuid, const TableHead* head,
                                               const TableChange& change) {
  RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  RETURN_IF_ERROR(CheckChange(head, change));
  TableMetadata metadata;
  std::string folder = TableFolderKey(table_uuid);
  if (head != nullptr) {
    metadata = WithPointer(head->metadata, head->pointer);
    ASSIGN_OR_RETURN(folder, store_.KeyOf(metadata.location));
    LogPreviousFile(head->metadata_location, head->metadata.last_updated_ms, metadata);
  } else {
    metadata.table_uuid = table_uuid;
    metadata.location = store_.Uri(folder);
  }
  RETURN_IF_ERROR(ApplyShape(change, metadata));
  // Time never goes back in a file, whatever the clock does.
  metadata.last_updated_ms = std::max(metadata.last_updated_ms, base::Micros(clock_.Now()) / 1000);

  const std::string file_id = base::NewUuid(rng_);
  const bool creates_empty = change.intent == Intent::kCreate && change.added_manifests.empty();
  if (change.intent != Intent::kSchema && !creates_empty) {
    if (metadata.format_version > kSnapshotVersionMax) {
      return base::Error(base::Code::kUnimplemented, kNewerFormat,
                         "rows cannot be written to a table of format version 3 here, which is "
                         "read only: write it with the engine that made it, or use a table of "
                         "version 2");
    }
    Snapshot snapshot;
    snapshot.id = base::NewPositiveInt64(rng_);
    snapshot.parent_id = metadata.current_snapshot_id;
    snapshot.sequence_number = metadata.last_sequence_number + 1;
    snapshot.timestamp_ms = metadata.last_updated_ms;
    snapshot.schema_id = metadata.current_schema_id;
    Draft draft(store_, folder, file_id, std::move(snapshot));
    const Snapshot* parent = nullptr;
    std::vector<ManifestFile> rows;
    if (metadata.current_snapshot_id) {
      ASSIGN_OR_RETURN(parent, metadata.FindSnapshot(*metadata.current_snapshot_id));
      ASSIGN_OR_RETURN(rows, LoadManifestList(ctx, store_, *parent));
    }
    RETURN_IF_ERROR(draft.Carry(ctx, rows, change));
    ASSIGN_OR_RETURN(Snapshot made, std::move(draft).Finish(ctx, parent, change));
    AddSnapshot(metadata, std::move(made));
  }

  ASSIGN_OR_RETURN(std::string location,
                   StoreMetadata(ctx, store_, metadata,
                                 head == nullptr ? "" : head->metadata_location, file_id));
  const TablePointer pointer = PointerOf(metadata);
  return CommittedTable{std::move(metadata), std::move(location), pointer};
}

}  // namespace iceberg
