#include "cli/text_table.h"

#include <algorithm>

#include "cli/display_width.h"

namespace cli {
namespace {

using Row = std::vector<std::string>;

/// Cells cut to their limit and made harmless, so that no value can move the cursor.
std::vector<Row> Prepared(const TextTable& table, const Style& style) {
  std::vector<Row> rows;
  for (const Row& row : table.rows) {
    Row& cells = rows.emplace_back();
    for (const std::string& cell : row) {
      const std::string harmless = Harmless(cell);
      cells.push_back(table.cell_width_max == 0
                          ? harmless
                          : Cut(harmless, table.cell_width_max, style.unicode));
    }
    cells.resize(table.headers.size());
  }
  return rows;
}

std::vector<uint32_t> Widths(const Row& headers, const std::vector<Row>& rows) {
  std::vector<uint32_t> widths;
  for (const std::string& header : headers) widths.push_back(DisplayWidth(header));
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  return widths;
}

bool RightAligned(const TextTable& table, size_t column) {
  return column < table.right_aligned.size() && table.right_aligned[column];
}

}  // namespace

std::string Render(const TextTable& table, const Style& style) {
  const std::vector<Row> rows = Prepared(table, style);
  const std::vector<uint32_t> widths = Widths(table.headers, rows);
  const auto line = [&](const Row& row) {
    std::string text;
    for (size_t i = 0; i < row.size(); ++i) {
      text += (i > 0 ? "  " : "") + Padded(row[i], widths[i], RightAligned(table, i));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  std::string out = style.Bold(line(table.headers)) + "\n";
  for (const Row& row : rows) out += line(row) + "\n";
  return out;
}

}  // namespace cli
