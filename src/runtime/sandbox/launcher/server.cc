#include "runtime/sandbox/launcher/server.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "runtime/sandbox/launcher/broker.h"

namespace runtime::launcher {
namespace {

constexpr int kWatchMillis = 20;
constexpr int kStartMillisMax = 60000;
constexpr uint32_t kSlotsMax = 10000;

bool WriteFileText(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool ok = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return ok;
}

const char* RungName(LimitsRung rung) {
  switch (rung) {
    case LimitsRung::kBest:
      return "best";
    case LimitsRung::kCgroup2:
      return "cgroup2";
    case LimitsRung::kCgroup1:
      return "cgroup1";
    case LimitsRung::kRlimits:
      return "rlimits";
  }
  return "";
}

std::string MemoryLimitText(uint64_t bytes) {
  return "memory limit " + std::to_string(bytes >> 20) + " MiB exceeded";
}

// Replaces the inside path at the start of `text` by the host's, for runs without isolation.
std::string HostPath(const std::string& text, const SandboxSpec& spec) {
  const ReadOnlyBind* best = nullptr;
  const auto covers = [&](const std::string& target) {
    return text.compare(0, target.size(), target) == 0 &&
           (text.size() == target.size() || text[target.size()] == '/');
  };
  for (const ReadOnlyBind& bind : spec.binds) {
    if (covers(bind.target) && (!best || best->target.size() < bind.target.size())) best = &bind;
  }
  if (best != nullptr) return best->source + text.substr(best->target.size());
  if (spec.environment_layers.size() == 1 && covers("/env")) {
    return spec.environment_layers[0] + text.substr(4);
  }
  return text;
}

std::string HostPaths(const std::string& text, const SandboxSpec& spec) {
  std::string out;
  for (size_t at = 0;;) {
    const size_t end = text.find(':', at);
    out += HostPath(text.substr(at, end == std::string::npos ? end : end - at), spec);
    if (end == std::string::npos) return out;
    out += ':';
    at = end + 1;
  }
}

SandboxSpec WithHostPaths(SandboxSpec spec) {
  const SandboxSpec inside = spec;
  for (std::string& argument : spec.argv) argument = HostPath(argument, inside);
  for (auto& [name, value] : spec.variables) value = HostPaths(value, inside);
  spec.working_folder = HostPath(spec.working_folder, inside);
  return spec;
}

Failure CheckSpec(const SandboxSpec& spec) {
  const auto bad = [](const std::string& what) { return Fail(FailureKind::kSpec, what, EINVAL); };
  if (spec.argv.empty() || spec.argv[0].empty() || spec.argv[0][0] != '/') {
    return bad("take the program, which must be an absolute path");
  }
  for (const ReadOnlyBind& bind : spec.binds) {
    const bool absolute = !bind.source.empty() && bind.source[0] == '/' && bind.target.size() > 1 &&
                          bind.target[0] == '/';
    if (!absolute || bind.target.find("/..") != std::string::npos) {
      return bad("bind " + bind.source + " at " + bind.target);
    }
  }
  if (spec.limits.memory_bytes_max < (8u << 20)) return bad("limit memory to less than 8 MiB");
  return {};
}

}  // namespace

struct Server::Pipes {
  int go[2] = {-1, -1};
  int status[2] = {-1, -1};
  int report[2] = {-1, -1};
  bool Open() {
    return pipe2(go, O_CLOEXEC) == 0 && pipe2(report, O_CLOEXEC) == 0 &&
           socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status) == 0;
  }
  static void Close(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
  ~Pipes() {
    for (int* pair : {go, status, report}) {
      Close(pair[0]);
      Close(pair[1]);
    }
  }
};

Server::Server(const ServerSettings& settings)
    : settings_(settings),
      groups_(settings.isolation == Isolation::kNone ? LimitsRung::kRlimits : settings.limits),
      is_root_(geteuid() == 0) {}

Server::~Server() {
  for (auto& [pid, running] : running_) Kill(running);
  while (!running_.empty()) ReapAll();
}

int Server::Run() {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGCHLD);
  for (const int ignored : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) signal(ignored, SIG_IGN);
  sigprocmask(SIG_BLOCK, &mask, nullptr);
  signals_ = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
  fcntl(settings_.socket, F_SETFD, FD_CLOEXEC);
  if (is_root_ && settings_.isolation == Isolation::kSandbox) setgroups(0, nullptr);
  Failure failure = BuildFilter(false, filter_);
  if (!failure.failed()) failure = BuildFilter(true, filter_with_broker_);
  Writer hello;
  hello.U8(static_cast<uint8_t>(MessageType::kHello));
  hello.U32(kWireVersion);
  hello.Text(RungName(groups_.rung()));
  PutFailure(hello, failure);
  if (!SendMessage(settings_.socket, hello.bytes(), {}) || failure.failed()) return 1;
  for (;;) {
    pollfd ready[] = {{settings_.socket, POLLIN, 0}, {signals_, POLLIN, 0}};
    const bool watching = groups_.rung() == LimitsRung::kRlimits && !running_.empty();
    if (poll(ready, 2, watching ? kWatchMillis : -1) < 0 && errno != EINTR) return 1;
    if (watching) Watch();
    if (ready[1].revents & POLLIN) {
      signalfd_siginfo ignored[8];
      while (read(signals_, ignored, sizeof ignored) > 0) {
      }
      ReapAll();
    }
    if ((ready[0].revents & (POLLIN | POLLHUP | POLLERR)) && !HandleRequest()) return 0;
  }
}

