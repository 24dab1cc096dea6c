// Errors as people read them: what, where with the line of source, the context, what to do next.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/jobs_api.h"
#include "base/error.h"
#include "cli/json.h"
#include "cli/style.h"

namespace cli {

/// Relative path → content: where excerpts are taken from.
using Sources = std::map<std::string, std::string>;

std::string RenderError(const base::Error& error, const Sources& sources, const Style& style);
/// All of them, then how many there were.
std::string RenderDiagnostics(const std::vector<api::Diagnostic>& diagnostics,
                              const Sources& sources, const Style& style);

/// {"code", "reason", "message", "context", "place"}.
Json ErrorJson(const base::Error& error);

/// 1 = failed, 2 = wrong usage.
int ExitCode(const base::Error& error);

}  // namespace cli
