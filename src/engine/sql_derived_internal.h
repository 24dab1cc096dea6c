// What a subquery's columns are in terms of what it selects from, so that a filter on the result is
// a filter on its tables. Included by the files that include DuckDB's C++ headers.
#pragma once

#include <optional>

#include "duckdb/parser/query_node/select_node.hpp"
#include "engine/sql_syntax_internal.h"

namespace engine::internal {

/// Nothing where a row that the outer query drops may still change the others: LIMIT, windows,
/// DISTINCT ON, samples. Columns that are computed are not in it; of a grouped query only those it
/// groups by. `sources` says how many tables and subqueries stand in its FROM.
std::optional<Derived> DerivedOf(const duckdb::SelectNode& select, size_t scope, size_t sources);

}  // namespace engine::internal
