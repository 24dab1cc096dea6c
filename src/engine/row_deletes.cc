#include "engine/row_deletes.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/initialize.h>
#include <arrow/datum.h>
#include <arrow/record_batch.h>
#include <arrow/type_traits.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "columnar/producer.h"
#include "engine/arrow_bridge_internal.h"
#include "engine/parquet_file_internal.h"
#include "engine/reasons.h"

namespace engine {
namespace {

// The specification's ids of the two columns of a file of positions.
constexpr int32_t kFilePathId = 2147483546;
constexpr int32_t kPositionId = 2147483545;

/// One column of a batch, written into keys value by value.
class KeyColumn {
 public:
  static base::Result<KeyColumn> Of(const std::shared_ptr<arrow::Array>& array,
                                    const std::string& name) {
    KeyColumn column(array);
    const arrow::Type::type id = array->type_id();
    const auto* fixed = dynamic_cast<const arrow::FixedWidthType*>(array->type().get());
    const bool flat = fixed != nullptr && id != arrow::Type::DICTIONARY;
    if (flat && id != arrow::Type::BOOL) column.width_ = fixed->bit_width() / 8;
    if (flat || arrow::is_binary_like(id)) return column;
    return base::Error(base::Code::kUnimplemented, reason::kIncompatibleColumn,
                       "rows are deleted by column \"" + name + "\" of type " +
                           array->type()->ToString() + ", which is not read");
  }

  void AppendTo(std::string& key, int64_t row) const {
    if (array_->IsNull(row)) {
      key += '\0';
      return;
    }
    key += '\1';
    if (array_->type_id() == arrow::Type::BOOL) {
      key += static_cast<const arrow::BooleanArray&>(*array_).Value(row) ? '\1' : '\0';
      return;
    }
    if (width_ == 0) {
      const auto text = static_cast<const arrow::BinaryArray&>(*array_).GetView(row);
      const uint64_t size = text.size();
      key.append(reinterpret_cast<const char*>(&size), sizeof size);
      key.append(text);
      return;
    }
    const arrow::ArrayData& values = *array_->data();
    const auto* bytes =
        reinterpret_cast<const char*>(values.buffers[1]->data()) + (values.offset + row) * width_;
    if (array_->type_id() == arrow::Type::FLOAT) return AppendNumber<float>(key, bytes);
    if (array_->type_id() == arrow::Type::DOUBLE) return AppendNumber<double>(key, bytes);
    key.append(bytes, static_cast<size_t>(width_));
  }

 private:
  explicit KeyColumn(std::shared_ptr<arrow::Array> array) : array_(std::move(array)) {}

  /// All that are not a number are one.
  template <class T>
  static void AppendNumber(std::string& key, const char* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
    key.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::shared_ptr<arrow::Array> array_;
  int width_ = 0;  // 0 = of any length, or a bit
};

base::Result<std::vector<KeyColumn>> KeyColumnsOf(const arrow::RecordBatch& batch,
                                                  const std::vector<int>& columns) {
  std::vector<KeyColumn> out;
  for (const int column : columns) {
    ASSIGN_OR_RETURN(KeyColumn one, KeyColumn::Of(batch.column(column), batch.column_name(column)));
    out.push_back(std::move(one));
  }
  return out;
}

std::string KeyOf(const std::vector<KeyColumn>& columns, int64_t row) {
  std::string key;
  for (const KeyColumn& column : columns) column.AppendTo(key, row);
  return key;
}

/// The rows of a row group, by their place in the file.
struct Span {
  int64_t first = 0;
  int64_t rows = 0;
};

base::Result<std::vector<Span>> SpansOf(const FragmentScan& scan) {
  ASSIGN_OR_RETURN(const internal::OpenParquet opened, internal::OpenParquetFile(scan.file));
  const auto metadata = opened.reader->metadata();
  std::vector<Span> all;
  int64_t first = 0;
  for (int i = 0; i < metadata->num_row_groups(); ++i) {
    all.push_back({first, metadata->RowGroup(i)->num_rows()});
    first += all.back().rows;
  }
  if (scan.row_groups.empty()) return all;
  std::vector<Span> chosen;
  for (const int group : scan.row_groups) {
    if (group >= 0 && static_cast<size_t>(group) < all.size())
      chosen.push_back(all[static_cast<size_t>(group)]);
  }
  return chosen;
}

struct KeyFilter {
  std::shared_ptr<const DeletedKeys> deleted;
  std::vector<int> columns;  // of the batches read
};

class RemainingRows final : public columnar::BatchProducer {
 public:
  RemainingRows(internal::BatchReader batches, std::shared_ptr<arrow::Schema> schema,
                std::vector<Span> spans, std::vector<int64_t> positions,
                std::vector<KeyFilter> keys)
      : batches_(std::move(batches)),
        schema_(std::move(schema)),
        spans_(std::move(spans)),
        positions_(std::move(positions)),
        keys_(std::move(keys)) {}

