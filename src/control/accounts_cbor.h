// The stored form of organisation, users, keys and credentials (state keys under "account/").
#pragma once

#include <optional>
#include <string>

#include "api/accounts_api.h"
#include "api/credentials_api.h"
#include "base/bytes.h"
#include "base/result.h"

namespace control {

inline constexpr char kOrganizationKey[] = "account/organization";
inline constexpr char kFormerKeyPrefix[] = "account/secret-key/";  // an OrganizationRecord each
inline constexpr char kUserPrefix[] = "account/user/";
inline constexpr char kKeyPrefix[] = "account/key/";
inline constexpr char kCredentialPrefix[] = "account/credential/";

struct OrganizationRecord {
  api::Organization organization;
  base::Bytes sealed_private_key;  // PEM, by SecretBox
  base::Instant created{};
};

struct UserRecord {
  api::Account account;
  base::Instant created{};
};

struct KeyRecord {
  api::KeyEntry entry;
  base::Bytes salt;
  base::Bytes hash;  // SHA-256 of salt and secret
};

struct CredentialRecord {
  api::CredentialEntry entry;
  base::Bytes sealed;  // of EncodeCredentialSecrets
};

base::Bytes EncodeOrganization(const OrganizationRecord& record);
base::Bytes EncodeUser(const UserRecord& record);
base::Bytes EncodeKey(const KeyRecord& record);
base::Bytes EncodeCredential(const CredentialRecord& record);
/// kCorrupt "base.bad_cbor", kUnimplemented "base.newer_version".
base::Result<OrganizationRecord> DecodeOrganization(base::BytesView bytes);
base::Result<UserRecord> DecodeUser(base::BytesView bytes);
base::Result<KeyRecord> DecodeKey(base::BytesView bytes);
base::Result<CredentialRecord> DecodeCredential(base::BytesView bytes);

/// What of a credential is stored encrypted.
struct CredentialSecrets {
  std::string secret_key;
  std::string session_token;
};
base::Bytes EncodeCredentialSecrets(const CredentialSecrets& secrets);
base::Result<CredentialSecrets> DecodeCredentialSecrets(base::BytesView bytes);

}  // namespace control
