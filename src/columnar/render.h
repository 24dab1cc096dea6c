// A table as text for terminals: the schema, then the rows, in aligned columns (F-158).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/stream.h"
#include "columnar/text_column.h"

namespace columnar {

struct RenderOptions {
  uint64_t rows_max = 10;   // 0 = all
  uint32_t width_max = 32;  // characters of a cell; longer ones end in "…"
  bool no_trunc = false;    // cells are never cut
  bool with_schema = true;  // the COLUMN TYPE NULLABLE block before the rows
  bool as_text = false;     // the last column's values as they are, and nothing else
  std::string more;         // said under the rows when there are more than rows_max
};

/// Reads at most rows_max rows, and whether there is another. Null is an empty cell written as
/// "null".
base::Result<std::string> RenderTable(Stream stream, const RenderOptions& options);

/// At most rows_max rows, column by column; of the options only rows_max, width_max and no_trunc
/// count.
base::Result<std::vector<TextColumn>> ReadText(Stream stream, const RenderOptions& options);
/// Such columns as RenderTable writes them.
std::string RenderText(const std::vector<TextColumn>& columns);

/// Columns of text, aligned, two spaces between them, no trailing spaces; `header` may be empty.
std::string AlignColumns(const std::vector<std::string>& header,
                         const std::vector<std::vector<std::string>>& rows);

}  // namespace columnar
