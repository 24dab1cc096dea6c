// TableScan: a table pinned at one snapshot, read through pruning and the reference reader.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "columnar/predicate.h"
#include "columnar/stream.h"
#include "engine/row_deletes.h"
#include "engine/sql_engine.h"
#include "iceberg/scan.h"
#include "iceberg/table_metadata.h"
#include "plan/task_spec.h"
#include "storage/object_store.h"

namespace runtime {

/// What a scan touched, for a task's counters.
struct ScanCounts {
  int64_t files_read = 0;
  int64_t files_skipped = 0;
  int64_t manifests_read = 0;
  int64_t manifests_skipped = 0;
  int64_t row_groups_read = 0;
  int64_t row_groups_skipped = 0;
  int64_t bytes_read = 0;  // of data files, through the store
};

/// The engine's view of a table of the lake. Thread-safe; the store must outlive it and its
/// streams.
class TableScan final : public engine::TableSource, public std::enable_shared_from_this<TableScan> {
 public:
  /// Reads the metadata file, nothing else. `always` is pruned by in every Open, beside what that
  /// asks for.
  static base::Result<std::shared_ptr<TableScan>> Open(const base::Context& ctx,
                                                       storage::ObjectStore& store,
                                                       const plan::ScanSpec& spec,
                                                       columnar::Predicate always);

  const columnar::Schema& schema() const override { return schema_; }
  std::optional<uint64_t> RowsEstimate() const override;
  base::Result<columnar::Stream> Open(const base::Context& ctx,
                                      const engine::ScanRequest& request) override;
  base::Result<std::optional<std::vector<std::string>>> PlainParquetPaths(
      const base::Context& ctx, const columnar::Predicate& predicate) override;

  /// The files that may hold rows for `predicate`.
  base::Result<iceberg::ScanPlan> PlanFiles(const base::Context& ctx,
                                            const columnar::Predicate& predicate);
  /// The rows of one file that are not deleted, whole rows groups that cannot match left out.
  base::Result<columnar::Stream> ReadFile(const base::Context& ctx,
                                          const iceberg::FileScanTask& task,
                                          const columnar::Schema& output);
  const iceberg::TableMetadata& metadata() const { return metadata_; }
  ScanCounts counts() const;

 private:
  TableScan(storage::ObjectStore& store, plan::ScanSpec spec, iceberg::TableMetadata metadata,
            columnar::Schema schema, columnar::Predicate always)
      : store_(store),
        spec_(std::move(spec)),
        metadata_(std::move(metadata)),
        schema_(std::move(schema)),
        always_(std::move(always)) {}

  /// What delete files said that were read already, by path and, for keys, columns.
  struct KnownDeletes {
    std::map<std::string, std::shared_ptr<const engine::DeletedPositions>> positions;
    std::map<std::string, std::shared_ptr<const engine::DeletedKeys>> keys;
  };
  base::Result<std::shared_ptr<engine::RangeReader>> OpenCounted(const base::Context& ctx,
                                                                 const std::string& uri);
  base::Result<std::vector<int64_t>> PositionsOf(const base::Context& ctx,
                                                 const iceberg::DeleteFile& file,
                                                 const std::string& data_file);
  base::Result<std::shared_ptr<const engine::DeletedKeys>> KeysOf(const base::Context& ctx,
                                                                  const iceberg::DeleteFile& file);
  base::Result<engine::RowDeletes> DeletesOf(const base::Context& ctx,
                                             const iceberg::FileScanTask& task);
  /// Files of others: what ids they carry, means nothing here.
  bool FindsByName() const;
  base::Result<std::map<int32_t, columnar::Literal>> Defaults(
      const std::vector<columnar::Field>& fields) const;

  storage::ObjectStore& store_;
  const plan::ScanSpec spec_;
  const iceberg::TableMetadata metadata_;
  const columnar::Schema schema_;
  const columnar::Predicate always_;
  base::Guarded<KnownDeletes> deletes_;
  const std::shared_ptr<base::Guarded<ScanCounts>> counts_ =
      std::make_shared<base::Guarded<ScanCounts>>();
};

}  // namespace runtime
