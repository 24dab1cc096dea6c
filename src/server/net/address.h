// Where to listen, and the sockets for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace server {

struct Address {
  std::string host;       // "127.0.0.1", "::1", "0.0.0.0", a name
  uint16_t port = 0;      // 0 = any free one
  std::string unix_path;  // set: a unix socket, the other two mean nothing

  /// "127.0.0.1:8080", "[::1]:8080", "unix:/run/b.sock".
  std::string ToString() const;
};

/// kInvalidArgument "server.bad_address".
base::Result<Address> ParseAddress(std::string_view text);

struct ListeningSocket {
  base::Fd fd;
  Address address;  // with the real port
  bool loopback = true;
};

/// Bound, listening, not blocking. A dead unix socket of the same path is replaced.
/// kFailedPrecondition "server.cannot_listen".
base::Result<ListeningSocket> Listen(const Address& address);

}  // namespace server
