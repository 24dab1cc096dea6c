#include <algorithm>
#include <cctype>

#include "client/reasons.h"
#include "client/server_url_internal.h"

namespace client {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::string_view kSecure = "https://";
constexpr size_t kPortDigitsMax = 5;

base::Error Bad(const std::string& url, const std::string& why) {
  return base::Error(base::Code::kInvalidArgument, kBadUrl,
                     "\"" + url + "\" is no server's address: " + why +
                         "; give http://HOST:PORT or https://HOST[:PORT]")
      .Set("url", url);
}

bool IsPort(const std::string& text) {
  return !text.empty() && text.size() <= kPortDigitsMax &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

base::Result<ServerUrl> ParseServerUrl(const std::string& url) {
  ServerUrl parsed;
  parsed.tls = url.starts_with(kSecure);
  if (!parsed.tls && !url.starts_with(kPlain)) return Bad(url, "it has no http:// or https://");
  const std::string_view scheme = parsed.tls ? kSecure : kPlain;
  std::string authority = url.substr(scheme.size());
  while (authority.ends_with('/')) authority.pop_back();
  if (authority.empty()) return Bad(url, "it names no host");
  if (authority.find_first_of("/?#@ ") != std::string::npos) {
    return Bad(url, "there is something behind the host");
  }
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  if (has_port && (!IsPort(authority.substr(colon + 1)) || colon == 0)) {
    return Bad(url, "its port is no number");
  }
  parsed.authority = authority + (has_port ? "" : parsed.tls ? ":443" : ":80");
  parsed.text = std::string(scheme) + parsed.authority;
  return parsed;
}

}  // namespace client
