// An SqlAnalyzer for tests: finds names after FROM, JOIN and commas by tokens alone. It knows
// nothing of the grammar beyond that; the real one is the engine's.
#pragma once

#include "project/sql_analyzer.h"

namespace project {

class FakeSqlAnalyzer final : public SqlAnalyzer {
 public:
  /// A text that holds "BROKEN" is a syntax error at that word.
  base::Result<SqlQueryFacts> AnalyzeQuery(std::string_view sql) const override;
  /// Simple filters; others are kUnknown with every word as a column; "BROKEN" is an error.
  base::Result<SqlFilterFacts> AnalyzeFilter(std::string_view filter) const override;
  base::Result<std::string> RenameTables(
      std::string_view sql, const std::map<std::string, std::string>& names) const override;
};

}  // namespace project
