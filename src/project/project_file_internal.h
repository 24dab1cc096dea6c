// The project file: YAML into the part of the graph it speaks of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "project/findings_internal.h"
#include "project/project_graph.h"

namespace project {

/// Fills everything but nodes and code; the patterns of include_paths come back (checked).
std::vector<std::string> ReadProjectFile(const std::string& file, std::string_view yaml,
                                         ProjectGraph& graph, Findings& findings);
/// `parameters:` alone.
std::vector<ParameterDecl> ReadParameters(const std::string& file, std::string_view yaml,
                                          Findings& findings);
/// requirements.txt adds to the defaults.
void ReadRequirements(const std::string& file, std::string_view text, EnvironmentDecl& environment,
                      Findings& findings);

}  // namespace project
