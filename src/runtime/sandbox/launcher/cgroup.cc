#include "runtime/sandbox/launcher/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace runtime::launcher {
namespace {

constexpr char kFolderPrefix[] = "boathouse-";
constexpr char kLeaf[] = "boathouse";
constexpr int kLooksMax = 5;
constexpr uint64_t kCpuPeriodMicros = 100000;
constexpr int kTreeProcessesMax = 20000;

bool WriteText(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool ok = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return ok;
}

std::string ReadText(const std::string& path) {
  std::string text;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return text;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(size));
  }
  close(fd);
  return text;
}

// The number after `key` at the start of a line; 0 if there is none.
uint64_t NumberAfter(const std::string& text, const std::string& key) {
  for (size_t at = 0; at < text.size();) {
    if (text.compare(at, key.size(), key) == 0) {
      return std::strtoull(text.c_str() + at + key.size(), nullptr, 10);
    }
    const size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return 0;
}

// Mount points of a cgroup file system: those of `type` whose options hold `controller`.
std::string MountPoint(const std::string& mounts, const std::string& type,
                       const std::string& controller) {
  const std::string table = ReadText(mounts);
  size_t at = 0;
  while (at < table.size()) {
    const size_t end = std::min(table.find('\n', at), table.size());
    char point[512];
    char kind[64];
    char options[512];
    const std::string line = table.substr(at, end - at);
    at = end + 1;
    if (std::sscanf(line.c_str(), "%*s %511s %63s %511s", point, kind, options) != 3) continue;
    if (type != kind) continue;
    const std::string padded = "," + std::string(options) + ",";
    if (controller.empty() || padded.find("," + controller + ",") != std::string::npos) {
      return point;
    }
  }
  return {};
}

// Folders of launchers that no longer live: "boathouse-<pid>[-<number>]".
void RemoveStale(const std::string& root) {
  DIR* folder = opendir(root.c_str());
  if (folder == nullptr) return;
  while (const dirent* entry = readdir(folder)) {
    if (std::strncmp(entry->d_name, kFolderPrefix, sizeof kFolderPrefix - 1) != 0) continue;
    const long pid = std::strtol(entry->d_name + sizeof kFolderPrefix - 1, nullptr, 10);
    if (pid > 0 && kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) {
      rmdir((root + "/" + entry->d_name).c_str());
    }
  }
  closedir(folder);
}

std::string OwnName() {
  return kFolderPrefix + std::to_string(getpid());
}

}  // namespace

Groups::Groups(LimitsRung wanted, GroupPlaces places) : places_(std::move(places)) {
  const bool best = wanted == LimitsRung::kBest;
  if ((best || wanted == LimitsRung::kCgroup2) && FindVersion2()) {
    rung_ = LimitsRung::kCgroup2;
  } else if ((best || wanted == LimitsRung::kCgroup1) && FindVersion1()) {
    rung_ = LimitsRung::kCgroup1;
  }
}

Groups::~Groups() {
  for (const std::string& root : roots_) RemoveStale(root);
}

// Several looks: processes that are moved may be starting others meanwhile.
bool Groups::EmptyIntoLeaf(const std::string& group) const {
  const std::string leaf = group + "/" + kLeaf;
  if (access(leaf.c_str(), F_OK) != 0 && !places_.make(leaf)) return false;
  for (int look = 0; look < kLooksMax; ++look) {
    const std::string pids = ReadText(group + "/cgroup.procs");
    if (pids.empty()) return true;
    for (const char* pid = pids.c_str(); *pid != 0;) {
      char* end = nullptr;
      const long number = std::strtol(pid, &end, 10);
      if (end == pid) break;
      // Gone since it was read: nothing to move.
      if (!WriteText(leaf + "/cgroup.procs", std::to_string(number)) && errno != ESRCH)
        return false;
      pid = *end == '\n' ? end + 1 : end;
    }
  }
  return true;
}

// A group may hold processes or hand controllers on, not both: its processes are moved into a leaf
// first. Only the root of the machine may do both, and it alone has no cgroup.type: the top of a
// container's hierarchy is a group like others.
bool Groups::FindVersion2() {
  const std::string mount = MountPoint(places_.mounts, "cgroup2", "");
  if (mount.empty()) return false;
  const std::string line = "\n" + ReadText(places_.own_groups);
  const size_t at = line.find("\n0::/");
  std::string own = mount;
  if (!places_.is_root && at != std::string::npos) {
    std::string path = line.substr(at + 4, line.find('\n', at + 1) - at - 4);
    // The shell of an earlier command was moved into the leaf, and this process began there.
    if (path.ends_with(std::string("/") + kLeaf)) path.resize(path.size() - sizeof kLeaf);
    if (path != "/") own += path;
  }
  const std::string controllers = " " + ReadText(own + "/cgroup.controllers");
  if (controllers.find(" memory") == std::string::npos) return false;
  if (access((own + "/cgroup.subtree_control").c_str(), W_OK) != 0) return false;
  RemoveStale(own);
  const bool top = access((own + "/cgroup.type").c_str(), F_OK) != 0;
  if (!top && !EmptyIntoLeaf(own)) return false;
  if (!WriteText(own + "/cgroup.subtree_control", "+memory")) return false;
  for (const char* other : {"+pids", "+cpu"}) {  // not always handed down
    WriteText(own + "/cgroup.subtree_control", other);
  }
  roots_ = {own};
  return true;
}

