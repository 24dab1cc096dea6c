#include "iceberg/scan.h"

#include <algorithm>
#include <cctype>

#include "iceberg/pruning.h"
#include "iceberg/reasons.h"

namespace iceberg {
namespace {

constexpr int32_t kFilePathId = 2147483546;  // of a file of deletes by position

bool IsFormat(const std::string& format, std::string_view name) {
  return std::equal(format.begin(), format.end(), name.begin(), name.end(), [](char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) == b;
  });
}

/// Counts absent in version 1 read as zero, so only a manifest that says so has no live files.
bool HasNoLiveFiles(const ManifestFile& row) {
  return row.added_files == 0 && row.existing_files == 0 && row.deleted_files > 0;
}

base::Status AddTasks(const Manifest& manifest, const ScanRequest& request,
                      const PartitionSpec& spec, const columnar::Predicate& bound, ScanPlan& plan) {
  for (const ManifestEntry& entry : manifest.entries) {
    if (entry.status == EntryStatus::kDeleted) continue;
    if (!IsFormat(entry.file.format, "PARQUET")) {
      return base::Error(base::Code::kUnimplemented, kUnsupported,
                         "data file \"" + entry.file.path + "\" has format " + entry.file.format +
                             ", only PARQUET is read");
    }
    const Match match = EvaluateFile(bound, request.schema, spec, entry.file);
    if (match == Match::kNever) {
      ++plan.files_skipped;
      continue;
    }
    FileScanTask task;
    task.file = entry.file;
    task.sequence_number = entry.sequence_number.value_or(0);
    task.all_rows_match = match == Match::kAlways;
    if (!task.all_rows_match) task.residual = bound;
    plan.rows += task.file.record_count;
    plan.tasks.push_back(std::move(task));
  }
  return base::Ok();
}

using Deletes = std::vector<std::shared_ptr<const DeleteFile>>;

base::Status AddDeletes(const Manifest& manifest, Deletes& deletes) {
  for (const ManifestEntry& entry : manifest.entries) {
    if (entry.status == EntryStatus::kDeleted || entry.file.content == FileContent::kData) continue;
    const DeleteFile file{entry.file, entry.sequence_number.value_or(0)};
    const bool by_position = entry.file.content == FileContent::kPositionDeletes;
    const bool vector = file.is_vector() && IsFormat(entry.file.format, "PUFFIN");
    if (!IsFormat(entry.file.format, "PARQUET") && !(by_position && vector)) {
      return base::Error(base::Code::kUnimplemented, kDeleteFiles,
                         "delete file \"" + entry.file.path + "\" has format " + entry.file.format +
                             ", which is not read: rewrite the table's data files with the engine "
                             "that wrote them");
    }
    deletes.push_back(std::make_shared<const DeleteFile>(file));
  }
  return base::Ok();
}

bool MayNamePath(const DataFile& deletes, const std::string& path) {
  if (!deletes.referenced_data_file.empty()) return deletes.referenced_data_file == path;
  const auto lower = deletes.lower_bounds.find(kFilePathId);
  const auto upper = deletes.upper_bounds.find(kFilePathId);
  // Bounds may be shortened, outwards: what is outside them is outside.
  if (lower != deletes.lower_bounds.end() && path < lower->second) return false;
  return upper == deletes.upper_bounds.end() || path <= upper->second;
}

/// The rules of the specification: which rows of `task` may a file of deletes name?
bool Applies(const TableMetadata& metadata, const DeleteFile& deletes, const FileScanTask& task) {
  const bool same_partition =
      deletes.file.spec_id == task.file.spec_id && deletes.file.partition == task.file.partition;
  if (deletes.file.content == FileContent::kPositionDeletes) {
    return task.sequence_number <= deletes.sequence_number &&
           (same_partition || !deletes.file.referenced_data_file.empty()) &&
           MayNamePath(deletes.file, task.file.path);
  }
  if (task.sequence_number >= deletes.sequence_number) return false;
  const auto spec = metadata.FindSpec(deletes.file.spec_id);
  return same_partition || (spec.ok() && (*spec)->fields.empty());
}

void AssignDeletes(const TableMetadata& metadata, const Deletes& deletes, FileScanTask& task) {
  bool has_vector = false;
  for (const auto& file : deletes) {
    if (!Applies(metadata, *file, task)) continue;
    has_vector |= file->is_vector();
    task.deletes.push_back(file);
  }
  if (!has_vector) return;
  // A vector holds what files of positions said before it.
  std::erase_if(task.deletes, [](const auto& file) {
    return file->file.content == FileContent::kPositionDeletes && !file->is_vector();
  });
}

}  // namespace

base::Result<std::vector<ManifestFile>> LoadManifestList(const base::Context& ctx,
                                                         storage::ObjectStore& store,
                                                         const Snapshot& snapshot) {
  if (snapshot.manifest_list.empty()) {
    std::vector<ManifestFile> rows;
    for (const std::string& path : snapshot.manifests) {
      ManifestFile row;
      row.path = path;
      row.added_snapshot_id = snapshot.id;
      row.sequence_number = 0;
      rows.push_back(std::move(row));
    }
    return rows;
  }
  ASSIGN_OR_RETURN(const std::string key, store.KeyOf(snapshot.manifest_list));
  ASSIGN_OR_RETURN(const base::Bytes bytes, storage::ReadAll(ctx, store, key));
  auto rows = DecodeManifestList(bytes);
  if (!rows.ok()) return std::move(rows).error().With(snapshot.manifest_list);
  return rows;
}

base::Result<ScanPlan> PlanScan(const base::Context& ctx, storage::ObjectStore& store,
                                const TableMetadata& metadata, const ScanRequest& request) {
  ASSIGN_OR_RETURN(const columnar::Predicate bound,
                   columnar::Bind(request.predicate, request.schema));
  ScanPlan plan;
  if (!request.snapshot_id) return plan;
  ASSIGN_OR_RETURN(const Snapshot* snapshot, metadata.FindSnapshot(*request.snapshot_id));
  ASSIGN_OR_RETURN(const std::vector<ManifestFile> rows, LoadManifestList(ctx, store, *snapshot));
  Deletes deletes;
  for (const ManifestFile& row : rows) {
    if (HasNoLiveFiles(row)) continue;
    if (row.content == ManifestContent::kDeletes) {
      ++plan.manifests_read;
      ASSIGN_OR_RETURN(const Manifest manifest, LoadManifest(ctx, store, row));
      RETURN_IF_ERROR(AddDeletes(manifest, deletes));
      continue;
    }
    const auto spec = metadata.FindSpec(row.spec_id);
    if (spec.ok() && EvaluateManifest(bound, request.schema, **spec, row) == Match::kNever) {
      ++plan.manifests_skipped;
      continue;
    }
    ++plan.manifests_read;
    ASSIGN_OR_RETURN(const Manifest manifest, LoadManifest(ctx, store, row));
    // The manifest's own spec is the one its partition values were read by.
    RETURN_IF_ERROR(AddTasks(manifest, request, manifest.spec, bound, plan));
  }
  for (FileScanTask& task : plan.tasks) AssignDeletes(metadata, deletes, task);
  return plan;
}

}  // namespace iceberg
