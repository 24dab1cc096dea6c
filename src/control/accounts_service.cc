#include "control/accounts_service.h"

#include <algorithm>
#include <utility>

#include "base/crypto/base64.h"
#include "base/crypto/cipher.h"
#include "base/crypto/rsa.h"
#include "base/sha256.h"
#include "control/accounts_cbor.h"
#include "control/reasons.h"
#include "model/ref.h"

namespace control {
namespace {

using base::Code;
using base::Error;

constexpr uint32_t kPageRecords = 500;
constexpr size_t kUsernameBytesMax = 63;
constexpr size_t kTextBytesMax = 255;
constexpr size_t kZonesMax = 100;
constexpr char kTokenStart[] = "bh_";
constexpr size_t kKeyIdDigits = 16;
constexpr size_t kKeySecretDigits = 64;
constexpr size_t kSaltBytes = 16;
constexpr char kPrivateKeyPlace[] = "organization private key";
constexpr char kSecretKeys[] = "boathouse:///secret-keys/";

/// Where the pair of this name is once another has followed it; empty for names of no pair of ours.
std::string FormerKeyOf(const std::string& name) {
  if (!name.starts_with(kSecretKeys)) return "";
  const std::string id = name.substr(std::string_view(kSecretKeys).size());
  return base::IsUuid(id) ? kFormerKeyPrefix + id : "";
}

struct Token {
  std::string id;
  std::string secret;
};

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char each) {
    return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f');
  });
}

/// bh_<16 digits>_<64 digits>; anything else is nobody's.
std::optional<Token> ParseToken(std::string_view text) {
  constexpr size_t kStart = sizeof(kTokenStart) - 1;
  if (text.size() != kStart + kKeyIdDigits + 1 + kKeySecretDigits) return std::nullopt;
  const std::string_view id = text.substr(kStart, kKeyIdDigits);
  const std::string_view secret = text.substr(kStart + kKeyIdDigits + 1);
  if (!text.starts_with(kTokenStart) || text[kStart + kKeyIdDigits] != '_' || !IsHex(id) ||
      !IsHex(secret)) {
    return std::nullopt;
  }
  return Token{std::string(id), std::string(secret)};
}

Error BadKey() {
  return Error(Code::kUnauthenticated, kBadKey,
               "the key is not valid: see BAUPLAN_API_KEY, or ask an admin for one");
}

Error NoUser(const std::string& username) {
  return Error(Code::kNotFound, kNoUser, "no user \"" + username + "\": see `boathouse user ls`")
      .Set("user", username);
}

Error BadAccount(const char* field, std::string message) {
  return Error(Code::kInvalidArgument, kBadAccount, std::move(message)).Set("field", field);
}

/// No dot: what stands before the first dot of a branch is whose it is.
base::Status CheckUsername(const std::string& name) {
  const bool good = !name.empty() && name.size() <= kUsernameBytesMax &&
                    name != model::kMainBranch && name[0] != '-' && name[0] != '_' &&
                    std::all_of(name.begin(), name.end(), [](char each) {
                      return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') ||
                             each == '-' || each == '_';
                    });
  if (good) return base::Ok();
  return BadAccount("username", "\"" + name +
                                    "\" cannot be a username: take 1 to 63 of a-z, 0-9, - and _, "
                                    "a letter or digit first, not \"main\"");
}

base::Status CheckAccount(const api::Account& account) {
  if (account.first_name.size() > kTextBytesMax || account.last_name.size() > kTextBytesMax) {
    return BadAccount("name", "a name has at most 255 bytes");
  }
  if (account.write_zones.size() > kZonesMax) {
    return BadAccount("write_zones", "a user has at most 100 write zones");
  }
  for (const std::string& zone : account.write_zones) {
    if (!model::CheckRefName(zone).ok() || zone.ends_with('.')) {
      return BadAccount("write_zones", "\"" + zone +
                                           "\" cannot be a write zone: name a branch, or what its "
                                           "name starts with before a dot");
    }
  }
  return base::Ok();
}

base::Bytes HashOf(const KeyRecord& record, const std::string& secret) {
  return base::Sha256(record.salt + secret);
}

std::string SlugOf(const std::string& name) {
  std::string slug;
  for (const char each : name) {
    const char lower = each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain) slug += lower;
    if (!plain && !slug.empty() && slug.back() != '-') slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

bool IsAdmin(const api::Account& account) {
  return account.active && account.role == api::Role::kAdmin;
}

base::Result<std::vector<state::KeyedRecord>> ListAll(const base::Context& ctx,
                                                      state::StateStore& state,
                                                      std::string_view prefix) {
  std::vector<state::KeyedRecord> all;
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(auto page, state.List(ctx, prefix, after, kPageRecords));
    const bool last = page.size() < kPageRecords;
    if (!page.empty()) after = page.back().key;
    std::move(page.begin(), page.end(), std::back_inserter(all));
    if (last) return all;
  }
}

