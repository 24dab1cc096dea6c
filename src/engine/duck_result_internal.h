// The result of a query while it is being computed, as batches of our size.
#pragma once

#include <duckdb.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "columnar/stream.h"
#include "engine/duck_database_internal.h"
#include "engine/sql_rewrite_internal.h"

namespace engine::internal {

/// Runs `rewritten` on a connection of its own. `user_sql` is for places in errors.
base::Result<columnar::Stream> Execute(const base::Context& ctx,
                                       std::shared_ptr<SqlEngine::Database> database,
                                       RewrittenSql rewritten, const std::string& user_sql);

/// A DuckDB error (as JSON) in our terms.
base::Error DuckError(const std::string& text, const RewrittenSql& rewritten,
                      const std::string& user_sql);

}  // namespace engine::internal
