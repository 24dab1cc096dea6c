#include "engine/fragment_reader.h"

#include <arrow/io/caching.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "columnar/producer.h"
#include "engine/arrow_bridge_internal.h"
#include "engine/parquet_file_internal.h"
#include "engine/projector_internal.h"
#include "engine/reasons.h"

namespace engine {
namespace {

using internal::MatchBy;
using internal::OpenParquet;
using parquet::arrow::SchemaField;

constexpr int64_t kHoleBytesMax = 256 << 10;  // read along rather than ask twice
constexpr int64_t kRangeBytesMax = 8 << 20;   // larger ones are fetched in pieces side by side

bool HasFieldIds(const parquet::SchemaDescriptor& schema) {
  for (int i = 0; i < schema.num_columns(); ++i) {
    const parquet::schema::Node* node = schema.Column(i)->schema_node().get();
    for (; node != nullptr && node->parent() != nullptr; node = node->parent()) {
      if (node->field_id() >= 0) return true;
    }
  }
  return false;
}

// The names a field may have in a file without ids.
std::vector<std::string> NamesOf(const columnar::Field& field, const FragmentScan& scan) {
  const auto mapped = scan.name_mapping.find(field.id);
  if (mapped != scan.name_mapping.end()) return mapped->second;
  return {field.name};
}

bool MatchesTop(const arrow::Field& source, const columnar::Field& target, MatchBy by,
                const FragmentScan& scan) {
  if (by == MatchBy::kId) return internal::Matches(source, target, by);
  const std::vector<std::string> names = NamesOf(target, scan);
  return std::find(names.begin(), names.end(), source.name()) != names.end();
}

void AllLeaves(const SchemaField& field, std::set<int>* out) {
  if (field.column_index >= 0) out->insert(field.column_index);
  for (const SchemaField& child : field.children) AllLeaves(child, out);
}

// The leaf columns needed to deliver `target` from `source`.
void NeededLeaves(const SchemaField& source, const columnar::Field& target, MatchBy by,
                  std::set<int>* out) {
  if (source.column_index >= 0) {
    out->insert(source.column_index);
    return;
  }
  const bool as_struct = target.type.id == columnar::TypeId::kStruct &&
                         source.field->type()->id() == arrow::Type::STRUCT;
  if (!as_struct) {
    // Lists and maps: their elements are structs often enough, but a missing leaf would change the
    // shape of the whole; within them only list elements are narrowed.
    if (target.type.id == columnar::TypeId::kList && source.children.size() == 1) {
      return NeededLeaves(source.children[0], target.type.children[0], by, out);
    }
    return AllLeaves(source, out);
  }
  const size_t before = out->size();
  for (const columnar::Field& child : target.type.children) {
    for (const SchemaField& candidate : source.children) {
      if (internal::Matches(*candidate.field, child, by)) {
        NeededLeaves(candidate, child, by, out);
      }
    }
  }
  if (out->size() > before) return;
  // None of its fields is wanted: one leaf still says which structs are null.
  std::set<int> all;
  AllLeaves(source, &all);
  if (!all.empty()) out->insert(*all.begin());
}

arrow::io::CacheOptions RemoteRanges() {
  arrow::io::CacheOptions options = arrow::io::CacheOptions::Defaults();
  options.hole_size_limit = kHoleBytesMax;
  options.range_size_limit = kRangeBytesMax;
  return options;
}

class FragmentProducer final : public columnar::BatchProducer {
 public:
  static base::Result<std::unique_ptr<FragmentProducer>> Open(const base::Context& ctx,
                                                              FragmentScan scan) {
    ASSIGN_OR_RETURN(OpenParquet opened, internal::OpenParquetFile(scan.file));
    auto out = std::unique_ptr<FragmentProducer>(new FragmentProducer(ctx, std::move(scan)));
    out->file_ = opened.file;
    ASSIGN_OR_RETURN(out->schema_, internal::ArrowSchemaOf(out->scan_.output, false));
    try {
      RETURN_IF_ERROR(out->Prepare(std::move(opened.reader)));
    } catch (const std::exception& exception) {
      return internal::ParquetError(*out->file_, exception.what());
    }
    return out;
  }

  base::Status ReadSchema(ArrowSchema* out) override { return internal::SchemaToC(*schema_, out); }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    if (ctx_.stop.stop_requested()) {
      return base::Error(base::Code::kCancelled, reason::kCancelled, "reading was cancelled");
    }
    try {
      if (leaves_.empty()) return NextWithoutColumns(out);
      std::shared_ptr<arrow::RecordBatch> batch;
      while (batch == nullptr) {
        if (batches_ == nullptr) {
          ASSIGN_OR_RETURN(const bool more, OpenNextGroups());
          if (!more) return false;
        }
        const arrow::Status status = batches_->ReadNext(&batch);
        if (!status.ok()) return internal::ParquetError(*file_, status.message());
        if (batch == nullptr) batches_.reset();
      }
      ASSIGN_OR_RETURN(batch, Project(*batch));
      RETURN_IF_ERROR(internal::BatchToC(*batch, out));
      return true;
    } catch (const std::exception& exception) {
      return internal::ParquetError(*file_, exception.what());
    }
  }

 private:
  FragmentProducer(const base::Context& ctx, FragmentScan scan)
      : ctx_(ctx), scan_(std::move(scan)) {}

