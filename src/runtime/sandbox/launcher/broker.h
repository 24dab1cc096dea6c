// Internet access for a sandbox that stays in its own empty network: connect(2) is answered by a
// process outside, which checks the address, connects a socket of its own and puts it in the place
// of the sandbox's. Nothing the sandbox races (memory, descriptor numbers) matters, since the
// address that was checked is a copy and it is that copy which is connected.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace runtime::launcher {

/// "nameserver" lines for the sandbox with `use-vc` (names are asked over TCP), and the addresses
/// themselves, which may be connected on port 53 even where they are loopback.
struct Resolver {
  std::string lines;
  std::vector<std::string> addresses;
};
Resolver ReadResolver(const std::string& path);

/// False for loopback, link-local (cloud metadata), unspecified, multicast, and `own` (addresses of
/// this machine as text), in every IPv4-in-IPv6 disguise.
bool MayConnect(const sockaddr_storage& address, const std::vector<std::string>& own,
                const Resolver& resolver);
/// The addresses of this machine's interfaces, as text.
std::vector<std::string> OwnAddresses();

/// Forks the broker for one listener (closed by the caller). -1 on error.
pid_t StartBroker(int listener, const Resolver& resolver);

}  // namespace runtime::launcher
