// Rest: one request to a server's REST resources, one answer; libcurl is known to its .cc alone.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "client/server_url_internal.h"

namespace client {

struct RestRequest {
  std::string method;
  std::vector<std::string> path;  // segments, encoded here: {"catalog", "v0", "branches", "a/b"}
  std::vector<std::pair<std::string, std::string>> query = {};  // empty values are left out
  std::string body = {};
};

/// Thread-safe; keeps connections open between requests.
class Rest {
 public:
  Rest(ServerUrl server, std::string key, std::string ca_file, const base::Clock& clock);
  ~Rest();
  Rest(const Rest&) = delete;
  Rest& operator=(const Rest&) = delete;

  /// The body of a reply that is a success; else the error that the server tells. Without an
  /// answer: kUnavailable "client.unreachable", or for a change that was sent kOutcomeUnknown
  /// "client.no_answer"; kCancelled and kDeadlineExceeded as `ctx` says.
  base::Result<std::string> Send(const base::Context& ctx, const RestRequest& request);

 private:
  struct Connections;
  base::Error Unreachable(const std::string& why) const;
  const ServerUrl server_;
  const std::string key_;
  const std::string ca_file_;
  const base::Clock& clock_;
  std::unique_ptr<Connections> connections_;
};

}  // namespace client
