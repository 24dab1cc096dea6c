#include <chrono>

#include "base/file.h"
#include "cli/execute.h"
#include "cli/text_table.h"

namespace cli {
namespace {

std::string Joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

Json AccountJson(const api::Account& account) {
  Json zones = Json::List();
  for (const std::string& zone : account.write_zones) zones.Add(zone);
  return Json::Object({{"id", account.id},
                       {"username", account.username},
                       {"first_name", account.first_name},
                       {"last_name", account.last_name},
                       {"role", std::string(api::RoleName(account.role))},
                       {"write_zones", std::move(zones)},
                       {"active", account.active}});
}

Json TimeOrNull(const std::optional<base::Instant>& time) {
  return time ? Json(base::FormatInstant(*time)) : Json();
}

Json KeyJson(const api::KeyEntry& key) {
  return Json::Object({{"id", key.id},
                       {"username", key.username},
                       {"label", key.label},
                       {"created", base::FormatInstant(key.created)},
                       {"expires", TimeOrNull(key.expires)},
                       {"revoked", TimeOrNull(key.revoked)}});
}

std::string StateOf(const api::KeyEntry& key, base::Instant now) {
  if (key.revoked) return "revoked " + ShortInstant(*key.revoked);
  if (!key.expires) return "valid";
  return (*key.expires <= now ? "expired " : "valid until ") + ShortInstant(*key.expires);
}

api::Role RoleOf(const std::string& name) {
  for (const api::Role role : {api::Role::kReader, api::Role::kAdmin}) {
    if (api::RoleName(role) == name) return role;
  }
  return api::Role::kMember;
}

Reply AccountReply(const api::Account& account, const std::string& what) {
  std::string text =
      "user " + account.username + " " + what + ": " + std::string(api::RoleName(account.role));
  if (!account.write_zones.empty()) text += ", may also write " + Joined(account.write_zones);
  if (!account.active) text += ", not active";
  return Reply{AccountJson(account), text + "\n", {}, 0};
}

base::Result<std::string> TextIn(const Session& session, const std::string& file) {
  if (file.empty()) return std::string();
  ASSIGN_OR_RETURN(std::string text, base::ReadFile(session.PathOf(file)));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

base::Result<Reply> Execute(Session& session, const UserList&) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const auto accounts, services.accounts->List(session.ctx()));
  Json list = Json::List();
  TextTable table{{"USER", "NAME", "ROLE", "WRITE ZONES", "ACTIVE"}, {}, {}, 0};
  for (const api::Account& each : accounts) {
    list.Add(AccountJson(each));
    const bool both = !each.first_name.empty() && !each.last_name.empty();
    table.rows.push_back({each.username, each.first_name + (both ? " " : "") + each.last_name,
                          std::string(api::RoleName(each.role)), Joined(each.write_zones),
                          each.active ? "yes" : "no"});
  }
  return Reply{std::move(list), Render(table, session.style()), {}, 0};
}

base::Result<Reply> Execute(Session& session, const UserCreate& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  api::Account account;
  account.username = command.name;
  account.first_name = command.first_name;
  account.last_name = command.last_name;
  account.role = RoleOf(command.role);
  account.write_zones = command.zones;
  ASSIGN_OR_RETURN(const api::Account made, services.accounts->Create(session.ctx(), account));
  return AccountReply(made, "is created");
}

base::Result<Reply> Execute(Session& session, const UserUpdate& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(api::Account account, services.accounts->Get(session.ctx(), command.name));
  if (command.first_name) account.first_name = *command.first_name;
  if (command.last_name) account.last_name = *command.last_name;
  if (command.role) account.role = RoleOf(*command.role);
  if (command.zones) account.write_zones = *command.zones;
  if (command.active) account.active = *command.active;
  ASSIGN_OR_RETURN(const api::Account now, services.accounts->Update(session.ctx(), account));
  return AccountReply(now, "is changed");
}

base::Result<Reply> Execute(Session& session, const KeyList& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  std::vector<std::string> users;
  if (!command.user.empty()) {
    users.push_back(command.user);
  } else {
    ASSIGN_OR_RETURN(const auto accounts, services.accounts->List(session.ctx()));
    for (const api::Account& account : accounts) users.push_back(account.username);
  }
  Json list = Json::List();
  TextTable table{{"KEY", "USER", "LABEL", "CREATED", "STATE"}, {}, {}, 0};
  for (const std::string& user : users) {
    ASSIGN_OR_RETURN(const auto keys, services.accounts->ListKeys(session.ctx(), user));
    for (const api::KeyEntry& key : keys) {
      list.Add(KeyJson(key));
      table.rows.push_back({key.id, key.username, key.label, ShortInstant(key.created),
                            StateOf(key, session.around().clock.Now())});
    }
  }
  return Reply{std::move(list), Render(table, session.style()), {}, 0};
}

base::Result<Reply> Execute(Session& session, const KeyCreate& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  std::optional<base::Instant> expires;
  if (command.days > 0) {
    expires = session.around().clock.Now() + std::chrono::hours(24 * int64_t{command.days});
  }
  ASSIGN_OR_RETURN(const api::NewKey key, services.accounts->CreateKey(session.ctx(), command.user,
                                                                       command.label, expires));
  Json json = KeyJson(key.entry);
  json.Set("key", key.secret);
  return Reply{std::move(json),
               "a key for " + command.user +
                   ", shown this once:\nexport BAUPLAN_API_KEY=" + key.secret + "\n",
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const KeyRotate&) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const api::Organization now, services.accounts->RotateSecretKey(session.ctx()));
  return Reply{Json::Object({{"key", now.secret_key_name}}),
               "secrets are encrypted under " + now.secret_key_name +
                   " from now on; those set before can still be read\n",
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const KeyRevoke& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  RETURN_IF_ERROR(services.accounts->RevokeKey(session.ctx(), command.id));
  return Reply{Json::Object({{"id", command.id}, {"revoked", true}}),
               "key " + command.id + " opens nothing any more\n",
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const CredentialList&) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const auto entries, services.credentials->List(session.ctx()));
  Json list = Json::List();
  TextTable table{{"NAME", "FOR", "ENDPOINT", "REGION", "ACCESS KEY", "CHANGED"}, {}, {}, 0};
  for (const api::CredentialEntry& each : entries) {
    list.Add(Json::Object({{"name", each.name},
                           {"prefix", each.prefix},
                           {"endpoint", each.endpoint},
                           {"region", each.region},
                           {"access_key", each.access_key},
                           {"changed", base::FormatInstant(each.changed)}}));
    table.rows.push_back({each.name, each.prefix, each.endpoint, each.region, each.access_key,
                          ShortInstant(each.changed)});
  }
  return Reply{std::move(list), Render(table, session.style()), {}, 0};
}

base::Result<Reply> Execute(Session& session, const CredentialSet& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  api::ObjectCredential credential{command.endpoint, command.region, command.access_key, "", "",
                                   command.prefix};
  ASSIGN_OR_RETURN(credential.secret_key, TextIn(session, command.secret_file));
  ASSIGN_OR_RETURN(credential.session_token, TextIn(session, command.token_file));
  RETURN_IF_ERROR(services.credentials->Set(session.ctx(), command.name, credential));
  return Reply{Json::Object({{"name", command.name}, {"set", true}}),
               "credential " + command.name + " is set\n",
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const CredentialRemove& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  RETURN_IF_ERROR(services.credentials->Remove(session.ctx(), command.name));
  return Reply{Json::Object({{"name", command.name}, {"deleted", true}}),
               "removed credential " + command.name + "\n",
               {},
               0};
}

}  // namespace cli