bool IsConflict(const base::Status& status) {
  return !status.ok() && status.error().code == Code::kConflict;
}

}  // namespace

struct AccountsService::Found {
  UserRecord user;
  uint64_t version = 0;
};

base::Result<AccountsService::Found> AccountsService::Find(const base::Context& ctx,
                                                           const std::string& username) {
  if (!CheckUsername(username).ok()) return NoUser(username);
  ASSIGN_OR_RETURN(const auto stored, state_.Read(ctx, kUserPrefix + username));
  if (!stored) return NoUser(username);
  ASSIGN_OR_RETURN(UserRecord user, DecodeUser(stored->bytes));
  return Found{std::move(user), stored->version};
}

base::Result<api::Account> AccountsService::Authenticate(const base::Context& ctx,
                                                         const std::string& token) {
  const std::optional<Token> parsed = ParseToken(token);
  if (!parsed) return BadKey();
  ASSIGN_OR_RETURN(const auto stored, state_.Read(ctx, kKeyPrefix + parsed->id));
  KeyRecord record;  // of an unknown key: compared all the same, so that it takes as long
  record.salt = base::Bytes(kSaltBytes, '\0');
  record.hash = base::Bytes(32, '\0');
  if (stored) {
    ASSIGN_OR_RETURN(record, DecodeKey(stored->bytes));
  }
  const bool same = base::crypto::SameInConstantTime(HashOf(record, parsed->secret), record.hash);
  const bool over = record.entry.revoked.has_value() ||
                    (record.entry.expires && *record.entry.expires <= clock_.Now());
  if (!stored || !same || over) return BadKey();
  auto found = Find(ctx, record.entry.username);
  if (!found.ok()) {
    if (found.error().code == Code::kNotFound) return BadKey();
    return std::move(found).error();
  }
  if (!found->user.account.active) return BadKey();
  return std::move(found->user.account);
}

base::Result<api::Organization> AccountsService::EnsureOrganization(const base::Context& ctx,
                                                                    const std::string& name) {
  ASSIGN_OR_RETURN(const auto stored, state_.Read(ctx, kOrganizationKey));
  if (stored) {
    ASSIGN_OR_RETURN(OrganizationRecord record, DecodeOrganization(stored->bytes));
    return std::move(record.organization);
  }
  OrganizationRecord record;
  api::Organization& own = record.organization;
  own.id = base::NewUuid(rng_);
  own.name = name.empty() ? "boathouse" : name;
  own.slug = SlugOf(own.name);
  RETURN_IF_ERROR(MakeSecretKey(record));
  state::Batch batch;
  batch.expect.push_back({kOrganizationKey, std::nullopt});
  batch.puts.push_back({kOrganizationKey, EncodeOrganization(record)});
  const base::Status made = state_.Apply(ctx, batch);
  if (IsConflict(made)) return EnsureOrganization(ctx, name);  // another process made it just now
  RETURN_IF_ERROR(made);
  return own;
}

base::Status AccountsService::MakeSecretKey(OrganizationRecord& record) {
  record.organization.secret_key_name = kSecretKeys + base::NewUuid(rng_);
  ASSIGN_OR_RETURN(base::crypto::RsaKeyPair keys, base::crypto::MakeRsaKeyPair(secret_key_bits_));
  record.organization.secret_public_key = keys.public_key;
  ASSIGN_OR_RETURN(record.sealed_private_key, box_.Seal(kPrivateKeyPlace, keys.private_key));
  record.created = clock_.Now();
  return base::Ok();
}

base::Result<api::Organization> AccountsService::RotateSecretKey(const base::Context& ctx) {
  RETURN_IF_ERROR(EnsureOrganization(ctx, ""));
  ASSIGN_OR_RETURN(const auto stored, state_.Read(ctx, kOrganizationKey));
  if (!stored) return Error(Code::kInternal, kBadSecret, "there is no organisation");
  ASSIGN_OR_RETURN(OrganizationRecord record, DecodeOrganization(stored->bytes));
  const std::string former = record.organization.secret_key_name;
  state::Batch batch;
  batch.expect.push_back({kOrganizationKey, stored->version});
  batch.puts.push_back({FormerKeyOf(former), stored->bytes});
  RETURN_IF_ERROR(MakeSecretKey(record));
  batch.puts.push_back({kOrganizationKey, EncodeOrganization(record)});
  RETURN_IF_ERROR(state_.Apply(ctx, batch));
  return std::move(record.organization);
}

