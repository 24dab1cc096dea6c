#include "server/bearer.h"

#include <strings.h>

#include <string>

#include "server/reasons.h"

namespace server {
namespace {

constexpr std::string_view kScheme = "bearer ";

}  // namespace

std::string_view BearerToken(std::string_view authorization) {
  if (authorization.size() <= kScheme.size()) return {};
  if (strncasecmp(authorization.data(), kScheme.data(), kScheme.size()) != 0) return {};
  std::string_view token = authorization.substr(kScheme.size());
  while (token.starts_with(' ')) token.remove_prefix(1);
  return token;
}

base::Result<api::Account> Authenticate(const base::Context& ctx, api::Accounts& accounts,
                                        std::string_view authorization) {
  const std::string_view token = BearerToken(authorization);
  if (token.empty()) {
    return base::Error(base::Code::kUnauthenticated, kNoToken,
                       "this needs an api key, sent as \"authorization: Bearer <key>\"");
  }
  return accounts.Authenticate(ctx, std::string(token));
}

}  // namespace server
