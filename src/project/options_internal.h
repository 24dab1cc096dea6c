// The options of a model, once their texts are known: the same rules for decorators and for the
// header comments of SQL files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "project/findings_internal.h"
#include "project/project_graph.h"
#include "project/sql_analyzer.h"

namespace project {

/// "replace" and "REPLACE" alike.
void ReadStrategy(const PlacedText& text, NodeDecl& node, Findings& findings);
/// "NONE" or "DEFAULT".
void ReadCacheStrategy(const PlacedText& text, NodeDecl& node, Findings& findings);
/// "year(ts), region": each text may hold several fields.
void ReadPartitions(const std::vector<PlacedText>& texts, NodeDecl& node, Findings& findings);
/// What a filter says as far as it can be known without values for its parameters.
Filter ReadFilter(const PlacedText& text, const SqlAnalyzer& sql, Findings& findings);
/// The same with the grammar of F-062.
Filter ReadOverwriteFilter(const PlacedText& text, Findings& findings);
/// "512M", "1.5G", "2GiB", or a number of megabytes.
std::optional<uint64_t> ParseMemory(std::string_view text);
void ReadPythonVersion(const PlacedText& text, EnvironmentDecl& environment, Findings& findings);
/// A distribution with its version as written.
void ReadPackage(const std::string& name, const PlacedText& version, EnvironmentDecl& environment,
                 Findings& findings);
/// Rules between options (F-062, F-063), and the name.
void CheckNode(const NodeDecl& node, Findings& findings);

}  // namespace project
