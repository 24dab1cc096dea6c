#include "iceberg/scan.h"

#include <algorithm>
#include <cctype>

#include "iceberg/pruning.h"
#include "iceberg/reasons.h"

namespace iceberg {
namespace {

base::Error HasDeleteFiles(const std::string& where) {
  return base::Error(base::Code::kUnimplemented, kDeleteFiles,
                     "the snapshot holds delete files (" + where +
                         "), which this version does not read: rewrite the table's data files "
                         "with the engine that wrote them");
}

bool IsParquet(const std::string& format) {
  constexpr std::string_view kParquet = "PARQUET";
  return std::equal(
      format.begin(), format.end(), kParquet.begin(), kParquet.end(),
      [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
}

/// Counts absent in version 1 read as zero, so only a manifest that says so has no live files.
bool HasNoLiveFiles(const ManifestFile& row) {
  return row.added_files == 0 && row.existing_files == 0 && row.deleted_files > 0;
}

base::Status AddTasks(const Manifest& manifest, const ScanRequest& request,
                      const PartitionSpec& spec, const columnar::Predicate& bound, ScanPlan& plan) {
  for (const ManifestEntry& entry : manifest.entries) {
    if (entry.status == EntryStatus::kDeleted) continue;
    if (entry.file.content != FileContent::kData) return HasDeleteFiles(entry.file.path);
    if (!IsParquet(entry.file.format)) {
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
  for (const ManifestFile& row : rows) {
    if (HasNoLiveFiles(row)) continue;
    if (row.content == ManifestContent::kDeletes) return HasDeleteFiles(row.path);
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
  return plan;
}

}  // namespace iceberg
