// The target of a request, split and decoded once, so that no handler decodes again.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace server {

struct Target {
  std::vector<std::string> path;                  // percent-decoded segments; '+' stays a plus
  std::multimap<std::string, std::string> query;  // '+' is a space
};

/// "/a%20b/c?x=1&y=" into segments and parameters. A trailing "?" or "/" says nothing; "%2F" inside
/// a segment does not split it. kInvalidArgument "http.bad_target" when it does not start with "/",
/// an escape is cut or no hexadecimal, a NUL is in it, or a segment is "." or "..".
base::Result<Target> ParseTarget(std::string_view target);

}  // namespace server
