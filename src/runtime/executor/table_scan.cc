#include "runtime/executor/table_scan.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "columnar/producer.h"
#include "engine/fragment_reader.h"
#include "iceberg/own_properties.h"
#include "iceberg/pruning.h"
#include "runtime/executor/store_bytes.h"

namespace runtime {
namespace {

using columnar::Predicate;

Predicate Both(const Predicate& a, const Predicate& b) {
  if (a.op == Predicate::Op::kTrue) return b;
  if (b.op == Predicate::Op::kTrue) return a;
  return Predicate::And({a, b});
}

/// The files of a scan one after the other, each opened when its turn comes.
class FileSequence final : public columnar::BatchProducer {
 public:
  FileSequence(base::Context ctx, std::shared_ptr<TableScan> scan,
               std::vector<iceberg::FileScanTask> tasks, columnar::Schema output)
      : ctx_(std::move(ctx)),
        scan_(std::move(scan)),
        tasks_(std::move(tasks)),
        output_(std::move(output)) {}

  base::Status ReadSchema(ArrowSchema* out) override {
    return columnar::ToArrow(output_, false, out);
  }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    while (true) {
      if (!current_.valid()) {
        if (next_ == tasks_.size()) return false;
        ASSIGN_OR_RETURN(current_, scan_->ReadFile(ctx_, tasks_[next_], output_));
        ++next_;
      }
      ASSIGN_OR_RETURN(const bool more, current_.ReadNext(out));
      if (more) return true;
      current_ = columnar::Stream();
    }
  }

 private:
  const base::Context ctx_;
  const std::shared_ptr<TableScan> scan_;
  const std::vector<iceberg::FileScanTask> tasks_;
  const columnar::Schema output_;
  size_t next_ = 0;
  columnar::Stream current_;
};

/// The row groups of a file that may match, by the statistics of its footer.
base::Result<std::vector<int>> MatchingRowGroups(const engine::FileStats& stats,
                                                 const columnar::Schema& schema,
                                                 const Predicate& bound) {
  std::vector<int> matching;
  for (size_t i = 0; i < stats.row_groups.size(); ++i) {
    const engine::RowGroupStats& group = stats.row_groups[i];
    const auto match = iceberg::Evaluate(
        bound, [&](const std::string& column) -> std::optional<iceberg::ColumnRange> {
          const columnar::Field* field = schema.Find(column);
          if (field == nullptr) return std::nullopt;
          const auto found = group.columns.find(field->id);
          if (found == group.columns.end()) return std::nullopt;
          iceberg::ColumnRange range;
          range.min = found->second.min;
          range.max = found->second.max;
          range.null_count = found->second.null_count;
          range.value_count = found->second.value_count;
          // The footer's type may be narrower than the table's (int read as long).
          if (range.min) range.min = columnar::ConvertLiteral(*range.min, field->type);
          if (range.max) range.max = columnar::ConvertLiteral(*range.max, field->type);
          return range;
        });
    if (match != iceberg::Match::kNever) matching.push_back(static_cast<int>(i));
  }
  return matching;
}

/// Whether the file may hold not-a-number. DuckDB's reader takes the bounds in a footer, which
/// leave NaN out, for all there is, and skips row groups that hold it.
bool MayHoldNan(const iceberg::DataFile& file, const columnar::Schema& schema) {
  return std::any_of(schema.fields.begin(), schema.fields.end(), [&](const columnar::Field& field) {
    if (field.type.id != columnar::TypeId::kFloat && field.type.id != columnar::TypeId::kDouble)
      return false;
    const auto found = file.nan_value_counts.find(field.id);
    return found == file.nan_value_counts.end() || found->second != 0;
  });
}

}  // namespace

base::Result<std::shared_ptr<TableScan>> TableScan::Open(const base::Context& ctx,
                                                         storage::ObjectStore& store,
                                                         const plan::ScanSpec& spec,
                                                         Predicate always) {
  auto metadata = iceberg::LoadTableMetadata(ctx, store, spec.metadata_location);
  if (!metadata.ok()) return std::move(metadata).error().With("table \"" + spec.table + "\"");
  ASSIGN_OR_RETURN(const columnar::Schema* found, metadata->FindSchema(spec.schema_id));
  columnar::Schema schema = *found;
  return std::shared_ptr<TableScan>(new TableScan(store, spec, std::move(metadata).value(),
                                                  std::move(schema), std::move(always)));
}

bool TableScan::FindsByName() const {
  const auto found = metadata_.properties.find(iceberg::kByNameProperty);
  return found != metadata_.properties.end() && found->second == "true";
}

std::optional<uint64_t> TableScan::RowsEstimate() const {
  if (!spec_.snapshot_id) return 0;
  const auto snapshot = metadata_.FindSnapshot(*spec_.snapshot_id);
  if (!snapshot.ok()) return std::nullopt;
  const auto records = (*snapshot)->summary.find("total-records");
  if (records == (*snapshot)->summary.end()) return std::nullopt;
  return static_cast<uint64_t>(std::atoll(records->second.c_str()));
}

