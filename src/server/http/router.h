// Which handler answers which part of the path space, who may reach it, and what is written down.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "api/accounts_api.h"
#include "server/http/message.h"
#include "server/metrics.h"
#include "server/request_log.h"

namespace server {

/// Paths that begin with these segments go to the handler; the longest that fits wins.
struct Route {
  std::vector<std::string> prefix;  // {"catalog", "v0"}
  HttpHandler* handler = nullptr;   // outlives the server
  bool needs_auth = true;
  /// How this part of the path space says that a token is missing or wrong; by default the
  /// catalog's error envelope with "UNAUTHORIZED".
  std::function<HttpReply(const base::Error&)> refusal = nullptr;
  /// Requests that need no token all the same: those that ask for one.
  bool (*is_open)(const HttpRequest&) = nullptr;
};

/// Thread-safe. Authenticates at the door, hands on, counts and logs.
class Router {
 public:
  struct Parts {
    api::Accounts& accounts;
    Metrics& metrics;
    RequestLog& log;
    const base::Clock& clock;
    std::function<Metrics::Gauges()> gauges;
  };
  Router(std::vector<Route> routes, Parts parts);

  /// Never throws. Answers "/healthz" and "/metrics" itself.
  HttpReply Handle(base::Context ctx, const HttpRequest& request, const std::string& peer) noexcept;
  /// What was turned away before it was a request that could be answered: counted, and one line in
  /// the log. `kind` is "http", or "door" where not even a protocol was spoken.
  void NoteRefusal(const std::string& kind, const HttpRequest& request, const std::string& status,
                   const std::string& peer) noexcept;
  /// From now on "/healthz" says that no new work should come.
  void Drain() { draining_ = true; }

 private:
  HttpReply Answer(base::Context& ctx, const HttpRequest& request);
  const Route* Find(const HttpRequest& request) const;

  const std::vector<Route> routes_;
  Parts parts_;
  std::atomic<bool> draining_ = false;
};

/// The catalog's error envelope: {"error":{"type":...,"message":...,"context":{}}}.
HttpReply ErrorReply(int status, const std::string& type, const std::string& message);

}  // namespace server
