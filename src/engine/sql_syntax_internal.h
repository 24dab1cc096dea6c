// The syntax tree of SQL text as plain values: what the rest of the engine needs of DuckDB's
// parser.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "columnar/predicate.h"
#include "engine/sql_analysis.h"

namespace engine::internal {

/// A table named in FROM; offsets are bytes of the SQL text.
struct TableUse {
  std::vector<std::string> parts;
  std::string alias;
  size_t offset = 0;
  bool nullable = false;  // on the side of an outer join that may be filled with nulls
};

struct ColumnUse {
  std::vector<std::string> parts;
  std::optional<size_t> offset;
};

/// A subquery in FROM, or a WITH query that is read once.
struct Derived {
  std::string alias;
  size_t scope = 0;  // of what it selects
  /// Folded name → parts of the column it is inside; no parts: computed.
  std::map<std::string, std::vector<std::string>> columns;
  bool all = false;  // any other name is the same name inside
};

/// One SELECT: its tables (indexes) and what WHERE and inner joins demand. A column in a predicate
/// is its parts joined with kPartSeparator.
struct Scope {
  std::vector<size_t> tables;
  std::vector<columnar::Predicate> conjuncts;
  std::vector<Derived> derived;
  size_t sources = 0;  // what stands in FROM, of any kind
};
inline constexpr char kPartSeparator = '\x1f';

struct ParsedSql {
  StatementKind kind = StatementKind::kOther;
  bool read_only = false;
  std::vector<TableUse> tables;
  std::vector<ColumnUse> columns;
  std::vector<Scope> scopes;
  bool has_limit = false;        // at the top
  std::vector<bool> never_null;  // see SqlAnalysis
  std::string described;
  bool bare_table = false;  // SUMMARIZE t: a name stands where a query is meant
  std::optional<base::Error> file_access;
};

base::Result<ParsedSql> ParseSql(const std::string& sql);

struct ParsedFilter {
  columnar::Predicate predicate;
  std::vector<ColumnUse> columns;
  std::optional<std::string> refused;      // what makes it more than a boolean expression
  std::optional<std::string> beyond_f062;  // the first thing an overwrite filter may not say
};

/// `expression` alone; kUserCode "engine.bad_sql" when it does not parse.
base::Result<ParsedFilter> ParseFilterExpression(const std::string& expression);

}  // namespace engine::internal