bool Server::HandleRequest() {
  std::string bytes;
  std::vector<int> descriptors;
  if (!ReceiveMessage(settings_.socket, bytes, descriptors)) return false;
  Reader in(bytes);
  const auto type = static_cast<MessageType>(in.U8());
  const uint64_t sequence = in.U64();
  if (type == MessageType::kKill) {
    for (auto& [pid, running] : running_) {
      if (running.sequence == sequence) Kill(running);
    }
  } else if (type == MessageType::kLaunch) {
    const SandboxSpec spec = GetSpec(in);
    Launch(sequence, spec, descriptors);
  }
  for (const int fd : descriptors) close(fd);
  return true;
}

void Server::Launch(uint64_t sequence, const SandboxSpec& spec,
                    const std::vector<int>& descriptors) {
  Running running;
  running.sequence = sequence;
  running.limits = spec.limits;
  running.slot = TakeSlot();
  Failure failure = CheckSpec(spec);
  if (descriptors.size() != spec.descriptors.size()) {
    failure = Fail(FailureKind::kSpec, "receive the passed descriptors", EBADF);
  }
  if (!failure.failed()) failure = Start(spec, descriptors, running);
  Writer out;
  if (failure.failed()) {
    Abandon(running);
    out.U8(static_cast<uint8_t>(MessageType::kFailed));
    out.U64(sequence);
    PutFailure(out, failure);
    SendMessage(settings_.socket, out.bytes(), {});
    return;
  }
  out.U8(static_cast<uint8_t>(MessageType::kLaunched));
  out.U64(sequence);
  out.U32(static_cast<uint32_t>(running.pid));
  SendMessage(settings_.socket, out.bytes(), {running.pidfd});
  running_[running.pid] = running;
}

