// Internet access: which addresses may be connected, and that a sandbox with it reaches what is
// allowed and nothing else. The network is one of the test's own: two namespaces and a pair of
// virtual cards, so that "outside" exists on every machine.
#include "runtime/sandbox/launcher/broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "runtime/sandbox/sandbox.h"

namespace runtime::launcher {
namespace {

using base::testing::IsOk;

sockaddr_storage Address(const std::string& text, uint16_t port = 443) {
  sockaddr_storage address{};
  auto& plain = reinterpret_cast<sockaddr_in&>(address);
  auto& wide = reinterpret_cast<sockaddr_in6&>(address);
  if (inet_pton(AF_INET, text.c_str(), &plain.sin_addr) == 1) {
    plain.sin_family = AF_INET;
    plain.sin_port = htons(port);
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &wide.sin6_addr), 1) << text;
    wide.sin6_family = AF_INET6;
    wide.sin6_port = htons(port);
  }
  return address;
}

TEST(MayConnect, RefusesThisMachineAndCloudMetadataInEveryForm) {
  const std::vector<std::string> own = {"203.0.113.7", "2001:db8::7"};
  for (const char* refused : {"127.0.0.1",
                              "127.8.8.8",
                              "0.0.0.0",
                              "169.254.169.254",
                              "224.0.0.1",
                              "255.255.255.255",
                              "203.0.113.7",
                              "::1",
                              "::",
                              "fe80::1",
                              "ff02::1",
                              "2001:db8::7",
                              "::ffff:127.0.0.1",
                              "::ffff:169.254.169.254",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::",
                              "2002:a9fe:a9fe::",
                              "fd00:ec2::254",
                              "::ffff:203.0.113.7"}) {
    EXPECT_FALSE(MayConnect(Address(refused), own, {})) << refused;
  }
  for (const char* allowed : {"1.1.1.1", "10.0.0.1", "203.0.113.8", "2606:4700::1111",
                              "::ffff:1.1.1.1", "64:ff9b::101:101"}) {
    EXPECT_TRUE(MayConnect(Address(allowed), own, {})) << allowed;
  }
}

TEST(MayConnect, AllowsTheResolverOnItsPortOnly) {
  Resolver resolver;
  resolver.addresses = {"127.0.0.53"};
  EXPECT_TRUE(MayConnect(Address("127.0.0.53", 53), {}, resolver));
  EXPECT_FALSE(MayConnect(Address("127.0.0.53", 80), {}, resolver));
  EXPECT_FALSE(MayConnect(Address("127.0.0.54", 53), {}, resolver));
}

std::string ReadAll(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, size);
  return text;
}

/// Listens in this network namespace at every address and answers each connection with a word.
pid_t StartServer(const std::string& word, uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(fd, 8), 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    for (;;) {
      const int client = accept(fd, nullptr, nullptr);
      if (write(client, word.data(), word.size()) < 0) _exit(1);
      close(client);
    }
  }
  close(fd);
  return pid;
}

constexpr char kProbe[] =
    "import socket, sys, os\n"
    "def attempt(name, address, port, timeout=5):\n"
    "  try:\n"
    "    s = socket.create_connection((address, port), timeout)\n"
    "    print(name, s.recv(9).decode())\n"
    "  except OSError as e: print(name, type(e).__name__)\n"
    "port = int(sys.argv[1])\n"
    "attempt('outside', '10.213.7.2', port)\n"
    "attempt('outside without a timeout', '10.213.7.2', port, None)\n"
    "attempt('loopback', '127.0.0.1', port)\n"
    "attempt('this machine', '10.213.7.1', port)\n"
    "attempt('metadata', '169.254.169.254', 80)\n"
    "s = socket.socket()\n"
    "try: s.sendto(b'x', 0x20000000, ('127.0.0.1', port)); print('fast open')\n"
    "except OSError as e: print('fast open', type(e).__name__)\n"
    "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "try: u.sendto(b'x', ('10.213.7.2', port)); print('udp')\n"
    "except OSError as e: print('udp', type(e).__name__)\n"
    "try: s.bind(('0.0.0.0', 0)); s.listen(); print('listen')\n"
    "except OSError as e: print('listen', type(e).__name__)\n"
    "r, w = socket.socketpair()\n"
    "r.sendmsg([b'y']); print('pair', w.recv(1))\n";

