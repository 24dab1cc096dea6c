#include "engine/sql_engine.h"

#include <algorithm>

#include "base/nearest.h"
#include "columnar/canonical.h"
#include "columnar/producer.h"
#include "engine/duck_database_internal.h"
#include "engine/duck_result_internal.h"
#include "engine/reasons.h"
#include "engine/sql_analysis.h"
#include "engine/sql_rewrite_internal.h"
#include "engine/sql_syntax_internal.h"

namespace engine {
namespace {

using internal::QuoteText;

class OneShotSource final : public TableSource {
 public:
  OneShotSource(columnar::Stream rows, columnar::Schema schema)
      : schema_(std::move(schema)), rows_(std::optional<columnar::Stream>(std::move(rows))) {}

  const columnar::Schema& schema() const override { return schema_; }

  base::Result<columnar::Stream> Open(const base::Context&, const ScanRequest& request) override {
    auto rows = rows_.With(
        [](std::optional<columnar::Stream>& kept) { return std::exchange(kept, std::nullopt); });
    if (!rows) {
      return base::Error(base::Code::kFailedPrecondition, reason::kReadOnce,
                         "rows that can be read once were read twice");
    }
    return columnar::Project(*std::move(rows), request.columns);
  }

 private:
  const columnar::Schema schema_;
  base::Guarded<std::optional<columnar::Stream>> rows_;
};

// SHOW TABLES and DESCRIBE need no scan: their answer is a list of constants.
std::string ValuesSql(const std::vector<std::string>& columns,
                      const std::vector<std::vector<std::string>>& rows) {
  std::string names;
  std::string nulls;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + internal::QuoteName(column);
    nulls += (nulls.empty() ? "" : ", ") + std::string("''");
  }
  std::string values;
  for (const auto& row : rows) {
    std::string line;
    for (const std::string& value : row) line += (line.empty() ? "" : ", ") + QuoteText(value);
    values += (values.empty() ? "(" : ", (") + line + ")";
  }
  const std::string alias = ") AS answer(" + names + ")";
  if (rows.empty()) return "SELECT * FROM (VALUES (" + nulls + ")" + alias + " WHERE false";
  return "SELECT * FROM (VALUES " + values + alias;
}

std::string ShowTables(const Query& query) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, unused] : query.tables) rows.push_back({name});
  return ValuesSql({"name"}, rows);
}

base::Result<std::string> Describe(const Query& query, const std::string& name) {
  const auto found = query.tables.find(name);
  if (found == query.tables.end()) {
    std::vector<std::string> known;
    for (const auto& [key, unused] : query.tables) known.push_back(key);
    return base::Error(base::Code::kUserCode, reason::kUnknownTable,
                       "no table \"" + name + "\"" + base::DidYouMean(name, known))
        .Set("table", name);
  }
  std::vector<std::vector<std::string>> rows;
  for (const columnar::Field& field : found->second->schema().fields) {
    rows.push_back({field.name, field.type.ToString(), field.required ? "NO" : "YES"});
  }
  return ValuesSql({"column_name", "column_type", "null"}, rows);
}

base::Status CheckColumns(const columnar::Schema& schema, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (schema.Find(name) != nullptr) continue;
    return base::Error(base::Code::kInvalidArgument, reason::kUnknownColumn,
                       "no column \"" + name + "\"" + base::DidYouMean(name, schema.Names()))
        .Set("column", name);
  }
  return base::Ok();
}

bool HasFixed(const columnar::Type& type) {
  return type.id == columnar::TypeId::kFixed ||
         std::any_of(type.children.begin(), type.children.end(),
                     [](const columnar::Field& child) { return HasFixed(child.type); });
}

// SQL knows no bytes of fixed length and gives binary for them.
columnar::Stream WithFixedTypes(columnar::Stream rows, const columnar::Schema& schema,
                                const std::vector<std::string>& columns) {
  columnar::Schema target;
  bool any = false;
  for (const std::string& column : columns.empty() ? schema.Names() : columns) {
    target.fields.push_back(*schema.Find(column));
    target.fields.back().required = false;
    any = any || HasFixed(target.fields.back().type);
  }
  if (!any) return rows;
  return columnar::Canonical(std::move(rows), {.target = std::move(target)});
}

}  // namespace

