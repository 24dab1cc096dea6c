// HttpClient: one request over HTTP or HTTPS, one answer; libcurl is known to its .cc alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"

namespace storage {

struct HttpRequest {
  std::string method;
  std::string url;
  std::map<std::string, std::string> headers;  // names in lower case
  base::BytesView body;
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  base::Bytes body;
};

/// No answer came. `never_sent`: the server cannot have seen the request.
struct HttpFailure {
  bool never_sent = false;
  std::string words;
};

struct HttpOptions {
  std::string ca_file;
  std::string proxy;
  std::string no_proxy;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::seconds silence_max{30};
};

/// Thread-safe; keeps connections open between requests. Ends early when the context says so (seen
/// within about a second): ask Context::Check which of the two it was.
class HttpClient {
 public:
  HttpClient(HttpOptions options, const base::Clock& clock);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// True: `answer` is filled; false: `failure` is.
  bool Send(const base::Context& ctx, const HttpRequest& request, HttpAnswer* answer,
            HttpFailure* failure);

 private:
  struct Connections;
  const HttpOptions options_;
  const base::Clock& clock_;
  std::unique_ptr<Connections> connections_;
};

}  // namespace storage
