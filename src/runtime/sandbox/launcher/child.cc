#include "runtime/sandbox/launcher/child.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace runtime::launcher {
namespace {

[[noreturn]] void ReportAndExit(const ChildPlan& plan, const Failure& failure) {
  Writer out;
  PutFailure(out, failure);
  SendMessage(plan.status, out.bytes(), {});
  _exit(111);
}

// Waits for the launcher's word, becomes the inside user, and dies with the launcher from here on.
Failure BecomeUser(const ChildPlan& plan) {
  char byte = 0;
  if (read(plan.go, &byte, 1) != 1) _exit(111);
  if (plan.isolation == Isolation::kSandbox) {
    if (syscall(SYS_setresgid, kInsideUser, kInsideUser, kInsideUser) != 0 ||
        syscall(SYS_setresuid, kInsideUser, kInsideUser, kInsideUser) != 0) {
      return Fail("become the inside user");
    }
  }
  const int signal = plan.isolation == Isolation::kSandbox ? SIGKILL : SIGTERM;
  if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) != 0) return Fail("tie to the launcher");
  pollfd launcher{plan.go, 0, 0};  // it may have died before that took effect
  if (poll(&launcher, 1, 0) > 0 && (launcher.revents & POLLHUP)) _exit(111);
  return {};
}

void BringLoopbackUp() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  ioctl(fd, SIOCSIFFLAGS, &request);
  close(fd);
}

Failure DropCapabilities() {
  for (int capability = 0; capability < 64; ++capability) {
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) break;
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  constexpr unsigned long kNoRootNoFixupNoKeepLocked = 0x2f;
  if (prctl(PR_SET_SECUREBITS, kNoRootNoFixupNoKeepLocked, 0, 0, 0) != 0) {
    return Fail("lock the secure bits");
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2]{};
  if (syscall(SYS_capset, &header, none) != 0) return Fail("drop all capabilities");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Fail("forbid new privileges");
  return {};
}

// No signals and no abstract sockets out of the sandbox (Linux 6.12); the namespaces forbid both
// already, so a kernel without it loses nothing but a second lock.
void ScopeByLandlock() {
  struct {
    uint64_t files, network, scoped;
  } attributes{0, 0, 3};
  const int ruleset = static_cast<int>(
      syscall(444 /* landlock_create_ruleset */, &attributes, sizeof attributes, 0));
  if (ruleset < 0) return;
  syscall(446 /* landlock_restrict_self */, ruleset, 0);
  close(ruleset);
}

void Limit(int resource, uint64_t soft, uint64_t hard) {
  rlimit current{};
  getrlimit(static_cast<__rlimit_resource>(resource), &current);
  const rlimit wanted{std::min<rlim_t>(soft, current.rlim_max),
                      std::min<rlim_t>(hard, current.rlim_max)};
  setrlimit(static_cast<__rlimit_resource>(resource), &wanted);
}

void SetLimits(const ChildPlan& plan) {
  const SandboxLimits& limits = plan.spec->limits;
  Limit(RLIMIT_CORE, 0, 0);
  Limit(RLIMIT_NOFILE, limits.open_files_max, limits.open_files_max);
  // Counted per user of this namespace; unisolated it would count all of the user's processes.
  if (plan.isolation == Isolation::kSandbox) {
    Limit(RLIMIT_NPROC, limits.processes_max, limits.processes_max);
  }
  if (limits.cpu_seconds_max > 0) {
    Limit(RLIMIT_CPU, limits.cpu_seconds_max, limits.cpu_seconds_max + 1);
  }
  if (plan.limit_memory_by_rlimit) {
    // A backstop for what grows faster than the watchdog looks; reserved memory is not used memory.
    const uint64_t backstop = limits.memory_bytes_max * 2 + (512ull << 20);
    Limit(RLIMIT_DATA, backstop, backstop);
  }
}

// Gives each passed descriptor its number: first all of them above every target, then down.
Failure PlaceDescriptors(ChildPlan& plan, int& error_pipe) {
  int above = 3;
  for (const PassedDescriptor& passed : plan.spec->descriptors) {
    above = std::max(above, passed.target + 1);
  }
  error_pipe = fcntl(error_pipe, F_DUPFD_CLOEXEC, above);
  if (error_pipe < 0) return Fail("move a descriptor");
  for (int& fd : plan.descriptors) {
    fd = fcntl(fd, F_DUPFD_CLOEXEC, above);
    if (fd < 0) return Fail("move a descriptor");
  }
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return Fail("open /dev/null");
  for (int standard = 0; standard < 3; ++standard) dup2(null, standard);
  std::vector<int> kept = {0, 1, 2, error_pipe};
  for (size_t i = 0; i < plan.descriptors.size(); ++i) {
    const int target = plan.spec->descriptors[i].target;
    if (dup2(plan.descriptors[i], target) < 0) return Fail("place a descriptor");
    kept.push_back(target);
  }
  std::sort(kept.begin(), kept.end());
  unsigned next = 0;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > next) syscall(SYS_close_range, next, number - 1, 0);
    next = std::max(next, number + 1);
  }
  syscall(SYS_close_range, next, ~0u, 0);
  return {};
}

