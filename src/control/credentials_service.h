// api::Credentials over the state store: what is secret of them is stored encrypted.
#pragma once

#include "api/credentials_api.h"
#include "base/clock.h"
#include "control/secret_box.h"
#include "state/state_store.h"

namespace control {

/// Thread-safe; borrows everything. Rights are no business of it: see guarded_accounts.h.
class CredentialsService final : public api::Credentials {
 public:
  CredentialsService(state::StateStore& state, SecretBox& box, const base::Clock& clock)
      : state_(state), box_(box), clock_(clock) {}
  base::Status Set(const base::Context& ctx, const std::string& name,
                   const api::ObjectCredential& credential) override;
  base::Result<api::ObjectCredential> Get(const base::Context& ctx,
                                          const std::string& name) override;
  base::Result<std::optional<api::ObjectCredential>> Find(const base::Context& ctx,
                                                          const std::string& uri) override;
  base::Result<std::vector<api::CredentialEntry>> List(const base::Context& ctx) override;
  base::Status Remove(const base::Context& ctx, const std::string& name) override;

 private:
  state::StateStore& state_;
  SecretBox& box_;
  const base::Clock& clock_;
};

}  // namespace control
