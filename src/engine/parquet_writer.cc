#include "engine/parquet_writer.h"

#include <algorithm>
#include <map>

#include <arrow/array.h>

#include "base/nearest.h"
#include "columnar/canonical.h"
#include "columnar/producer.h"
#include "engine/arrow_bridge_internal.h"
#include "engine/parquet_output_internal.h"
#include "engine/partition_splitter_internal.h"
#include "engine/reasons.h"

namespace engine {
namespace {

using internal::ParquetOutput;

// Bad rows are the fault of whoever made them.
base::Error UserFault(base::Error error) {
  if (error.code == base::Code::kInvalidArgument) error.code = base::Code::kUserCode;
  if (error.reason == "columnar.bad_value") error.reason = reason::kInexactValue;
  if (error.reason == "columnar.duplicate_column") error.reason = reason::kDuplicateColumn;
  return error;
}

base::Error ColumnError(const char* reason, const std::string& column, const std::string& words) {
  return base::Error(base::Code::kUserCode, reason, words).Set("column", column);
}

base::Status CheckColumns(const columnar::Schema& found, const columnar::Schema& wanted) {
  for (const columnar::Field& field : found.fields) {
    if (wanted.Find(field.name) != nullptr) continue;
    return ColumnError(reason::kExtraColumn, field.name,
                       "column \"" + field.name + "\" is not in the table" +
                           base::DidYouMean(field.name, wanted.Names()));
  }
  for (const columnar::Field& field : wanted.fields) {
    if (!field.required || found.Find(field.name) != nullptr) continue;
    return ColumnError(reason::kMissingColumn, field.name,
                       "the required column \"" + field.name + "\" is missing" +
                           base::DidYouMean(field.name, found.Names()));
  }
  return base::Ok();
}

base::Result<columnar::Stream> Matched(columnar::Stream rows, const columnar::Schema& schema,
                                       bool with_field_ids) {
  auto found = columnar::SchemaOf(rows);
  // A column of nulls has no type of its own: the table's is taken.
  if (found.ok()) {
    RETURN_IF_ERROR(CheckColumns(*found, schema));
  } else if (found.error().reason != "columnar.unsupported_type") {
    return UserFault(found.error());
  }
  columnar::Schema target = schema;
  for (columnar::Field& field : target.fields) field.required = false;
  return columnar::Canonical(std::move(rows),
                             {.target = std::move(target), .with_field_ids = with_field_ids});
}

class TableWriter {
 public:
  TableWriter(const columnar::Schema& schema, const WriteOptions& options,
              const OpenNextFile& open_next)
      : schema_(schema), options_(options), open_next_(open_next) {}

  base::Status Write(const std::shared_ptr<arrow::RecordBatch>& batch) {
    RETURN_IF_ERROR(CheckNulls(*batch));
    ASSIGN_OR_RETURN(const auto parts,
                     internal::SplitByPartition(batch, schema_, options_.partition));
    for (const internal::PartitionedRows& part : parts) RETURN_IF_ERROR(WritePart(part));
    return base::Ok();
  }

  base::Result<std::vector<WrittenFile>> Finish() {
    while (!open_.empty()) RETURN_IF_ERROR(CloseOne(open_.begin()));
    if (written_.empty() && options_.empty_file) {
      ASSIGN_OR_RETURN(OpenedFile file, open_next_({}, next_index_++));
      ASSIGN_OR_RETURN(auto output, ParquetOutput::Open(schema_, options_, std::move(file), {}));
      ASSIGN_OR_RETURN(WrittenFile empty, output->Finish());
      written_.push_back(std::move(empty));
    }
    return std::move(written_);
  }

 private:
  using OpenFiles = std::map<std::string, std::unique_ptr<ParquetOutput>>;

  base::Status CheckNulls(const arrow::RecordBatch& batch) const {
    for (size_t i = 0; i < schema_.fields.size(); ++i) {
      const columnar::Field& field = schema_.fields[i];
      if (!field.required || batch.column(static_cast<int>(i))->null_count() == 0) continue;
      return ColumnError(reason::kNullInRequired, field.name,
                         "the required column \"" + field.name + "\" holds nulls");
    }
    return base::Ok();
  }

  base::Status WritePart(const internal::PartitionedRows& part) {
    const std::string key = internal::KeyText(part.key);
    auto at = open_.find(key);
    if (at == open_.end()) {
      if (open_.size() >= std::max<size_t>(options_.open_files_max, 1)) {
        RETURN_IF_ERROR(CloseOne(Fullest()));
      }
      ASSIGN_OR_RETURN(OpenedFile file, open_next_(part.key, next_index_++));
      ASSIGN_OR_RETURN(auto output,
                       ParquetOutput::Open(schema_, options_, std::move(file), part.key));
      at = open_.emplace(key, std::move(output)).first;
    }
    RETURN_IF_ERROR(at->second->Write(part.rows));
    if (at->second->is_full()) return CloseOne(at);
    return base::Ok();
  }

  OpenFiles::iterator Fullest() {
    return std::max_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
      return a.second->rows() < b.second->rows();
    });
  }

  base::Status CloseOne(OpenFiles::iterator at) {
    ASSIGN_OR_RETURN(WrittenFile file, at->second->Finish());
    written_.push_back(std::move(file));
    open_.erase(at);
    return base::Ok();
  }

  const columnar::Schema& schema_;
  const WriteOptions& options_;
  const OpenNextFile& open_next_;
  OpenFiles open_;  // by partition
  std::vector<WrittenFile> written_;
  int64_t next_index_ = 0;
};

}  // namespace

base::Result<columnar::Stream> CastToSchema(const base::Context& ctx, columnar::Stream rows,
                                            const columnar::Schema& schema) {
  static_cast<void>(ctx);
  return Matched(std::move(rows), schema, false);
}

base::Result<std::vector<WrittenFile>> WriteParquet(const base::Context& ctx, columnar::Stream rows,
                                                    const columnar::Schema& schema,
                                                    const WriteOptions& options,
                                                    const OpenNextFile& open_next) {
  ASSIGN_OR_RETURN(columnar::Stream matched, Matched(std::move(rows), schema, true));
  auto reader = internal::BatchReader::Open(std::move(matched));
  if (!reader.ok()) return UserFault(std::move(reader).error());
  TableWriter writer(schema, options, open_next);
  while (true) {
    if (ctx.stop.stop_requested()) {
      return base::Error(base::Code::kCancelled, reason::kCancelled, "writing was cancelled");
    }
    auto batch = reader->Next();
    if (!batch.ok()) return UserFault(std::move(batch).error());
    if (*batch == nullptr) break;
    if ((*batch)->num_rows() > 0) RETURN_IF_ERROR(writer.Write(*batch));
  }
  return writer.Finish();
}

}  // namespace engine
