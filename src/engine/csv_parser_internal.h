// Rows of a CSV file with the place of every cell. Our own, since Arrow's and DuckDB's readers do
// not say where in the file a bad value stands.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/file_reader.h"
#include "engine/text_source_internal.h"

namespace engine::internal {

struct CsvCell {
  std::string_view text;  // valid until the next row
  bool quoted = false;
  uint32_t line = 0;
  uint32_t column = 0;  // bytes from the start of the line, from 1
};

class CsvParser {
 public:
  static base::Result<std::unique_ptr<CsvParser>> Open(const InputFile& file,
                                                       const InputOptions& options);

  /// The columns' names: the header, or c0, c1, ... of the first row.
  const std::vector<std::string>& names() const { return names_; }
  /// False at the end. Every row has as many cells as there are names. Empty lines are passed over.
  base::Result<bool> Next(std::vector<CsvCell>* row);

  base::Error ErrorAt(const char* reason, const CsvCell& cell, const std::string& words) const;

 private:
  CsvParser(std::string name, const InputOptions& options, std::unique_ptr<TextSource> source);
  base::Status ReadHeader();
  base::Result<bool> ReadRow(std::vector<CsvCell>* row);
  enum class Outcome { kRow, kEmptyLine, kNeedMore };
  base::Result<Outcome> Scan(std::vector<CsvCell>* row);
  base::Result<bool> ScanQuoted(size_t* at, CsvCell* cell);
  bool ScanPlain(size_t* at, CsvCell* cell);

  const std::string name_;
  const InputOptions options_;
  const std::unique_ptr<TextSource> source_;
  std::vector<std::string> names_;
  std::vector<CsvCell> first_row_;  // of a file without a header
  bool has_first_row_ = false;
  std::string text_;
  size_t begin_ = 0;  // of the next row in text_
  bool at_end_ = false;
  uint32_t line_ = 1;
  size_t line_begin_ = 0;
  std::deque<std::string> unescaped_;
};

}  // namespace engine::internal
