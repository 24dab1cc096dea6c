// Users, keys and credentials at a server.
#pragma once

#include <string>
#include <vector>

#include "api/accounts_api.h"
#include "api/credentials_api.h"
#include "client/remote_lake.h"
#include "client/rest_internal.h"
#include "client/rpc_internal.h"

namespace client {

/// Who a key belongs to, and the organisation, over gRPC; the rest over REST.
class RemoteAccounts final : public api::Accounts {
 public:
  RemoteAccounts(Rest& rest, Rpc& rpc) : rest_(rest), rpc_(rpc) {}
  /// kUnimplemented "client.not_remote": a server authenticates, it does not tell about others.
  base::Result<api::Account> Authenticate(const base::Context& ctx,
                                          const std::string& token) override;
  base::Result<api::Organization> GetOrganization(const base::Context& ctx) override;
  /// kUnimplemented "client.not_remote": the key pair is changed where it lies.
  base::Result<api::Organization> RotateSecretKey(const base::Context& ctx) override;
  base::Result<api::Account> Get(const base::Context& ctx, const std::string& username) override;
  base::Result<std::vector<api::Account>> List(const base::Context& ctx) override;
  base::Result<api::Account> Create(const base::Context& ctx, const api::Account& account) override;
  base::Result<api::Account> Update(const base::Context& ctx, const api::Account& account) override;
  base::Result<api::NewKey> CreateKey(const base::Context& ctx, const std::string& username,
                                      const std::string& label,
                                      std::optional<base::Instant> expires) override;
  base::Result<std::vector<api::KeyEntry>> ListKeys(const base::Context& ctx,
                                                    const std::string& username) override;
  base::Status RevokeKey(const base::Context& ctx, const std::string& key_id) override;
  base::Result<Greeting> Greet(const base::Context& ctx);

 private:
  Rest& rest_;
  Rpc& rpc_;
};

/// Secrets go to the server and never come back: Get and Find are "client.not_remote".
class RemoteCredentials final : public api::Credentials {
 public:
  explicit RemoteCredentials(Rest& rest) : rest_(rest) {}
  base::Status Set(const base::Context& ctx, const std::string& name,
                   const api::ObjectCredential& credential) override;
  base::Result<api::ObjectCredential> Get(const base::Context& ctx,
                                          const std::string& name) override;
  base::Result<std::optional<api::ObjectCredential>> Find(const base::Context& ctx,
                                                          const std::string& uri) override;
  base::Result<std::vector<api::CredentialEntry>> List(const base::Context& ctx) override;
  base::Status Remove(const base::Context& ctx, const std::string& name) override;

 private:
  Rest& rest_;
};

}  // namespace client