  base::Status ReadSchema(ArrowSchema* out) override { return internal::SchemaToC(*schema_, out); }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    while (true) {
      ASSIGN_OR_RETURN(auto batch, batches_.Next());
      if (batch == nullptr) return false;
      ASSIGN_OR_RETURN(batch, Remaining(std::move(batch)));
      if (batch->num_rows() == 0) continue;
      RETURN_IF_ERROR(internal::BatchToC(*batch, out));
      return true;
    }
  }

 private:
  base::Result<std::shared_ptr<arrow::RecordBatch>> Remaining(
      std::shared_ptr<arrow::RecordBatch> batch) {
    std::vector<bool> gone(static_cast<size_t>(batch->num_rows()));
    MarkPositions(gone);
    for (const KeyFilter& filter : keys_) {
      ASSIGN_OR_RETURN(const auto columns, KeyColumnsOf(*batch, filter.columns));
      for (size_t row = 0; row < gone.size(); ++row) {
        if (!gone[row])
          gone[row] = filter.deleted->rows.contains(KeyOf(columns, static_cast<int64_t>(row)));
      }
    }
    arrow::ArrayVector wanted(batch->columns().begin(),
                              batch->columns().begin() + schema_->num_fields());
    auto narrow = arrow::RecordBatch::Make(schema_, batch->num_rows(), std::move(wanted));
    const auto left = std::count(gone.begin(), gone.end(), false);
    if (static_cast<size_t>(left) == gone.size()) return narrow;
    arrow::Int64Builder rows;
    ARROW_OR_RETURN(rows.Reserve(left), "choose rows");
    for (size_t row = 0; row < gone.size(); ++row) {
      if (!gone[row]) rows.UnsafeAppend(static_cast<int64_t>(row));
    }
    auto indices = rows.Finish();
    ARROW_OR_RETURN(indices.status(), "choose rows");
    if (schema_->num_fields() == 0)
      return arrow::RecordBatch::Make(schema_, left, arrow::ArrayVector());
    auto taken = arrow::compute::Take(arrow::Datum(narrow), arrow::Datum(*indices),
                                      arrow::compute::TakeOptions::NoBoundsCheck());
    ARROW_OR_RETURN(taken.status(), "leave out deleted rows");
    return taken->record_batch();
  }

  /// Goes on through the row groups and the positions as the rows of the batch do.
  void MarkPositions(std::vector<bool>& gone) {
    size_t row = 0;
    while (row < gone.size() && span_ < spans_.size()) {
      const Span& span = spans_[span_];
      const int64_t first = span.first + read_of_span_;
      const int64_t rows =
          std::min(span.rows - read_of_span_, static_cast<int64_t>(gone.size() - row));
      auto at = std::lower_bound(positions_.begin(), positions_.end(), first);
      for (; at != positions_.end() && *at < first + rows; ++at)
        gone[row + static_cast<size_t>(*at - first)] = true;
      row += static_cast<size_t>(rows);
      read_of_span_ += rows;
      if (read_of_span_ < span.rows) return;
      ++span_;
      read_of_span_ = 0;
    }
  }

