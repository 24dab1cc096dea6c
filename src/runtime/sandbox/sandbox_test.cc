// Runs real programs in real sandboxes, as root and as an ordinary user. What is at stake: that
// hostile code reaches nothing, that limits hold and are named, and that nothing survives.
#include "runtime/sandbox/sandbox.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "runtime/sandbox/reasons.h"

namespace runtime {
namespace {

using base::testing::IsError;
using base::testing::IsOk;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr uid_t kOrdinaryUser = 12345;

/// A folder of this test's own; the launcher in it is one that every user may execute.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/boathouse-sandbox-test-XXXXXX";
    path_ = mkdtemp(name);
    chmod(name, 0755);
    fs::copy_file(std::string(BOATHOUSE_BIN_DIR) + "/boathouse-sandbox", path_ + "/launcher");
  }
  ~Folder() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Does `body` as the ordinary user in a process of its own; its failures count here.
void AsOrdinaryUser(const std::function<void()>& body) {
  if (geteuid() != 0) return body();
  std::cout.flush();
  fflush(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    if (setgroups(0, nullptr) != 0 || setresgid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) != 0 ||
        setresuid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) != 0) {
      _exit(99);
    }
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    body();
    std::cout.flush();
    fflush(nullptr);
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
}

struct Ran {
  SandboxExit exit;
  std::string output;
};

SandboxSpec PythonSpec(const std::string& code, const std::vector<std::string>& arguments = {}) {
  SandboxSpec spec;
  spec.name = "test";
  spec.argv = {"/usr/bin/python3", "-I", "-c", code};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.binds = {{"/usr", "/usr"}};
  spec.limits.memory_bytes_max = 256u << 20;
  return spec;
}

std::string ReadAll(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, size);
  return text;
}

base::Result<Ran> RunProgram(SandboxLauncher& launcher, SandboxSpec spec) {
  int pipes[2];
  CHECK(pipe2(pipes, O_CLOEXEC) == 0);
  const base::Fd reading(pipes[0]);
  base::Fd writing(pipes[1]);
  spec.descriptors.push_back({pipes[1], 1});
  spec.descriptors.push_back({pipes[1], 2});
  ASSIGN_OR_RETURN(SandboxProcess process, launcher.Launch(spec));
  writing = base::Fd();
  Ran ran;
  ran.output = ReadAll(reading.get());
  ASSIGN_OR_RETURN(ran.exit, process.Wait({}));
  return ran;
}

class Sandbox : public ::testing::Test {
 protected:
  std::unique_ptr<SandboxLauncher> Start(LauncherOptions options = {}) {
    options.program = folder_.path() + "/launcher";
    auto launcher = SandboxLauncher::Start(options);
    EXPECT_THAT(launcher, IsOk());
    return std::move(launcher).value();
  }
  /// As root (when the test is), then as an ordinary user.
  void AsBoth(const std::function<void()>& body) {
    {
      SCOPED_TRACE("as the caller");
      body();
    }
    SCOPED_TRACE("as an ordinary user");
    AsOrdinaryUser(body);
  }
  Folder folder_;
};

