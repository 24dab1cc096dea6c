// Accepts connections, tells from their first bytes what they speak, and hands them on: HTTP/1.1 to
// sessions of its own, HTTP/2 to gRPC.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "server/http/router.h"
#include "server/net/address.h"
#include "server/work_pool.h"

namespace server {

struct HttpLimits {
  uint32_t connections_max = 4096;  // being sniffed or speaking HTTP/1.1; more are closed at once
  uint32_t header_bytes_max = 64 * 1024;
  uint64_t body_bytes_max = 64ull << 20;
  base::Duration sniff_time = std::chrono::seconds(10);  // to show what it speaks
  base::Duration idle_time = std::chrono::seconds(75);   // to send a request's header
  base::Duration body_time = std::chrono::minutes(5);    // to send the rest, and to take a reply
  // Of a refused request, read and forgotten so that its sender sees the reply:
  uint64_t linger_bytes_max = 256ull << 20;
  base::Duration linger_time = std::chrono::seconds(20);
};

struct TlsFiles {
  std::string certificate;  // PEM, the whole chain; empty = no TLS
  std::string key;          // PEM
};

/// Whether certificate and key are there and fit. kFailedPrecondition "server.bad_certificate".
base::Status CheckTls(const TlsFiles& files);

/// Runs one thread for sockets; requests are answered on the pool. Thread-safe.
class FrontDoor {
 public:
  struct Parts {
    Router& router;
    WorkPool& pool;
    const base::Clock& clock;
    std::function<void(base::Fd, bool tls)> to_rpc;  // takes over a connection that speaks HTTP/2
  };
  /// kFailedPrecondition "server.bad_certificate". With TLS every TCP connection must speak it;
  /// unix sockets never do.
  static base::Result<std::unique_ptr<FrontDoor>> Start(std::vector<ListeningSocket> sockets,
                                                        const TlsFiles& tls,
                                                        const HttpLimits& limits, Parts parts);
  /// Closes what is open.
  ~FrontDoor();

  /// Accepts nothing more, closes what is idle, lets the rest end; returns when all are closed or
  /// the time is over.
  void Drain(base::Duration patience);
  /// Ends the socket thread: nothing is posted to the pool from here on.
  void Stop();
  uint32_t connections() const;

 private:
  struct State;
  explicit FrontDoor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace server
