// From SQL files to models.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "project/findings_internal.h"
#include "project/python_project_internal.h"
#include "project/sql_analyzer.h"

namespace project {

/// One "-- bauplan: key=value".
struct HeaderOption {
  PlacedText key;  // dashes made underscores
  PlacedText value;
};
std::vector<HeaderOption> ReadSqlHeader(const std::string& file, std::string_view sql,
                                        Findings& findings);

NodeDecl ReadSqlNode(const std::string& file, const std::string& sql, TableSchemas& schemas,
                     const SqlAnalyzer& analyzer, Findings& findings);

}  // namespace project
