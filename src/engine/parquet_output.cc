#include "engine/parquet_output_internal.h"

#include <arrow/array.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/byte_size.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <cmath>

#include "engine/arrow_bridge_internal.h"
#include "engine/parquet_file_internal.h"
#include "engine/reasons.h"

namespace engine::internal {
namespace {

constexpr size_t kBoundCharactersMax = 16;

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

// The first characters of a text; nothing is cut inside a character.
std::string Prefix(const std::string& text, bool characters) {
  size_t at = 0;
  for (size_t n = 0; n < kBoundCharactersMax && at < text.size(); ++n) {
    ++at;
    while (characters && at < text.size() &&
           (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) {
      ++at;
    }
  }
  return text.substr(0, at);
}

void AppendUtf8(uint32_t code, std::string* out) {
  const auto add = [&](uint32_t bits) { out->push_back(static_cast<char>(bits)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    add(0xE0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3F));
  } else {
    add(0xF0 | (code >> 18));
    add(0x80 | ((code >> 12) & 0x3F));
    add(0x80 | ((code >> 6) & 0x3F));
  }
  add(0x80 | (code & 0x3F));
}

uint32_t LastCharacter(const std::string& text, size_t* begin) {
  *begin = text.size() - 1;
  while (*begin > 0 && (static_cast<unsigned char>(text[*begin]) & 0xC0) == 0x80) --*begin;
  const auto lead = static_cast<unsigned char>(text[*begin]);
  uint32_t code = lead;
  if (lead >= 0xF0) {
    code = lead & 0x07;
  } else if (lead >= 0xE0) {
    code = lead & 0x0F;
  } else if (lead >= 0xC0) {
    code = lead & 0x1F;
  }
  for (size_t i = *begin + 1; i < text.size(); ++i) {
    code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  return code;
}

// The smallest text of its length above every text with this prefix; nothing if there is none.
std::optional<std::string> NextText(std::string prefix) {
  while (!prefix.empty()) {
    size_t begin = 0;
    uint32_t code = LastCharacter(prefix, &begin);
    prefix.resize(begin);
    if (code == 0x10FFFF) continue;
    ++code;
    if (code >= 0xD800 && code <= 0xDFFF) code = 0xE000;
    AppendUtf8(code, &prefix);
    return prefix;
  }
  return std::nullopt;
}

std::optional<std::string> NextBytes(std::string prefix) {
  while (!prefix.empty()) {
    const auto last = static_cast<unsigned char>(prefix.back());
    prefix.pop_back();
    if (last == 0xFF) continue;
    prefix.push_back(static_cast<char>(last + 1));
    return prefix;
  }
  return std::nullopt;
}

std::optional<columnar::Literal> CutBound(columnar::Literal bound, bool upper) {
  const bool characters = bound.type.id == columnar::TypeId::kString;
  if (!characters && bound.type.id != columnar::TypeId::kBinary) return bound;
  auto& text = std::get<std::string>(bound.value);
  std::string prefix = Prefix(text, characters);
  if (prefix.size() == text.size()) return bound;
  if (!upper) {
    text = std::move(prefix);
    return bound;
  }
  auto next = characters ? NextText(std::move(prefix)) : NextBytes(std::move(prefix));
  if (!next) return std::nullopt;
  text = *std::move(next);
  return bound;
}

template <class Array>
int64_t CountNan(const arrow::Array& array) {
  const auto& values = static_cast<const Array&>(array);
  int64_t count = 0;
  for (int64_t row = 0; row < values.length(); ++row) {
    if (!values.IsNull(row) && std::isnan(values.Value(row))) ++count;
  }
  return count;
}

// Bounds of a column are those of all row groups; a group that says nothing makes them unknown.
class MetricsOfColumn {
 public:
  void Add(const parquet::ColumnChunkMetaData& chunk, const columnar::Type& type) {
    metrics_.value_count += chunk.num_values();
    metrics_.size_bytes += chunk.total_compressed_size();
    const auto statistics = chunk.is_stats_set() ? chunk.statistics() : nullptr;
    if (statistics == nullptr) {
      known_ = false;
      return;
    }
    metrics_.null_count += statistics->null_count();
    if (statistics->num_values() == 0) return;
    const Bounds bounds = BoundsOf(*statistics, type);
    if (!bounds.min || !bounds.max) {
      known_ = false;
      return;
    }
    if (!metrics_.lower || columnar::Compare(*bounds.min, *metrics_.lower) < 0) {
      metrics_.lower = bounds.min;
    }
    if (!metrics_.upper || columnar::Compare(*bounds.max, *metrics_.upper) > 0) {
      metrics_.upper = bounds.max;
    }
  }

  ColumnMetrics Finish() && {
    if (!known_) {
      metrics_.lower.reset();
      metrics_.upper.reset();
    }
    if (metrics_.lower) metrics_.lower = CutBound(*metrics_.lower, false);
    if (metrics_.upper) metrics_.upper = CutBound(*metrics_.upper, true);
    return std::move(metrics_);
  }

 private:
  ColumnMetrics metrics_;
  bool known_ = true;
};

int64_t StartOf(const parquet::RowGroupMetaData& group) {
  const auto first = group.ColumnChunk(0);
  if (first->has_dictionary_page()) {
    return std::min(first->dictionary_page_offset(), first->data_page_offset());
  }
  return first->data_page_offset();
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
      out.split_offsets.push_back(StartOf(*group));
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
