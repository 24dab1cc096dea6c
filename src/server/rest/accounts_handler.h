// Users, keys and credentials over REST, for clients of ours: everything below /boathouse/v0.
#pragma once

#include "api/accounts_api.h"
#include "api/credentials_api.h"
#include "server/http/message.h"

namespace server {

/// Thread-safe; borrows both ports, behind which rights are decided. A credential's secrets go in
/// and never come out.
class AccountsHandler final : public HttpHandler {
 public:
  AccountsHandler(api::Accounts& accounts, api::Credentials& credentials)
      : accounts_(accounts), credentials_(credentials) {}
  HttpReply Handle(const base::Context& ctx, const HttpRequest& request) override;

 private:
  base::Result<std::string> Users(const base::Context& ctx, const HttpRequest& request);
  base::Result<std::string> Keys(const base::Context& ctx, const HttpRequest& request);
  base::Result<std::string> Credentials(const base::Context& ctx, const HttpRequest& request);
  api::Accounts& accounts_;
  api::Credentials& credentials_;
};

}  // namespace server
