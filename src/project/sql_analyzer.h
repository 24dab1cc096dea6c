// The port through which the project asks an SQL engine what a text means. The composition root
// fills it with the engine's parser; nothing here runs SQL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/predicate.h"

namespace project {

/// One mention of a table in FROM or JOIN. Names of CTEs are left out.
struct SqlTableUse {
  std::vector<std::string> parts;  // {"table"} or {"ns", "table"}, without quotes
  uint32_t offset = 0;             // byte offset of the mention's first part (or its quote)
  std::string alias;               // empty = none written
};

struct SqlQueryFacts {
  std::vector<SqlTableUse> tables;  // in order of appearance, every mention
};

struct SqlFilterFacts {
  columnar::Predicate predicate;     // kUnknown where the vocabulary cannot say it
  std::vector<std::string> columns;  // each once, in order of appearance
};

/// Thread-safe. Errors are kInvalidArgument with Place line and column inside the given text (the
/// caller adds the file): "sql.syntax", or "sql.not_a_select" for anything but one SELECT.
class SqlAnalyzer {
 public:
  virtual ~SqlAnalyzer() = default;
  /// The text may hold "$name" parameters and comments.
  virtual base::Result<SqlQueryFacts> AnalyzeQuery(std::string_view sql) const = 0;
  /// A boolean expression over columns, as after WHERE; "$name" parameters are allowed and count as
  /// unknown.
  virtual base::Result<SqlFilterFacts> AnalyzeFilter(std::string_view filter) const = 0;
};

}  // namespace project
