// Which protocol a connection speaks, told from its first bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace server {

enum class Spoken { kUnknownYet, kHttp1, kHttp2, kTlsHttp1, kTlsHttp2, kGarbage };

/// `bytes` are the first that came. HTTP/2 opens with its preface ("PRI * ..."), which no HTTP/1
/// request can; a TLS record with a ClientHello (at most kHelloBytesMax) is HTTP/2 when it offers
/// "h2" and not also "http/1.1": only who speaks nothing else gets gRPC, and who offers neither
/// speaks HTTP/1.1.
inline constexpr size_t kHelloBytesMax = 16 * 1024 + 5;
Spoken Sniff(std::string_view bytes);

/// The protocols a ClientHello offers, in its order. `complete` is false when bytes are missing;
/// anything but a ClientHello has no protocols.
struct HelloProtocols {
  bool complete = false;
  bool valid = false;
  std::vector<std::string> offered;
};
HelloProtocols ReadClientHello(std::string_view bytes);

}  // namespace server
