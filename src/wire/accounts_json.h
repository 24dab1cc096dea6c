// Users, keys and credentials as JSON: the resources below /boathouse/v0, which are ours alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/accounts_api.h"
#include "api/credentials_api.h"
#include "base/result.h"

namespace wire {

// Replies, in the envelope {"data"}; the readers fail with kInternal "wire.bad_reply".
std::string AccountBody(const api::Account& account);
std::string AccountsBody(const std::vector<api::Account>& accounts);
std::string KeysBody(const std::vector<api::KeyEntry>& keys);
std::string NewKeyBody(const api::NewKey& key);
std::string CredentialsBody(const std::vector<api::CredentialEntry>& credentials);
std::string DoneBody();
base::Result<api::Account> ReadAccount(std::string_view body);
base::Result<std::vector<api::Account>> ReadAccounts(std::string_view body);
base::Result<std::vector<api::KeyEntry>> ReadKeys(std::string_view body);
base::Result<api::NewKey> ReadNewKey(std::string_view body);
base::Result<std::vector<api::CredentialEntry>> ReadCredentials(std::string_view body);

// Requests; the readers fail with kInvalidArgument "wire.bad_body".
struct KeyRequest {
  std::string label;
  std::optional<base::Instant> expires;
};
std::string PrintAccount(const api::Account& account);
std::string PrintKeyRequest(const KeyRequest& request);
std::string PrintCredential(const api::ObjectCredential& credential);
base::Result<api::Account> ParseAccount(std::string_view body);
base::Result<KeyRequest> ParseKeyRequest(std::string_view body);
base::Result<api::ObjectCredential> ParseCredential(std::string_view body);

}  // namespace wire
