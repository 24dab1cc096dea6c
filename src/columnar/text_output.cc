#include "columnar/text_output.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <utility>

#include "columnar/arrow_bridge_internal.h"
#include "columnar/canonical.h"
#include "columnar/cell_text_internal.h"

namespace columnar {
namespace {

/// A piece of text is handed on when it has grown to this.
constexpr size_t kPieceBytes = 64 * 1024;

/// Calls `row` for every row of every batch, and hands on what it appended.
template <class AppendRow>
base::Result<uint64_t> ForEachRow(arrow::RecordBatchReader& reader, std::string& text,
                                  const TextSink& sink, AppendRow&& append) {
  uint64_t rows = 0;
  while (true) {
    auto batch = reader.Next();
    if (!batch.ok()) return FromStatus(batch.status());
    if (*batch == nullptr) break;
    for (int64_t row = 0; row < (*batch)->num_rows(); ++row) {
      append(**batch, row, rows++);
      if (text.size() < kPieceBytes) continue;
      RETURN_IF_ERROR(sink(text));
      text.clear();
    }
  }
  return rows;
}

void AppendCsvText(std::string_view value, char delimiter, std::string& out) {
  const bool plain = !value.empty() && value.find_first_of("\"\r\n") == std::string_view::npos &&
                     value.find(delimiter) == std::string_view::npos;
  if (plain) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

base::Result<uint64_t> WriteRowsAsJson(Stream stream, JsonShape shape, const TextSink& sink) {
  ASSIGN_OR_RETURN(auto reader, ReaderOf(Canonical(std::move(stream), {})));
  const bool is_array = shape == JsonShape::kArray;
  std::string text = is_array ? "[" : "";
  auto append = [&](const arrow::RecordBatch& batch, int64_t row, uint64_t number) {
    if (is_array) text += number == 0 ? "\n  " : ",\n  ";
    text += '{';
    for (int i = 0; i < batch.num_columns(); ++i) {
      if (i > 0) text += ", ";
      AppendJsonText(batch.schema()->field(i)->name(), text);
      text += ": ";
      AppendJson(*batch.column(i), row, text);
    }
    text += is_array ? "}" : "}\n";
  };
  ASSIGN_OR_RETURN(const uint64_t rows, ForEachRow(*reader, text, sink, append));
  if (is_array) text += rows == 0 ? "]\n" : "\n]\n";
  RETURN_IF_ERROR(sink(text));
  return rows;
}

base::Result<uint64_t> WriteRowsAsCsv(Stream stream, const CsvOptions& options,
                                      const TextSink& sink) {
  ASSIGN_OR_RETURN(auto reader, ReaderOf(Canonical(std::move(stream), {})));
  std::string text;
  if (options.header) {
    const auto& schema = *reader->schema();
    for (int i = 0; i < schema.num_fields(); ++i) {
      if (i > 0) text += options.delimiter;
      AppendCsvText(schema.field(i)->name(), options.delimiter, text);
    }
    text += '\n';
  }
  auto append = [&](const arrow::RecordBatch& batch, int64_t row, uint64_t) {
    for (int i = 0; i < batch.num_columns(); ++i) {
      if (i > 0) text += options.delimiter;
      if (batch.column(i)->IsNull(row)) continue;
      AppendCsvText(CellText(*batch.column(i), row), options.delimiter, text);
    }
    text += '\n';
  };
  ASSIGN_OR_RETURN(const uint64_t rows, ForEachRow(*reader, text, sink, append));
  RETURN_IF_ERROR(sink(text));
  return rows;
}

}  // namespace columnar
