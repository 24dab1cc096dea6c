#include "wire/accounts_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "wire/reasons.h"

namespace wire {
namespace {

using Json = nlohmann::json;

std::string Print(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Envelope(Json data) {
  return Print({{"data", std::move(data)}});
}

Json OfTime(const std::optional<base::Instant>& time) {
  return time ? Json(base::Micros(*time)) : Json(nullptr);
}

Json OfAccount(const api::Account& account) {
  return {{"id", account.id},
          {"username", account.username},
          {"first_name", account.first_name},
          {"last_name", account.last_name},
          {"role", api::RoleName(account.role)},
          {"write_zones", account.write_zones},
          {"active", account.active}};
}

Json OfKey(const api::KeyEntry& key) {
  return {{"id", key.id},
          {"username", key.username},
          {"label", key.label},
          {"created", base::Micros(key.created)},
          {"expires", OfTime(key.expires)},
          {"revoked", OfTime(key.revoked)}};
}

/// Reads one object; what is not what it must be makes the whole unreadable.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object), bad_(!object.is_object()) {}
  std::string Text(const char* key) {
    const Json& value = At(key);
    if (value.is_string()) return value.get<std::string>();
    bad_ = bad_ || !value.is_null();
    return "";
  }
  bool Flag(const char* key, bool absent) {
    const Json& value = At(key);
    if (value.is_boolean()) return value.get<bool>();
    bad_ = bad_ || !value.is_null();
    return absent;
  }
  std::optional<base::Instant> Time(const char* key) {
    const Json& value = At(key);
    if (value.is_number_integer()) return base::FromMicros(value.get<int64_t>());
    bad_ = bad_ || !value.is_null();
    return {};
  }
  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    const Json& value = At(key);
    if (value.is_null()) return texts;
    if (!value.is_array()) bad_ = true;
    for (const Json& item : value) {
      if (item.is_string()) {
        texts.push_back(item.get<std::string>());
      } else {
        bad_ = true;
      }
    }
    return texts;
  }
  void Refuse() { bad_ = true; }
  bool bad() const { return bad_; }

 private:
  static inline const Json kNone;
  const Json& At(const char* key) const {
    if (!object_.is_object()) return kNone;
    const auto found = object_.find(key);
    return found == object_.end() ? kNone : *found;
  }
  const Json& object_;
  bool bad_;
};

api::Account AccountOf(Fields& fields) {
  api::Account account;
  account.id = fields.Text("id");
  account.username = fields.Text("username");
  account.first_name = fields.Text("first_name");
  account.last_name = fields.Text("last_name");
  account.write_zones = fields.Texts("write_zones");
  account.active = fields.Flag("active", true);
  const std::string role = fields.Text("role");
  for (const api::Role each : {api::Role::kReader, api::Role::kMember, api::Role::kAdmin}) {
    if (api::RoleName(each) != role) continue;
    account.role = each;
    return account;
  }
  if (!role.empty()) fields.Refuse();
  return account;
}

api::KeyEntry KeyOf(Fields& fields) {
  return {fields.Text("id"),      fields.Text("username"),
          fields.Text("label"),   fields.Time("created").value_or(base::Instant()),
          fields.Time("expires"), fields.Time("revoked")};
}

api::CredentialEntry CredentialOf(Fields& fields) {
  return {fields.Text("name"),   fields.Text("endpoint"),
          fields.Text("region"), fields.Text("access_key"),
          fields.Text("prefix"), fields.Time("changed").value_or(base::Instant())};
}

Json Parsed(std::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  return json.is_discarded() ? Json() : json;
}

base::Error BadReply() {
  return base::Error(base::Code::kInternal, kBadReply,
                     "the server's reply is not as it must be: is it a boathouse of this version?")
      .Set("field", "data");
}

template <class T, class F>
base::Result<T> ReadOne(std::string_view body, const F& read) {
  const Json json = Parsed(body);
  if (!json.is_object() || !json.contains("data")) return BadReply();
  Fields fields(json["data"]);
  T value = read(fields);
  if (fields.bad()) return BadReply();
  return value;
}

template <class T, class F>
base::Result<std::vector<T>> ReadList(std::string_view body, const F& read) {
  const Json json = Parsed(body);
  if (!json.is_object() || !json.contains("data") || !json["data"].is_array()) return BadReply();
  std::vector<T> all;
  for (const Json& item : json["data"]) {
    Fields fields(item);
    all.push_back(read(fields));
    if (fields.bad()) return BadReply();
  }
  return all;
}

template <class T, class F>
base::Result<T> ParseBody(std::string_view body, const F& read) {
  const Json json = Parsed(body);
  Fields fields(json);
  T value = read(fields);
  if (!fields.bad()) return value;
  return base::Error(base::Code::kInvalidArgument, kBadBody, "the body is not as it must be")
      .Set("field", "");
}

}  // namespace

