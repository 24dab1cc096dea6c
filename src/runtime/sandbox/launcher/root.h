// The root a sandbox sees: a tmpfs with read-only binds, the merged environment, own /proc, /tmp
// and /dev, and nothing of the host beside.
#pragma once

#include <string>
#include <vector>

#include "runtime/sandbox/launcher/wire.h"

namespace runtime::launcher {

/// A mount that hangs nowhere yet; `fd` is owned.
struct DetachedMount {
  int fd = -1;
  std::string target;
  bool is_folder = true;
};

/// Opens every bind and the environment as detached mounts. Done by the launcher itself as root
/// (who may enter every folder), else by the child in its own namespaces.
Failure OpenMounts(const SandboxSpec& spec, OverlayRung rung, bool in_user_namespace,
                   std::vector<DetachedMount>& out);
void CloseMounts(std::vector<DetachedMount>& mounts);

/// In the child, with all capabilities in its namespaces: builds the root from the mounts, enters
/// it, makes it read-only. /env is mounted here when the mounts lack it (the classic rung).
Failure EnterRoot(const SandboxSpec& spec, std::vector<DetachedMount>& mounts,
                  const std::string& resolver_lines);

}  // namespace runtime::launcher
