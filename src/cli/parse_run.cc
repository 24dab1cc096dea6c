#include "cli/parse_internal.h"

namespace cli {
namespace {

void AddProjectOptions(CLI::App* app, std::string* folder, std::string* ref, std::string* ns) {
  app->add_option("project,-p,--project-dir", *folder, "The project's folder (default: this one)")
      ->option_text("FOLDER");
  app->add_option("-r,--ref,-b,--branch", *ref, "On this branch (default: the active one)");
  app->add_option("-n,--namespace", *ns, "Default namespace of the tables");
}

void AddRun(CLI::App& root, Command* out) {
  auto [app, r] = AddVerb<RunProject>(
      root, out, "run", "Run a project and publish its tables in one step",
      "boathouse run --project-dir examples/flights -r ada.dev --param late_minutes=30");
  AddProjectOptions(app, &r->folder, &r->ref, &r->ns);
  AddKeyValues(app, &r->parameters, "--param,--parameter", "Value of a project parameter");
  AddKeyValues(app, &r->args, "-a,--arg", "Feature flag for this run");
  app->add_flag("--no-strict", r->no_strict,
                "A failed expectation is reported but does not fail the run");
  app->add_flag("!--strict", r->no_strict, "A failed expectation fails the run (the default)");
  app->add_flag("--no-cache", r->no_cache, "Do not reuse earlier results");
  app->add_flag("--no-transaction", r->no_transaction,
                "Write straight into the branch, table by table");
  app->add_flag("--dry-run", r->dry_run, "Run everything, write nothing");
  app->add_option("--preview", r->preview, "Show rows of each result: off, head or tail")
      ->check(CLI::IsMember({"on", "off", "head", "tail"}))
      ->option_text("MODE");
  app->add_option("--priority", r->priority, "1 to 10, 10 first")->check(CLI::Range(1, 10));
  app->add_flag("--unisolated", r->unisolated,
                "Run functions without a sandbox where this machine forbids one");
}

void AddPlan(CLI::App& root, Command* out) {
  auto [app, p] =
      AddVerb<PlanProject>(root, out, "plan", "Check a project and show what a run would do",
                           "boathouse plan --project-dir examples/flights");
  AddProjectOptions(app, &p->folder, &p->ref, &p->ns);
  AddKeyValues(app, &p->parameters, "--param,--parameter", "Value of a project parameter");
}

FileFormat FormatByName(const std::string& name) {
  const std::map<std::string, FileFormat> formats = {
      {"csv", FileFormat::kCsv},         {"json", FileFormat::kJson},
      {"jsonl", FileFormat::kJsonl},     {"ndjson", FileFormat::kJsonl},
      {"parquet", FileFormat::kParquet}, {"arrow", FileFormat::kArrow},
      {"feather", FileFormat::kArrow}};
  const auto found = formats.find(name);
  return found == formats.end() ? FileFormat::kNone : found->second;
}

/// Where the result goes and how it is written must fit each other.
void CheckQuery(RunQuery* q, const std::string& format) {
  if (q->sql.empty() == q->file.empty()) {
    throw CLI::ValidationError("query", q->sql.empty()
                                            ? "give the SQL, or a file with -f"
                                            : "give the SQL or a file with -f, not both");
  }
  if (!format.empty()) {
    q->format = FormatByName(format);
    if (q->target.empty()) q->target = "-";
  } else if (!q->target.empty()) {
    const size_t dot = q->target.rfind('.');
    q->format = FormatByName(dot == std::string::npos ? "" : q->target.substr(dot + 1));
    if (q->format == FileFormat::kNone) {
      throw CLI::ValidationError("--to", "\"" + q->target +
                                             "\" names no format: end it in .csv, .json, .jsonl, "
                                             ".parquet or .arrow, or add --format");
    }
  }
  const bool binary = q->format == FileFormat::kParquet || q->format == FileFormat::kArrow;
  if (binary && q->target == "-") {
    throw CLI::ValidationError("--format", "parquet and arrow need a file: add --to FILE");
  }
  if (q->format != FileFormat::kNone) q->all_rows = true;
}

void AddQuery(CLI::App& root, Command* out) {
  CLI::App* app = root.add_subcommand("query", "Ask in SQL, at any ref");
  app->footer(
      "Examples:\n  boathouse query \"SELECT origin, count(*) FROM flights GROUP BY ALL\" -r main\n"
      "  boathouse query -f report.sql --to report.parquet");
  app->fallthrough();
  auto q = std::make_shared<RunQuery>();
  auto format = std::make_shared<std::string>();
  app->add_option("sql", q->sql, "The SQL text");
  app->add_option("-f,--file", q->file, "Read the SQL from this file");
  app->add_option("-r,--ref", q->ref, "At this ref (default: the active branch)");
  app->add_option("-n,--namespace", q->ns, "Default namespace of the tables");
  auto* most = app->add_option("--max-rows", q->rows_max, "At most so many rows (default: 10)")
                   ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62, ""))
                   ->option_text("ROWS");
  app->add_flag("--all-rows", q->all_rows, "All rows")->excludes(most);
  app->add_flag("--no-trunc", q->no_trunc, "Do not cut long values");
  app->add_flag("--no-cache")->description("Accepted; queries read the lake every time");
  app->add_option("-o,--to,--output-file", q->target,
                  "Write all rows to this file (- = standard output)")
      ->option_text("FILE");
  app->add_option("--format", *format,
                  "csv, json, jsonl, parquet or arrow (default: by the file's name)")
      ->check(CLI::IsMember({"csv", "json", "jsonl", "parquet", "arrow"}))
      ->option_text("FORMAT");
  app->add_option("--priority")
      ->description("Accepted: 1 to 10, 10 first")
      ->check(CLI::Range(1, 10));
  app->callback([q, format, out, most] {
    CheckQuery(q.get(), *format);
    if (q->format != FileFormat::kNone && most->count() > 0) q->all_rows = false;
    *out = *q;
  });
}

void AddInit(CLI::App& root, Command* out) {
  auto [app, i] = AddVerb<InitProject>(root, out, "init", "Start a project in a folder",
                                       "boathouse init my-project --name my-project");
  app->add_option("path", i->folder, "The folder (default: this one)")->option_text("FOLDER");
  app->add_option("--name", i->name, "The project's name (default: the folder's)");
}

}  // namespace

void AddRunCommands(CLI::App& root, Command* out) {
  AddInit(root, out);
  AddPlan(root, out);
  AddRun(root, out);
  AddQuery(root, out);
}

}  // namespace cli
