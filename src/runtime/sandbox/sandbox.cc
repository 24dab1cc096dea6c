#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/file.h"
#include "base/guarded.h"
#include "runtime/sandbox/launcher/wire.h"
#include "runtime/sandbox/reasons.h"
#include "runtime/sandbox/sandbox.h"

namespace runtime {

using launcher::MessageType;
using launcher::Reader;
using launcher::Writer;

struct SandboxProcess::State {
  struct Progress {
    bool answered = false;  // launched or failed
    bool ended = false;
    bool launcher_gone = false;
    pid_t pid = -1;
    base::Fd pidfd;
    launcher::Failure failure;
    launcher::ExitReport exit;
  };
  uint64_t sequence = 0;
  std::shared_ptr<LauncherConnection> connection;
  base::Guarded<Progress> progress;
};

/// The socket to the launcher and the thread that reads it.
class LauncherConnection {
 public:
  LauncherConnection(base::Fd socket, pid_t pid, LauncherOptions options)
      : socket_(std::move(socket)), pid_(pid), options_(std::move(options)) {}
  ~LauncherConnection() { Close(); }

  base::Status ReadHello();
  void StartReading() {
    reader_ = std::jthread([this] { ReadAll(); });
  }
  /// Ends the launcher and with it every sandbox; waits until it is gone.
  void Close();
  std::shared_ptr<SandboxProcess::State> Register(std::shared_ptr<LauncherConnection> self);
  bool Send(const std::string& bytes, const std::vector<int>& descriptors);
  const LauncherOptions& options() const { return options_; }
  const std::string& rung() const { return rung_; }
  pid_t pid() const { return pid_; }

 private:
  struct Table {
    uint64_t next = 1;
    bool gone = false;
    std::map<uint64_t, std::weak_ptr<SandboxProcess::State>> processes;
  };
  void ReadAll() noexcept;
  void Dispatch(const std::string& bytes, std::vector<int>& descriptors);

  base::Fd socket_;
  pid_t pid_;
  LauncherOptions options_;
  std::string rung_;
  base::Guarded<Table> table_;
  std::once_flag closed_;
  std::jthread reader_;
};

namespace {

base::Error LauncherGone() {
  return base::Error(base::Code::kUnavailable, reasons::kLauncherGone,
                     "the sandbox launcher is gone, and every sandbox with it; start again");
}

base::Error LauncherFailed(const std::string& program, const std::string& why) {
  return base::Error(base::Code::kFailedPrecondition, reasons::kLauncherFailed,
                     "the sandbox launcher '" + program + "' did not start: " + why +
                         "; install it beside this program")
      .Set("program", program);
}

std::string OwnFolder() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
  const std::string program(path, size > 0 ? static_cast<size_t>(size) : 0);
  return program.substr(0, program.rfind('/'));
}

std::string FindProgram(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  const std::string beside = OwnFolder() + "/boathouse-sandbox";
  if (access(beside.c_str(), X_OK) == 0) return beside;
  return OwnFolder() + "/../libexec/boathouse/boathouse-sandbox";
}

base::Error LaunchError(const launcher::Failure& failure, const SandboxSpec& spec) {
  const std::string words = failure.error_number == 0 ? "" : std::strerror(failure.error_number);
  const std::string what = "cannot " + failure.step + (words.empty() ? "" : ": " + words);
  base::Error error;
  switch (failure.kind) {
    case launcher::FailureKind::kExec:
      error = base::Error(base::Code::kInvalidArgument, reasons::kExecFailed, what)
                  .Set("program", spec.argv.empty() ? "" : spec.argv[0]);
      break;
    case launcher::FailureKind::kSpec:
      error = base::Error(base::Code::kInvalidArgument, reasons::kBadSpec, what);
      break;
    case launcher::FailureKind::kNone:
    case launcher::FailureKind::kMachine:
      error = base::Error(base::Code::kFailedPrecondition, reasons::kNotPossibleHere,
                          what +
                              "; 'boathouse doctor' says what this machine must allow, "
                              "'--unisolated' runs functions without isolation");
      break;
  }
  error.context["step"] = failure.step;
  error.context["system_error"] = words;
  return std::move(error).With("sandbox '" + spec.name + "'");
}

}  // namespace

base::Status LauncherConnection::ReadHello() {
  std::string bytes;
  std::vector<int> descriptors;
  if (!launcher::ReceiveMessage(socket_.get(), bytes, descriptors)) {
    return LauncherFailed(options_.program, "it ended at once");
  }
  Reader in(bytes);
  const bool is_hello = static_cast<MessageType>(in.U8()) == MessageType::kHello;
  if (!is_hello || in.U32() != launcher::kWireVersion) {
    return LauncherFailed(options_.program, "it is of another version");
  }
  rung_ = in.Text();
  const launcher::Failure failure = launcher::GetFailure(in);
  if (failure.failed()) return LauncherFailed(options_.program, "cannot " + failure.step);
  return base::Ok();
}

