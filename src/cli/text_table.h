// Columns of text, aligned by display width: what lists look like in a terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/style.h"

namespace cli {

struct TextTable {
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> right_aligned;  // per column; shorter = left
  uint32_t cell_width_max = 0;      // 0 = as wide as needed
};

/// Header line, then a line per row; two spaces between columns, none at the end. Only the header
/// when there are no rows.
std::string Render(const TextTable& table, const Style& style);

}  // namespace cli
