#include "storage/testing/seaweed.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "storage/s3_store.h"

namespace storage::testing {
namespace {

constexpr char kKey[] = "conformance";
constexpr char kSecret[] = "conformance-secret";
constexpr int kPorts = 8;

[[noreturn]] void Give(const std::string& what) {
  std::fprintf(stderr, "seaweed: %s\n", what.c_str());
  std::abort();
}

/// Free ones, all held until they are known.
std::vector<int> FreePorts(int count) {
  std::vector<base::Fd> held;
  std::vector<int> ports;
  while (static_cast<int>(ports.size()) < count) {
    base::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      Give("no free port");
    }
    ports.push_back(ntohs(address.sin_port));
    held.push_back(std::move(fd));
  }
  return ports;
}

int StartProcess(const std::string& folder, std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int process = fork();
  if (process != 0) return process;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int log = open((folder + "/log").c_str(), O_CREAT | O_WRONLY, 0600);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  setenv("AWS_ACCESS_KEY_ID", kKey, 1);
  setenv("AWS_SECRET_ACCESS_KEY", kSecret, 1);
  execv(argv[0], argv.data());
  _exit(127);
}

bool Answers(const S3Options& options) {
  static base::SystemClock clock;
  static base::SystemRng rng;
  return S3Store::Open("s3://lake", options, clock, rng).value()->List({}, "none").ok();
}

}  // namespace

std::unique_ptr<Seaweed> Seaweed::Start(const std::string& program) {
  if (!std::filesystem::exists(program)) {
    if (std::getenv("CI") != nullptr) Give("no " + program + ": run tools/install_deps.sh");
    return nullptr;
  }
  std::unique_ptr<Seaweed> weed(new Seaweed());
  const std::vector<int> ports = FreePorts(kPorts);
  const char* flags[kPorts] = {"s3.port",     "s3.port.grpc",     "master.port", "master.port.grpc",
                               "volume.port", "volume.port.grpc", "filer.port",  "filer.port.grpc"};
  std::vector<std::string> arguments = {program,
                                        "mini",
                                        "-dir=" + weed->folder_.path(),
                                        "-ip=127.0.0.1",
                                        "-ip.bind=127.0.0.1",
                                        "-bucket=lake",
                                        "-webdav=false",
                                        "-admin.ui=false",
                                        "-s3.port.iceberg=0",
                                        "-s3.autoCreateBucket=false",
                                        "-master.telemetry=false"};
  for (int i = 0; i < kPorts; ++i) {
    arguments.push_back("-" + std::string(flags[i]) + "=" +
                        std::to_string(ports[static_cast<size_t>(i)]));
  }
  weed->process_ = StartProcess(weed->folder_.path(), arguments);
  weed->options_.endpoint = "http://127.0.0.1:" + std::to_string(ports[0]);
  weed->options_.credentials = {.access_key_id = kKey, .secret_access_key = kSecret};
  S3Options patient = weed->options_;
  patient.retries = {.attempts_max = 1, .wait_first = {}, .wait_max = {}};
  for (int i = 0; i < 600; ++i) {
    if (Answers(patient)) return weed;
    usleep(50'000);  // tidy: another process's start has nothing to wait on
  }
  Give("does not start, see " + weed->folder_.path() + "/log");
}

Seaweed::~Seaweed() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

}  // namespace storage::testing
