// Planning a scan: which files of a snapshot must be read for a predicate.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "columnar/predicate.h"
#include "columnar/type.h"
#include "iceberg/manifest.h"
#include "iceberg/table_metadata.h"
#include "storage/object_store.h"

namespace iceberg {

struct ScanRequest {
  std::optional<int64_t> snapshot_id;  // none = the table is empty
  columnar::Schema schema;             // the one the predicate's names belong to
  columnar::Predicate predicate;       // bound here; kTrue = everything
};

/// A file of deletes: by position, by equality, or a deletion vector in a Puffin file.
struct DeleteFile {
  DataFile file;
  int64_t sequence_number = 0;
  bool is_vector() const { return file.content_offset.has_value(); }
};

struct FileScanTask {
  DataFile file;
  int64_t sequence_number = 0;
  /// Rows that these name are gone. Where there is a vector, it is the only one by position.
  std::vector<std::shared_ptr<const DeleteFile>> deletes;
  bool all_rows_match = false;   // those that are left; then `residual` is kTrue
  columnar::Predicate residual;  // what is left to check on the rows
};

struct ScanPlan {
  std::vector<FileScanTask> tasks;  // in the order of the manifests
  int64_t manifests_read = 0;
  int64_t manifests_skipped = 0;
  int64_t files_skipped = 0;  // in the manifests that were read
  int64_t rows = 0;           // of the files to read, deleted ones included
};

/// kUnimplemented "iceberg.delete_files" for delete files of a format that is not read; kNotFound
/// "iceberg.no_such_snapshot"; "columnar.unknown_column".
base::Result<ScanPlan> PlanScan(const base::Context& ctx, storage::ObjectStore& store,
                                const TableMetadata& metadata, const ScanRequest& request);

/// The manifests of a snapshot (its list, or the inline paths of version 1).
base::Result<std::vector<ManifestFile>> LoadManifestList(const base::Context& ctx,
                                                         storage::ObjectStore& store,
                                                         const Snapshot& snapshot);

}  // namespace iceberg
