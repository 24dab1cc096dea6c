// Which columns of a result can never be null, by the text of the query alone.
#pragma once

#include <vector>

#include "duckdb/parser/query_node.hpp"

namespace engine::internal {

/// See SqlAnalysis::never_null.
std::vector<bool> NeverNull(const duckdb::QueryNode& node);

}  // namespace engine::internal