void LauncherConnection::Close() {
  std::call_once(closed_, [this] {
    shutdown(socket_.get(), SHUT_RDWR);
    if (reader_.joinable()) reader_.join();
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  });
}

std::shared_ptr<SandboxProcess::State> LauncherConnection::Register(
    std::shared_ptr<LauncherConnection> self) {
  auto state = std::make_shared<SandboxProcess::State>();
  state->connection = std::move(self);
  const bool gone = table_.With([&](Table& table) {
    state->sequence = table.next++;
    table.processes[state->sequence] = state;
    return table.gone;
  });
  if (gone) {
    state->progress.With([](auto& progress) { progress.launcher_gone = progress.answered = true; });
  }
  return state;
}

bool LauncherConnection::Send(const std::string& bytes, const std::vector<int>& descriptors) {
  // One packet per message, whole or not at all: senders need no lock.
  return launcher::SendMessage(socket_.get(), bytes, descriptors);
}

void LauncherConnection::ReadAll() noexcept {
  std::string bytes;
  std::vector<int> descriptors;
  while (launcher::ReceiveMessage(socket_.get(), bytes, descriptors)) Dispatch(bytes, descriptors);
  const auto left = table_.With([](Table& table) {
    table.gone = true;
    return std::move(table.processes);
  });
  for (const auto& [sequence, weak] : left) {
    const auto state = weak.lock();
    if (!state) continue;
    state->progress.With([](auto& progress) {
      progress.launcher_gone = !progress.ended;
      progress.answered = true;
    });
    state->progress.Notify();
  }
}

void LauncherConnection::Dispatch(const std::string& bytes, std::vector<int>& descriptors) {
  Reader in(bytes);
  const auto type = static_cast<MessageType>(in.U8());
  const uint64_t sequence = in.U64();
  base::Fd pidfd(descriptors.empty() ? -1 : descriptors[0]);
  const bool last = type != MessageType::kLaunched;
  const auto state = table_.With([&](Table& table) {
    const auto found = table.processes.find(sequence);
    auto locked = found == table.processes.end() ? nullptr : found->second.lock();
    if (last && found != table.processes.end()) table.processes.erase(found);
    return locked;
  });
  if (!state) return;
  state->progress.With([&](auto& progress) {
    if (type == MessageType::kLaunched) {
      progress.pid = static_cast<pid_t>(in.U32());
      progress.pidfd = std::move(pidfd);
    } else if (type == MessageType::kFailed) {
      progress.failure = launcher::GetFailure(in);
    } else if (type == MessageType::kExited) {
      progress.exit = launcher::GetExit(in);
      progress.ended = true;
    }
    progress.answered = true;
  });
  state->progress.Notify();
}

SandboxLauncher::SandboxLauncher(std::shared_ptr<LauncherConnection> connection)
    : connection_(std::move(connection)) {}

SandboxLauncher::~SandboxLauncher() {
  connection_->Close();
}

bool SandboxLauncher::isolated() const {
  return connection_->options().isolation == Isolation::kSandbox;
}
std::string SandboxLauncher::limits_rung() const {
  return connection_->rung();
}
pid_t SandboxLauncher::pid() const {
  return connection_->pid();
}

base::Result<std::unique_ptr<SandboxLauncher>> SandboxLauncher::Start(
    const LauncherOptions& wanted) {
  LauncherOptions options = wanted;
  options.program = FindProgram(wanted.program);
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return base::IoError("open a socket pair", options.program, errno);
  }
  base::Fd ours(pair[0]);
  base::Fd theirs(fcntl(pair[1], F_DUPFD_CLOEXEC, 10));
  close(pair[1]);
  const std::vector<std::string> words = {options.program,
                                          "--fd",
                                          "3",
                                          "--isolation",
                                          std::to_string(static_cast<int>(options.isolation)),
                                          "--limits",
                                          std::to_string(static_cast<int>(options.limits)),
                                          "--overlay",
                                          std::to_string(static_cast<int>(options.overlay)),
                                          "--landlock",
                                          options.landlock ? "1" : "0",
                                          "--uid-first",
                                          std::to_string(options.uid_first)};
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), 3);
  posix_spawn_file_actions_addclosefrom_np(&actions, 4);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // Its own group: a Ctrl-C for us must not reach it before we have stopped our tasks.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t pid = -1;
  const int result =
      posix_spawn(&pid, options.program.c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (result != 0) return LauncherFailed(options.program, std::strerror(result));
  theirs = base::Fd();
  auto connection = std::make_shared<LauncherConnection>(std::move(ours), pid, options);
  RETURN_IF_ERROR(connection->ReadHello());
  connection->StartReading();
  return std::unique_ptr<SandboxLauncher>(new SandboxLauncher(std::move(connection)));
}