base::Result<iceberg::ScanPlan> TableScan::PlanFiles(const base::Context& ctx,
                                                     const Predicate& predicate) {
  iceberg::ScanRequest request{spec_.snapshot_id, schema_, Both(always_, predicate)};
  ASSIGN_OR_RETURN(iceberg::ScanPlan plan, iceberg::PlanScan(ctx, store_, metadata_, request));
  return plan;
}

base::Result<columnar::Stream> TableScan::ReadFile(const base::Context& ctx,
                                                   const iceberg::FileScanTask& task,
                                                   const columnar::Schema& output) {
  engine::FragmentScan fragment;
  ASSIGN_OR_RETURN(fragment.file, OpenCounted(ctx, task.file.path));
  fragment.output = output;
  fragment.by_name = FindsByName();
  ASSIGN_OR_RETURN(fragment.constants, Defaults(output.fields));
  size_t groups = task.file.split_offsets.size();
  size_t skipped = 0;
  // The statistics of a file's only row group are the file's own, which let it through already.
  if (task.residual.op != Predicate::Op::kTrue && groups != 1) {
    ASSIGN_OR_RETURN(const engine::FileStats stats,
                     engine::ReadFileStats(*fragment.file, &schema_));
    groups = stats.row_groups.size();
    if (!fragment.by_name || !stats.has_field_ids) {
      ASSIGN_OR_RETURN(fragment.row_groups, MatchingRowGroups(stats, schema_, task.residual));
      skipped = groups - fragment.row_groups.size();
    }
  }
  counts_->With([&](ScanCounts& seen) {
    seen.row_groups_skipped += static_cast<int64_t>(skipped);
    seen.row_groups_read += static_cast<int64_t>(groups - skipped);
  });
  if (groups > 0 && skipped == groups) return columnar::EmptyStream(output);
  if (task.deletes.empty()) return engine::ReadFragment(ctx, std::move(fragment));
  ASSIGN_OR_RETURN(engine::RowDeletes deletes, DeletesOf(ctx, task));
  return engine::ReadFragmentWithout(ctx, std::move(fragment), std::move(deletes));
}

base::Result<columnar::Stream> TableScan::Open(const base::Context& ctx,
                                               const engine::ScanRequest& request) {
  columnar::Schema output;
  output.id = schema_.id;
  for (const std::string& column : request.columns) {
    const columnar::Field* field = schema_.Find(column);
    if (field == nullptr) {
      return base::Error(base::Code::kInternal, "runtime.unknown_column",
                         "table \"" + spec_.table + "\" has no column \"" + column + "\"");
    }
    output.fields.push_back(*field);
  }
  ASSIGN_OR_RETURN(iceberg::ScanPlan plan, PlanFiles(ctx, request.predicate));
  counts_->With([&](ScanCounts& counts) {
    counts.files_read += static_cast<int64_t>(plan.tasks.size());
    counts.files_skipped += plan.files_skipped;
    counts.manifests_read += plan.manifests_read;
    counts.manifests_skipped += plan.manifests_skipped;
  });
  return columnar::StreamOf(std::make_unique<FileSequence>(
      ctx, shared_from_this(), std::move(plan.tasks), std::move(output)));
}

base::Result<std::optional<std::vector<std::string>>> TableScan::PlainParquetPaths(
    const base::Context& ctx, const Predicate& predicate) {
  using Paths = std::optional<std::vector<std::string>>;
  ASSIGN_OR_RETURN(const iceberg::ScanPlan plan, PlanFiles(ctx, predicate));
  std::vector<std::string> paths;
  if (FindsByName()) return Paths();
  for (const iceberg::FileScanTask& task : plan.tasks) {
    if (!task.deletes.empty()) return Paths();
    engine::FragmentScan fragment;
    ASSIGN_OR_RETURN(fragment.file, OpenObject(ctx, store_, task.file.path));
    fragment.output = schema_;
    const std::optional<std::string> path = fragment.file->LocalPath();
    if (!path) return Paths();
    ASSIGN_OR_RETURN(const bool plain, engine::IsPlain(fragment));
    if (!plain || MayHoldNan(task.file, schema_)) return Paths();
    paths.push_back(*path);
  }
  if (paths.empty()) return Paths();
  counts_->With([&](ScanCounts& counts) {
    counts.files_read += static_cast<int64_t>(plan.tasks.size());
    counts.files_skipped += plan.files_skipped;
    counts.manifests_read += plan.manifests_read;
    counts.manifests_skipped += plan.manifests_skipped;
  });
  return Paths(std::move(paths));
}

ScanCounts TableScan::counts() const {
  return counts_->With([](const ScanCounts& counts) { return counts; });
}

}  // namespace runtime