std::string AccountBody(const api::Account& account) {
  return Envelope(OfAccount(account));
}

std::string AccountsBody(const std::vector<api::Account>& accounts) {
  Json list = Json::array();
  for (const api::Account& account : accounts) list.push_back(OfAccount(account));
  return Envelope(std::move(list));
}

std::string KeysBody(const std::vector<api::KeyEntry>& keys) {
  Json list = Json::array();
  for (const api::KeyEntry& key : keys) list.push_back(OfKey(key));
  return Envelope(std::move(list));
}

std::string NewKeyBody(const api::NewKey& key) {
  Json json = OfKey(key.entry);
  json["key"] = key.secret;
  return Envelope(std::move(json));
}

std::string CredentialsBody(const std::vector<api::CredentialEntry>& credentials) {
  Json list = Json::array();
  for (const api::CredentialEntry& each : credentials) {
    list.push_back({{"name", each.name},
                    {"endpoint", each.endpoint},
                    {"region", each.region},
                    {"access_key", each.access_key},
                    {"prefix", each.prefix},
                    {"changed", base::Micros(each.changed)}});
  }
  return Envelope(std::move(list));
}

std::string DoneBody() {
  return Envelope(nullptr);
}

base::Result<api::Account> ReadAccount(std::string_view body) {
  return ReadOne<api::Account>(body, AccountOf);
}

base::Result<std::vector<api::Account>> ReadAccounts(std::string_view body) {
  return ReadList<api::Account>(body, AccountOf);
}

base::Result<std::vector<api::KeyEntry>> ReadKeys(std::string_view body) {
  return ReadList<api::KeyEntry>(body, KeyOf);
}

base::Result<api::NewKey> ReadNewKey(std::string_view body) {
  return ReadOne<api::NewKey>(
      body, [](Fields& fields) { return api::NewKey{KeyOf(fields), fields.Text("key")}; });
}

base::Result<std::vector<api::CredentialEntry>> ReadCredentials(std::string_view body) {
  return ReadList<api::CredentialEntry>(body, CredentialOf);
}

std::string PrintAccount(const api::Account& account) {
  return Print(OfAccount(account));
}

std::string PrintKeyRequest(const KeyRequest& request) {
  return Print({{"label", request.label}, {"expires", OfTime(request.expires)}});
}

std::string PrintCredential(const api::ObjectCredential& credential) {
  return Print({{"endpoint", credential.endpoint},
                {"region", credential.region},
                {"access_key", credential.access_key},
                {"secret_key", credential.secret_key},
                {"session_token", credential.session_token},
                {"prefix", credential.prefix}});
}

base::Result<api::Account> ParseAccount(std::string_view body) {
  return ParseBody<api::Account>(body, AccountOf);
}

base::Result<KeyRequest> ParseKeyRequest(std::string_view body) {
  return ParseBody<KeyRequest>(body, [](Fields& fields) {
    return KeyRequest{fields.Text("label"), fields.Time("expires")};
  });
}

base::Result<api::ObjectCredential> ParseCredential(std::string_view body) {
  return ParseBody<api::ObjectCredential>(body, [](Fields& fields) {
    return api::ObjectCredential{fields.Text("endpoint"),      fields.Text("region"),
                                 fields.Text("access_key"),    fields.Text("secret_key"),
                                 fields.Text("session_token"), fields.Text("prefix")};
  });
}

}  // namespace wire
