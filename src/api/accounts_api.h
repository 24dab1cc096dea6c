// The port for who may use a server: users, their keys, roles and secrets' key pair.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"

namespace api {

enum class Role { kReader, kMember, kAdmin };  // reads; writes under its own prefix; everything
std::string_view RoleName(Role role);          // "reader", "member", "admin"

struct Organization {
  std::string id;  // UUID
  std::string name;
  std::string slug;
  std::string secret_key_name;    // names the key pair below; sent back with each secret
  std::string secret_public_key;  // PEM, SubjectPublicKeyInfo, RSA-4096
};

struct Account {
  std::string id;  // UUID
  std::string username;
  std::string first_name;
  std::string last_name;
  Role role = Role::kMember;
  std::vector<std::string> write_zones;  // branch prefixes beside its own: "etl", "main"
  bool active = true;
};

/// Never holds the key itself: only its hash is stored.
struct KeyEntry {
  std::string id;  // shown, and enough to revoke
  std::string username;
  std::string label;
  base::Instant created{};
  std::optional<base::Instant> expires;
  std::optional<base::Instant> revoked;
};

struct NewKey {
  KeyEntry entry;
  std::string secret;  // the bearer token, shown once
};

/// Thread-safe. Reasons: "accounts.bad_key" (kUnauthenticated), "accounts.no_user",
/// "accounts.user_exists", "accounts.bad_account" (kInvalidArgument), "accounts.last_admin"
/// (kFailedPrecondition), "accounts.not_admin" (kPermissionDenied), "accounts.no_key".
class Accounts {
 public:
  virtual ~Accounts() = default;
  /// Who holds this bearer token: unknown, expired, revoked and inactive are all the same error.
  virtual base::Result<Account> Authenticate(const base::Context& ctx,
                                             const std::string& token) = 0;
  /// Made with its key pair the first time somebody asks.
  virtual base::Result<Organization> GetOrganization(const base::Context& ctx) = 0;
  /// A new key pair for the secrets to come; those encrypted under former ones can still be read.
  virtual base::Result<Organization> RotateSecretKey(const base::Context& ctx) = 0;
  virtual base::Result<Account> Get(const base::Context& ctx, const std::string& username) = 0;
  virtual base::Result<std::vector<Account>> List(const base::Context& ctx) = 0;
  virtual base::Result<Account> Create(const base::Context& ctx, const Account& account) = 0;
  /// All but the id and the username; the last active admin stays one.
  virtual base::Result<Account> Update(const base::Context& ctx, const Account& account) = 0;
  virtual base::Result<NewKey> CreateKey(const base::Context& ctx, const std::string& username,
                                         const std::string& label,
                                         std::optional<base::Instant> expires) = 0;
  virtual base::Result<std::vector<KeyEntry>> ListKeys(const base::Context& ctx,
                                                       const std::string& username) = 0;
  virtual base::Status RevokeKey(const base::Context& ctx, const std::string& key_id) = 0;
};

}  // namespace api
