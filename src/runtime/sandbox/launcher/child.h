// What runs inside: the sandbox's first process (pid 1 inside), which starts the program, reaps
// orphans and passes the program's exit status out.
#pragma once

#include <sys/types.h>

#include <vector>

#include "runtime/sandbox/launcher/filter.h"
#include "runtime/sandbox/launcher/root.h"
#include "runtime/sandbox/launcher/wire.h"

namespace runtime::launcher {

inline constexpr unsigned kInsideUser = 1000;  // uid and gid of the program as it sees itself

struct ChildPlan {
  const SandboxSpec* spec = nullptr;  // targets of `descriptors` set
  std::vector<int> descriptors;       // beside spec->descriptors
  std::vector<DetachedMount> mounts;  // opened by the launcher as root, else empty
  OverlayRung overlay = OverlayRung::kBest;
  Isolation isolation = Isolation::kSandbox;
  bool landlock = true;
  bool limit_memory_by_rlimit = false;
  const Filter* filter = nullptr;
  std::string resolver_lines;
  int go = -1;      // readable: set up outside is done; its end: the launcher is dead
  int status = -1;  // SEQPACKET: a Failure, or (internet access) the listener; end = executed
  std::vector<int> launcher_ends;  // the other ends of these three: to be closed first
  int report = -1;                 // the program's wait status, 4 bytes
};

/// Never returns.
[[noreturn]] void RunChild(ChildPlan& plan);

}  // namespace runtime::launcher
