#include "cli/parse_internal.h"

namespace cli {
namespace {

void AddReadOptions(CLI::App* app, plan::FileReadOptions* read, bool* detect) {
  app->add_option_function<std::string>(
         "--format",
         [read, detect](const std::string& name) {
           *detect = false;
           if (name == "csv") {
             read->format = plan::FileFormat::kCsv;
           } else if (name == "jsonl" || name == "ndjson" || name == "json") {
             read->format = plan::FileFormat::kJsonl;
           } else if (name == "parquet") {
             read->format = plan::FileFormat::kParquet;
           } else {
             throw CLI::ValidationError(
                 "--format", "\"" + name + "\" is no format: write parquet, csv or jsonl");
           }
         },
         "What the files are: parquet, csv or jsonl (default: by their names)")
      ->type_name("FORMAT");
  app->add_option("--delimiter", read->delimiter, "CSV: between two values (default: ,)")
      ->option_text("TEXT");
  app->add_option("--quote", read->quote, "CSV: around a value (default: \")")->option_text("TEXT");
  app->add_flag("!--no-header", read->header, "CSV: the first line is a row like any other");
  app->add_option("--null-token", read->null_tokens,
                  "CSV: this text means null; repeatable (default: nothing)")
      ->allow_extra_args(false)
      ->option_text("TEXT ...");
  app->add_option("--encoding", read->encoding, "CSV: utf-8 (the default) or latin-1")
      ->option_text("TEXT");
  app->add_option("--date-format", read->date_format, "CSV: how dates are written, as in %d/%m/%Y");
  app->add_option("--timestamp-format", read->timestamp_format, "CSV: how timestamps are written");
}

void AddSources(CLI::App* app, std::vector<std::string>* sources) {
  app->add_option("files,--search-uri,--uri", *sources, "Files: paths or globs (quote those)")
      ->required();
}

void AddPartitions(CLI::App* app, std::vector<std::string>* partitioned_by) {
  app->add_option("--partitioned-by", *partitioned_by,
                  "How to partition: region, day(ts), bucket(16,id)")
      ->allow_extra_args(false)
      ->option_text("TEXT ...");
}

template <class Request>
void AddTarget(CLI::App* app, Request* r) {
  AddName(app, &r->table, "The table: name, or namespace.name")->required();
  app->add_option("-b,--branch", r->branch, "On this branch (default: the active one)");
  app->add_option("-n,--namespace", r->ns, "In this namespace");
  app->add_option("-m,--message,--commit-body", r->options.message, "Message of the commit");
}

void AddImportOptions(CLI::App* app, TableImport* i) {
  AddTarget(app, &i->request);
  AddSources(app, &i->request.sources);
  app->add_flag("--continue-on-error", i->request.read.continue_on_error,
                "A bad file is reported, the others go on");
  app->add_flag("--import-duplicate-files", i->request.import_duplicate_files,
                "Import files again that were imported already");
  app->add_flag("--accept-changed-files", i->request.accept_changed_files,
                "Import known files again whose content changed");
  app->add_flag("--best-effort", i->request.read.best_effort,
                "Ignore columns the table does not have");
  AddReadOptions(app, &i->request.read, &i->request.detect_format);
}

void AddIngest(CLI::App& parent, Command* out, const std::string& path) {
  auto [app, i] = AddVerb<TableImport>(parent, out, "ingest",
                                       "Create a table from files and import them, in one step",
                                       "boathouse " + path + " trips 'files/*.csv' -b ada.dev");
  i->request.create = true;
  AddImportOptions(app, i);
  AddPartitions(app, &i->request.partitioned_by);
}

void AddCreate(CLI::App& noun, Command* out) {
  auto [app, c] =
      AddVerb<TableCreate>(noun, out, "create", "Create an empty table with the schema of files",
                           "boathouse table create trips --search-uri 'files/*.parquet'");
  AddTarget(app, &c->request);
  AddSources(app, &c->request.sources);
  AddPartitions(app, &c->request.partitioned_by);
  auto* request = &c->request;
  auto* replace = app->add_flag_callback(
      "-r,--replace", [request] { request->if_exists = api::IfExists::kReplace; },
      "Replace a table of this name");
  app->add_flag_callback(
         "--if-not-exists", [request] { request->if_exists = api::IfExists::kKeep; },
         "A table of this name is fine")
      ->excludes(replace);
  AddReadOptions(app, &request->read, &request->detect_format);
}

void AddRevert(CLI::App& noun, Command* out) {
  auto [app, r] = AddVerb<TableRevert>(
      noun, out, "revert", "Bring a table back as it is at another ref",
      "boathouse table revert trips --source-ref main~1 --into main --replace");
  AddName(app, &r->name, "The table")->required();
  app->add_option("-n,--namespace", r->ns, "In this namespace");
  app->add_option("-s,--source-ref", r->source, "Where the table is as wanted: any ref")
      ->required();
  app->add_option("-i,--into,--into-branch,-b,--branch", r->into,
                  "The branch to change (default: the active one)");
  app->add_flag("--replace", r->replace, "Replace the table that is there");
  app->add_option("-m,--message,--commit-body", r->message, "Message of the commit");
  AddKeyValues(app, &r->properties, "--commit-property", "Property of the commit");
}

}  // namespace

void AddTableCommands(CLI::App& root, Command* out) {
  CLI::App* noun =
      AddNoun(root, "table", "Tables at a ref: list, describe, create, import, revert");
  auto [list, l] =
      AddVerb<TableList>(*noun, out, "ls", "List tables", "boathouse table ls -r main");
  list->alias("list");
  AddName(list, &l->name, "Only this one, or those that match (^dim_)");
  list->add_option("-n,--namespace", l->ns, "Only of this namespace");
  list->add_option("-r,--ref", l->ref, "At this ref (default: the active branch)");
  list->add_option("--limit", l->limit, "At most so many");
  auto [get, g] = AddVerb<TableShow>(*noun, out, "get", "Columns, partitions and sizes of a table",
                                     "boathouse table get trips -r main");
  AddName(get, &g->name, "The table: name, or namespace.name")->required();
  get->add_option("-n,--namespace", g->ns, "In this namespace");
  get->add_option("-r,--ref", g->ref, "At this ref (default: the active branch)");
  auto [rm, r] = AddVerb<TableRemove>(*noun, out, "rm", "Drop a table from a branch",
                                      "boathouse table rm trips -b ada.dev");
  rm->alias("delete")->alias("drop");
  AddName(rm, &r->name, "The table")->required();
  rm->add_option("-n,--namespace", r->ns, "In this namespace");
  rm->add_option("-b,--branch", r->branch, "On this branch (default: the active one)");
  rm->add_option("-m,--message,--commit-body", r->message, "Message of the commit");
  rm->add_flag("--if-exists", r->if_exists, "A missing table is fine");
  AddCreate(*noun, out);
  auto [import, i] = AddVerb<TableImport>(
      *noun, out, "import", "Append files to a table; those already imported are skipped",
      "boathouse table import trips --search-uri 'files/*.csv'");
  AddImportOptions(import, i);
  AddRevert(*noun, out);
  AddIngest(*noun, out, "table ingest");
  AddIngest(root, out, "ingest");
}

}  // namespace cli
