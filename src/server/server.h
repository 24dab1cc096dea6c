// The server as a whole: the door, what answers behind it, and its orderly end.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "server/http/router.h"
#include "server/net/front_door.h"
#include "server/ports.h"
#include "server/rpc/rpc_server.h"

namespace server {

struct Options {
  std::vector<Address> listen;
  TlsFiles tls;
  bool insecure_public = false;
  std::string public_url;  // where clients fetch results; "" = where they found us
  HttpLimits http;
  RpcLimits rpc;
  ResultShelf::Limits results;
  WorkPool::Limits work{32, 2048};
  JobMethods::Identity identity;
  /// How many jobs of this process are in this state, for metrics and for draining: asked often.
  std::function<uint32_t(api::JobStatus)> count_jobs;
  std::ostream* access_log = nullptr;  // both outlive the server
  std::ostream* audit_log = nullptr;
};

/// Thread-safe. Owns its threads.
class Server {
 public:
  /// Listens and answers from here on. kFailedPrecondition "server.insecure_public",
  /// "server.cannot_listen", "server.bad_certificate". Ports and handlers outlive it.
  static base::Result<std::unique_ptr<Server>> Start(const Ports& ports, std::vector<Route> routes,
                                                     Options options);
  ~Server();

  /// "http://127.0.0.1:8080", "unix:/run/b.sock", with the real ports.
  std::vector<std::string> addresses() const;
  /// Takes no more jobs, waits until those that run have ended or the time is over, then closes
  /// what is open.
  void Drain(base::Duration patience);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace server