  internal::BatchReader batches_;
  const std::shared_ptr<arrow::Schema> schema_;
  const std::vector<Span> spans_;
  const std::vector<int64_t> positions_;
  const std::vector<KeyFilter> keys_;
  size_t span_ = 0;
  int64_t read_of_span_ = 0;
};

base::Result<internal::BatchReader> ReadBatches(const base::Context& ctx,
                                                std::shared_ptr<RangeReader> file,
                                                columnar::Schema output) {
  FragmentScan scan;
  scan.file = std::move(file);
  scan.output = std::move(output);
  ASSIGN_OR_RETURN(columnar::Stream stream, ReadFragment(ctx, std::move(scan)));
  return internal::BatchReader::Open(std::move(stream));
}

}  // namespace

base::Result<DeletedPositions> ReadDeletedPositions(const base::Context& ctx,
                                                    std::shared_ptr<RangeReader> file) {
  columnar::Schema schema;
  schema.fields = {{kFilePathId, "file_path", columnar::TypeId::kString, true, ""},
                   {kPositionId, "pos", columnar::TypeId::kLong, true, ""}};
  const std::string name = file->Name();
  ASSIGN_OR_RETURN(internal::BatchReader batches, ReadBatches(ctx, std::move(file), schema));
  DeletedPositions positions;
  while (true) {
    ASSIGN_OR_RETURN(const auto batch, batches.Next());
    if (batch == nullptr) break;
    const auto& paths = static_cast<const arrow::StringArray&>(*batch->column(0));
    const auto& rows = static_cast<const arrow::Int64Array&>(*batch->column(1));
    if (paths.null_count() != 0 || rows.null_count() != 0) {
      return base::Error(base::Code::kCorrupt, reason::kCorruptFile,
                         "\"" + name + "\" is no file of deletes by position");
    }
    for (int64_t i = 0; i < batch->num_rows(); ++i)
      positions[paths.GetString(i)].push_back(rows.Value(i));
  }
  for (auto& [path, rows] : positions) std::sort(rows.begin(), rows.end());
  return positions;
}

base::Result<std::shared_ptr<const DeletedKeys>> ReadDeletedKeys(const base::Context& ctx,
                                                                 std::shared_ptr<RangeReader> file,
                                                                 columnar::Schema key) {
  ASSIGN_OR_RETURN(internal::BatchReader batches, ReadBatches(ctx, std::move(file), key));
  auto deleted = std::make_shared<DeletedKeys>();
  std::vector<int> indices(key.fields.size());
  std::iota(indices.begin(), indices.end(), 0);
  deleted->key = std::move(key);
  while (true) {
    ASSIGN_OR_RETURN(const auto batch, batches.Next());
    if (batch == nullptr) break;
    ASSIGN_OR_RETURN(const auto columns, KeyColumnsOf(*batch, indices));
    for (int64_t row = 0; row < batch->num_rows(); ++row) deleted->rows.insert(KeyOf(columns, row));
  }
  return std::shared_ptr<const DeletedKeys>(std::move(deleted));
}

base::Result<columnar::Stream> ReadFragmentWithout(const base::Context& ctx, FragmentScan scan,
                                                   RowDeletes deletes) {
  ARROW_OR_RETURN(arrow::compute::Initialize(), "prepare kernels");
  ASSIGN_OR_RETURN(const auto schema, internal::ArrowSchemaOf(scan.output, false));
  ASSIGN_OR_RETURN(std::vector<Span> spans, SpansOf(scan));
  std::vector<KeyFilter> filters;
  for (auto& keys : deletes.keys) {
    KeyFilter filter{std::move(keys), {}};
    for (const columnar::Field& field : filter.deleted->key.fields) {
      auto& fields = scan.output.fields;
      const auto found = std::find_if(fields.begin(), fields.end(),
                                      [&](const auto& known) { return known.id == field.id; });
      filter.columns.push_back(static_cast<int>(found - fields.begin()));
      if (found == fields.end()) fields.push_back(field);
    }
    filters.push_back(std::move(filter));
  }
  ASSIGN_OR_RETURN(columnar::Stream stream, ReadFragment(ctx, std::move(scan)));
  ASSIGN_OR_RETURN(internal::BatchReader batches, internal::BatchReader::Open(std::move(stream)));
  return columnar::StreamOf(
      std::make_unique<RemainingRows>(std::move(batches), schema, std::move(spans),
                                      std::move(deletes.positions), std::move(filters)));
}

}  // namespace engine
