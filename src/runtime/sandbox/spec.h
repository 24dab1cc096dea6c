// What one sandbox is: program, files it sees, limits. Shared by the client and the launcher
// process, hence the standard library only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace runtime {

/// A file or folder of the host that the sandbox sees, read-only.
struct ReadOnlyBind {
  std::string source;  // absolute, on the host
  std::string target;  // absolute, inside
  bool operator==(const ReadOnlyBind&) const = default;
};

/// A descriptor of the caller that the program finds under the number `target`. Borrowed until
/// Launch returns. Number 0 not given = an empty input; 1 and 2 not given = /dev/null.
struct PassedDescriptor {
  int fd = -1;
  int target = -1;
};

struct SandboxLimits {
  uint64_t memory_bytes_max = 2ull << 30;  // private memory of all its processes together
  double cpus = 1;                         // share of processors; enforced by cgroups only
  uint64_t cpu_seconds_max = 0;            // processor time of one process; 0 = no limit
  uint32_t processes_max = 1024;           // processes and threads together
  uint32_t open_files_max = 4096;
  uint64_t tmp_bytes_max = 1ull << 30;   // size of /tmp
  uint64_t shm_bytes_max = 64ull << 20;  // size of /dev/shm
};

/// Everything about one sandbox. Inside there are: `binds`, `/env` (the layers, first one on top),
/// an own `/proc`, `/tmp` (the only place to write, with /dev/shm), `/dev/{null,zero,full,random,
/// urandom}`, `/etc/{passwd,group,hosts,nsswitch.conf,resolv.conf}`; nothing else.
struct SandboxSpec {
  std::string name;               // for messages and the host name inside; [a-zA-Z0-9._-]
  std::vector<std::string> argv;  // argv[0] is an absolute path inside
  std::map<std::string, std::string> variables;  // the whole environment: nothing is inherited
  std::vector<ReadOnlyBind> binds;
  std::vector<std::string> environment_layers;  // host folders merged at /env, top first; <= 400
  std::string working_folder = "/tmp";
  SandboxLimits limits;
  bool internet_access = false;  // TCP to public and private addresses; never loopback, link-local
                                 // or an address of this machine
  std::vector<PassedDescriptor> descriptors;
};

/// Which rung of a ladder to use. kBest tries from the top and takes the first that works here.
enum class LimitsRung : uint8_t { kBest, kCgroup2, kCgroup1, kRlimits };
enum class OverlayRung : uint8_t { kBest, kLowerdirPlus, kClassicMount };
enum class Isolation : uint8_t {
  kSandbox,
  kNone,  // no namespaces, no filter: only by the user's explicit flag
};

}  // namespace runtime
