#include "engine/versions.h"

#include <arrow/config.h>
#include <duckdb.h>

namespace engine {

std::map<std::string, std::string> LibraryVersions() {
  return {{"arrow", arrow::GetBuildInfo().version_string}, {"duckdb", duckdb_library_version()}};
}

}  // namespace engine