void CheckBothAccesses(const std::string& program, uint16_t port) {
  LauncherOptions options;
  options.program = program;
  auto launcher = SandboxLauncher::Start(options);
  ASSERT_THAT(launcher, IsOk());
  for (const bool internet : {true, false}) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const base::Fd reading(ends[0]);
    base::Fd writing(ends[1]);
    SandboxSpec spec;
    spec.argv = {"/usr/bin/python3", "-I", "-c", kProbe, std::to_string(port)};
    spec.binds = {{"/usr", "/usr"}};
    spec.internet_access = internet;
    spec.descriptors = {{ends[1], 1}, {ends[1], 2}};
    auto process = (*launcher)->Launch(spec);
    ASSERT_THAT(process, IsOk());
    writing = base::Fd();
    EXPECT_EQ(ReadAll(reading.get()),
              internet ? "outside outside\noutside without a timeout outside\n"
                         "loopback PermissionError\nthis machine PermissionError\n"
                         "metadata PermissionError\nfast open OSError\nudp OSError\n"
                         "listen PermissionError\npair b'y'\n"
                       : "outside OSError\noutside without a timeout OSError\n"
                         "loopback ConnectionRefusedError\nthis machine OSError\n"
                         "metadata OSError\nfast open OSError\nudp OSError\nlisten\npair b'y'\n");
  }
}

// Runs in a child: it enters network namespaces of its own.
void ReachesOnlyWhatIsOutside() {
  ASSERT_EQ(unshare(CLONE_NEWNET), 0);
  int ready[2];
  int moved[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(moved), 0);
  uint16_t port = 0;
  const pid_t outside = fork();
  if (outside == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (unshare(CLONE_NEWNET) != 0 || write(ready[1], "r", 1) != 1) _exit(1);
    char byte;
    if (read(moved[0], &byte, 1) != 1) _exit(1);
    if (system("ip addr add 10.213.7.2/24 dev bh1 && ip link set bh1 up && ip link set lo up")) {
      _exit(1);
    }
    uint16_t open_port = 0;
    const pid_t server = StartServer("outside", open_port);
    if (write(ready[1], &open_port, sizeof open_port) != sizeof open_port) _exit(1);
    waitpid(server, nullptr, 0);
    _exit(0);
  }
  char byte;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const std::string set_up =
      "ip link add bh0 type veth peer name bh1 && ip link set bh1 netns " +
      std::to_string(outside) +
      " && ip addr add 10.213.7.1/24 dev bh0 && ip link set bh0 up && ip link set lo up";
  ASSERT_EQ(system(set_up.c_str()), 0) << "needs 'ip' (iproute2) and root";
  ASSERT_EQ(write(moved[1], "m", 1), 1);
  ASSERT_EQ(read(ready[0], &port, sizeof port), 2);
  CheckBothAccesses("", port);
  char copy[] = "/tmp/boathouse-broker-test-XXXXXX";
  ASSERT_NE(mkdtemp(copy), nullptr);
  std::filesystem::permissions(copy, std::filesystem::perms(0755));
  const std::string program = std::string(copy) + "/launcher";
  std::filesystem::copy_file(BOATHOUSE_BIN_DIR "/boathouse-sandbox", program);
  fflush(nullptr);
  const pid_t ordinary = fork();
  if (ordinary == 0) {
    if (setgroups(0, nullptr) != 0 || setresgid(12345, 12345, 12345) != 0 ||
        setresuid(12345, 12345, 12345) != 0) {
      _exit(99);
    }
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    CheckBothAccesses(program, port);
    fflush(nullptr);
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  waitpid(ordinary, &status, 0);
  EXPECT_EQ(status, 0) << "as an ordinary user";
  std::filesystem::remove_all(copy);
  kill(outside, SIGKILL);
  waitpid(outside, nullptr, 0);
}

TEST(InternetAccess, ReachesWhatIsOutsideAndNothingOfThisMachine) {
  if (geteuid() != 0) GTEST_FAIL() << "needs root to make a network";
  fflush(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    ReachesOnlyWhatIsOutside();
    fflush(nullptr);
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace runtime::launcher
