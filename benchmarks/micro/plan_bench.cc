// How long it takes to read a project of 100 functions, to resolve its tables and to plan it.
//
// The resolver and the SQL parser are stand-ins: what the catalog and the engine cost is measured
// with them, not here.
#include <benchmark/benchmark.h>

#include "base/check.h"
#include "planner/planner.h"
#include "project/load.h"
#include "project/testing/fake_sql_analyzer.h"

namespace {

constexpr int kFiles = 5;
constexpr int kTables = 20;

std::string Number(int n) {
  return std::to_string(n);
}

/// A function with a docstring and a body of ordinary size, after one lake table and up to two
/// earlier models.
std::string Function(int i) {
  std::string text =
      "@bauplan.model(materialization_strategy='REPLACE', columns=['id', 'value'])\n"
      "@bauplan.python('3.11', pip={'polars': '1.37', 'numpy': '2.0'})\n"
      "@bauplan.resources(cpus=1, memory='1G')\n"
      "def model_" +
      Number(i) +
      "(\n"
      "    source=bauplan.Model('table_" +
      Number(i % kTables) +
      "', columns=['id', 'value', 'ts'],\n"
      "                         filter=\"value > $low AND ts >= '2024-01-01'\"),\n";
  if (i > 0) text += "    first=bauplan.Model('model_" + Number(i / 2) + "'),\n";
  if (i > 4) text += "    second=bauplan.Model('model_" + Number(i - 3) + "', columns=['id']),\n";
  text +=
      "    low=bauplan.Parameter('low'),\n):\n"
      "    \"\"\"\n    | id | value |\n    |----|-------|\n    | 1  | 2.5   |\n    \"\"\"\n"
      "    import polars as pl\n";
  for (int line = 0; line < 8; ++line) {
    text += "    frame = pl.from_arrow(source).filter(pl.col('value') > " + Number(line) +
            ").select(['id', 'value'])  # step " + Number(line) + "\n";
  }
  return text + "    return frame.to_arrow()\n\n\n";
}

/// `functions` Python models in kFiles files, one SQL model and one expectation per ten of them.
project::Snapshot MakeProject(int functions) {
  project::Snapshot files;
  files["bauplan_project.yml"] =
      "project:\n  id: 01234567-89ab-4cde-8f01-23456789abcd\n  name: large\n"
      "parameters:\n  low:\n    type: int\n    default: 3\n";
  for (int file = 0; file < kFiles; ++file) {
    files["models_" + Number(file) + ".py"] = "import bauplan\nimport pyarrow as pa\n\n\n";
  }
  for (int i = 0; i < functions; ++i) files["models_" + Number(i % kFiles) + ".py"] += Function(i);
  for (int i = 0; i < functions; i += 10) {
    files["total_" + Number(i) + ".sql"] =
        "-- bauplan: materialization_strategy=REPLACE\nSELECT id, sum(value) AS total\nFROM "
        "model_" +
        Number(i) + " JOIN other.table_1 USING (id)\nWHERE value > $low GROUP BY id\n";
    files["models_0.py"] += "@bauplan.expectation()\ndef check_" + Number(i) +
                            "(t=bauplan.Model('model_" + Number(i) + "')):\n    return True\n\n\n";
  }
  return files;
}

class Tables final : public planner::TableResolver {
 public:
  Tables() {
    using columnar::TypeId;
    table_.scan = {"", "file:///lake/tables/x/metadata/v1.json", 42, 0};
    table_.schema.fields = {{1, "id", TypeId::kLong, false, ""},
                            {2, "value", TypeId::kDouble, false, ""},
                            {3, "ts", TypeId::kTimestamp, false, ""}};
  }
  base::Result<std::optional<planner::ResolvedTable>> Resolve(const model::TableName& table,
                                                              const std::string&) override {
    planner::ResolvedTable resolved = table_;
    resolved.scan.table = table.ToString();
    return std::optional<planner::ResolvedTable>(std::move(resolved));
  }
  std::vector<std::string> ListTables() override { return {}; }

 private:
  planner::ResolvedTable table_;
};

void BM_ReadProject(benchmark::State& state) {
  const project::Snapshot files = MakeProject(static_cast<int>(state.range(0)));
  const project::FakeSqlAnalyzer sql;
  size_t bytes = 0;
  for (const auto& [path, text] : files) bytes += text.size();
  for (auto _ : state) {
    project::ReadResult result = project::ReadProject(files, sql);
    CHECK(result.diagnostics.empty());
    benchmark::DoNotOptimize(result);
  }
  state.counters["kB"] = static_cast<double>(bytes) / 1000;
}
BENCHMARK(BM_ReadProject)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void BM_Plan(benchmark::State& state) {
  const project::FakeSqlAnalyzer sql;
  const project::ReadResult read =
      project::ReadProject(MakeProject(static_cast<int>(state.range(0))), sql);
  Tables tables;
  planner::PlanOptions options;
  options.ref = "main";
  options.job = model::JobId("job");
  base::SeededRng rng(1);
  for (auto _ : state) {
    planner::PlanResult result = planner::Plan(read.graph, tables, sql, options, rng);
    CHECK(result.plan.has_value());
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(BM_Plan)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

/// The resolver's share of planning: one call per distinct table.
void BM_Resolve(benchmark::State& state) {
  Tables tables;
  for (auto _ : state) {
    for (int i = 0; i < kTables; ++i) {
      auto table = tables.Resolve({{{"bauplan"}}, "table_" + Number(i)}, "");
      benchmark::DoNotOptimize(table);
    }
  }
}
BENCHMARK(BM_Resolve)->Unit(benchmark::kMillisecond);

}  // namespace
