#include "control/credentials_service.h"

#include <algorithm>
#include <utility>

#include "control/accounts_cbor.h"
#include "control/reasons.h"

namespace control {
namespace {

constexpr size_t kNameBytesMax = 63;
constexpr uint32_t kCredentialsMax = 1000;

std::string KeyOf(const std::string& name) {
  return kCredentialPrefix + name;
}

std::string PlaceOf(const std::string& name) {
  return "credential " + name;
}

base::Error NoCredential(const std::string& name) {
  return base::Error(base::Code::kNotFound, kNoCredential,
                     "no credential \"" + name + "\": see `boathouse credential ls`")
      .Set("name", name);
}

base::Status CheckName(const std::string& name) {
  const bool good = !name.empty() && name.size() <= kNameBytesMax &&
                    std::all_of(name.begin(), name.end(), [](char each) {
                      return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                             (each >= '0' && each <= '9') || each == '-' || each == '_' ||
                             each == '.';
                    });
  if (good) return base::Ok();
  return base::Error(
             base::Code::kInvalidArgument, kBadCredential,
             "\"" + name + "\" cannot name a credential: take 1 to 63 letters, digits, -, _ or .")
      .Set("name", name);
}

/// A prefix ends where a name does: "s3://b/x" is not for "s3://b/xy".
bool IsFor(const std::string& prefix, const std::string& uri) {
  if (prefix.empty() || !uri.starts_with(prefix)) return false;
  return prefix.ends_with('/') || uri.size() == prefix.size() || uri[prefix.size()] == '/';
}

}  // namespace

base::Status CredentialsService::Set(const base::Context& ctx, const std::string& name,
                                     const api::ObjectCredential& credential) {
  RETURN_IF_ERROR(CheckName(name));
  CredentialRecord record;
  record.entry = {
      name,        credential.endpoint, credential.region, credential.access_key, credential.prefix,
      clock_.Now()};
  ASSIGN_OR_RETURN(record.sealed,
                   box_.Seal(PlaceOf(name), EncodeCredentialSecrets({credential.secret_key,
                                                                     credential.session_token})));
  state::Batch batch;
  batch.puts.push_back({KeyOf(name), EncodeCredential(record)});
  return state_.Apply(ctx, batch);
}

base::Result<api::ObjectCredential> CredentialsService::Get(const base::Context& ctx,
                                                            const std::string& name) {
  RETURN_IF_ERROR(CheckName(name));
  ASSIGN_OR_RETURN(const auto stored, state_.Read(ctx, KeyOf(name)));
  if (!stored) return NoCredential(name);
  ASSIGN_OR_RETURN(const CredentialRecord record, DecodeCredential(stored->bytes));
  ASSIGN_OR_RETURN(const base::Bytes opened, box_.Open(PlaceOf(name), record.sealed));
  ASSIGN_OR_RETURN(CredentialSecrets secrets, DecodeCredentialSecrets(opened));
  return api::ObjectCredential{record.entry.endpoint,
                               record.entry.region,
                               record.entry.access_key,
                               std::move(secrets.secret_key),
                               std::move(secrets.session_token),
                               record.entry.prefix};
}

base::Result<std::optional<api::ObjectCredential>> CredentialsService::Find(
    const base::Context& ctx, const std::string& uri) {
  ASSIGN_OR_RETURN(const auto entries, List(ctx));
  const api::CredentialEntry* best = nullptr;
  for (const api::CredentialEntry& entry : entries) {
    if (!IsFor(entry.prefix, uri)) continue;
    if (best == nullptr || entry.prefix.size() > best->prefix.size()) best = &entry;
  }
  std::optional<api::ObjectCredential> found;
  if (best == nullptr) return found;
  ASSIGN_OR_RETURN(found, Get(ctx, best->name));
  return found;
}

base::Result<std::vector<api::CredentialEntry>> CredentialsService::List(const base::Context& ctx) {
  ASSIGN_OR_RETURN(const auto stored, state_.List(ctx, kCredentialPrefix, "", kCredentialsMax));
  std::vector<api::CredentialEntry> entries;
  for (const state::KeyedRecord& each : stored) {
    ASSIGN_OR_RETURN(CredentialRecord record, DecodeCredential(each.record.bytes));
    entries.push_back(std::move(record.entry));
  }
  return entries;
}

base::Status CredentialsService::Remove(const base::Context& ctx, const std::string& name) {
  RETURN_IF_ERROR(CheckName(name));
  ASSIGN_OR_RETURN(const auto stored, state_.Read(ctx, KeyOf(name)));
  if (!stored) return NoCredential(name);
  state::Batch batch;
  batch.deletes.push_back(KeyOf(name));
  return state_.Apply(ctx, batch);
}

}  // namespace control
