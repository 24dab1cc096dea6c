// api::Accounts and api::Credentials behind the gate: admins administer, everybody has their own
// keys.
#pragma once

#include "api/accounts_api.h"
#include "api/credentials_api.h"
#include "control/gate.h"

namespace control {

/// Thread-safe; borrows both. Authenticate and GetOrganization are for all: the door calls them.
class GuardedAccounts final : public api::Accounts {
 public:
  GuardedAccounts(api::Accounts& inner, Gate& gate) : inner_(inner), gate_(gate) {}
  base::Result<api::Account> Authenticate(const base::Context& ctx,
                                          const std::string& token) override;
  base::Result<api::Organization> GetOrganization(const base::Context& ctx) override;
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

 private:
  base::Status SelfOrAdmin(const base::Context& ctx, const std::string& username);
  api::Accounts& inner_;
  Gate& gate_;
};

class GuardedCredentials final : public api::Credentials {
 public:
  GuardedCredentials(api::Credentials& inner, Gate& gate) : inner_(inner), gate_(gate) {}
  base::Status Set(const base::Context& ctx, const std::string& name,
                   const api::ObjectCredential& credential) override;
  base::Result<api::ObjectCredential> Get(const base::Context& ctx,
                                          const std::string& name) override;
  base::Result<std::optional<api::ObjectCredential>> Find(const base::Context& ctx,
                                                          const std::string& uri) override;
  base::Result<std::vector<api::CredentialEntry>> List(const base::Context& ctx) override;
  base::Status Remove(const base::Context& ctx, const std::string& name) override;

 private:
  api::Credentials& inner_;
  Gate& gate_;
};

}  // namespace control
