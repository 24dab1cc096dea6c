#include "columnar/render.h"

#include <arrow/array.h>

#include <algorithm>
#include <utility>

#include "columnar/arrow_bridge_internal.h"
#include "columnar/canonical.h"
#include "columnar/cell_text_internal.h"
#include "columnar/producer.h"

namespace columnar {
namespace {

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

size_t Characters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

/// One line, with control characters escaped, cut to `width_max` characters (0 = never).
std::string OneLine(std::string_view text, uint32_t width_max) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      line += '?';
    } else {
      line += c;
    }
  }
  if (width_max == 0 || Characters(line) <= width_max) return line;
  size_t end = 0;
  for (size_t seen = 0; end < line.size(); ++end) {
    if (!IsContinuation(line[end]) && seen++ == width_max - 1) break;
  }
  return line.substr(0, end) + "…";
}

std::string SchemaBlock(const Schema& schema) {
  std::vector<std::vector<std::string>> rows;
  for (const Field& field : schema.fields) {
    rows.push_back({OneLine(field.name, 0), field.type.ToString(), field.required ? "no" : "yes"});
  }
  return AlignColumns({"COLUMN", "TYPE", "NULLABLE"}, rows);
}

}  // namespace

std::string AlignColumns(const std::vector<std::string>& header,
                         const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  auto measure = [&widths](const std::vector<std::string>& row) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Characters(row[i]));
  };
  measure(header);
  for (const auto& row : rows) measure(row);
  std::string text;
  auto append = [&](const std::vector<std::string>& row) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      line += row[i] + std::string(widths[i] - Characters(row[i]), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  if (!header.empty()) append(header);
  for (const auto& row : rows) append(row);
  return text;
}

base::Result<std::string> RenderTable(Stream stream, const RenderOptions& options) {
  ASSIGN_OR_RETURN(const Schema schema, SchemaOf(stream));
  const uint64_t rows_max = options.rows_max == 0 ? UINT64_MAX : options.rows_max;
  const uint32_t width_max = options.no_trunc ? 0 : options.width_max;
  const uint64_t rows_read = rows_max == UINT64_MAX ? rows_max : rows_max + 1;
  ASSIGN_OR_RETURN(auto reader, ReaderOf(Canonical(Limit(std::move(stream), rows_read), {})));
  std::vector<std::vector<std::string>> rows;
  std::string plain;
  while (true) {
    auto batch = reader->Next();
    if (!batch.ok()) return FromStatus(batch.status());
    if (*batch == nullptr) break;
    for (int64_t row = 0; row < (*batch)->num_rows(); ++row) {
      if (options.as_text) {
        plain += CellText(*(*batch)->column((*batch)->num_columns() - 1), row);
        continue;
      }
      std::vector<std::string> cells;
      for (const auto& column : (*batch)->columns()) {
        const bool is_null = column->IsNull(row);
        cells.push_back(is_null ? "null" : OneLine(CellText(*column, row), width_max));
      }
      rows.push_back(std::move(cells));
    }
  }
  if (options.as_text) return plain;
  const bool cut = rows.size() > rows_max;
  if (cut) rows.pop_back();
  std::string text;
  if (options.with_schema) text = SchemaBlock(schema) + "\n";
  std::vector<std::string> header;
  for (const Field& field : schema.fields) header.push_back(OneLine(field.name, width_max));
  const std::string more = cut && !options.more.empty() ? "\n" + options.more + "\n" : "";
  return text + AlignColumns(header, rows) + more;
}

base::Result<std::vector<TextColumn>> ReadText(Stream stream, const RenderOptions& options) {
  ASSIGN_OR_RETURN(const Schema schema, SchemaOf(stream));
  const uint64_t rows_max = options.rows_max == 0 ? UINT64_MAX : options.rows_max;
  const uint32_t width_max = options.no_trunc ? 0 : options.width_max;
  ASSIGN_OR_RETURN(auto reader, ReaderOf(Canonical(Limit(std::move(stream), rows_max), {})));
  std::vector<TextColumn> columns;
  for (const Field& field : schema.fields)
    columns.push_back({OneLine(field.name, width_max), field.type.ToString(), {}});
  while (true) {
    auto batch = reader->Next();
    if (!batch.ok()) return FromStatus(batch.status());
    if (*batch == nullptr) return columns;
    for (size_t i = 0; i < columns.size(); ++i) {
      const arrow::Array& column = *(*batch)->column(static_cast<int>(i));
      for (int64_t row = 0; row < column.length(); ++row) {
        const bool is_null = column.IsNull(row);
        columns[i].values.push_back(is_null ? "null" : OneLine(CellText(column, row), width_max));
      }
    }
  }
}

std::string RenderText(const std::vector<TextColumn>& columns) {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  for (const TextColumn& column : columns) {
    header.push_back(column.name);
    rows.resize(column.values.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i].push_back(column.values[i]);
  }
  return AlignColumns(header, rows);
}

}  // namespace columnar
