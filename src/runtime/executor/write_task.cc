#include <utility>

#include "columnar/producer.h"
#include "engine/parquet_writer.h"
#include "iceberg/manifest.h"
#include "iceberg/pruning.h"
#include "iceberg/written_file.h"
#include "runtime/executor/store_bytes.h"
#include "runtime/executor/table_writer_internal.h"
#include "runtime/executor/task_parts_internal.h"
#include "runtime/reasons.h"

namespace runtime {
namespace {

/// OVERWRITE_PARTITIONS promises that nothing outside the filter changes, so a row outside it is a
/// mistake.
base::Status CheckRowsInside(const base::Context& ctx, ExecutorParts& parts,
                             const columnar::SharedTable& table, const plan::WriteTarget& target) {
  ASSIGN_OR_RETURN(columnar::Stream rows, columnar::OpenTable(table));
  ASSIGN_OR_RETURN(rows, engine::CastToSchema(ctx, std::move(rows), target.schema));
  const std::string filter = PredicateSql(target.overwrite);
  engine::Query query{"select count(*) as n from t where (" + filter + ") is not true", {}, 0};
  ASSIGN_OR_RETURN(query.tables["t"], engine::SourceOf(std::move(rows)));
  ASSIGN_OR_RETURN(columnar::Stream counted, parts.sql.Run(ctx, query));
  ArrowArray array{};
  ASSIGN_OR_RETURN(const bool any, counted.ReadNext(&array));
  if (!any) return base::Ok();
  const auto outside =
      static_cast<const int64_t*>(array.children[0]->buffers[1])[array.children[0]->offset];
  array.release(&array);
  if (outside == 0) return base::Ok();
  return base::Error(base::Code::kUserCode, reasons::kRowsOutsideFilter,
                     std::to_string(outside) + " rows for table \"" + target.table +
                         "\" are outside its overwrite filter " +
                         columnar::ToString(target.overwrite))
      .Set("rows", std::to_string(outside));
}

/// Files of the base that the filter covers wholly are dropped; those it covers partly are written
/// again without the rows it covers.
base::Status OverwriteBase(const base::Context& ctx, ExecutorParts& parts,
                           const plan::WriteTarget& target, TableWriter& writer,
                           plan::TaskOutcome& outcome) {
  if (!target.base || !target.base->snapshot_id) return base::Ok();
  ASSIGN_OR_RETURN(const std::shared_ptr<TableScan> scan,
                   TableScan::Open(ctx, parts.lake, *target.base, {}));
  ASSIGN_OR_RETURN(const iceberg::ScanPlan plan, scan->PlanFiles(ctx, target.overwrite));
  const std::string keep = "(" + PredicateSql(target.overwrite) + ") is not true";
  for (const iceberg::FileScanTask& file : plan.tasks) {
    uint64_t kept = 0;
    if (!file.all_rows_match) {
      iceberg::FileScanTask whole = file;
      whole.residual = {};
      ASSIGN_OR_RETURN(columnar::Stream rows, scan->ReadFile(ctx, whole, scan->schema()));
      engine::Query query{"select * from t where " + keep, {}, 0};
      ASSIGN_OR_RETURN(query.tables["t"], engine::SourceOf(std::move(rows)));
      ASSIGN_OR_RETURN(rows, parts.sql.Run(ctx, query));
      rows = columnar::Observe(std::move(rows), [&](uint64_t count) { kept += count; });
      RETURN_IF_ERROR(writer.Write(ctx, std::move(rows)));
      if (kept == static_cast<uint64_t>(file.file.record_count))
        outcome.counters["write.files_rewritten_unchanged"] += 1;
    }
    outcome.written->removed_files.push_back(file.file.path);
    outcome.written->rows_removed += static_cast<uint64_t>(file.file.record_count) - kept;
  }
  AddScanCounters(*scan, outcome);
  return base::Ok();
}

}  // namespace

base::Status RunWriteTask(const base::Context& ctx, ExecutorParts& parts,
                          const plan::TaskSpec& task, plan::TaskOutcome& outcome) {
  if (!task.write || task.inputs.size() != 1) {
    return base::Error(base::Code::kInvalidArgument, reasons::kBadTask,
                       "a write task has one input and one target");
  }
  ASSIGN_OR_RETURN(const columnar::SharedTable table,
                   InputTable(ctx, parts, task, task.inputs[0], outcome));
  const plan::WriteTarget& target = *task.write;
  const bool overwrites = target.strategy == plan::WriteStrategy::kOverwritePartitions;
  if (overwrites) RETURN_IF_ERROR(CheckRowsInside(ctx, parts, table, target));
  outcome.written.emplace();
  ASSIGN_OR_RETURN(TableWriter writer, TableWriter::Open(parts.lake, target));
  ASSIGN_OR_RETURN(columnar::Stream rows, columnar::OpenTable(table));
  RETURN_IF_ERROR(writer.Write(ctx, std::move(rows)));
  const uint64_t own_rows = writer.rows();
  if (overwrites) RETURN_IF_ERROR(OverwriteBase(ctx, parts, target, writer, outcome));
  RETURN_IF_ERROR(writer.Finish(ctx, *outcome.written));
  outcome.written->rows_added = own_rows;
  outcome.rows = own_rows;
  outcome.bytes = outcome.written->bytes_added;
  return base::Ok();
}

}  // namespace runtime
