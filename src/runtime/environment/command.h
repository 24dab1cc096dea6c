// Runs a trusted program of the host (uv, an interpreter) to its end and collects what it says.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "runtime/environment/interpreter.h"

namespace runtime {

struct Command {
  std::vector<std::string> argv;  // argv[0] is a path
  Variables variables;            // the whole environment
  std::string input;
  std::string folder;  // to run in; empty = this process's
};

struct CommandOutput {
  int exit_code = 0;  // 128 + n when signal n killed it
  std::string out;
  std::string error;
};

/// kFailedPrecondition "environment.command_failed" if it cannot be started; kCancelled or
/// kDeadlineExceeded (after killing it) when `ctx` ends. `on_error_line` sees standard error live.
base::Result<CommandOutput> RunCommand(
    const base::Context& ctx, const Command& command,
    const std::function<void(std::string_view line)>& on_error_line = nullptr);

}  // namespace runtime
