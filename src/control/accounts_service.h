// api::Accounts over the state store: organisation, users, keys (formats: accounts_cbor.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/accounts_api.h"
#include "base/clock.h"
#include "base/rng.h"
#include "control/secret_box.h"
#include "state/state_store.h"

namespace control {

struct OrganizationRecord;

/// How the first user of a server is made.
struct InitialAccounts {
  std::string organization;  // name; empty = "boathouse"
  std::string username;      // of the first admin
  std::string key_label = "first key";
};

struct InitialisedAccounts {
  api::Organization organization;
  api::Account admin;              // the one made now, else the first there is
  std::optional<api::NewKey> key;  // only when it was made now: it is shown once
  std::vector<std::string> users;  // who exists
};

/// Thread-safe; several processes may use one store. Rights are no business of it: see
/// guarded_accounts.h. Borrows everything.
class AccountsService final : public api::Accounts {
 public:
  AccountsService(state::StateStore& state, SecretBox& box, const base::Clock& clock,
                  base::Rng& rng, uint32_t secret_key_bits = 4096)
      : state_(state), box_(box), clock_(clock), rng_(rng), secret_key_bits_(secret_key_bits) {}

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

  /// Makes organisation, first admin and key where there are none; calling it again changes
  /// nothing and says what exists.
  base::Result<InitialisedAccounts> Initialise(const base::Context& ctx,
                                               const InitialAccounts& wanted);

  /// The value of a secret parameter, decrypted and freed of its project's id.
  /// kInvalidArgument "secrets.bad_value", "secrets.other_project", "secrets.other_key".
  base::Result<std::string> OpenSecret(const base::Context& ctx, const std::string& project_id,
                                       const std::string& ciphertext, const std::string& key);

 private:
  struct Found;
  base::Result<Found> Find(const base::Context& ctx, const std::string& username);
  base::Result<api::Organization> EnsureOrganization(const base::Context& ctx,
                                                     const std::string& name);
  base::Status MakeSecretKey(OrganizationRecord& record);

  state::StateStore& state_;
  SecretBox& box_;
  const base::Clock& clock_;
  base::Rng& rng_;
  const uint32_t secret_key_bits_;
};

}  // namespace control
