#include "engine/parquet_output_internal.h"

#include <arrow/array.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/byte_size.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <cmath>

#include "engine/arrow_bridge_internal.h"
#include "engine/parquet_metrics_internal.h"
#include "engine/reasons.h"

namespace engine::internal {
namespace {

// Our sink as Arrow writes files; keeps the sink's own error.
class SinkStream final : public arrow::io::OutputStream {
 public:
  explicit SinkStream(std::unique_ptr<ByteSink> sink) : sink_(std::move(sink)) {}

  arrow::Status Write(const void* bytes, int64_t size) override {
    auto status = sink_->Append({static_cast<const char*>(bytes), static_cast<size_t>(size)});
    if (!status.ok()) {
      if (!failure_) failure_ = status.error();
      return arrow::Status::IOError(status.error().message);
    }
    written_ += size;
    return arrow::Status::OK();
  }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return written_; }

  int64_t written() const { return written_; }
  ByteSink& sink() { return *sink_; }
  base::Error ErrorOf(const arrow::Status& status) const {
    return failure_ ? *failure_ : FromStatus(status, "write a Parquet file");
  }

 private:
  std::unique_ptr<ByteSink> sink_;
  int64_t written_ = 0;
  bool closed_ = false;
  std::optional<base::Error> failure_;
};

template <class Array>
int64_t CountNan(const arrow::Array& array) {
  const auto& values = static_cast<const Array&>(array);
  int64_t count = 0;
  for (int64_t row = 0; row < values.length(); ++row) {
    if (!values.IsNull(row) && std::isnan(values.Value(row))) ++count;
  }
  return count;
}

}  // namespace

struct ParquetOutput::State {
  const columnar::Schema* schema = nullptr;
  WriteOptions options;
  std::string path;
  PartitionKey key;
  std::shared_ptr<SinkStream> sink;
  std::unique_ptr<parquet::arrow::FileWriter> writer;
  std::map<int32_t, int64_t> nans;
  int64_t rows = 0;
  int64_t group_rows = 0;
  int64_t group_bytes = 0;     // in memory
  bool group_is_full = false;  // the next rows start another
};

ParquetOutput::ParquetOutput(std::unique_ptr<State> state) : state_(std::move(state)) {}
ParquetOutput::~ParquetOutput() = default;

base::Result<std::unique_ptr<ParquetOutput>> ParquetOutput::Open(const columnar::Schema& schema,
                                                                 const WriteOptions& options,
                                                                 OpenedFile file,
                                                                 PartitionKey key) {
  auto state = std::make_unique<State>();
  state->schema = &schema;
  state->options = options;
  state->path = std::move(file.path);
  state->key = std::move(key);
  state->sink = std::make_shared<SinkStream>(std::move(file.sink));
  ASSIGN_OR_RETURN(const auto arrow_schema, ArrowSchemaOf(schema, true));
  const auto properties = parquet::WriterProperties::Builder()
                              .compression(parquet::Compression::ZSTD)
                              ->max_row_group_length(options.row_group_rows_max)
                              ->enable_store_decimal_as_integer()
                              ->created_by("boathouse")
                              ->build();
  // The columns of a batch are encoded and compressed side by side.
  const auto arrow_properties =
      parquet::ArrowWriterProperties::Builder().set_use_threads(true)->build();
  try {
    auto writer = parquet::arrow::FileWriter::Open(*arrow_schema, arrow::default_memory_pool(),
                                                   state->sink, properties, arrow_properties);
    if (!writer.ok()) return state->sink->ErrorOf(writer.status());
    state->writer = std::move(*writer);
  } catch (const std::exception& exception) {
    return state->sink->ErrorOf(arrow::Status::UnknownError(exception.what()));
  }
  for (const columnar::Field& field : schema.fields) {
    const bool real =
        field.type.id == columnar::TypeId::kFloat || field.type.id == columnar::TypeId::kDouble;
    if (real) state->nans[field.id] = 0;
  }
  return std::unique_ptr<ParquetOutput>(new ParquetOutput(std::move(state)));
}

base::Status ParquetOutput::Write(const std::shared_ptr<arrow::RecordBatch>& rows) {
  State& s = *state_;
  for (size_t i = 0; i < s.schema->fields.size(); ++i) {
    const columnar::Field& field = s.schema->fields[i];
    const arrow::Array& column = *rows->column(static_cast<int>(i));
    if (field.type.id == columnar::TypeId::kFloat) {
      s.nans[field.id] += CountNan<arrow::FloatArray>(column);
    } else if (field.type.id == columnar::TypeId::kDouble) {
      s.nans[field.id] += CountNan<arrow::DoubleArray>(column);
    }
  }
  try {
    // Required columns are written as such: the batch takes the schema the file was opened with.
    ASSIGN_OR_RETURN(const auto schema, ArrowSchemaOf(*s.schema, true));
    const auto batch = arrow::RecordBatch::Make(schema, rows->num_rows(), rows->columns());
    arrow::Status status;
    if (s.group_is_full) {
      status = s.writer->NewBufferedRowGroup();
      if (!status.ok()) return s.sink->ErrorOf(status);
      s.group_rows = 0;
      s.group_bytes = 0;
    }
    status = s.writer->WriteRecordBatch(*batch);
    if (!status.ok()) return s.sink->ErrorOf(status);
    s.rows += rows->num_rows();
    s.group_rows += rows->num_rows();
    s.group_bytes += arrow::util::TotalBufferSize(*rows);
    s.group_is_full = s.group_rows >= s.options.row_group_rows_max ||
                      s.group_bytes >= 2 * s.options.file_bytes_target;
  } catch (const std::exception& exception) {
    return s.sink->ErrorOf(arrow::Status::UnknownError(exception.what()));
  }
  return base::Ok();
}

bool ParquetOutput::is_full() const {
  const State& s = *state_;
  const bool wide = s.group_is_full && s.group_bytes >= 2 * s.options.file_bytes_target;
  return wide || s.sink->written() >= s.options.file_bytes_target;
}
int64_t ParquetOutput::rows() const {
  return state_->rows;
}

base::Result<WrittenFile> ParquetOutput::Finish() {
  State& s = *state_;
  try {
    const arrow::Status status = s.writer->Close();
    if (!status.ok()) return s.sink->ErrorOf(status);
    const auto metadata = s.writer->metadata();
    WrittenFile out;
    out.path = s.path;
    out.partition = s.key;
    out.rows = s.rows;
    out.bytes = s.sink->written();
    std::map<int32_t, MetricsOfColumn> columns;
    for (int g = 0; g < metadata->num_row_groups(); ++g) {
      const auto group = metadata->RowGroup(g);
      if (group->num_rows() == 0) continue;
      out.split_offsets.push_back(StartOfGroup(*group));
      for (int c = 0; c < group->num_columns(); ++c) {
        const int32_t id = metadata->schema()->Column(c)->schema_node()->field_id();
        const columnar::Field* field = id < 0 ? nullptr : s.schema->FindById(id);
        if (field != nullptr) columns[id].Add(*group->ColumnChunk(c), field->type);
      }
    }
    for (auto& [id, metrics] : columns) out.columns[id] = std::move(metrics).Finish();
    for (const auto& [id, count] : s.nans) out.columns[id].nan_count = count;
    RETURN_IF_ERROR(s.sink->sink().Finish());
    return out;
  } catch (const std::exception& exception) {
    return s.sink->ErrorOf(arrow::Status::UnknownError(exception.what()));
  }
}

}  // namespace engine::internal
