#include "runtime/sandbox/launcher/broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/seccomp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace runtime::launcher {
namespace {

constexpr int kConnectsAtOnceMax = 64;
constexpr int kConnectSecondsMax = 60;
constexpr uint16_t kDnsPort = 53;

std::string AddressText(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text,
              sizeof text);
  }
  return text;
}

bool Holds(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool ForbiddenVersion4(uint32_t host_order) {
  const uint32_t first = host_order >> 24;
  return first == 0 || first == 127 || first >= 224 || (host_order >> 16) == 0xa9fe;
}

bool ForbiddenVersion6(const in6_addr& address) {
  constexpr uint8_t kAwsMetadata[16] = {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54};
  return IN6_IS_ADDR_UNSPECIFIED(&address) || IN6_IS_ADDR_LOOPBACK(&address) ||
         IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_MULTICAST(&address) ||
         IN6_IS_ADDR_SITELOCAL(&address) || std::memcmp(&address, kAwsMetadata, 16) == 0;
}

// The IPv4 address inside mapped, compatible, NAT64 and 6to4 forms.
bool EmbeddedVersion4(const in6_addr& address, uint32_t& host_order) {
  const uint8_t* bytes = address.s6_addr;
  const auto at = [&](int i) {
    return static_cast<uint32_t>(bytes[i]) << 24 | static_cast<uint32_t>(bytes[i + 1]) << 16 |
           static_cast<uint32_t>(bytes[i + 2]) << 8 | bytes[i + 3];
  };
  constexpr uint8_t kNat64[12] = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
  const bool tail = IN6_IS_ADDR_V4MAPPED(&address) || IN6_IS_ADDR_V4COMPAT(&address) ||
                    std::memcmp(bytes, kNat64, sizeof kNat64) == 0;
  if (tail) host_order = at(12);
  if (bytes[0] == 0x20 && bytes[1] == 0x02) {
    host_order = at(2);
    return true;
  }
  return tail;
}

void Answer(int listener, uint64_t id, int error_number) {
  seccomp_notif_resp response{};
  response.id = id;
  response.error = -error_number;
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

// Options a library sets before it connects; the socket we put in its place has them too.
void CopyOptions(int from, int to) {
  const int flags = fcntl(from, F_GETFL);
  if (flags >= 0) fcntl(to, F_SETFL, flags & O_NONBLOCK);
  const std::pair<int, int> options[] = {{SOL_SOCKET, SO_KEEPALIVE},
                                         {IPPROTO_TCP, TCP_NODELAY},
                                         {IPPROTO_TCP, TCP_KEEPIDLE},
                                         {IPPROTO_TCP, TCP_KEEPINTVL},
                                         {IPPROTO_TCP, TCP_KEEPCNT}};
  for (const auto& [level, option] : options) {
    int value = 0;
    socklen_t size = sizeof value;
    if (getsockopt(from, level, option, &value, &size) == 0) {
      setsockopt(to, level, option, &value, size);
    }
  }
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    timeval value{};
    socklen_t size = sizeof value;
    if (getsockopt(from, SOL_SOCKET, option, &value, &size) == 0) {
      setsockopt(to, SOL_SOCKET, option, &value, size);
    }
  }
}

int OpenTheirs(pid_t pid, int number) {
  const int process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) return -1;
  const int fd = static_cast<int>(syscall(SYS_pidfd_getfd, process, number, 0));
  close(process);
  return fd;
}

bool IsTcp(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

// The address as the caller gave it, copied once. 0 or an error number.
int CopyAddress(const seccomp_notif& request, sockaddr_storage& address, socklen_t& size) {
  size = static_cast<socklen_t>(request.data.args[2]);
  if (size < sizeof(sa_family_t) || size > sizeof address) return EINVAL;
  const iovec here{&address, size};
  const iovec there{reinterpret_cast<void*>(request.data.args[1]), size};
  const ssize_t copied = process_vm_readv(static_cast<pid_t>(request.pid), &here, 1, &there, 1, 0);
  if (copied != static_cast<ssize_t>(size)) return EFAULT;
  const bool version4 = address.ss_family == AF_INET && size >= sizeof(sockaddr_in);
  const bool version6 = address.ss_family == AF_INET6 && size >= sizeof(sockaddr_in6);
  return version4 || version6 ? 0 : EAFNOSUPPORT;
}

void Serve(int listener, const seccomp_notif& request, const Resolver& resolver) {
  sockaddr_storage address{};
  socklen_t size = 0;
  if (const int error = CopyAddress(request, address, size); error != 0) {
    return Answer(listener, request.id, error);
  }
  // A check by the address of another process would race its end: the id is asked again after.
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &request.id) != 0) return;
  if (!MayConnect(address, OwnAddresses(), resolver)) return Answer(listener, request.id, EACCES);
  const auto number = static_cast<int>(request.data.args[0]);
  const int theirs = OpenTheirs(static_cast<pid_t>(request.pid), number);
  if (theirs < 0) return Answer(listener, request.id, EBADF);
  if (!IsTcp(theirs)) return Answer(listener, request.id, EACCES);
  const int ours = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  if (ours < 0) return Answer(listener, request.id, errno);
  const timeval patience{kConnectSecondsMax, 0};
  setsockopt(ours, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(ours, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return Answer(listener, request.id, errno == EINPROGRESS ? ETIMEDOUT : errno);
  }
  CopyOptions(theirs, ours);
  seccomp_notif_addfd place{};
  place.id = request.id;
  place.flags = SECCOMP_ADDFD_FLAG_SETFD;
  place.srcfd = static_cast<uint32_t>(ours);
  place.newfd = static_cast<uint32_t>(number);
  place.newfd_flags = O_CLOEXEC;
  const int placed = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &place);
  Answer(listener, request.id, placed < 0 ? errno : 0);
}

