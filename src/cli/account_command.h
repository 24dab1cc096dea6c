// What a user asked for about users, keys and credentials.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct UserList {};
struct UserCreate {
  std::string name;
  std::string first_name;
  std::string last_name;
  std::string role = "member";
  std::vector<std::string> zones;
};
/// What is not given stays.
struct UserUpdate {
  std::string name;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> role;
  std::optional<std::vector<std::string>> zones;
  std::optional<bool> active;
};
struct KeyList {
  std::string user;  // empty = everybody's
};
struct KeyCreate {
  std::string user;
  std::string label;
  uint32_t days = 0;  // 0 = it does not expire
};
struct KeyRevoke {
  std::string id;
};
struct KeyRotate {};
struct CredentialList {};
struct CredentialSet {
  std::string name;
  std::string endpoint;
  std::string region;
  std::string access_key;
  std::string secret_file;
  std::string token_file;
  std::string prefix;
};
struct CredentialRemove {
  std::string name;
};

}  // namespace cli
