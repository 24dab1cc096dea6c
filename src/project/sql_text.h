// SQL as text, without its grammar: parameters, header comments, renaming of tables at known
// places.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/literal.h"
#include "project/sql_analyzer.h"

namespace project {

/// "$name" outside of strings, quoted names and comments.
struct SqlParameter {
  std::string name;
  uint32_t offset = 0;  // of the "$"
  uint32_t size = 0;
};
std::vector<SqlParameter> FindSqlParameters(std::string_view sql);

/// Every "$name" replaced by its value as a typed SQL literal. kInvalidArgument
/// "project.unknown_parameter" naming the first one without a value, with the nearest name.
base::Result<std::string> SubstituteParameters(
    std::string_view sql, const std::map<std::string, columnar::Literal>& values);

/// An identifier in double quotes.
std::string QuoteIdentifier(std::string_view name);

/// Line and column (from 1, columns count code points) of a byte offset.
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;
};
LineColumn PlaceOf(std::string_view text, size_t offset);

/// A filter of comparisons, IN, IS NULL, LIKE 'prefix%', AND, OR and NOT over columns and literals,
/// read without an engine. Anything else is "project.bad_filter": ask the analyzer then (or refuse,
/// where F-062 allows no more than this).
base::Result<SqlFilterFacts> ParseSimpleFilter(std::string_view filter);

/// True for a text of the vocabulary that F-062 allows: = != < > <= >= AND OR IN NOT IN, columns
/// and literals.
base::Result<SqlFilterFacts> ParseOverwriteFilter(std::string_view filter);

}  // namespace project
