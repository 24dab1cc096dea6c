// What people write: refs, filters, SQL, Python, YAML, CSV.
#include "columnar/producer.h"
#include "control/commit_condition.h"
#include "control/table_plan.h"
#include "engine/file_reader.h"
#include "engine/sql_analysis.h"
#include "fuzz.h"
#include "model/ref.h"
#include "project/load.h"
#include "project/sql_text.h"
#include "project/testing/fake_sql_analyzer.h"
#include "project/yaml_document.h"

namespace fuzz {
namespace {

constexpr char kProject[] = "project:\n  id: 01234567-89ab-4cde-8f01-23456789abcd\n  name: p\n";

class InMemory final : public engine::RangeReader {
 public:
  explicit InMemory(std::string_view bytes) : bytes_(bytes) {}
  base::Result<uint64_t> SizeBytes() override { return bytes_.size(); }
  base::Result<base::Bytes> ReadAt(uint64_t offset, uint64_t size_bytes) override {
    if (offset >= bytes_.size()) return base::Bytes();
    return bytes_.substr(offset, size_bytes);
  }
  std::string Name() const override { return "input"; }

 private:
  const std::string bytes_;
};

void Ref(std::string_view input) {
  const auto parsed = model::ParseRef(input);
  if (parsed.ok() && !parsed->name.empty())
    Expect(model::CheckRefName(parsed->name).ok(), "a ref names a ref");
  (void)model::ParseTime(input);
  (void)model::CheckRefName(input);
}

void Condition(std::string_view input) {
  const auto condition = control::CommitCondition::Of(std::string(input));
  if (!condition.ok()) return;
  api::CommitEntry commit;
  commit.message = "a message";
  (void)condition->Holds(commit);
}

void TablePlan(std::string_view input) {
  const auto read = control::ReadTablePlan(input);
  if (!read.ok()) return;
  Expect(control::ReadTablePlan(control::WriteTablePlan(*read)).ok(),
         "what was read is written so that it reads again");
}

void Sql(std::string_view input) {
  const std::string sql(input);
  const auto analysis = engine::AnalyzeSql(sql);
  (void)engine::ParametersOf(sql);
  (void)engine::SubstituteParameters(sql, {});
  (void)engine::ParseFilter(sql);
  (void)engine::ParseOverwriteFilter(sql, {"a"});
  if (analysis.ok()) (void)engine::RenameTables(sql, {{"t", "x.y"}});
}

void SimpleSql(std::string_view input) {
  (void)project::ParseSimpleFilter(input);
  (void)project::ParseOverwriteFilter(input);
}

void Read(const project::Snapshot& files) {
  static const project::FakeSqlAnalyzer sql;
  const auto read = project::ReadProject(files, sql);
  for (const auto& diagnostic : read.diagnostics)
    Expect(!diagnostic.error.message.empty(), "a mistake has words");
}

void ProjectYaml(std::string_view input) {
  (void)project::ReadYaml(input, "bauplan_project.yml");
  Read({{"bauplan_project.yml", std::string(input)}, {"m.sql", "select 1 as n"}});
}

void Python(std::string_view input) {
  Read({{"bauplan_project.yml", kProject}, {"models.py", std::string(input)}});
}

void SqlModel(std::string_view input) {
  Read({{"bauplan_project.yml", kProject}, {"m.sql", std::string(input)}});
}

void RowsOf(std::string_view input, engine::InputOptions options) {
  const engine::InputFile file{"input", std::make_shared<InMemory>(input)};
  const base::Context ctx;
  const auto schema = engine::InferSchema(ctx, {file}, options);
  if (!schema.ok()) return;
  auto stream = engine::ReadInputFile(ctx, file, options, *schema);
  if (stream.ok()) (void)columnar::CountRows(std::move(stream).value());
}

void Csv(std::string_view input) {
  engine::InputOptions options;
  options.format = engine::InputFormat::kCsv;
  RowsOf(input, options);
  options.header = false;
  options.delimiter = ';';
  RowsOf(input, options);
}

void Jsonl(std::string_view input) {
  engine::InputOptions options;
  options.format = engine::InputFormat::kJsonl;
  RowsOf(input, options);
}

}  // namespace

std::vector<Target> LanguageTargets() {
  const std::vector<std::string> sql = {"select ",  " from ",     "(",
                                        ")",        "'",          "\"",
                                        "--",       "/*",         "*/",
                                        "$",        ";",          "with ",
                                        " as ",     "t",          "$$",
                                        "[",        "]",          "{",
                                        "}",        "::",         " and ",
                                        " or ",     " not ",      " in ",
                                        " is null", "union all ", "read_csv('x')",
                                        "\n",       "case when "};
  const std::vector<std::string> yaml = {
      ":",  "- ",   "\n",    "  ",      "&a ",        "*a",       "!!",        "|\n",
      ">",  "{",    "}",     "[",       "]",          "'",        "\"",        "#",
      "? ", "<<: ", "---\n", "project", "parameters", "defaults", "type: int", "default: "};
  return {
      {"ref", Ref, {"main", "@", "^", "~", "*", "2026-11-21T10:00:00", "Z", "+01:00", "/", ".."}},
      {"condition",
       Condition,
       {"commit.", "message",  "&&",         "||", "!", "==", "(", ")",   "[",          "]", "'",
        "size(",   "matches(", "exists(x, ", "? ", ":", "1",  "-", "/ 0", "timestamp('"}},
      {"table_plan", TablePlan, yaml},
      {"sql", Sql, sql},
      {"simple_sql", SimpleSql, sql},
      {"project_yaml", ProjectYaml, yaml},
      {"python", Python, {"@",          "bauplan",
                          ".model(",    ")",
                          "def f(",     "):\n",
                          "    ",       "\n",
                          "=",          "'",
                          "\"\"\"",     "#",
                          "f'",         "{",
                          "}",          "[",
                          "]",          "lambda ",
                          ":",          "class C(bauplan.TableSchema):\n",
                          "Annotated[", "import bauplan\n",
                          "return ",    "\\",
                          "\\u00",      "*",
                          ",",          "Model('x')"}},
      {"sql_model", SqlModel, sql},
      {"csv",
       Csv,
       {",", "\n", "\r\n", "\"", "\"\"", ";", "1", "1.5", "2026-01-01", "true", "\xef\xbb\xbf",
        "\xff", std::string(1, '\0')}},
      {"jsonl",
       Jsonl,
       {"{", "}", "[", "]", ":", ",", "\"a\"", "1", "1e400", "null", "\n", "\\u0000", "\\ud800",
        "true"}}};
}

}  // namespace fuzz
