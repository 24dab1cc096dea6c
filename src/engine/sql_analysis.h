// What SQL text says, read without opening a database: tables, parameters, filters as predicates.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "columnar/literal.h"
#include "columnar/predicate.h"

namespace engine {

/// One place where a table is named (names of common table expressions are not tables).
struct TableReference {
  std::vector<std::string> parts;  // as written, quotes removed: {"ns", "t"}
  std::string alias;               // empty = none
  base::Place place;               // line and column; file is empty
  /// Parts joined by dots: the name Query and RenameTables know it by.
  std::string Name() const;
};

/// `$name`.
struct ParameterReference {
  std::string name;
  base::Place place;
};

enum class StatementKind { kSelect, kDescribe, kShowTables, kExplain, kOther };

struct SqlAnalysis {
  StatementKind kind = StatementKind::kOther;
  bool read_only = false;  // what SqlEngine::Query accepts, file access aside
  std::vector<TableReference> tables;
  std::vector<ParameterReference> parameters;
  std::string described_table;  // kDescribe: of `DESCRIBE name`
  /// For the first columns of the result (as many as stand before a star): whether it is a literal
  /// or a count, which are never null.
  std::vector<bool> never_null;
};

/// One statement (a trailing semicolon is fine). kUserCode "engine.bad_sql" with place for a syntax
/// error or more than one statement; "engine.no_file_access" for functions and names that read
/// files. Thread-safe; well under a millisecond.
base::Result<SqlAnalysis> AnalyzeSql(const std::string& sql);

/// The text with every reference to a table whose Name() is in `names` replaced by the new name
/// (dots in it separate parts), its old last part kept as the alias, so that `t.column` still
/// works. Everything else stays byte for byte.
base::Result<std::string> RenameTables(const std::string& sql,
                                       const std::map<std::string, std::string>& names);

/// The text with every `$name` outside of strings and comments replaced by the value as a typed SQL
/// literal. kUserCode "engine.unknown_parameter" with place and the nearest name. Works on filters
/// too.
base::Result<std::string> SubstituteParameters(
    const std::string& sql, const std::map<std::string, columnar::Literal>& values);

/// The parameters of any SQL text or fragment, by tokens alone. kUserCode "engine.bad_sql" for an
/// unterminated string or comment.
base::Result<std::vector<ParameterReference>> ParametersOf(const std::string& sql);

struct FilterAnalysis {
  columnar::Predicate predicate;     // kUnknown where the vocabulary ends; unbound
  std::vector<std::string> columns;  // every column named anywhere in it, once
};

/// Reads exactly one boolean expression. kInvalidArgument "engine.bad_filter" with place for
/// anything else: several statements, comments, unbalanced parentheses, subqueries, aggregates,
/// plain values. Parameters must have been put in before.
base::Result<FilterAnalysis> ParseFilter(const std::string& filter);

/// F-062: only columns of `partition_columns`, literals, = != < > <= >= AND OR IN NOT IN.
/// kInvalidArgument "engine.bad_overwrite_filter" naming the offending part. Gives the predicate.
base::Result<columnar::Predicate> ParseOverwriteFilter(
    const std::string& filter, const std::vector<std::string>& partition_columns);

}  // namespace engine
