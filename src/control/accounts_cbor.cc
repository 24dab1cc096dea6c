#include "control/accounts_cbor.h"

#include <utility>

#include "base/cbor.h"

namespace control {
namespace {

using base::Cbor;
using base::CborFields;

constexpr int64_t kVersion = 1;
constexpr char kOrganizationKind[] = "organization";
constexpr char kUserKind[] = "user";
constexpr char kKeyKind[] = "key";
constexpr char kCredentialKind[] = "credential";
constexpr char kCredentialSecretsKind[] = "credential_secrets";

base::Result<api::Role> RoleOf(const std::string& name) {
  for (const api::Role role : {api::Role::kReader, api::Role::kMember, api::Role::kAdmin}) {
    if (api::RoleName(role) == name) return role;
  }
  return base::Error(base::Code::kUnimplemented, "base.newer_version",
                     "a user has the role \"" + name +
                         "\", which this program does not know: "
                         "upgrade");
}

base::Status ReadTime(CborFields& fields, int64_t key, base::Instant& time) {
  ASSIGN_OR_RETURN(const int64_t micros, fields.Int(key));
  time = base::FromMicros(micros);
  return base::Ok();
}

base::Status ReadTime(CborFields& fields, int64_t key, std::optional<base::Instant>& time) {
  if (!fields.Has(key)) return base::Ok();
  time.emplace();
  return ReadTime(fields, key, *time);
}

}  // namespace

base::Bytes EncodeOrganization(const OrganizationRecord& record) {
  const api::Organization& own = record.organization;
  return base::EncodeCbor(Cbor::Map{{0, kOrganizationKind},
                                    {1, kVersion},
                                    {2, own.id},
                                    {3, own.name},
                                    {4, own.slug},
                                    {5, own.secret_key_name},
                                    {6, own.secret_public_key},
                                    {7, Cbor::OfBytes(record.sealed_private_key)},
                                    {8, base::Micros(record.created)}});
}

base::Result<OrganizationRecord> DecodeOrganization(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, CborFields::OfObject(value, kOrganizationKind, kVersion));
  OrganizationRecord record;
  api::Organization& own = record.organization;
  ASSIGN_OR_RETURN(own.id, fields.Text(2));
  ASSIGN_OR_RETURN(own.name, fields.Text(3));
  ASSIGN_OR_RETURN(own.slug, fields.Text(4));
  ASSIGN_OR_RETURN(own.secret_key_name, fields.Text(5));
  ASSIGN_OR_RETURN(own.secret_public_key, fields.Text(6));
  ASSIGN_OR_RETURN(record.sealed_private_key, fields.ByteString(7));
  RETURN_IF_ERROR(ReadTime(fields, 8, record.created));
  RETURN_IF_ERROR(fields.Finish());
  return record;
}

base::Bytes EncodeUser(const UserRecord& record) {
  const api::Account& account = record.account;
  return base::EncodeCbor(Cbor::Map{{0, kUserKind},
                                    {1, kVersion},
                                    {2, account.id},
                                    {3, account.username},
                                    {4, account.first_name},
                                    {5, account.last_name},
                                    {6, api::RoleName(account.role)},
                                    {7, base::CborTexts(account.write_zones)},
                                    {8, account.active},
                                    {9, base::Micros(record.created)}});
}

base::Result<UserRecord> DecodeUser(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, CborFields::OfObject(value, kUserKind, kVersion));
  UserRecord record;
  api::Account& account = record.account;
  ASSIGN_OR_RETURN(account.id, fields.Text(2));
  ASSIGN_OR_RETURN(account.username, fields.Text(3));
  ASSIGN_OR_RETURN(account.first_name, fields.Text(4));
  ASSIGN_OR_RETURN(account.last_name, fields.Text(5));
  ASSIGN_OR_RETURN(const std::string role, fields.Text(6));
  ASSIGN_OR_RETURN(account.role, RoleOf(role));
  ASSIGN_OR_RETURN(account.write_zones, fields.Texts(7));
  ASSIGN_OR_RETURN(account.active, fields.Bool(8));
  RETURN_IF_ERROR(ReadTime(fields, 9, record.created));
  RETURN_IF_ERROR(fields.Finish());
  return record;
}