base::Result<api::Organization> AccountsService::GetOrganization(const base::Context& ctx) {
  return EnsureOrganization(ctx, "");
}

base::Result<api::Account> AccountsService::Get(const base::Context& ctx,
                                                const std::string& username) {
  ASSIGN_OR_RETURN(Found found, Find(ctx, username));
  return std::move(found.user.account);
}

base::Result<std::vector<api::Account>> AccountsService::List(const base::Context& ctx) {
  ASSIGN_OR_RETURN(const auto stored, ListAll(ctx, state_, kUserPrefix));
  std::vector<api::Account> accounts;
  for (const state::KeyedRecord& each : stored) {
    ASSIGN_OR_RETURN(UserRecord user, DecodeUser(each.record.bytes));
    accounts.push_back(std::move(user.account));
  }
  return accounts;
}

base::Result<api::Account> AccountsService::Create(const base::Context& ctx,
                                                   const api::Account& account) {
  RETURN_IF_ERROR(CheckUsername(account.username));
  RETURN_IF_ERROR(CheckAccount(account));
  UserRecord record{account, clock_.Now()};
  record.account.id = base::NewUuid(rng_);
  const std::string key = kUserPrefix + account.username;
  state::Batch batch;
  batch.expect.push_back({key, std::nullopt});
  batch.puts.push_back({key, EncodeUser(record)});
  const base::Status made = state_.Apply(ctx, batch);
  if (IsConflict(made)) {
    return Error(Code::kAlreadyExists, kUserExists,
                 "user \"" + account.username + "\" exists already")
        .Set("user", account.username);
  }
  RETURN_IF_ERROR(made);
  return record.account;
}

base::Result<api::Account> AccountsService::Update(const base::Context& ctx,
                                                   const api::Account& account) {
  RETURN_IF_ERROR(CheckAccount(account));
  ASSIGN_OR_RETURN(const Found found, Find(ctx, account.username));
  UserRecord record{account, found.user.created};
  record.account.id = found.user.account.id;
  const std::string key = kUserPrefix + account.username;
  state::Batch batch;
  batch.expect.push_back({key, found.version});
  batch.puts.push_back({key, EncodeUser(record)});
  if (IsAdmin(found.user.account) && !IsAdmin(account)) {
    // Somebody else must be an admin, and still be one when this is written.
    ASSIGN_OR_RETURN(const auto stored, ListAll(ctx, state_, kUserPrefix));
    std::optional<state::Expectation> other;
    for (const state::KeyedRecord& each : stored) {
      ASSIGN_OR_RETURN(const UserRecord user, DecodeUser(each.record.bytes));
      if (each.key != key && IsAdmin(user.account)) other = {each.key, each.record.version};
    }
    if (!other) {
      return Error(Code::kFailedPrecondition, kLastAdmin,
                   "\"" + account.username + "\" is the only admin: make somebody else one before")
          .Set("user", account.username);
    }
    batch.expect.push_back(*other);
  }
  RETURN_IF_ERROR(state_.Apply(ctx, batch));
  return record.account;
}

base::Result<api::NewKey> AccountsService::CreateKey(const base::Context& ctx,
                                                     const std::string& username,
                                                     const std::string& label,
                                                     std::optional<base::Instant> expires) {
  ASSIGN_OR_RETURN(const Found found, Find(ctx, username));
  if (label.size() > kTextBytesMax) return BadAccount("label", "a label has at most 255 bytes");
  if (expires && *expires <= clock_.Now()) {
    return BadAccount("expires", "a key that has expired already is of no use");
  }
  KeyRecord record;
  record.entry.id = base::ToHex(base::crypto::RandomBytes(rng_, kKeyIdDigits / 2));
  record.entry.username = username;
  record.entry.label = label;
  record.entry.created = clock_.Now();
  record.entry.expires = expires;
  const std::string secret = base::ToHex(base::crypto::RandomBytes(rng_, kKeySecretDigits / 2));
  record.salt = base::crypto::RandomBytes(rng_, kSaltBytes);
  record.hash = HashOf(record, secret);
  const std::string key = kKeyPrefix + record.entry.id;
  state::Batch batch;
  batch.expect.push_back({key, std::nullopt});
  batch.expect.push_back({kUserPrefix + username, found.version});
  batch.puts.push_back({key, EncodeKey(record)});
  RETURN_IF_ERROR(state_.Apply(ctx, batch));
  return api::NewKey{record.entry, kTokenStart + record.entry.id + "_" + secret};
}

