// DuckDB's expressions as predicates; included by the two files that include DuckDB's C++ headers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "columnar/predicate.h"
#include "duckdb/parser/parsed_expression.hpp"

namespace engine::internal {

/// The predicate an expression says, kUnknown where it says more.
columnar::Predicate ToPredicate(const duckdb::ParsedExpression& expression);
/// The terms of its topmost ANDs.
void SplitConjuncts(const duckdb::ParsedExpression& expression,
                    std::vector<columnar::Predicate>* out);
std::optional<columnar::Literal> ToLiteral(const duckdb::ParsedExpression& expression);
/// Column parts joined for Predicate::column.
std::string JoinParts(const std::vector<std::string>& parts);

}  // namespace engine::internal
