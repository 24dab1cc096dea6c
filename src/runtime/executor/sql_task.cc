#include <utility>

#include "columnar/canonical.h"
#include "columnar/producer.h"
#include "engine/sql_analysis.h"
#include "runtime/executor/task_parts_internal.h"

namespace runtime {
namespace {

/// A table in shared memory as the engine sees it; read as often as it likes.
class MemoryTable final : public engine::TableSource {
 public:
  MemoryTable(columnar::SharedTable table, columnar::Schema schema)
      : table_(std::move(table)), schema_(std::move(schema)) {}

  const columnar::Schema& schema() const override { return schema_; }
  std::optional<uint64_t> RowsEstimate() const override { return table_.rows(); }
  base::Result<columnar::Stream> Open(const base::Context&,
                                      const engine::ScanRequest& request) override {
    ASSIGN_OR_RETURN(const columnar::SharedTable projected,
                     columnar::ProjectTable(table_, request.columns));
    return columnar::OpenTable(projected);
  }

 private:
  const columnar::SharedTable table_;
  const columnar::Schema schema_;
};

/// Whoever asks for rows is told which columns cannot be null. Tables are not made of these rows,
/// so nothing is required that a later run could not keep to.
base::Result<columnar::Stream> SayNeverNull(columnar::Stream rows, const std::string& sql) {
  ASSIGN_OR_RETURN(const engine::SqlAnalysis analysis, engine::AnalyzeSql(sql));
  ASSIGN_OR_RETURN(columnar::Schema schema, columnar::SchemaOf(rows));
  bool any = false;
  for (size_t i = 0; i < analysis.never_null.size() && i < schema.fields.size(); ++i) {
    if (!analysis.never_null[i]) continue;
    schema.fields[i].required = true;
    any = true;
  }
  if (!any) return rows;
  return columnar::Canonical(std::move(rows), {.target = std::move(schema)});
}

}  // namespace

base::Result<columnar::Stream> RunSql(const base::Context& ctx, ExecutorParts& parts,
                                      const plan::TaskSpec& task,
                                      std::vector<std::shared_ptr<TableScan>>& scans) {
  engine::Query query;
  query.sql = task.entry.sql;
  query.rows_max = task.rows_max;
  for (const plan::TaskInput& input : task.inputs) {
    if (const auto* parent = std::get_if<plan::ParentOutput>(&input.from)) {
      ASSIGN_OR_RETURN(columnar::SharedTable table, parts.exchange.Find(parent->task));
      ASSIGN_OR_RETURN(columnar::Stream opened, columnar::OpenTable(table));
      ASSIGN_OR_RETURN(columnar::Schema schema, columnar::SchemaOf(opened));
      query.tables[input.name] = std::make_shared<MemoryTable>(std::move(table), std::move(schema));
    } else {
      ASSIGN_OR_RETURN(
          std::shared_ptr<TableScan> scan,
          TableScan::Open(ctx, parts.lake, std::get<plan::ScanSpec>(input.from), input.prune));
      scans.push_back(scan);
      query.tables[input.name] = std::move(scan);
    }
  }
  auto rows = parts.sql.Run(ctx, query);
  if (rows.ok() && task.kind == plan::TaskKind::kQuery) {
    return SayNeverNull(std::move(rows).value(), task.entry.sql);
  }
  if (rows.ok() || task.entry.file.empty()) return rows;
  base::Error error = std::move(rows).error();
  if (error.place.file.empty()) error.place.file = task.entry.file;
  return error;
}

base::Status RunSqlTask(const base::Context& ctx, ExecutorParts& parts, const plan::TaskSpec& task,
                        plan::TaskOutcome& outcome) {
  std::vector<std::shared_ptr<TableScan>> scans;
  ASSIGN_OR_RETURN(columnar::Stream rows, RunSql(ctx, parts, task, scans));
  auto table = ToSharedMemory(task, std::move(rows), outcome);
  if (!table.ok()) {
    base::Error error = std::move(table).error();
    if (error.place.file.empty()) error.place.file = task.entry.file;
    return error;
  }
  for (const auto& scan : scans) AddScanCounters(*scan, outcome);
  return PublishOutput(parts, task, std::move(table).value(), outcome);
}

}  // namespace runtime
