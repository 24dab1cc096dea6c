// A user's query as the text DuckDB runs: tables replaced by scans, with what each scan may skip.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "columnar/predicate.h"
#include "engine/duck_database_internal.h"
#include "engine/sql_syntax_internal.h"
#include "engine/sql_tokens_internal.h"

namespace engine::internal {

struct RewrittenSql {
  std::string sql;
  std::vector<Edit> edits;  // in order, for places of errors
  std::map<int64_t, std::shared_ptr<TableScan>> scans;
  std::map<std::string, std::string> stored_names;  // name known to DuckDB → as stored
};

/// `next_number` numbers the scans.
base::Result<RewrittenSql> Rewrite(const base::Context& ctx, const Query& query,
                                   const ParsedSql& parsed, SqlEngine::Database& database);

/// What the query demands of each of its tables: true unless WHERE or an inner join says more.
/// Parallel to parsed.tables; `schemas` too.
std::vector<columnar::Predicate> PredicatesOfTables(
    const ParsedSql& parsed, const std::vector<const columnar::Schema*>& schemas);

/// The offset in the user's text of an offset in the rewritten one.
size_t OriginalOffset(const std::vector<Edit>& edits, size_t offset);

}  // namespace engine::internal
