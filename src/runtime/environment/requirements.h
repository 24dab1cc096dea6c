// What the user asked for, as lines that uv understands, and uv's refusals as errors of ours.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"

namespace runtime {

/// "Foo.Bar_baz[extra]" → "foo-bar-baz".
std::string NormalisedName(const std::string& name);

/// F-027: "2" = ==2.*, "1.37" = ==1.37.*, "2.2.0" and pre-releases exactly, "" = any, with an
/// operator as it stands. kInvalidArgument environment.bad_requirement.
base::Result<std::string> RequirementLine(const std::string& name, const std::string& version);

/// Sorted lines: `packages`, then what `requirements_txt` adds to them (a package named in both
/// keeps the version of `packages`). Options in the file are refused. `bauplan` and `boathouse` are
/// left out: inside a function these modules are ours, whatever an index has under the names.
base::Result<std::vector<std::string>> RequirementLines(
    const std::map<std::string, std::string>& packages, const std::string& requirements_txt);

/// True if a line asks for `name`.
bool Asks(const std::vector<std::string>& lines, const std::string& name);

/// uv's standard error as environment.no_package, .conflict, .bad_requirement or .resolver_failed.
/// `index` names where uv looked.
base::Error ResolverError(const std::string& words, const std::string& index);

}  // namespace runtime
