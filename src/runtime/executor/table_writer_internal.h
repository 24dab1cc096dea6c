// TableWriter: rows into data files of one table, and the delta manifest that lists them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "columnar/stream.h"
#include "engine/parquet_writer.h"
#include "iceberg/manifest.h"
#include "iceberg/partition.h"
#include "iceberg/written_file.h"
#include "plan/task_outcome.h"
#include "plan/task_spec.h"
#include "storage/object_store.h"

namespace runtime {

/// One writer per task; not thread-safe. File names hold the target's write id, so no two tasks
/// ever meet.
class TableWriter {
 public:
  static base::Result<TableWriter> Open(storage::ObjectStore& lake,
                                        const plan::WriteTarget& target);

  /// May be called several times: more rows, more files.
  base::Status Write(const base::Context& ctx, columnar::Stream rows);
  /// Takes a user's Parquet file as it is, if that can be (engine/parquet_copy.h), and says how
  /// many rows it has; nothing: it must be read.
  base::Result<std::optional<uint64_t>> Copy(const base::Context& ctx,
                                             const std::shared_ptr<engine::RangeReader>& file);
  /// A file that is there already becomes one of the table's as it is; for tables without
  /// partitions.
  void Register(const iceberg::WrittenFile& file);
  /// Writes the manifest (none when there are no files) and says in `written` what there is.
  base::Status Finish(const base::Context& ctx, plan::WrittenTable& written);
  uint64_t rows() const { return rows_; }

 private:
  TableWriter(storage::ObjectStore& lake, const plan::WriteTarget& target,
              iceberg::PartitionSpec spec)
      : lake_(&lake), target_(&target), spec_(std::move(spec)) {}
  engine::WriteOptions Options() const;
  base::Result<engine::OpenedFile> OpenNext(const base::Context& ctx,
                                            const engine::PartitionKey& partition, int64_t number);
  void Add(const engine::WrittenFile& file);

  storage::ObjectStore* lake_;
  const plan::WriteTarget* target_;
  iceberg::PartitionSpec spec_;
  std::vector<iceberg::ManifestEntry> entries_;
  int64_t files_ = 0;
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace runtime