std::string Probes() {
  std::ifstream file(std::string(BOATHOUSE_SOURCE_DIR) + "/src/runtime/sandbox/hostile_probes.py");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::map<std::string, std::string> Verdicts(const std::string& output) {
  std::map<std::string, std::string> verdicts;
  std::stringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    verdicts[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return verdicts;
}

int Listen(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(listen(fd, 8) == 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

TEST_F(Sandbox, RunsAProgramAndReportsItsOutputAndExitCode) {
  AsBoth([&] {
    const auto launcher = Start();
    auto ran = RunProgram(*launcher, PythonSpec("print('hello'); raise SystemExit(3)"));
    ASSERT_THAT(ran, IsOk());
    EXPECT_EQ(ran->output, "hello\n");
    EXPECT_EQ(ran->exit.code, 3);
    EXPECT_TRUE(ran->exit.isolated);
  });
}

TEST_F(Sandbox, BlocksEveryHostileProbeThatIsPossibleOutside) {
  if (geteuid() != 0) GTEST_FAIL() << "the positive controls need root";
  int port = 0;
  const base::Fd listening(Listen(port));
  const std::string lake = folder_.path() + "/lake";
  fs::create_directory(lake);
  chmod(lake.c_str(), 0777);
  const pid_t foreign = fork();
  if (foreign == 0) {
    pause();
    _exit(0);
  }
  const std::vector<std::string> arguments = {lake, std::to_string(foreign), std::to_string(port)};
  LauncherOptions outside;
  outside.isolation = Isolation::kNone;
  std::map<std::string, std::string> control;
  {
    auto ran = RunProgram(*Start(outside), PythonSpec(Probes(), arguments));
    ASSERT_THAT(ran, IsOk());
    EXPECT_FALSE(ran->exit.isolated);
    control = Verdicts(ran->output);
    ASSERT_GE(control.size(), 22u) << ran->output;
    for (const auto& [name, verdict] : control) {
      EXPECT_THAT(verdict, HasSubstr("possible")) << "the control of '" << name << "' fails";
    }
  }
  AsBoth([&] {
    auto ran = RunProgram(*Start(), PythonSpec(Probes(), arguments));
    ASSERT_THAT(ran, IsOk());
    const auto verdicts = Verdicts(ran->output);
    EXPECT_EQ(verdicts.size(), control.size()) << ran->output;
    for (const auto& [name, verdict] : verdicts) {
      EXPECT_THAT(verdict, HasSubstr("blocked")) << name;
    }
  });
  kill(foreign, SIGKILL);
  waitpid(foreign, nullptr, 0);
}

TEST_F(Sandbox, HasNoCapabilitiesAndItsFilterAndNoNewPrivileges) {
  AsBoth([&] {
    auto ran = RunProgram(*Start(), PythonSpec("print(open('/proc/self/status').read())"));
    ASSERT_THAT(ran, IsOk());
    EXPECT_THAT(ran->output, HasSubstr("CapEff:\t0000000000000000"));
    EXPECT_THAT(ran->output, HasSubstr("CapBnd:\t0000000000000000"));
    EXPECT_THAT(ran->output, HasSubstr("NoNewPrivs:\t1"));
    EXPECT_THAT(ran->output, HasSubstr("Seccomp:\t2"));
  });
}

TEST_F(Sandbox, RunsAsADedicatedUserOfTheHostWhenStartedByRoot) {
  if (geteuid() != 0) GTEST_FAIL() << "needs root";
  const auto launcher = Start();
  auto process = launcher->Launch(PythonSpec("import time; time.sleep(600)"));
  ASSERT_THAT(process, IsOk());
  struct stat status{};
  ASSERT_EQ(stat(("/proc/" + std::to_string(process->pid()) + "/status").c_str(), &status), 0);
  std::ifstream file("/proc/" + std::to_string(process->pid()) + "/status");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("Uid:\t200000\t200000\t200000\t200000"));
  EXPECT_THAT(process->Kill(), IsOk());
}

TEST_F(Sandbox, TmpIsWritableUpToItsSizeAndNothingElseIs) {
  AsBoth([&] {
    SandboxSpec spec = PythonSpec(
        "import os, errno\n"
        "open('/tmp/a', 'w').write('x')\n"
        "try: open('/tmp/b', 'wb').write(b'x' * (8 << 20)); print('no limit')\n"
        "except OSError as e: print(errno.errorcode[e.errno])\n"
        "for root, folders, _ in os.walk('/'):\n"
        "  if root == '/': folders[:] = set(folders) - {'proc', 'tmp', 'usr'}\n"
        "  if root == '/dev/shm': continue\n"
        "  try: open(root + '/x', 'w'); print('writable', root)\n"
        "  except OSError as e: pass\n");
    spec.limits.tmp_bytes_max = 4u << 20;
    auto ran = RunProgram(*Start(), spec);
    ASSERT_THAT(ran, IsOk());
    EXPECT_EQ(ran->output, "ENOSPC\n");
  });
}

// The same error and the same evidence on each rung that this machine has.
TEST_F(Sandbox, NamesTheMemoryLimitOnEachRung) {
  AsBoth([&] {
    for (const LimitsRung rung : {LimitsRung::kBest, LimitsRung::kRlimits}) {
      LauncherOptions options;
      options.limits = rung;
      const auto launcher = Start(options);
      SCOPED_TRACE(launcher->limits_rung());
      SandboxSpec spec = PythonSpec(
          "a = []\n"
          "while True: a.append(b'x' * (1 << 20))\n");
      spec.limits.memory_bytes_max = 100u << 20;
      auto ran = RunProgram(*launcher, spec);
      ASSERT_THAT(ran, IsOk());
      EXPECT_TRUE(ran->exit.out_of_memory);
      EXPECT_EQ(ran->exit.limit, "memory limit 100 MiB exceeded");
      EXPECT_FALSE(ran->exit.killed_by_host);
      EXPECT_EQ(ran->exit.signal, SIGKILL);
      EXPECT_GT(ran->exit.memory_bytes_peak, 60u << 20);
    }
  });
}

TEST_F(Sandbox, CountsTheMemoryOfChildrenTogether) {
  AsBoth([&] {
    LauncherOptions options;
    options.limits = LimitsRung::kRlimits;
    SandboxSpec spec = PythonSpec(
        "import os, time\n"
        "for i in range(4):\n"
        "  if os.fork() == 0:\n"
        "    a = bytearray(os.urandom(1 << 20) * 60); time.sleep(600)\n"
        "time.sleep(600)\n");
    spec.limits.memory_bytes_max = 150u << 20;
    auto ran = RunProgram(*Start(options), spec);
    ASSERT_THAT(ran, IsOk());
    EXPECT_TRUE(ran->exit.out_of_memory);
  });
}

TEST_F(Sandbox, StopsAForkBomb) {
  AsBoth([&] {
    SandboxSpec spec = PythonSpec(
        "import os, time\n"
        "n = 0\n"
        "try:\n"
        "  while n < 500:\n"
        "    if os.fork() == 0: time.sleep(600)\n"
        "    n += 1\n"
        "except OSError as e: print('stopped', n < 50, e.errno)\n");
    spec.limits.processes_max = 40;
    auto ran = RunProgram(*Start(), spec);
    ASSERT_THAT(ran, IsOk());
    EXPECT_EQ(ran->output, "stopped True 11\n");
  });
}

TEST_F(Sandbox, ADeadlineLeavesItRunningAndKillEndsTheWholeTree) {
  AsBoth([&] {
    const auto launcher = Start();
    int pipes[2];
    ASSERT_EQ(pipe2(pipes, O_CLOEXEC), 0);
    const base::Fd reading(pipes[0]);
    base::Fd writing(pipes[1]);
    SandboxSpec spec = PythonSpec(
        "import os, time, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for i in range(5):\n"
        "  if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0: os.write(1, b'.'); time.sleep(600)\n"
        "    os._exit(0)\n"
        "while True: pass\n");
    spec.descriptors = {{pipes[1], 1}};
    auto process = launcher->Launch(spec);
    ASSERT_THAT(process, IsOk());
    writing = base::Fd();
    char dots[5];
    for (char& dot : dots) ASSERT_EQ(read(reading.get(), &dot, 1), 1);
    base::Context ctx;
    ctx.deadline = base::SystemClock().Now() + std::chrono::milliseconds(20);
    auto waited = process->Wait(ctx);
    ASSERT_FALSE(waited.ok());
    EXPECT_EQ(waited.error().code, base::Code::kDeadlineExceeded);
    EXPECT_THAT(process->Kill(), IsOk());
    // The daemons held the pipe: its end says that none of them is left.
    EXPECT_EQ(ReadAll(reading.get()), "");
    auto exit = process->Wait({});
    ASSERT_THAT(exit, IsOk());
    EXPECT_TRUE(exit->killed_by_host);
    EXPECT_EQ(exit->ToString(), "killed");
  });
}

TEST_F(Sandbox, ChildrenThatOutliveTheProgramDieWithIt) {
  AsBoth([&] {
    auto ran = RunProgram(*Start(), PythonSpec("import os, time\n"
                                               "if os.fork() == 0:\n"
                                               "  os.setsid()\n"
                                               "  if os.fork() == 0: time.sleep(600)\n"
                                               "  os._exit(0)\n"
                                               "os.wait(); os._exit(7)\n"));
    ASSERT_THAT(ran, IsOk());  // its output ended, so the daemon is gone
    EXPECT_EQ(ran->exit.code, 7);
  });
}

// kill -9 of the launcher, then of the process that started it.
TEST_F(Sandbox, EverythingDiesWithTheLauncherAndWithItsClient) {
  AsBoth([&] {
    int pipes[2];
    ASSERT_EQ(pipe2(pipes, O_CLOEXEC), 0);
    const base::Fd reading(pipes[0]);
    const char* code = "import os, time; os.fork(); os.write(1, b'.'); time.sleep(600)";
    {
      base::Fd writing(pipes[1]);
      const auto launcher = Start();
      SandboxSpec spec = PythonSpec(code);
      spec.descriptors = {{pipes[1], 1}};
      auto process = launcher->Launch(spec);
      ASSERT_THAT(process, IsOk());
      writing = base::Fd();
      char byte = 0;
      ASSERT_EQ(read(reading.get(), &byte, 1), 1);
      kill(launcher->pid(), SIGKILL);
      ReadAll(reading.get());
      EXPECT_THAT(process->Wait({}), IsError(base::Code::kUnavailable, reasons::kLauncherGone));
      spec.descriptors.clear();
      EXPECT_THAT(launcher->Launch(spec),
                  IsError(base::Code::kUnavailable, reasons::kLauncherGone));
    }
    ASSERT_EQ(pipe2(pipes, O_CLOEXEC), 0);
    const base::Fd reading_again(pipes[0]);
    const pid_t client = fork();
    if (client == 0) {
      const auto launcher = Start();
      SandboxSpec spec = PythonSpec(code);
      spec.descriptors = {{pipes[1], 1}};
      auto process = launcher->Launch(spec);
      pause();
      _exit(0);
    }
    close(pipes[1]);
    char byte = 0;
    ASSERT_EQ(read(reading_again.get(), &byte, 1), 1);
    kill(client, SIGKILL);
    waitpid(client, nullptr, 0);
    ReadAll(reading_again.get());
  });
}

TEST_F(Sandbox, MergesLayersOnEachOverlayRungTopFirst) {
  for (const char* name : {"/top", "/middle", "/base"}) {
    fs::create_directories(folder_.path() + name + "/lib");
    std::ofstream(folder_.path() + name + "/lib/same") << name;
    std::ofstream(folder_.path() + name + "/lib" + name) << "x";
  }
  AsBoth([&] {
    for (const OverlayRung rung : {OverlayRung::kLowerdirPlus, OverlayRung::kClassicMount}) {
      LauncherOptions options;
      options.overlay = rung;
      SandboxSpec spec = PythonSpec(
          "import os\nprint(open('/env/lib/same').read(), sorted(os.listdir('/env/lib')))\n");
      for (const char* name : {"/top", "/middle", "/base"}) {
        spec.environment_layers.push_back(folder_.path() + name);
      }
      auto ran = RunProgram(*Start(options), spec);
      ASSERT_THAT(ran, IsOk());
      EXPECT_EQ(ran->output, "/top ['base', 'middle', 'same', 'top']\n");
    }
  });
}

TEST_F(Sandbox, PassesDescriptorsUnderTheirNumbers) {
  AsBoth([&] {
    const base::Fd memory(memfd_create("segment", MFD_CLOEXEC));
    ASSERT_EQ(write(memory.get(), "rows", 4), 4);
    SandboxSpec spec =
        PythonSpec("import os\nprint(os.pread(7, 9, 0), sorted(os.listdir('/proc/self/fd'))[:5])");
    spec.descriptors = {{memory.get(), 7}};
    auto ran = RunProgram(*Start(), spec);
    ASSERT_THAT(ran, IsOk());
    EXPECT_EQ(ran->output, "b'rows' ['0', '1', '2', '3', '7']\n");
  });
}

TEST_F(Sandbox, RefusesWrongSpecs) {
  const auto launcher = Start();
  SandboxSpec spec = PythonSpec("");
  spec.argv[0] = "python3";
  EXPECT_THAT(launcher->Launch(spec), IsError(base::Code::kInvalidArgument, reasons::kBadSpec));
  spec = PythonSpec("");
  spec.argv[0] = "/usr/bin/no-such-program";
  EXPECT_THAT(launcher->Launch(spec), IsError(base::Code::kInvalidArgument, reasons::kExecFailed));
  spec = PythonSpec("");
  spec.binds.push_back({"/no/such/folder", "/x"});
  EXPECT_THAT(launcher->Launch(spec), IsError(base::Code::kInvalidArgument, reasons::kBadSpec));
  EXPECT_THAT(RunProgram(*launcher, PythonSpec("")), IsOk());
}

TEST_F(Sandbox, ReportsSignalsAndHardExits) {
  AsBoth([&] {
    const auto launcher = Start();
    auto ran = RunProgram(*launcher, PythonSpec("import os; os.abort()"));
    ASSERT_THAT(ran, IsOk());
    EXPECT_EQ(ran->exit.ToString(), "signal 6 (aborted)");
    ran = RunProgram(*launcher, PythonSpec("import os; os._exit(9)"));
    ASSERT_THAT(ran, IsOk());
    EXPECT_EQ(ran->exit.code, 9);
    EXPECT_FALSE(ran->exit.out_of_memory);
  });
}

TEST_F(Sandbox, WithoutAProgramTheLauncherSaysSo) {
  LauncherOptions options;
  options.program = "/no/such/launcher";
  EXPECT_THAT(SandboxLauncher::Start(options),
              IsError(base::Code::kFailedPrecondition, reasons::kLauncherFailed));
}

}  // namespace
}  // namespace runtime