Failure Server::Start(const SandboxSpec& wanted, const std::vector<int>& descriptors,
                      Running& running) {
  const bool isolated = settings_.isolation == Isolation::kSandbox;
  const SandboxSpec spec = isolated ? wanted : WithHostPaths(wanted);
  if (groups_.rung() != LimitsRung::kRlimits) {
    Failure failure = groups_.Create(++launches_, spec.limits, running.group);
    if (failure.failed()) return failure;
  }
  Pipes pipes;
  if (!pipes.Open()) return Fail("open pipes");
  ChildPlan plan;
  plan.spec = &spec;
  plan.descriptors = descriptors;
  plan.overlay = settings_.overlay;
  plan.isolation = settings_.isolation;
  plan.landlock = settings_.landlock;
  plan.limit_memory_by_rlimit = groups_.rung() == LimitsRung::kRlimits;
  plan.filter = spec.internet_access ? &filter_with_broker_ : &filter_;
  if (spec.internet_access) plan.resolver_lines = ReadResolver("/etc/resolv.conf").lines;
  plan.go = pipes.go[0];
  plan.status = pipes.status[1];
  plan.report = pipes.report[1];
  plan.launcher_ends = {pipes.go[1], pipes.status[0], pipes.report[0]};
  Failure failure;
  if (isolated && is_root_) failure = OpenMounts(spec, plan.overlay, false, plan.mounts);
  if (!failure.failed()) failure = Clone(plan, running);
  CloseMounts(plan.mounts);
  if (failure.failed()) return failure;
  Pipes::Close(pipes.go[0]);
  Pipes::Close(pipes.status[1]);
  Pipes::Close(pipes.report[1]);
  if (isolated) failure = MapUser(running);
  if (!failure.failed()) failure = groups_.Add(running.group, running.pid);
  if (failure.failed()) return failure;
  if (write(pipes.go[1], "g", 1) != 1) return Fail("let the sandbox go on");
  failure = AwaitExecution(pipes.status[0], isolated && spec.internet_access, running);
  if (failure.failed()) return failure;
  running.report = pipes.report[0];
  pipes.report[0] = -1;
  return {};
}

Failure Server::Clone(ChildPlan& plan, Running& running) const {
  uint64_t flags = CLONE_PIDFD;
  if (settings_.isolation == Isolation::kSandbox) {
    flags |= CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
             CLONE_NEWNET | CLONE_NEWCGROUP;
  }
  clone_args arguments{};
  arguments.flags = flags;
  arguments.pidfd = reinterpret_cast<uint64_t>(&running.pidfd);
  arguments.exit_signal = SIGCHLD;
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid == 0) {
    // The launcher's ends must not live on here: their closing is how its death is seen.
    for (const int fd : plan.launcher_ends) close(fd);
    close(settings_.socket);
    close(signals_);
    RunChild(plan);
  }
  if (pid < 0) return Fail("create the namespaces");
  running.pid = static_cast<pid_t>(pid);
  return {};
}

Failure Server::MapUser(const Running& running) const {
  const std::string process = "/proc/" + std::to_string(running.pid);
  const std::string inside = std::to_string(kInsideUser) + " ";
  const uint32_t user = is_root_ ? settings_.uid_first + running.slot : geteuid();
  const uint32_t group = is_root_ ? settings_.uid_first + running.slot : getegid();
  if (!WriteFileText(process + "/setgroups", "deny") ||
      !WriteFileText(process + "/uid_map", inside + std::to_string(user) + " 1") ||
      !WriteFileText(process + "/gid_map", inside + std::to_string(group) + " 1")) {
    return Fail("map the user");
  }
  return {};
}

Failure Server::AwaitExecution(int status, bool internet_access, Running& running) const {
  for (int expected = internet_access ? 2 : 1; expected > 0; --expected) {
    pollfd ready{status, POLLIN, 0};
    int polled = 0;
    do {
      polled = poll(&ready, 1, kStartMillisMax);
    } while (polled < 0 && errno == EINTR);
    if (polled <= 0) return Fail(FailureKind::kMachine, "start within 60 s", ETIMEDOUT);
    std::string bytes;
    std::vector<int> listeners;
    if (!ReceiveMessage(status, bytes, listeners)) {
      if (expected == 1) return {};
      return Fail(FailureKind::kMachine, "start the sandbox's first process", ECHILD);
    }
    Reader in(bytes);
    Failure failure = GetFailure(in);
    if (failure.failed()) return failure;
    if (listeners.size() != 1) return Fail(FailureKind::kMachine, "receive the listener", EBADF);
    running.broker = StartBroker(listeners[0], ReadResolver("/etc/resolv.conf"));
    close(listeners[0]);
    if (running.broker < 0) return Fail("start the network broker");
  }
  return {};
}

