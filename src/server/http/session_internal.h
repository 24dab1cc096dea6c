// One HTTP/1.1 connection over a socket that was accepted elsewhere.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/file.h"
#include "server/net/front_door.h"

namespace server::internal {

/// Lives as long as the connection; all methods on the socket thread.
class Session {
 public:
  virtual ~Session() = default;
  /// Ends after the reply that is being made, at once when there is none.
  virtual void Drain() = 0;
  virtual void Close() = 0;
};

struct SessionParts {
  boost::asio::io_context& io;
  Router& router;
  WorkPool& pool;
  const HttpLimits& limits;
  boost::asio::ssl::context* tls = nullptr;  // null = in the clear
};

/// Starts reading. The session keeps itself alive.
std::shared_ptr<Session> StartSession(const SessionParts& parts, base::Fd socket, int family,
                                      std::string peer);

}  // namespace server::internal
