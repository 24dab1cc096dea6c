// Runs programs we do not trust, each in its own namespaces with its own root, limits and filter.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "runtime/sandbox/spec.h"

namespace runtime {

struct LauncherOptions {
  std::string program;  // boathouse-sandbox; empty = beside this program, then ../libexec/boathouse
  Isolation isolation = Isolation::kSandbox;
  LimitsRung limits = LimitsRung::kBest;
  OverlayRung overlay = OverlayRung::kBest;
  bool landlock = true;         // false = leave the Landlock rung out
  uint32_t uid_first = 200000;  // as root: sandbox n runs as the host's uid and gid uid_first + n
};

/// How a sandbox ended. Exactly one of `code` and `signal` is set, whatever the reason was.
struct SandboxExit {
  std::optional<int> code;
  std::optional<int> signal;
  bool out_of_memory = false;   // the memory limit was hit; `limit` says how much
  std::string limit;            // "memory limit 256 MiB exceeded"; empty = no limit was hit
  bool killed_by_host = false;  // Kill() came first
  base::Duration cpu_time{0};
  uint64_t memory_bytes_peak = 0;  // 0 = not known on this rung
  bool isolated = true;            // false = ran with Isolation::kNone: every run must say so

  bool ok() const { return code == 0 && !out_of_memory; }
  /// "exit code 3", "signal 11 (segmentation fault)", "memory limit 256 MiB exceeded".
  std::string ToString() const;
};

class LauncherConnection;

/// One running sandbox. Owner: whoever launched it; the destructor kills the whole tree and waits
/// until it is gone. Thread-safe. May outlive the launcher (then it reports kLauncherGone).
class SandboxProcess {
 public:
  struct State;
  explicit SandboxProcess(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~SandboxProcess();
  SandboxProcess(SandboxProcess&&) noexcept = default;
  SandboxProcess& operator=(SandboxProcess&&) = delete;

  /// The sandbox's first process as the host sees it (pid 1 inside).
  pid_t pid() const;
  /// Becomes readable (poll) when every process of the sandbox is dead. Borrowed.
  int pidfd() const;
  /// The exit, once every process of the sandbox is dead and reaped. kDeadlineExceeded or
  /// kCancelled when `ctx` ends first: the sandbox then still runs, Kill() ends it.
  /// kUnavailable sandbox.launcher_gone. May be called again.
  base::Result<SandboxExit> Wait(const base::Context& ctx);
  /// Kills the whole tree and returns when all of it is dead and reaped. Idempotent.
  base::Status Kill();

 private:
  std::shared_ptr<State> state_;
};

/// The client of the launcher, a small single-threaded process of its own. Start it early, before
/// threads exist. Thread-safe. When this object, this process or the launcher dies (kill -9 too),
/// every sandbox dies. Cost of Launch: 1-5 ms.
class SandboxLauncher {
 public:
  /// kFailedPrecondition sandbox.launcher_failed.
  static base::Result<std::unique_ptr<SandboxLauncher>> Start(const LauncherOptions& options);
  ~SandboxLauncher();
  SandboxLauncher(const SandboxLauncher&) = delete;
  SandboxLauncher& operator=(const SandboxLauncher&) = delete;

  /// Returns when the program was executed. kFailedPrecondition sandbox.not_possible_here,
  /// kInvalidArgument sandbox.bad_spec or sandbox.exec_failed, kUnavailable sandbox.launcher_gone.
  /// With Isolation::kNone inside paths in argv, variables and working_folder are replaced by the
  /// host's (longest bind first; /env needs exactly one layer: EnvironmentStore::ComposeTree).
  base::Result<SandboxProcess> Launch(const SandboxSpec& spec);

  bool isolated() const;
  /// "cgroup2", "cgroup1" or "rlimits": what Launch enforces memory with here.
  std::string limits_rung() const;
  pid_t pid() const;

 private:
  explicit SandboxLauncher(std::shared_ptr<LauncherConnection> connection);
  std::shared_ptr<LauncherConnection> connection_;
};

}  // namespace runtime
