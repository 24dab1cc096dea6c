// argv → Invocation. Nothing is opened, read or written here.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace cli {

/// kInvalidArgument "cli.usage" with the nearest right name and the command whose --help explains.
base::Result<Invocation> Parse(const std::vector<std::string>& arguments);

/// Old spellings, still in circulation, as today's (F-234): `--strict on`, `-o json`, `merge x
/// -from y`, `import-data`, ...
std::vector<std::string> ModernSpelling(const std::vector<std::string>& arguments);

/// True when the arguments ask for JSON, also where they are otherwise wrong.
bool AsksForJson(const std::vector<std::string>& arguments);

}  // namespace cli
