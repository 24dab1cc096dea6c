// The port through which the project asks an SQL engine what a text means. The composition root
// fills it with the engine's parser; nothing here runs SQL.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/predicate.h"

namespace project {

/// One mention of a table in FROM or JOIN. Names of CTEs are left out.
struct SqlTableUse {
  std::vector<std::string> parts;  // {"table"} or {"ns", "table"}, without quotes
  base::Place place;               // line and column in the text
};

struct SqlQueryFacts {
  std::vector<SqlTableUse> tables;  // in order of appearance, every mention
};

struct SqlFilterFacts {
  columnar::Predicate predicate;     // kUnknown where the vocabulary cannot say it
  std::vector<std::string> columns;  // each once, in order of appearance
};

/// Thread-safe. Errors carry line and column inside the given text (the caller adds the file) and
/// keep the engine's own reasons.
class SqlAnalyzer {
 public:
  virtual ~SqlAnalyzer() = default;
  /// One SELECT, anything else is an error. The text may hold "$name" parameters and comments.
  virtual base::Result<SqlQueryFacts> AnalyzeQuery(std::string_view sql) const = 0;
  /// A boolean expression over columns, as after WHERE, without parameters.
  virtual base::Result<SqlFilterFacts> AnalyzeFilter(std::string_view filter) const = 0;
  /// The text with every mention of a table whose parts joined by dots are in `names` replaced by
  /// the new name; its old last part stays the alias, so that `t.column` still works.
  virtual base::Result<std::string> RenameTables(
      std::string_view sql, const std::map<std::string, std::string>& names) const = 0;
};

}  // namespace project
