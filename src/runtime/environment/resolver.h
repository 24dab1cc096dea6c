// uv: where it is, what it is told, what it answers.
#pragma once

#include <string>
#include <vector>

#include "runtime/environment/command.h"
#include "runtime/environment/lock.h"

namespace runtime {

/// The `wanted` path, $BOATHOUSE_UV, ../libexec/boathouse/uv and deps/uv/bin/uv near this program,
/// PATH. kFailedPrecondition environment.no_resolver.
base::Result<std::string> FindUv(const std::string& wanted, const Variables& variables);

/// "uv 0.13.9". Starts it.
base::Result<std::string> UvVersion(const base::Context& ctx, const std::string& uv);

/// The variables uv runs with: ours, PIP_INDEX_URL given the name uv knows, nothing that would make
/// it use another interpreter or environment; the machine's certificates.
Variables UvVariables(const Variables& variables);

/// What decides which versions are seen, "name=value" sorted: part of a lock's key.
std::vector<std::string> IndexVariables(const Variables& variables);

/// What uv has no variable for: {"--no-index"} where UV_NO_INDEX or PIP_NO_INDEX is set.
std::vector<std::string> IndexOptions(const Variables& variables);

/// Where uv looks, for messages, without credentials.
std::string IndexName(const Variables& variables);

using LineCallback = std::function<void(std::string_view line)>;

/// Resolves requirement lines to wheels for the interpreter. Errors: requirements.h.
base::Result<std::vector<LockedPackage>> Resolve(const base::Context& ctx, const Command& uv,
                                                 const Interpreter& interpreter,
                                                 const std::vector<std::string>& lines);

}  // namespace runtime
