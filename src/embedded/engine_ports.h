// The engine's reading of SQL text, behind the ports that project and control declare.
#pragma once

#include "control/ports.h"
#include "project/sql_analyzer.h"

namespace embedded {

class EngineSqlAnalyzer final : public project::SqlAnalyzer {
 public:
  base::Result<project::SqlQueryFacts> AnalyzeQuery(std::string_view sql) const override;
  base::Result<project::SqlFilterFacts> AnalyzeFilter(std::string_view filter) const override;
  base::Result<std::string> RenameTables(
      std::string_view sql, const std::map<std::string, std::string>& names) const override;
};

class EngineQueryAnalyzer final : public control::QueryAnalyzer {
 public:
  base::Result<control::QueryNames> Analyze(const std::string& sql) const override;
};

}  // namespace embedded
