// The address of a server, taken apart.
#pragma once

#include <string>

#include "base/result.h"

namespace client {

struct ServerUrl {
  bool tls = false;
  std::string authority;  // "host:port", the port always said
  std::string text;       // "https://host:port"
};

/// kInvalidArgument "client.bad_url".
base::Result<ServerUrl> ParseServerUrl(const std::string& url);

}  // namespace client
