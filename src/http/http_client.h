// http::Client: one request over HTTP or HTTPS, one answer; libcurl is known to its .cc alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"

namespace http {

struct Request {
  std::string method;
  std::string url;
  std::map<std::string, std::string> headers;  // names in lower case
  base::BytesView body;
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  base::Bytes body;
};

/// No answer came. `never_sent`: the server cannot have seen the request.
struct Failure {
  bool never_sent = false;
  std::string words;
};

struct Options {
  std::string ca_file;               // empty: what the system trusts
  std::optional<std::string> proxy;  // empty: none; nothing: as the environment says
  std::string no_proxy;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::seconds silence_max{30};  // 0: any
  uint64_t body_bytes_max = 0;           // of an answer; 0: any
};

/// Thread-safe; keeps connections open between requests. Ends early when the context says so (seen
/// within about a second): ask Context::Check which of the two it was.
class Client {
 public:
  Client(Options options, const base::Clock& clock);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// True: `answer` is filled; false: `failure` is.
  bool Send(const base::Context& ctx, const Request& request, Answer* answer, Failure* failure);

 private:
  struct Connections;
  const Options options_;
  const base::Clock& clock_;
  std::unique_ptr<Connections> connections_;
};

}  // namespace http
