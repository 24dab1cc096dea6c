// Rest: one request to a server's REST resources, one answer.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "client/server_url_internal.h"
#include "http/http_client.h"

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

  /// The body of a reply that is a success; else the error that the server tells. Without an
  /// answer: kUnavailable "client.unreachable", or for a change that was sent kOutcomeUnknown
  /// "client.no_answer"; kCancelled and kDeadlineExceeded as `ctx` says.
  base::Result<std::string> Send(const base::Context& ctx, const RestRequest& request);

 private:
  base::Error Unreachable(const std::string& why) const;
  const ServerUrl server_;
  const std::string key_;
  const base::Clock& clock_;
  http::Client http_;
};

}  // namespace client