[[noreturn]] void Execute(ChildPlan& plan) {
  const SandboxSpec& spec = *plan.spec;
  setsid();
  if (plan.isolation == Isolation::kNone) prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  int status = plan.status;
  Failure failure = PlaceDescriptors(plan, status);
  plan.status = status;
  if (failure.failed()) ReportAndExit(plan, failure);
  if (chdir(spec.working_folder.c_str()) != 0) {
    ReportAndExit(plan, Fail(FailureKind::kSpec, "enter " + spec.working_folder, errno));
  }
  SetLimits(plan);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGTERM, SIG_DFL);
  std::vector<std::string> assignments;
  for (const auto& [name, value] : spec.variables) assignments.push_back(name + "=" + value);
  std::vector<char*> variables;
  for (std::string& assignment : assignments) variables.push_back(assignment.data());
  variables.push_back(nullptr);
  std::vector<char*> arguments;
  for (const std::string& argument : spec.argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  execve(arguments[0], arguments.data(), variables.data());
  ReportAndExit(plan, Fail(FailureKind::kExec, "execute " + spec.argv[0], errno));
}

volatile sig_atomic_t g_stop = 0;  // unisolated only: the launcher died or asked to end the tree
void OnTerminate(int) {
  g_stop = 1;
}

// Children of any process of ours, adopted ones included, until none is left (unisolated only:
// elsewhere the kernel does this when pid 1 ends).
void KillAllChildren() {
  for (;;) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", static_cast<int>(getpid()));
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    char text[4096];
    const ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    if (size <= 0) return;
    text[size] = 0;
    for (char* at = text; *at != 0;) {
      const long pid = strtol(at, &at, 10);
      if (pid > 1) kill(static_cast<pid_t>(pid), SIGKILL);
      while (*at == ' ') ++at;
    }
    if (waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
  }
}

[[noreturn]] void ReapUntilProgramEnds(const ChildPlan& plan, pid_t program) {
  for (;;) {
    int status = 0;
    const pid_t pid = g_stop ? 0 : waitpid(-1, &status, 0);
    if (g_stop) {
      if (plan.isolation == Isolation::kNone) KillAllChildren();
      _exit(137);
    }
    if (pid < 0 && errno == EINTR) continue;
    if (pid != program && pid > 0) continue;
    if (pid == program && write(plan.report, &status, sizeof status) != sizeof status) _exit(112);
    if (plan.isolation == Isolation::kNone) KillAllChildren();
    _exit(0);
  }
}

Failure Isolate(ChildPlan& plan) {
  if (plan.mounts.empty()) {
    Failure failure = OpenMounts(*plan.spec, plan.overlay, true, plan.mounts);
    if (failure.failed()) return failure;
  }
  if (Failure failure = EnterRoot(*plan.spec, plan.mounts, plan.resolver_lines); failure.failed()) {
    return failure;
  }
  const std::string host = plan.spec->name.empty() ? "sandbox" : plan.spec->name.substr(0, 63);
  if (sethostname(host.c_str(), host.size()) != 0) return Fail("set the host name");
  BringLoopbackUp();
  if (Failure failure = DropCapabilities(); failure.failed()) return failure;
  if (plan.landlock) ScopeByLandlock();
  int listener = -1;
  const bool internet = plan.spec->internet_access;
  Failure failure = LoadFilter(*plan.filter, internet ? &listener : nullptr);
  if (failure.failed()) return failure;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // nobody inside reads pid 1's memory
  if (internet) {
    Writer out;
    PutFailure(out, Failure{});
    if (!SendMessage(plan.status, out.bytes(), {listener})) return Fail("pass the listener");
    close(listener);
  }
  return {};
}

}  // namespace

void RunChild(ChildPlan& plan) {
  Failure failure = BecomeUser(plan);
  if (!failure.failed() && plan.isolation == Isolation::kSandbox) failure = Isolate(plan);
  if (failure.failed()) ReportAndExit(plan, failure);
  if (plan.isolation == Isolation::kNone) {
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    struct sigaction action{};
    action.sa_handler = OnTerminate;  // no SA_RESTART: waitpid must return
    sigaction(SIGTERM, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }
  const pid_t program = fork();
  if (program < 0) ReportAndExit(plan, Fail("start the program's process"));
  if (program == 0) Execute(plan);
  const int report = plan.report;
  for (unsigned fd = 0; fd < 3; ++fd) close(static_cast<int>(fd));
  if (report > 3) syscall(SYS_close_range, 3u, static_cast<unsigned>(report - 1), 0);
  syscall(SYS_close_range, static_cast<unsigned>(report + 1), ~0u, 0);
  ReapUntilProgramEnds(plan, program);
}

}  // namespace runtime::launcher
