// The launcher process: takes launch and kill requests, reports exits, owns every sandbox. Single
// threaded, so that cloning is safe and parent-death signals mean this process.
#pragma once

#include <sys/types.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/sandbox/launcher/cgroup.h"
#include "runtime/sandbox/launcher/child.h"
#include "runtime/sandbox/launcher/wire.h"

namespace runtime::launcher {

struct ServerSettings {
  int socket = 3;
  Isolation isolation = Isolation::kSandbox;
  LimitsRung limits = LimitsRung::kBest;
  OverlayRung overlay = OverlayRung::kBest;
  bool landlock = true;
  uint32_t uid_first = 200000;
};

class Server {
 public:
  explicit Server(const ServerSettings& settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until the client's end closes, then kills everything. The program's exit code.
  int Run();

 private:
  struct Running {
    uint64_t sequence = 0;
    pid_t pid = -1;
    int pidfd = -1;
    int report = -1;
    pid_t broker = -1;
    uint32_t slot = 0;
    Group group;
    SandboxLimits limits;
    bool killed = false;
    bool over_memory = false;  // seen by the watchdog
    uint64_t memory_bytes_peak = 0;
  };
  struct Pipes;

  bool HandleRequest();
  void Launch(uint64_t sequence, const SandboxSpec& spec, const std::vector<int>& descriptors);
  Failure Start(const SandboxSpec& spec, const std::vector<int>& descriptors, Running& running);
  Failure Clone(ChildPlan& plan, Running& running) const;
  Failure MapUser(const Running& running) const;
  Failure AwaitExecution(int status, bool internet_access, Running& running) const;
  void Kill(Running& running) const;
  void ReapAll();
  void Finish(Running& running, int init_status, uint64_t cpu_micros);
  void Watch();
  void Abandon(Running& running);
  uint32_t TakeSlot();

  ServerSettings settings_;
  Groups groups_;
  bool is_root_;
  Filter filter_;
  Filter filter_with_broker_;
  int signals_ = -1;
  uint64_t launches_ = 0;
  std::map<pid_t, Running> running_;
  std::set<uint32_t> slots_;  // in use
};

}  // namespace runtime::launcher