void Server::Kill(Running& running) const {
  running.killed = true;
  const int signal = settings_.isolation == Isolation::kSandbox ? SIGKILL : SIGTERM;
  syscall(SYS_pidfd_send_signal, running.pidfd, signal, nullptr, 0);
}

void Server::ReapAll() {
  for (;;) {
    int status = 0;
    rusage use{};
    const pid_t pid = wait4(-1, &status, WNOHANG, &use);
    if (pid <= 0) {
      // Called in a loop while things end: wait for a sign rather than spin.
      pollfd sign{signals_, POLLIN, 0};
      if (pid == 0) poll(&sign, 1, 1);
      return;
    }
    const auto found = running_.find(pid);
    if (found == running_.end()) continue;  // a broker
    const uint64_t micros =
        static_cast<uint64_t>(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 +
        static_cast<uint64_t>(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
    Finish(found->second, status, micros);
    running_.erase(found);
  }
}

void Server::Finish(Running& running, int init_status, uint64_t cpu_micros) {
  ExitReport report;
  int program_status = 0;
  report.wait_status = init_status;
  if (read(running.report, &program_status, sizeof program_status) == sizeof program_status) {
    report.wait_status = program_status;
  } else if (running.killed && WIFEXITED(init_status)) {
    report.wait_status = SIGKILL;
  }
  const GroupUse use = groups_.Use(running.group);
  const bool failed = report.wait_status != 0;
  report.killed = running.killed;
  report.out_of_memory = failed && (use.oom_kills > 0 || running.over_memory);
  if (report.out_of_memory) {
    report.limit = MemoryLimitText(running.limits.memory_bytes_max);
    report.killed = false;
  } else if (WIFSIGNALED(report.wait_status) && WTERMSIG(report.wait_status) == SIGXCPU) {
    report.limit =
        "processor time limit " + std::to_string(running.limits.cpu_seconds_max) + " s exceeded";
  }
  report.cpu_micros = cpu_micros;
  report.memory_bytes_peak =
      use.memory_bytes_peak > 0 ? use.memory_bytes_peak : running.memory_bytes_peak;
  Writer out;
  out.U8(static_cast<uint8_t>(MessageType::kExited));
  out.U64(running.sequence);
  PutExit(out, report);
  groups_.Remove(running.group);
  slots_.erase(running.slot);
  close(running.report);
  close(running.pidfd);
  SendMessage(settings_.socket, out.bytes(), {});
}

void Server::Watch() {
  for (auto& [pid, running] : running_) {
    const uint64_t bytes = PrivateMemoryBytes(pid);
    if (bytes > running.memory_bytes_peak) running.memory_bytes_peak = bytes;
    if (bytes <= running.limits.memory_bytes_max || running.killed) continue;
    running.over_memory = true;
    Kill(running);
  }
}

void Server::Abandon(Running& running) {
  if (running.pid > 0) {
    kill(running.pid, SIGKILL);
    waitpid(running.pid, nullptr, 0);
  }
  if (running.broker > 0) kill(running.broker, SIGKILL);
  if (running.pidfd >= 0) close(running.pidfd);
  groups_.Remove(running.group);
  slots_.erase(running.slot);
}

uint32_t Server::TakeSlot() {
  uint32_t slot = 0;
  while (slot < kSlotsMax && slots_.count(slot) > 0) ++slot;
  slots_.insert(slot);
  return slot;
}

}  // namespace runtime::launcher
