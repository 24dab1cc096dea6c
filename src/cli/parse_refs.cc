#include <chrono>

#include "cli/parse_internal.h"

namespace cli {
namespace {

/// "2026-11-21", "2026-11-21T10:00:00", with or without Z: UTC.
std::optional<base::Instant> ParseDay(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  char rest = 0;
  const int fields = std::sscanf(text.c_str(), "%4d-%2u-%2u%*1[T ]%2u:%2u:%2u%c", &year, &month,
                                 &day, &hour, &minute, &second, &rest);
  const bool whole = fields == 3 || fields >= 5;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!whole || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return base::Instant(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

void AddInstant(CLI::App* app, std::optional<base::Instant>* target, const std::string& flags,
                const std::string& what) {
  app->add_option_function<std::string>(
         flags,
         [target, flags](const std::string& text) {
           *target = ParseDay(text);
           if (!target->has_value()) {
             throw CLI::ValidationError(flags, "\"" + text +
                                                   "\" is no day or time: write "
                                                   "2026-11-21 or 2026-11-21T10:00:00");
           }
         },
         what)
      ->type_name("TIME");
}

void AddBranchReaders(CLI::App& noun, Command* out) {
  auto [list, l] = AddVerb<BranchList>(noun, out, "ls", "List branches", "boathouse branch ls");
  list->alias("list");
  AddName(list, &l->name, "Only this one, or those that match (a regular expression: ^ada)");
  list->add_option("-u,--user", l->user, "Only branches of this user");
  list->add_flag("-a,--all")->description("All branches (which is the default)");
  list->add_option("--limit", l->limit, "At most so many");

  auto [get, g] = AddVerb<BranchShow>(noun, out, "get", "Show a branch and its tables",
                                      "boathouse branch get ada.dev");
  AddName(get, &g->name, "The branch")->required();
  get->add_option("-n,--namespace", g->ns, "Only tables of this namespace");

  auto [diff, d] = AddVerb<BranchDiff>(noun, out, "diff", "What differs between two refs",
                                       "boathouse branch diff main ada.dev");
  diff->add_option("from", d->from, "The older side")->required();
  diff->add_option("to", d->to, "The newer side (default: the active branch)");
  diff->add_option("-n,--namespace", d->ns, "Only tables of this namespace");
}

void AddBranchWriters(CLI::App& noun, Command* out) {
  auto [create, c] = AddVerb<BranchCreate>(noun, out, "create", "Create a branch",
                                           "boathouse branch create ada.dev --from main");
  AddName(create, &c->name, "The new branch")->required();
  create->add_option("--from,--from-ref", c->from, "Where it starts (default: the active branch)");
  create->add_flag("--if-not-exists", c->if_not_exists, "An existing branch is fine");

  auto [rm, r] =
      AddVerb<BranchRemove>(noun, out, "rm", "Delete a branch", "boathouse branch rm ada.dev");
  rm->alias("delete")->alias("drop");
  AddName(rm, &r->name, "The branch")->required();
  rm->add_flag("--if-exists", r->if_exists, "A missing branch is fine");

  auto [merge, m] =
      AddVerb<BranchMerge>(noun, out, "merge", "Merge a branch into another, in one step",
                           "boathouse branch merge ada.dev --into main");
  merge->add_option("source,--from", m->source, "What to merge: a branch, a tag or a commit")
      ->required();
  merge->add_option("--into", m->into, "The branch that takes it (default: the active branch)");
  merge->add_option("-m,--message,--commit-message", m->message, "Message of the merge commit");
  AddKeyValues(merge, &m->properties, "--property,--commit-property", "Property of the commit");

  auto [rename, n] = AddVerb<BranchRename>(noun, out, "rename", "Rename a branch",
                                           "boathouse branch rename ada.dev ada.done");
  rename->add_option("name", n->name, "The branch")->required();
  rename->add_option("to", n->to, "Its name from now on")->required();
}

void AddCheckout(CLI::App& parent, Command* out, const std::string& path) {
  auto [app, c] = AddVerb<Checkout>(parent, out, "checkout", "Make a branch the active one",
                                    "boathouse " + path + " ada.dev");
  AddName(app, &c->branch, "The branch")->required();
  app->add_flag("-b,--create", c->create, "Create it first");
  app->add_option("--from,--from-ref", c->from, "With -b: where it starts");
}

void AddTags(CLI::App& root, Command* out) {
  CLI::App* noun = AddNoun(root, "tag", "Names that stay on one commit");
  auto [list, l] = AddVerb<TagList>(*noun, out, "ls", "List tags", "boathouse tag ls");
  list->alias("list");
  AddName(list, &l->name, "Only this one, or those that match (^v1)");
  list->add_option("--limit", l->limit, "At most so many");
  auto [create, c] = AddVerb<TagCreate>(*noun, out, "create", "Create a tag",
                                        "boathouse tag create v1 --from main");
  AddName(create, &c->name, "The new tag")->required();
  create->add_option("--from,--from-ref", c->from, "What it names (default: the active branch)");
  create->add_flag("--if-not-exists", c->if_not_exists, "An existing tag is fine");
  auto [rm, r] = AddVerb<TagRemove>(*noun, out, "rm", "Delete a tag", "boathouse tag rm v1");
  rm->alias("delete")->alias("drop");
  AddName(rm, &r->name, "The tag")->required();
  rm->add_flag("--if-exists", r->if_exists, "A missing tag is fine");
  auto [rename, n] =
      AddVerb<TagRename>(*noun, out, "rename", "Rename a tag", "boathouse tag rename v1 v1.0");
  rename->add_option("name", n->name, "The tag")->required();
  rename->add_option("to", n->to, "Its name from now on")->required();
}

void AddNamespaces(CLI::App& root, Command* out) {
  CLI::App* noun = AddNoun(root, "namespace", "Groups of tables");
  auto [list, l] =
      AddVerb<NamespaceList>(*noun, out, "ls", "List namespaces", "boathouse namespace ls");
  list->alias("list");
  AddName(list, &l->name, "Only this one, or those that match (^raw)");
  list->add_option("-r,--ref", l->ref, "At this ref (default: the active branch)");
  list->add_option("--limit", l->limit, "At most so many");
  auto [create, c] = AddVerb<NamespaceCreate>(*noun, out, "create", "Create a namespace",
                                              "boathouse namespace create raw -b ada.dev");
  AddName(create, &c->name, "The namespace: levels joined with dots")->required();
  create->add_option("-b,--branch", c->branch, "On this branch (default: the active one)");
  create->add_flag("--if-not-exists", c->if_not_exists, "An existing namespace is fine");
  auto [rm, r] = AddVerb<NamespaceRemove>(*noun, out, "rm", "Delete an empty namespace",
                                          "boathouse namespace rm raw -b ada.dev");
  rm->alias("delete")->alias("drop");
  AddName(rm, &r->name, "The namespace")->required();
  rm->add_option("-b,--branch", r->branch, "On this branch (default: the active one)");
  rm->add_flag("--if-exists", r->if_exists, "A missing namespace is fine");
}

void AddCommitLog(CLI::App& root, Command* out) {
  auto [app, c] = AddVerb<CommitLog>(root, out, "commit", "The history of a ref",
                                     "boathouse commit main -n 5 --format oneline");
  app->alias("log");
  app->add_option("ref,-r,--ref", c->ref, "The ref (default: the active branch)");
  app->add_option("--message", c->message, "Only this message, or those that match (^Run)");
  app->add_option("--author,--author-username,--author-name,--author-email", c->author,
                  "Only commits by this author");
  AddKeyValues(app, &c->properties, "--property", "Only commits with this property");
  AddInstant(app, &c->since, "--since,--authored-date-start-at", "Only from this time on (UTC)");
  AddInstant(app, &c->until, "--until,--authored-date-end-at", "Only up to this time (UTC)");
  app->add_option("-n,--limit,--max-count", c->limit, "At most so many; 0 = all");
  app->add_option("--format", c->format, "oneline, short, medium, full or fuller")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, LogFormat>{{"oneline", LogFormat::kOneline},
                                                                   {"short", LogFormat::kShort},
                                                                   {"medium", LogFormat::kMedium},
                                                                   {"full", LogFormat::kFull},
                                                                   {"fuller", LogFormat::kFuller}}))
      ->type_name("FORMAT")
      ->option_text("FORMAT");
}

}  // namespace

void AddRefCommands(CLI::App& root, Command* out) {
  CLI::App* branch = AddNoun(root, "branch", "Isolated copies of the whole lake, at no cost");
  AddBranchReaders(*branch, out);
  AddBranchWriters(*branch, out);
  AddCheckout(*branch, out, "branch checkout");
  AddCheckout(root, out, "checkout");
  AddTags(root, out);
  AddCommitLog(root, out);
  AddNamespaces(root, out);
}

}  // namespace cli
