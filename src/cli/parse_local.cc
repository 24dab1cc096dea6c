#include "cli/parse_internal.h"

namespace cli {
namespace {

void AddJobs(CLI::App& root, Command* out) {
  CLI::App* noun = AddNoun(root, "job", "Runs, queries and imports: records, logs, stop");
  auto [list, l] = AddVerb<JobList>(*noun, out, "ls", "List jobs, newest first",
                                    "boathouse job ls --status FAIL");
  list->alias("list");
  list->add_option("ids", l->ids, "Only these");
  list->add_option("-u,--user", l->user, "Only of this user");
  list->add_option("-k,--kind", l->kinds,
                   "Run, Query, TableCreate, TableImport, TablePlan or ExternalTable")
      ->check(CLI::IsMember(
          {"Run", "Query", "TableCreate", "TableImport", "TablePlan", "ExternalTable"},
          CLI::ignore_case))
      ->allow_extra_args(false)
      ->option_text("KIND ...");
  list->add_option("-s,--status", l->statuses, "NOT_STARTED, RUNNING, COMPLETE, FAIL or ABORT")
      ->check(
          CLI::IsMember({"NOT_STARTED", "RUNNING", "COMPLETE", "FAIL", "ABORT"}, CLI::ignore_case))
      ->allow_extra_args(false)
      ->option_text("STATUS ...");
  list->add_option("--limit,-n,--max-count", l->limit, "At most so many");
  list->add_flag("-a,--all-users")->description("Jobs of all users (which is the default)");
  auto [get, g] = AddVerb<JobShow>(*noun, out, "get", "One job, its tasks and its end",
                                   "boathouse job get 0b7c2a4e");
  get->add_option("id", g->id, "The job")->required();
  auto [logs, o] = AddVerb<JobLogs>(*noun, out, "logs", "What a job said, live when it runs",
                                    "boathouse job logs 0b7c2a4e");
  logs->add_option("id", o->id, "The job")->required();
  auto [stop, s] =
      AddVerb<JobStop>(*noun, out, "stop", "Stop a running job", "boathouse job stop 0b7c2a4e");
  stop->alias("cancel");
  stop->add_option("id", s->id, "The job")->required();
}

void AddParameterSet(CLI::App* noun, Command* out) {
  auto [set, s] = AddVerb<ParameterSet>(*noun, out, "set", "Add or change a parameter",
                                        "boathouse parameter set min_delay 30 --type int");
  ParameterSet* p = s;
  AddName(set, &p->name, "The parameter")->required();
  auto* value = set->add_option_function<std::string>(
      "value", [p](const std::string& text) { p->value = text; }, "Its default value");
  set->add_option("--file,-f", p->file, "Take the value from this file")->excludes(value);
  set->add_option("-t,--type", p->type, "str, int, float, bool or secret")
      ->check(CLI::IsMember({"int", "float", "str", "bool", "secret"}))
      ->option_text("TYPE");
  set->add_option_function<std::string>(
      "--description", [p](const std::string& text) { p->description = text; }, "What it is for");
  auto* required =
      set->add_flag_callback("--required", [p] { p->required = true; }, "A run must give it");
  set->add_flag_callback(
         "--optional", [p] { p->required = false; }, "A run need not give it")
      ->excludes(required);
  set->add_option("-p,--project-dir", p->folder, "The project's folder (default: this one)")
      ->option_text("FOLDER");
}

void AddParameters(CLI::App& root, Command* out) {
  CLI::App* noun = AddNoun(root, "parameter", "Parameters in the project file");
  auto [list, l] = AddVerb<ParameterList>(*noun, out, "ls", "List them", "boathouse parameter ls");
  list->alias("list");
  list->add_option("-p,--project-dir", l->folder, "The project's folder (default: this one)")
      ->option_text("FOLDER");
  AddParameterSet(noun, out);
  auto [rm, r] =
      AddVerb<ParameterRemove>(*noun, out, "rm", "Remove one", "boathouse parameter rm min_delay");
  rm->alias("delete");
  AddName(rm, &r->name, "The parameter")->required();
  rm->add_option("-p,--project-dir", r->folder, "The project's folder (default: this one)")
      ->option_text("FOLDER");
}

void AddConfig(CLI::App& root, Command* out) {
  CLI::App* noun = AddNoun(root, "config", "Settings of this user");
  auto list = AddVerb<ConfigList>(*noun, out, "ls", "All settings", "boathouse config ls").first;
  list->alias("list");
  auto [get, g] = AddVerb<ConfigGet>(*noun, out, "get", "One setting", "boathouse config get user");
  get->add_option("key", g->key, "The setting")->required();
  auto [set, s] =
      AddVerb<ConfigSet>(*noun, out, "set", "Change one", "boathouse config set user ada");
  set->add_option("key", s->key, "The setting")->required();
  set->add_option("value", s->value, "Its value")->required();
}

void AddLake(CLI::App& root, Command* out) {
  CLI::App* noun = AddNoun(root, "lake", "The lake's folder: create, show, adopt after a move");
  auto [create, c] =
      AddVerb<LakeCreate>(*noun, out, "create", "Create a lake",
                          "boathouse lake create --lake ./lake --warehouse s3://bucket/lake");
  create->add_option("--warehouse", c->warehouse, "Where its files go (default: the folder)")
      ->option_text("S3-URI");
  create->add_option("--s3-endpoint", c->s3_endpoint, "A service of your own (default: AWS)")
      ->option_text("URL");
  create->add_option("--s3-region", c->s3_region, "The bucket's region")->option_text("REGION");
  AddVerb<LakeShow>(*noun, out, "get", "Where it is and what format it has",
                    "boathouse lake get --lake ./lake");
  AddVerb<LakeAdopt>(*noun, out, "adopt", "Accept that the lake's folder was moved",
                     "boathouse lake adopt --lake ./moved-lake");
}

}  // namespace

void AddLocalCommands(CLI::App& root, Command* out) {
  AddJobs(root, out);
  AddParameters(root, out);
  AddConfig(root, out);
  AddLake(root, out);
  AddVerb<DescribeSetup>(root, out, "info", "Lake, user, active branch, versions",
                         "boathouse info");
  AddVerb<Diagnose>(root, out, "doctor", "What this machine lacks, and how to allow it",
                    "boathouse doctor");
  AddVerb<Version>(root, out, "version", "The program's version", "boathouse version");
  const CLI::App* tables = &root;
  CLI::App* app = root.add_subcommand("completion", "A completion script for your shell");
  app->footer("Example:\n  source <(boathouse completion bash)");
  app->fallthrough();
  auto c = std::make_shared<Completion>();
  app->add_option("shell", c->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->option_text("SHELL");
  app->callback([c, out, tables] {
    c->script = CompletionScript(*tables, c->shell);
    *out = *c;
  });
}

}  // namespace cli