  base::Status Prepare(std::unique_ptr<parquet::ParquetFileReader> parquet_reader) {
    const auto metadata = parquet_reader->metadata();
    by_ = !scan_.by_name && HasFieldIds(*metadata->schema()) ? MatchBy::kId : MatchBy::kName;
    RETURN_IF_ERROR(ChooseRowGroups(*metadata));
    parquet::ArrowReaderProperties properties;
    properties.set_batch_size(scan_.batch_rows_max);
    // Over a network the chunks of a row group are fetched side by side, near ones together.
    remote_ = !scan_.file->LocalPath();
    properties.set_pre_buffer(remote_);
    properties.set_cache_options(RemoteRanges());
    properties.set_use_threads(true);
    properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
    auto made = parquet::arrow::FileReader::Make(arrow::default_memory_pool(),
                                                 std::move(parquet_reader), properties);
    if (!made.ok()) return internal::ParquetError(*file_, made.status().message());
    reader_ = std::move(*made);
    std::set<int> leaves;
    for (const columnar::Field& field : scan_.output.fields) {
      for (const SchemaField& candidate : reader_->manifest().schema_fields) {
        if (MatchesTop(*candidate.field, field, by_, scan_)) {
          NeededLeaves(candidate, field, by_, &leaves);
        }
      }
    }
    leaves_.assign(leaves.begin(), leaves.end());
    if (leaves_.empty()) {
      for (const int group : scan_.row_groups) rows_left_ += metadata->RowGroup(group)->num_rows();
    }
    return base::Ok();
  }

  /// All row groups at once from a disk; one at a time over a network, whose fetched bytes are
  /// held.
  base::Result<bool> OpenNextGroups() {
    if (next_group_ == scan_.row_groups.size()) return false;
    const size_t end = remote_ ? next_group_ + 1 : scan_.row_groups.size();
    const std::vector<int> groups(scan_.row_groups.begin() + static_cast<ptrdiff_t>(next_group_),
                                  scan_.row_groups.begin() + static_cast<ptrdiff_t>(end));
    next_group_ = end;
    auto batches = reader_->GetRecordBatchReader(groups, leaves_);
    if (!batches.ok()) return internal::ParquetError(*file_, batches.status().message());
    batches_ = std::move(*batches);
    return true;
  }

  base::Status ChooseRowGroups(const parquet::FileMetaData& metadata) {
    for (const int group : scan_.row_groups) {
      if (group < 0 || group >= metadata.num_row_groups()) {
        return base::Error(base::Code::kInvalidArgument, reason::kCorruptFile,
                           "\"" + file_->name() + "\" has no row group " + std::to_string(group));
      }
    }
    if (scan_.row_groups.empty()) {
      scan_.row_groups.resize(static_cast<size_t>(metadata.num_row_groups()));
      std::iota(scan_.row_groups.begin(), scan_.row_groups.end(), 0);
    }
    return base::Ok();
  }

  // None of the columns is in the file: constants and nulls for every row.
  base::Result<bool> NextWithoutColumns(ArrowArray* out) {
    if (rows_left_ == 0) return false;
    const int64_t rows = std::min(rows_left_, scan_.batch_rows_max);
    rows_left_ -= rows;
    const auto none =
        arrow::RecordBatch::Make(arrow::schema(arrow::FieldVector()), rows, arrow::ArrayVector());
    ASSIGN_OR_RETURN(const auto batch, Project(*none));
    RETURN_IF_ERROR(internal::BatchToC(*batch, out));
    return true;
  }

  base::Result<std::shared_ptr<arrow::RecordBatch>> Project(const arrow::RecordBatch& batch) {
    arrow::ArrayVector columns;
    for (size_t i = 0; i < scan_.output.fields.size(); ++i) {
      const columnar::Field& target = scan_.output.fields[i];
      const auto& type = schema_->field(static_cast<int>(i))->type();
      std::shared_ptr<arrow::Array> column;
      for (int s = 0; s < batch.num_columns() && column == nullptr; ++s) {
        const arrow::Field& source = *batch.schema()->field(s);
        if (!MatchesTop(source, target, by_, scan_)) continue;
        auto projected = internal::ProjectArray(batch.column(s), source, target, type, by_);
        if (!projected.ok()) return std::move(projected).error().With(file_->name());
        column = *std::move(projected);
      }
      if (column == nullptr) {
        const auto constant = scan_.constants.find(target.id);
        if (constant != scan_.constants.end()) {
          ASSIGN_OR_RETURN(column,
                           internal::RepeatLiteral(constant->second, type, batch.num_rows()));
        } else {
          ASSIGN_OR_RETURN(column, internal::Nulls(type, batch.num_rows()));
        }
      }
      columns.push_back(std::move(column));
    }
    return arrow::RecordBatch::Make(schema_, batch.num_rows(), std::move(columns));
  }

  const base::Context ctx_;
  FragmentScan scan_;
  std::shared_ptr<internal::RangeFile> file_;
  std::shared_ptr<arrow::Schema> schema_;
  MatchBy by_ = MatchBy::kId;
  bool remote_ = false;
  std::vector<int> leaves_;
  size_t next_group_ = 0;  // of scan_.row_groups
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  int64_t rows_left_ = 0;
};

}  // namespace

base::Result<columnar::Stream> ReadFragment(const base::Context& ctx, FragmentScan scan) {
  ASSIGN_OR_RETURN(auto producer, FragmentProducer::Open(ctx, std::move(scan)));
  return columnar::StreamOf(std::move(producer));
}

}  // namespace engine