base::Result<SandboxProcess> SandboxLauncher::Launch(const SandboxSpec& spec) {
  auto state = connection_->Register(connection_);
  Writer out;
  out.U8(static_cast<uint8_t>(MessageType::kLaunch));
  out.U64(state->sequence);
  launcher::PutSpec(out, spec);
  const launcher::Failure too_big =
      launcher::Fail(launcher::FailureKind::kSpec, "send so large a request", E2BIG);
  if (out.bytes().size() > launcher::kMessageBytesMax ||
      spec.descriptors.size() > launcher::kDescriptorsMax) {
    return LaunchError(too_big, spec);
  }
  std::vector<int> descriptors;
  for (const PassedDescriptor& passed : spec.descriptors) descriptors.push_back(passed.fd);
  if (!connection_->Send(out.bytes(), descriptors)) {
    if (errno == EBADF) {
      return LaunchError(launcher::Fail(launcher::FailureKind::kSpec, "pass a descriptor", EBADF),
                         spec);
    }
    return LauncherGone();
  }
  while (!state->progress.WaitFor(std::chrono::seconds(60),
                                  [](auto& progress) { return progress.answered; })) {
  }
  bool gone = false;
  const launcher::Failure failure = state->progress.With([&](auto& progress) {
    gone = progress.launcher_gone;
    return progress.failure;
  });
  if (failure.failed()) return LaunchError(failure, spec);
  if (gone) return LauncherGone();
  return SandboxProcess(std::move(state));
}

SandboxProcess::~SandboxProcess() {
  if (state_) static_cast<void>(Kill());
}

pid_t SandboxProcess::pid() const {
  return state_->progress.With([](auto& progress) { return progress.pid; });
}
int SandboxProcess::pidfd() const {
  return state_->progress.With([](auto& progress) { return progress.pidfd.get(); });
}

base::Result<SandboxExit> SandboxProcess::Wait(const base::Context& ctx) {
  base::SystemClock clock;
  const std::stop_callback wake(ctx.stop, [this] { state_->progress.Notify(); });
  for (;;) {
    // A bound on each wait, since a stop may come between the check and the sleep.
    auto time = std::chrono::microseconds(std::chrono::milliseconds(200));
    if (ctx.deadline != base::Instant::max()) {
      time = std::min(time, std::max(base::Duration(0), ctx.deadline - clock.Now()));
    }
    const bool done = state_->progress.WaitFor(
        time, [](auto& progress) { return progress.ended || progress.launcher_gone; });
    if (done) break;
    RETURN_IF_ERROR(ctx.Check(clock.Now()));
  }
  bool ended = false;
  const launcher::ExitReport report = state_->progress.With([&](auto& progress) {
    ended = progress.ended;
    return progress.exit;
  });
  if (!ended) return LauncherGone();
  SandboxExit exit;
  if (WIFEXITED(report.wait_status)) {
    exit.code = WEXITSTATUS(report.wait_status);
  } else {
    exit.signal = WTERMSIG(report.wait_status);
  }
  exit.out_of_memory = report.out_of_memory;
  exit.limit = report.limit;
  exit.killed_by_host = report.killed;
  exit.cpu_time = base::Duration(static_cast<int64_t>(report.cpu_micros));
  exit.memory_bytes_peak = report.memory_bytes_peak;
  exit.isolated = state_->connection->options().isolation == Isolation::kSandbox;
  return exit;
}

base::Status SandboxProcess::Kill() {
  const bool over = state_->progress.With(
      [](auto& progress) { return progress.ended || progress.launcher_gone; });
  if (over) return base::Ok();
  Writer out;
  out.U8(static_cast<uint8_t>(MessageType::kKill));
  out.U64(state_->sequence);
  state_->connection->Send(out.bytes(), {});
  while (!state_->progress.WaitFor(std::chrono::seconds(60), [](auto& progress) {
    return progress.ended || progress.launcher_gone;
  })) {
  }
  return base::Ok();
}

std::string SandboxExit::ToString() const {
  if (!limit.empty()) return limit;
  if (killed_by_host) return "killed";
  if (code) return "exit code " + std::to_string(*code);
  if (!signal) return "no exit status";
  const char* words = sigdescr_np(*signal);
  std::string name = words ? words : "unknown";
  for (char& letter : name) letter = static_cast<char>(std::tolower(letter));
  return "signal " + std::to_string(*signal) + " (" + name + ")";
}

}  // namespace runtime
