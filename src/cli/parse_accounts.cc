#include "cli/parse_internal.h"

namespace cli {
namespace {

void AddUserUpdate(CLI::App* noun, Command* out) {
  auto [update, u] = AddVerb<UserUpdate>(*noun, out, "update", "Change a user's name or rights",
                                         "boathouse user update ada --zone main --zone etl");
  UserUpdate* user = u;
  AddName(update, &user->name, "The user")->required();
  update->add_option_function<std::string>(
      "--first-name", [user](const std::string& text) { user->first_name = text; }, "First name");
  update->add_option_function<std::string>(
      "--last-name", [user](const std::string& text) { user->last_name = text; }, "Last name");
  update
      ->add_option_function<std::string>(
          "--role", [user](const std::string& text) { user->role = text; },
          "reader, member or admin")
      ->check(CLI::IsMember({"reader", "member", "admin"}))
      ->option_text("ROLE");
  auto* zones = update->add_option_function<std::vector<std::string>>(
      "--zone", [user](const std::vector<std::string>& all) { user->zones = all; },
      "Branches it may write beside its own; repeatable, replaces those it had");
  update
      ->add_flag_callback(
          "--no-zones", [user] { user->zones = std::vector<std::string>(); },
          "Only branches of its own")
      ->excludes(zones);
  auto* active = update->add_flag_callback(
      "--activate", [user] { user->active = true; }, "Its keys open again");
  update
      ->add_flag_callback(
          "--deactivate", [user] { user->active = false; }, "None of its keys opens any more")
      ->excludes(active);
}

void AddUsers(CLI::App& root, Command* out) {
  CLI::App* noun = AddNoun(root, "user", "Users of the server over this lake");
  AddVerb<UserList>(*noun, out, "ls", "List them", "boathouse user ls").first->alias("list");
  auto [create, c] =
      AddVerb<UserCreate>(*noun, out, "create", "Add one", "boathouse user create ada --zone etl");
  AddName(create, &c->name, "The user: branches of its own start with it and a dot")->required();
  create->add_option("--first-name", c->first_name, "First name");
  create->add_option("--last-name", c->last_name, "Last name");
  create->add_option("--role", c->role, "reader, member or admin (default: member)")
      ->check(CLI::IsMember({"reader", "member", "admin"}))
      ->option_text("ROLE");
  create->add_option("--zone", c->zones, "Branches it may write beside its own; repeatable");
  AddUserUpdate(noun, out);
}

void AddKeys(CLI::App& root, Command* out) {
  CLI::App* noun = AddNoun(root, "key", "Keys that users of the server show");
  auto [list, l] = AddVerb<KeyList>(*noun, out, "ls", "List them", "boathouse key ls --of ada");
  list->alias("list");
  list->add_option("--of", l->user, "Only this user's")->option_text("USER");
  auto [create, c] = AddVerb<KeyCreate>(*noun, out, "create", "Make one; it is shown once",
                                        "boathouse key create --of ada --label laptop --days 90");
  create->add_option("--of", c->user, "Whose it is")->required()->option_text("USER");
  create->add_option("--label", c->label, "What it is for");
  create->add_option("--days", c->days, "It expires after so many days (default: never)")
      ->check(CLI::Range(1, 36500))
      ->option_text("DAYS");
  auto [revoke, r] = AddVerb<KeyRevoke>(*noun, out, "revoke", "It opens nothing any more",
                                        "boathouse key revoke 0b7c2a4e11223344");
  revoke->alias("rm");
  revoke->add_option("id", r->id, "The key's id, as `key ls` shows it")->required();
  AddVerb<KeyRotate>(*noun, out, "rotate", "A new key pair for the secrets of projects to come",
                     "boathouse key rotate");
}

void AddCredentials(CLI::App& root, Command* out) {
  CLI::App* noun = AddNoun(root, "credential", "What opens object stores, kept encrypted");
  AddVerb<CredentialList>(*noun, out, "ls", "List them, without what is secret",
                          "boathouse credential ls")
      .first->alias("list");
  auto [set, s] =
      AddVerb<CredentialSet>(*noun, out, "set", "Add or replace one",
                             "boathouse credential set lab --prefix s3://lab/ --access-key AK "
                             "--secret-file ./secret");
  AddName(set, &s->name, "The credential")->required();
  set->add_option("--prefix", s->prefix, "What it is for: s3://bucket/folder/")->option_text("URI");
  set->add_option("--endpoint", s->endpoint, "The store's address (default: the provider's)")
      ->option_text("URL");
  set->add_option("--region", s->region, "Its region");
  set->add_option("--access-key", s->access_key, "The access key's id")->required();
  set->add_option("--secret-file", s->secret_file, "The file with the secret key")
      ->required()
      ->option_text("FILE");
  set->add_option("--token-file", s->token_file, "The file with a session token")
      ->option_text("FILE");
  auto [rm, r] =
      AddVerb<CredentialRemove>(*noun, out, "rm", "Remove one", "boathouse credential rm lab");
  rm->alias("delete");
  AddName(rm, &r->name, "The credential")->required();
}

}  // namespace

void AddAccountCommands(CLI::App& root, Command* out) {
  AddUsers(root, out);
  AddKeys(root, out);
  AddCredentials(root, out);
}

}  // namespace cli