bool Groups::FindVersion1() {
  if (!places_.is_root) return false;
  for (const char* controller : {"memory", "pids", "cpu"}) {
    const std::string root = MountPoint(places_.mounts, "cgroup", controller);
    const bool needed = std::strcmp(controller, "memory") == 0;
    if (root.empty() || access(root.c_str(), W_OK) != 0) {
      if (needed) return false;
      continue;
    }
    RemoveStale(root);
    roots_.push_back(root);
  }
  return true;
}

Failure Groups::Create(uint64_t number, const SandboxLimits& limits, Group& out) const {
  const std::string name = "/" + OwnName() + "-" + std::to_string(number);
  for (const std::string& root : roots_) {
    const std::string folder = root + name;
    if (!places_.make(folder)) return Fail("create the control group " + folder);
    out.folders.push_back(folder);
  }
  const auto quota = static_cast<uint64_t>(limits.cpus * static_cast<double>(kCpuPeriodMicros));
  const std::string bytes = std::to_string(limits.memory_bytes_max);
  const std::string& memory = out.folders.front();
  if (rung_ == LimitsRung::kCgroup2) {
    if (!WriteText(memory + "/memory.max", bytes)) return Fail("set " + memory + "/memory.max");
    WriteText(memory + "/memory.swap.max", "0");
    WriteText(memory + "/memory.oom.group", "1");
    WriteText(memory + "/pids.max", std::to_string(limits.processes_max));
    WriteText(memory + "/cpu.max", std::to_string(quota) + " " + std::to_string(kCpuPeriodMicros));
    return {};
  }
  if (!WriteText(memory + "/memory.limit_in_bytes", bytes)) {
    return Fail("set " + memory + "/memory.limit_in_bytes");
  }
  WriteText(memory + "/memory.memsw.limit_in_bytes", bytes);
  for (const std::string& folder : out.folders) {
    WriteText(folder + "/pids.max", std::to_string(limits.processes_max));
    WriteText(folder + "/cpu.cfs_quota_us", std::to_string(quota));
  }
  return {};
}

Failure Groups::Add(const Group& group, pid_t pid) const {
  for (const std::string& folder : group.folders) {
    if (!WriteText(folder + "/cgroup.procs", std::to_string(pid))) {
      return Fail("enter the control group " + folder);
    }
  }
  return {};
}

GroupUse Groups::Use(const Group& group) const {
  GroupUse use;
  if (group.empty()) return use;
  const std::string& memory = group.folders.front();
  if (rung_ == LimitsRung::kCgroup2) {
    use.oom_kills = NumberAfter(ReadText(memory + "/memory.events"), "oom_kill ");
    use.memory_bytes_peak = NumberAfter(ReadText(memory + "/memory.peak"), "");
  } else {
    use.oom_kills = NumberAfter(ReadText(memory + "/memory.oom_control"), "oom_kill ");
    use.memory_bytes_peak = NumberAfter(ReadText(memory + "/memory.max_usage_in_bytes"), "");
  }
  return use;
}

void Groups::Remove(const Group& group) const {
  for (const std::string& folder : group.folders) rmdir(folder.c_str());
}

uint64_t PrivateMemoryBytes(pid_t root) {
  uint64_t kilobytes = 0;
  std::vector<pid_t> todo = {root};
  for (size_t i = 0; i < todo.size() && i < kTreeProcessesMax; ++i) {
    const std::string process = "/proc/" + std::to_string(todo[i]);
    const std::string rollup = ReadText(process + "/smaps_rollup");
    kilobytes += NumberAfter(rollup, "Pss_Anon:") + NumberAfter(rollup, "SwapPss:");
    DIR* tasks = opendir((process + "/task").c_str());
    if (tasks == nullptr) continue;
    while (const dirent* task = readdir(tasks)) {
      if (task->d_name[0] == '.') continue;
      const std::string list = ReadText(process + "/task/" + task->d_name + "/children");
      for (const char* at = list.c_str(); *at != 0;) {
        char* end = nullptr;
        const long pid = std::strtol(at, &end, 10);
        if (end == at) break;
        todo.push_back(static_cast<pid_t>(pid));
        at = *end == ' ' ? end + 1 : end;
      }
    }
    closedir(tasks);
  }
  return kilobytes << 10;
}

}  // namespace runtime::launcher