base::Result<std::shared_ptr<TableSource>> SourceOf(columnar::Stream rows) {
  ASSIGN_OR_RETURN(columnar::Schema schema, columnar::SchemaOf(rows));
  return std::shared_ptr<TableSource>(
      std::make_shared<OneShotSource>(std::move(rows), std::move(schema)));
}

SqlEngine::SqlEngine(SqlEngineOptions options)
    : database_(std::make_shared<Database>(std::move(options))) {}
SqlEngine::~SqlEngine() = default;
SqlEngine::SqlEngine(SqlEngine&&) noexcept = default;
SqlEngine& SqlEngine::operator=(SqlEngine&&) noexcept = default;

base::Result<columnar::Stream> SqlEngine::Run(const base::Context& ctx, const Query& query) {
  if (ctx.stop.stop_requested()) {
    return base::Error(base::Code::kCancelled, reason::kCancelled, "the query was cancelled");
  }
  ASSIGN_OR_RETURN(const internal::ParsedSql parsed, internal::ParseSql(query.sql));
  if (!parsed.read_only) {
    return base::Error(base::Code::kPermissionDenied, reason::kReadOnlySql,
                       "queries only read: use SELECT, WITH, VALUES, DESCRIBE, SHOW TABLES or "
                       "EXPLAIN");
  }
  if (parsed.file_access) return *parsed.file_access;
  internal::RewrittenSql rewritten;
  if (parsed.kind == StatementKind::kShowTables) {
    rewritten.sql = ShowTables(query);
  } else if (parsed.kind == StatementKind::kDescribe && !parsed.described.empty()) {
    ASSIGN_OR_RETURN(rewritten.sql, Describe(query, parsed.described));
  } else {
    ASSIGN_OR_RETURN(rewritten, internal::Rewrite(ctx, query, parsed, *database_));
  }
  ASSIGN_OR_RETURN(columnar::Stream rows,
                   internal::Execute(ctx, database_, std::move(rewritten), query.sql));
  if (query.rows_max > 0) return columnar::Limit(std::move(rows), query.rows_max);
  return rows;
}

const columnar::Field* FindColumn(const columnar::Schema& schema, const std::string& name) {
  if (const columnar::Field* exact = schema.Find(name)) return exact;
  const columnar::Field* found = nullptr;
  for (const columnar::Field& field : schema.fields) {
    if (!internal::EqualsFolded(field.name, name)) continue;
    if (found != nullptr) return nullptr;
    found = &field;
  }
  return found;
}

base::Result<columnar::Stream> FilterStream(const base::Context& ctx, SqlEngine& engine,
                                            columnar::Stream rows, const std::string& filter_sql,
                                            const std::vector<std::string>& columns) {
  ASSIGN_OR_RETURN(const columnar::Schema schema, columnar::SchemaOf(rows));
  RETURN_IF_ERROR(CheckColumns(schema, columns));
  if (filter_sql.empty()) {
    if (columns.empty()) return rows;
    return columnar::Project(std::move(rows), columns);
  }
  ASSIGN_OR_RETURN(const FilterAnalysis filter, ParseFilter(filter_sql));
  for (const std::string& column : filter.columns) {
    if (FindColumn(schema, column) == nullptr) RETURN_IF_ERROR(CheckColumns(schema, {column}));
  }
  std::string list;
  for (const std::string& column : columns.empty() ? schema.Names() : columns) {
    list += (list.empty() ? "" : ", ") + internal::QuoteName(column);
  }
  Query query;
  query.sql = "SELECT " + list + " FROM input WHERE (" + filter_sql + ")";
  ASSIGN_OR_RETURN(query.tables["input"], SourceOf(std::move(rows)));
  ASSIGN_OR_RETURN(columnar::Stream kept, engine.Run(ctx, query));
  return WithFixedTypes(std::move(kept), schema, columns);
}

}  // namespace engine
