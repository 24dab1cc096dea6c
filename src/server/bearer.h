// The token of an "authorization" header, and who holds it.
#pragma once

#include <string_view>

#include "api/accounts_api.h"
#include "base/context.h"
#include "base/result.h"

namespace server {

/// What stands after "Bearer " (any case); empty when it is no bearer token.
std::string_view BearerToken(std::string_view authorization);

/// kUnauthenticated "server.no_token" without one, else what the accounts say.
base::Result<api::Account> Authenticate(const base::Context& ctx, api::Accounts& accounts,
                                        std::string_view authorization);

}  // namespace server