base::Bytes EncodeKey(const KeyRecord& record) {
  const api::KeyEntry& entry = record.entry;
  Cbor::Map map{{0, kKeyKind},
                {1, kVersion},
                {2, entry.id},
                {3, entry.username},
                {4, entry.label},
                {5, base::Micros(entry.created)},
                {8, Cbor::OfBytes(record.salt)},
                {9, Cbor::OfBytes(record.hash)}};
  if (entry.expires) map.emplace(6, base::Micros(*entry.expires));
  if (entry.revoked) map.emplace(7, base::Micros(*entry.revoked));
  return base::EncodeCbor(std::move(map));
}

base::Result<KeyRecord> DecodeKey(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, CborFields::OfObject(value, kKeyKind, kVersion));
  KeyRecord record;
  ASSIGN_OR_RETURN(record.entry.id, fields.Text(2));
  ASSIGN_OR_RETURN(record.entry.username, fields.Text(3));
  ASSIGN_OR_RETURN(record.entry.label, fields.Text(4));
  RETURN_IF_ERROR(ReadTime(fields, 5, record.entry.created));
  RETURN_IF_ERROR(ReadTime(fields, 6, record.entry.expires));
  RETURN_IF_ERROR(ReadTime(fields, 7, record.entry.revoked));
  ASSIGN_OR_RETURN(record.salt, fields.ByteString(8));
  ASSIGN_OR_RETURN(record.hash, fields.ByteString(9));
  RETURN_IF_ERROR(fields.Finish());
  return record;
}

base::Bytes EncodeCredential(const CredentialRecord& record) {
  const api::CredentialEntry& entry = record.entry;
  return base::EncodeCbor(Cbor::Map{{0, kCredentialKind},
                                    {1, kVersion},
                                    {2, entry.name},
                                    {3, entry.endpoint},
                                    {4, entry.region},
                                    {5, entry.access_key},
                                    {6, entry.prefix},
                                    {7, Cbor::OfBytes(record.sealed)},
                                    {8, base::Micros(entry.changed)}});
}

base::Result<CredentialRecord> DecodeCredential(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, CborFields::OfObject(value, kCredentialKind, kVersion));
  CredentialRecord record;
  ASSIGN_OR_RETURN(record.entry.name, fields.Text(2));
  ASSIGN_OR_RETURN(record.entry.endpoint, fields.Text(3));
  ASSIGN_OR_RETURN(record.entry.region, fields.Text(4));
  ASSIGN_OR_RETURN(record.entry.access_key, fields.Text(5));
  ASSIGN_OR_RETURN(record.entry.prefix, fields.Text(6));
  ASSIGN_OR_RETURN(record.sealed, fields.ByteString(7));
  RETURN_IF_ERROR(ReadTime(fields, 8, record.entry.changed));
  RETURN_IF_ERROR(fields.Finish());
  return record;
}

base::Bytes EncodeCredentialSecrets(const CredentialSecrets& secrets) {
  return base::EncodeCbor(Cbor::Map{{0, kCredentialSecretsKind},
                                    {1, kVersion},
                                    {2, secrets.secret_key},
                                    {3, secrets.session_token}});
}

base::Result<CredentialSecrets> DecodeCredentialSecrets(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, CborFields::OfObject(value, kCredentialSecretsKind, kVersion));
  CredentialSecrets secrets;
  ASSIGN_OR_RETURN(secrets.secret_key, fields.Text(2));
  ASSIGN_OR_RETURN(secrets.session_token, fields.Text(3));
  RETURN_IF_ERROR(fields.Finish());
  return secrets;
}

}  // namespace control
