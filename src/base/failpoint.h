// Failpoints: named places where a test kills the process, to prove that a crash there loses
// nothing.
#pragma once

#include <string_view>

namespace base {

/// Kills this process (SIGKILL) when the environment variable BOATHOUSE_FAILPOINT, read once, is
/// `name`, or `name:n` at its nth passing. Costs one comparison otherwise. Names are dotted:
/// "publish.before_ref".
void Failpoint(std::string_view name);

}  // namespace base
