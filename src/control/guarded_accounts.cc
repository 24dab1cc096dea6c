#include "control/guarded_accounts.h"

#include <algorithm>

namespace control {

base::Status GuardedAccounts::SelfOrAdmin(const base::Context& ctx, const std::string& username) {
  ASSIGN_OR_RETURN(const api::Account caller, gate_.Caller(ctx));
  if (caller.username == username) return base::Ok();
  return gate_.Admin(ctx);
}

base::Result<api::Account> GuardedAccounts::Authenticate(const base::Context& ctx,
                                                         const std::string& token) {
  return inner_.Authenticate(ctx, token);
}

base::Result<api::Organization> GuardedAccounts::GetOrganization(const base::Context& ctx) {
  return inner_.GetOrganization(ctx);
}

base::Result<api::Organization> GuardedAccounts::RotateSecretKey(const base::Context& ctx) {
  RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.RotateSecretKey(ctx);
}

base::Result<api::Account> GuardedAccounts::Get(const base::Context& ctx,
                                                const std::string& username) {
  RETURN_IF_ERROR(SelfOrAdmin(ctx, username));
  return inner_.Get(ctx, username);
}

base::Result<std::vector<api::Account>> GuardedAccounts::List(const base::Context& ctx) {
  RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.List(ctx);
}

base::Result<api::Account> GuardedAccounts::Create(const base::Context& ctx,
                                                   const api::Account& account) {
  RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.Create(ctx, account);
}

base::Result<api::Account> GuardedAccounts::Update(const base::Context& ctx,
                                                   const api::Account& account) {
  RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.Update(ctx, account);
}

base::Result<api::NewKey> GuardedAccounts::CreateKey(const base::Context& ctx,
                                                     const std::string& username,
                                                     const std::string& label,
                                                     std::optional<base::Instant> expires) {
  RETURN_IF_ERROR(SelfOrAdmin(ctx, username));
  return inner_.CreateKey(ctx, username, label, expires);
}

base::Result<std::vector<api::KeyEntry>> GuardedAccounts::ListKeys(const base::Context& ctx,
                                                                   const std::string& username) {
  RETURN_IF_ERROR(SelfOrAdmin(ctx, username));
  return inner_.ListKeys(ctx, username);
}

base::Status GuardedAccounts::RevokeKey(const base::Context& ctx, const std::string& key_id) {
  ASSIGN_OR_RETURN(const api::Account caller, gate_.Caller(ctx));
  ASSIGN_OR_RETURN(const auto own, inner_.ListKeys(ctx, caller.username));
  const bool mine = std::any_of(own.begin(), own.end(),
                                [&](const api::KeyEntry& key) { return key.id == key_id; });
  if (!mine) RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.RevokeKey(ctx, key_id);
}

base::Status GuardedCredentials::Set(const base::Context& ctx, const std::string& name,
                                     const api::ObjectCredential& credential) {
  RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.Set(ctx, name, credential);
}

base::Result<api::ObjectCredential> GuardedCredentials::Get(const base::Context& ctx,
                                                            const std::string& name) {
  RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.Get(ctx, name);
}

base::Result<std::optional<api::ObjectCredential>> GuardedCredentials::Find(
    const base::Context& ctx, const std::string& uri) {
  RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.Find(ctx, uri);
}

base::Result<std::vector<api::CredentialEntry>> GuardedCredentials::List(const base::Context& ctx) {
  RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.List(ctx);
}

base::Status GuardedCredentials::Remove(const base::Context& ctx, const std::string& name) {
  RETURN_IF_ERROR(gate_.Admin(ctx));
  return inner_.Remove(ctx, name);
}

}  // namespace control