base::Result<std::vector<api::KeyEntry>> AccountsService::ListKeys(const base::Context& ctx,
                                                                   const std::string& username) {
  ASSIGN_OR_RETURN(const Found found, Find(ctx, username));
  ASSIGN_OR_RETURN(const auto stored, ListAll(ctx, state_, kKeyPrefix));
  std::vector<api::KeyEntry> keys;
  for (const state::KeyedRecord& each : stored) {
    ASSIGN_OR_RETURN(KeyRecord record, DecodeKey(each.record.bytes));
    if (record.entry.username == found.user.account.username) keys.push_back(record.entry);
  }
  std::sort(keys.begin(), keys.end(), [](const api::KeyEntry& a, const api::KeyEntry& b) {
    return a.created != b.created ? a.created < b.created : a.id < b.id;
  });
  return keys;
}

base::Status AccountsService::RevokeKey(const base::Context& ctx, const std::string& key_id) {
  const auto none = [&] {
    return Error(Code::kNotFound, kNoKey, "no key \"" + key_id + "\": see `boathouse key ls`")
        .Set("key", key_id);
  };
  if (key_id.size() != kKeyIdDigits || !IsHex(key_id)) return none();
  ASSIGN_OR_RETURN(const auto stored, state_.Read(ctx, kKeyPrefix + key_id));
  if (!stored) return none();
  ASSIGN_OR_RETURN(KeyRecord record, DecodeKey(stored->bytes));
  if (record.entry.revoked) return base::Ok();
  record.entry.revoked = clock_.Now();
  state::Batch batch;
  batch.expect.push_back({kKeyPrefix + key_id, stored->version});
  batch.puts.push_back({kKeyPrefix + key_id, EncodeKey(record)});
  return state_.Apply(ctx, batch);
}

base::Result<InitialisedAccounts> AccountsService::Initialise(const base::Context& ctx,
                                                              const InitialAccounts& wanted) {
  InitialisedAccounts made;
  RETURN_IF_ERROR(CheckUsername(wanted.username));
  ASSIGN_OR_RETURN(made.organization, EnsureOrganization(ctx, wanted.organization));
  ASSIGN_OR_RETURN(std::vector<api::Account> accounts, List(ctx));
  const auto admin = std::find_if(accounts.begin(), accounts.end(), IsAdmin);
  for (const api::Account& account : accounts) made.users.push_back(account.username);
  if (admin != accounts.end()) {
    made.admin = *admin;
    return made;
  }
  api::Account first;
  first.username = wanted.username;
  first.role = api::Role::kAdmin;
  ASSIGN_OR_RETURN(made.admin, Create(ctx, first));
  made.users.push_back(first.username);
  ASSIGN_OR_RETURN(made.key, CreateKey(ctx, first.username, wanted.key_label, std::nullopt));
  return made;
}

base::Result<std::string> AccountsService::OpenSecret(const base::Context& ctx,
                                                      const std::string& project_id,
                                                      const std::string& ciphertext,
                                                      const std::string& key) {
  std::optional<OrganizationRecord> record;
  for (const std::string& place : {std::string(kOrganizationKey), FormerKeyOf(key)}) {
    if (place.empty() || (record && record->organization.secret_key_name == key)) continue;
    ASSIGN_OR_RETURN(const auto stored, state_.Read(ctx, place));
    if (!stored) continue;
    ASSIGN_OR_RETURN(record, DecodeOrganization(stored->bytes));
  }
  if (!record || record->organization.secret_key_name != key) {
    return Error(Code::kInvalidArgument, kOtherKey,
                 "the value was encrypted under \"" + key +
                     "\", which is not this organisation's key: set it again")
        .Set("key", key);
  }
  const auto not_readable = [] {
    return Error(Code::kInvalidArgument, kBadSecret,
                 "the value cannot be decrypted: it is damaged or was never encrypted, set it "
                 "again");
  };
  const auto bytes = base::crypto::FromBase64(ciphertext);
  if (!bytes.ok()) return not_readable();
  ASSIGN_OR_RETURN(const std::string private_key,
                   box_.Open(kPrivateKeyPlace, record->sealed_private_key));
  auto plaintext = base::crypto::RsaOaepDecrypt(private_key, *bytes);
  if (!plaintext.ok()) return not_readable();
  const std::string start = project_id + "=";
  if (!plaintext->starts_with(start)) {
    return Error(Code::kInvalidArgument, kOtherProject,
                 "the value was encrypted for another project: set it again for this one");
  }
  return plaintext->substr(start.size());
}

}  // namespace control
