#include "embedded/engine_ports.h"

#include <algorithm>
#include <utility>

#include "engine/sql_analysis.h"

namespace embedded {

base::Result<project::SqlQueryFacts> EngineSqlAnalyzer::AnalyzeQuery(std::string_view sql) const {
  ASSIGN_OR_RETURN(const engine::SqlAnalysis analysis, engine::AnalyzeSql(std::string(sql)));
  if (analysis.kind != engine::StatementKind::kSelect) {
    return base::Error(base::Code::kUserCode, "engine.read_only_sql",
                       "a model is one SELECT, this is something else");
  }
  project::SqlQueryFacts facts;
  for (const engine::TableReference& table : analysis.tables)
    facts.tables.push_back({table.parts, table.place});
  return facts;
}

base::Result<project::SqlFilterFacts> EngineSqlAnalyzer::AnalyzeFilter(
    std::string_view filter) const {
  ASSIGN_OR_RETURN(engine::FilterAnalysis analysis, engine::ParseFilter(std::string(filter)));
  return project::SqlFilterFacts{std::move(analysis.predicate), std::move(analysis.columns)};
}

base::Result<std::string> EngineSqlAnalyzer::RenameTables(
    std::string_view sql, const std::map<std::string, std::string>& names) const {
  return engine::RenameTables(std::string(sql), names);
}

base::Result<control::QueryNames> EngineQueryAnalyzer::Analyze(const std::string& sql) const {
  ASSIGN_OR_RETURN(const engine::SqlAnalysis analysis, engine::AnalyzeSql(sql));
  control::QueryNames names;
  names.lists_tables = analysis.kind == engine::StatementKind::kShowTables;
  const auto add = [&](const std::string& name) {
    if (std::find(names.tables.begin(), names.tables.end(), name) == names.tables.end())
      names.tables.push_back(name);
  };
  for (const engine::TableReference& table : analysis.tables) add(table.Name());
  if (!analysis.described_table.empty()) add(analysis.described_table);
  return names;
}

}  // namespace embedded
