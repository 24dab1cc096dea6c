// What this machine allows, for `boathouse doctor`: each probe tries the thing, none guesses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/environment/interpreter.h"
#include "runtime/sandbox/sandbox.h"

namespace runtime {

enum class ProbeState { kOk, kDegraded, kMissing };

struct Probe {
  std::string name;  // "user namespaces"; stable
  ProbeState state = ProbeState::kOk;
  std::string found;    // "kernel 6.1, no lowerdir+"
  std::string meaning;  // what works less well, or not at all; empty when ok
  std::string remedy;   // the command or setting that allows it; empty when ok
};

/// Probes of the kernel and of the whole sandbox (one is launched). Takes under a second.
std::vector<Probe> ProbeSandbox(const LauncherOptions& options);

/// Probes of what environments need: uv, interpreters. Starts every interpreter once.
std::vector<Probe> ProbeEnvironments(const Variables& variables);

}  // namespace runtime
