// Which versions of its libraries the engine runs on.
#pragma once

#include <map>
#include <string>

namespace engine {

/// "arrow" → "26.0.1", "duckdb" → "v1.5.5": as the loaded libraries say.
std::map<std::string, std::string> LibraryVersions();

}  // namespace engine