// One short-lived process per connect: a slow peer holds up nobody else.
[[noreturn]] void ServeUntilAllAreDead(int listener, const Resolver& resolver) {
  int busy = 0;
  for (;;) {
    pollfd waiting{listener, POLLIN, 0};
    if (poll(&waiting, 1, busy > 0 ? 100 : -1) < 0 && errno != EINTR) _exit(1);
    while (busy > 0 && waitpid(-1, nullptr, busy >= kConnectsAtOnceMax ? 0 : WNOHANG) > 0) --busy;
    if (waiting.revents & POLLHUP) _exit(0);
    if (!(waiting.revents & POLLIN)) continue;
    seccomp_notif request{};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) continue;
    const pid_t child = fork();
    if (child == 0) {
      Serve(listener, request, resolver);
      _exit(0);
    }
    if (child < 0) {
      Answer(listener, request.id, EAGAIN);
    } else {
      ++busy;
    }
  }
}

}  // namespace

Resolver ReadResolver(const std::string& path) {
  Resolver resolver;
  FILE* file = std::fopen(path.c_str(), "re");
  char line[512];
  while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr) {
    char address[128];
    if (std::sscanf(line, " nameserver %127s", address) == 1) {
      resolver.addresses.push_back(address);
      resolver.lines += std::string("nameserver ") + address + "\n";
    } else if (std::strncmp(line, "search ", 7) == 0) {
      resolver.lines += line;
    }
  }
  if (file != nullptr) std::fclose(file);
  resolver.lines += "options use-vc\n";
  return resolver;
}

std::vector<std::string> OwnAddresses() {
  std::vector<std::string> own;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return own;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr) continue;
    const int family = at->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    sockaddr_storage address{};
    std::memcpy(&address, at->ifa_addr,
                family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    own.push_back(AddressText(address));
  }
  freeifaddrs(list);
  return own;
}

bool MayConnect(const sockaddr_storage& address, const std::vector<std::string>& own,
                const Resolver& resolver) {
  const std::string text = AddressText(address);
  uint32_t version4 = 0;
  if (address.ss_family == AF_INET) {
    const auto& plain = reinterpret_cast<const sockaddr_in&>(address);
    if (ntohs(plain.sin_port) == kDnsPort && Holds(resolver.addresses, text)) return true;
    version4 = ntohl(plain.sin_addr.s_addr);
    return !ForbiddenVersion4(version4) && !Holds(own, text);
  }
  if (address.ss_family != AF_INET6) return false;
  const auto& wide = reinterpret_cast<const sockaddr_in6&>(address);
  if (EmbeddedVersion4(wide.sin6_addr, version4)) {
    sockaddr_storage inner{};
    auto& plain = reinterpret_cast<sockaddr_in&>(inner);
    plain.sin_family = AF_INET;
    plain.sin_port = wide.sin6_port;
    plain.sin_addr.s_addr = htonl(version4);
    return MayConnect(inner, own, resolver);
  }
  if (ntohs(wide.sin6_port) == kDnsPort && Holds(resolver.addresses, text)) return true;
  return !ForbiddenVersion6(wide.sin6_addr) && !Holds(own, text);
}

pid_t StartBroker(int listener, const Resolver& resolver) {
  const pid_t parent = getpid();
  const pid_t broker = fork();
  if (broker != 0) return broker;
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) _exit(1);
  const int kept = fcntl(listener, F_DUPFD_CLOEXEC, 3);
  if (kept > 3) {
    dup2(kept, 3);
  }
  syscall(SYS_close_range, 4u, ~0u, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ServeUntilAllAreDead(3, resolver);
}

}  // namespace runtime::launcher
