// Control groups for the sandboxes: version 2 where it is delegated to us, version 1 as root.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/sandbox/launcher/wire.h"

namespace runtime::launcher {

/// One sandbox's group: a folder per hierarchy (one for version 2). Empty = no groups here.
struct Group {
  std::vector<std::string> folders;
  bool empty() const { return folders.empty(); }
};

struct GroupUse {
  uint64_t oom_kills = 0;
  uint64_t memory_bytes_peak = 0;
};

/// Where the kernel shows its control groups, and as whom we are here.
struct GroupPlaces {
  std::string mounts = "/proc/self/mounts";
  std::string own_groups = "/proc/self/cgroup";
  bool is_root = geteuid() == 0;
  /// Makes a group: the kernel fills the new folder with the group's files.
  std::function<bool(const std::string&)> make = [](const std::string& folder) {
    return mkdir(folder.c_str(), 0755) == 0;
  };
};

/// Finds out which version can be used, and removes what dead launchers left.
class Groups {
 public:
  /// `wanted` kBest: version 2, else 1, else none. Anything else: that one or none.
  explicit Groups(LimitsRung wanted, GroupPlaces places = {});
  ~Groups();
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;

  /// kCgroup2, kCgroup1 or kRlimits (= none works here).
  LimitsRung rung() const { return rung_; }
  Failure Create(uint64_t number, const SandboxLimits& limits, Group& out) const;
  Failure Add(const Group& group, pid_t pid) const;
  GroupUse Use(const Group& group) const;
  /// Only when all its processes are reaped.
  void Remove(const Group& group) const;

 private:
  bool FindVersion2();
  bool EmptyIntoLeaf(const std::string& group) const;
  bool FindVersion1();

  const GroupPlaces places_;
  LimitsRung rung_ = LimitsRung::kRlimits;
  std::vector<std::string> roots_;  // version 1: memory, pids, cpu; version 2: one
};

/// Private memory of a process and all its descendants (smaps_rollup): the watchdog's measure.
uint64_t PrivateMemoryBytes(pid_t root);

}  // namespace runtime::launcher
