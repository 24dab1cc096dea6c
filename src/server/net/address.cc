#include "server/net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "server/reasons.h"

namespace server {
namespace {

constexpr int kBacklog = 1024;
constexpr std::string_view kUnixPrefix = "unix:";

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

base::Error CannotListen(const Address& address, const std::string& why) {
  return base::Error(base::Code::kFailedPrecondition, kCannotListen,
                     "cannot listen on \"" + address.ToString() + "\": " + why)
      .Set("address", address.ToString());
}

bool IsLoopback(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(address);
    return (ntohl(in->sin_addr.s_addr) >> 24) == 127;
  }
  if (address->sa_family == AF_INET6) {
    const auto* in = reinterpret_cast<const sockaddr_in6*>(address);
    return IN6_IS_ADDR_LOOPBACK(&in->sin6_addr) != 0;
  }
  return false;
}

uint16_t PortOf(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  if (bound.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
  return ntohs(reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port);
}

base::Result<ListeningSocket> ListenUnix(const Address& address) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (address.unix_path.size() >= sizeof(where.sun_path)) {
    return CannotListen(address, "the path is longer than the system allows");
  }
  std::memcpy(where.sun_path, address.unix_path.c_str(), address.unix_path.size() + 1);
  const auto* raw = reinterpret_cast<const sockaddr*>(&where);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return CannotListen(address, std::strerror(errno));
  int bound = bind(fd, raw, sizeof(where));
  if (bound != 0 && errno == EADDRINUSE) {
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool dead = connect(probe, raw, sizeof(where)) != 0 && errno == ECONNREFUSED;
    close(probe);
    errno = EADDRINUSE;
    if (dead && unlink(address.unix_path.c_str()) == 0) bound = bind(fd, raw, sizeof(where));
  }
  if (bound != 0 || listen(fd, kBacklog) != 0) {
    const int error = errno;
    close(fd);
    return CannotListen(address, std::strerror(error));
  }
  return ListeningSocket{base::Fd(fd), address, true};
}

}  // namespace

std::string Address::ToString() const {
  if (!unix_path.empty()) return std::string(kUnixPrefix) + unix_path;
  const bool six = host.find(':') != std::string::npos;
  return (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

base::Result<Address> ParseAddress(std::string_view text) {
  const auto bad = [&](const std::string& why) {
    return base::Error(base::Code::kInvalidArgument, kBadAddress,
                       "\"" + std::string(text) + "\" is no address: " + why +
                           ", give host:port or unix:/path")
        .Set("address", std::string(text));
  };
  Address address;
  if (text.starts_with(kUnixPrefix)) {
    address.unix_path = text.substr(kUnixPrefix.size());
    if (address.unix_path.empty()) return bad("the path is missing");
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad("host or port is missing");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size()) {
    return bad("the port is no number up to 65535");
  }
  address.host = host;
  return address;
}

base::Result<ListeningSocket> Listen(const Address& address) {
  if (!address.unix_path.empty()) return ListenUnix(address);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* raw = nullptr;
  const int looked_up =
      getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &raw);
  if (looked_up != 0) return CannotListen(address, gai_strerror(looked_up));
  const std::unique_ptr<addrinfo, FreeAddresses> list(raw);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* one = list.get(); one != nullptr; one = one->ai_next) {
    const int fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) continue;
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, one->ai_addr, one->ai_addrlen) == 0 && listen(fd, kBacklog) == 0) {
      Address real = address;
      real.port = PortOf(fd);
      return ListeningSocket{base::Fd(fd), real, IsLoopback(one->ai_addr)};
    }
    error = errno;
    close(fd);
  }
  return CannotListen(address, std::strerror(error));
}

}  // namespace server
