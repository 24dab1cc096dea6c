// One HTTP/1.1 request and its reply as values, and who answers: handlers know no socket, so they
// are tested as functions.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/error.h"

namespace server {

/// A request as read from the wire, target split and decoded once.
struct HttpRequest {
  std::string method;             // "GET"
  std::string target;             // as sent, for logs: "/a%20b?x=1"
  std::vector<std::string> path;  // segments, percent-decoded: {"a b"}; '+' is a plus
  std::multimap<std::string, std::string> query;  // decoded; '+' is a space
  std::map<std::string, std::string> headers;     // names in lower case
  std::string body;                               // gunzipped when it was sent with gzip

  /// The first value of a query parameter, or "".
  std::string_view Query(const std::string& key) const {
    const auto found = query.find(key);
    return found == query.end() ? std::string_view() : std::string_view(found->second);
  }
};

struct HttpReply {
  int status = 200;
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers;  // more of them
  std::string body;
  std::shared_ptr<const base::Error> refused;  // the error of ours that it tells, where it is one
};

/// Answers requests of one part of the path space. Thread-safe; never throws: whatever goes wrong
/// is a reply. `ctx` has the authenticated caller in `principal`, the deadline, and the trace.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual HttpReply Handle(const base::Context& ctx, const HttpRequest& request) = 0;
};

}  // namespace server
