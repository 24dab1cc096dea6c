#include "planner/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "plan/task_spec_cbor.h"
#include "project/load.h"
#include "project/testing/fake_sql_analyzer.h"

namespace planner {
namespace {
using columnar::TypeId;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FakeTables final : public TableResolver {
 public:
  base::Result<std::optional<ResolvedTable>> Resolve(const model::TableName& table,
                                                     const std::string& ref) override {
    ++calls;
    if (ref == "nowhere") {
      return base::Error(base::Code::kNotFound, "catalog.no_ref", "no ref \"nowhere\"");
    }
    const auto found = tables.find(table.ToString());
    if (found == tables.end()) return std::optional<ResolvedTable>();
    ResolvedTable resolved = found->second;
    if (!ref.empty()) resolved.scan.snapshot_id = 99;
    return std::optional<ResolvedTable>(resolved);
  }
  std::vector<std::string> ListTables() override {
    std::vector<std::string> names;
    for (const auto& [name, table] : tables) names.push_back(name);
    return names;
  }
  void Add(const std::string& name, std::vector<std::pair<std::string, TypeId>> columns) {
    ResolvedTable table;
    table.scan = {name, "file:///" + name, 7, 0};
    int32_t id = 0;
    for (const auto& [column, type] : columns) {
      table.schema.fields.push_back({++id, column, type, false, ""});
    }
    tables[name] = table;
  }
  std::map<std::string, ResolvedTable> tables;
  int calls = 0;
};

class PlannerTest : public ::testing::Test {
 protected:
  PlannerTest() {
    tables_.Add("bauplan.flights", {{"carrier", TypeId::kString},
                                    {"delay", TypeId::kLong},
                                    {"day", TypeId::kDate},
                                    {"ts", TypeId::kTimestamp}});
    tables_.Add("ref.carriers", {{"carrier", TypeId::kString}});
    options_.ref = "main";
    options_.job = model::JobId("job");
  }

  PlanResult Make(const std::string& python, project::Snapshot files = {},
                  const std::string& yaml = "") {
    files["m.py"] = "import bauplan\nfrom typing import Annotated\n" + python;
    files["bauplan_project.yml"] =
        "project:\n  id: 01234567-89ab-4cde-8f01-23456789abcd\n  name: trial\n" + yaml;
    project::ReadResult read = project::ReadProject(files, sql_);
    for (const project::Diagnostic& d : read.diagnostics) EXPECT_EQ("", d.error.ToString());
    base::SeededRng rng(1);
    PlanResult result = Plan(read.graph, tables_, sql_, options_, rng);
    EXPECT_EQ(result.plan.has_value(), !project::HasErrors(result.diagnostics));
    if (result.plan) {
      for (const plan::TaskSpec& task : result.plan->tasks) {
        EXPECT_THAT(plan::ValidateTaskSpec(task), base::testing::IsOk());
        EXPECT_TRUE(*plan::DecodeTaskSpec(plan::EncodeTaskSpec(task)) == task);
      }
    }
    return result;
  }
  static std::vector<std::string> Said(const PlanResult& result) {
    std::vector<std::string> said;
    for (const project::Diagnostic& d : result.diagnostics) {
      said.push_back(d.error.place.file + ":" + std::to_string(d.error.place.line) + ":" +
                     std::to_string(d.error.place.column) + " " + d.error.reason);
    }
    return said;
  }
  static std::vector<std::string> Names(const PlanResult& result) {
    std::vector<std::string> names;
    for (const auto& node : result.plan->logical.nodes) names.push_back(node.name);
    return names;
  }

  FakeTables tables_;
  project::FakeSqlAnalyzer sql_;
  PlanOptions options_;
};

std::string Model(const std::string& name, const std::string& arguments = "",
                  const std::string& options = "") {
  return "@bauplan.model(" + options + ")\ndef " + name + "(" + arguments + "): pass\n";
}

TEST_F(PlannerTest, OneTaskPerNodePinnedToWhatItReads) {
  const PlanResult result =
      Make(Model("late",
                 "f=bauplan.Model('flights', columns=['carrier', 'delay'], filter='delay > $min')",
                 "materialization_strategy='REPLACE', partitioned_by='carrier'") +
               "@bauplan.expectation()\ndef check(late=bauplan.Model('late'), "
               "m=bauplan.Parameter('min')): pass\n",
           {{"sums.sql", "SELECT c.carrier FROM late JOIN ref.carriers c ON delay > $min"}},
           "parameters:\n  min: {type: int, default: 15}\n"
           "defaults:\n  timeout: 60\n  python:\n    version: '3.12'\n    packages:\n"
           "      - {name: polars, version: '1.0'}\n");
  ASSERT_TRUE(result.plan) << result.diagnostics[0].error.ToString();
  EXPECT_THAT(Names(result), ElementsAre("late", "check", "sums"));
  const plan::TaskSpec& late = result.plan->tasks[0];
  EXPECT_EQ(late.entry.file, "m.py");
  EXPECT_EQ(late.entry.line, 4u);
  EXPECT_EQ(late.environment.python_version, "3.12");
  EXPECT_EQ(late.limits.time_max, std::chrono::seconds(60));
  EXPECT_EQ(std::get<plan::ScanSpec>(late.inputs[0].from).table, "bauplan.flights");
  EXPECT_EQ(late.inputs[0].filter_sql, "delay > 15");
  EXPECT_EQ(columnar::ToString(late.inputs[0].prune), "delay > 15");
  EXPECT_THAT(late.inputs[0].columns, ElementsAre("carrier", "delay"));
  EXPECT_EQ(result.plan->logical.nodes[0].table.ToString(), "bauplan.late");
  EXPECT_EQ(result.plan->logical.nodes[0].strategy, plan::WriteStrategy::kReplace);
  const plan::TaskSpec& check = result.plan->tasks[1];
  EXPECT_EQ(std::get<plan::ParentOutput>(check.inputs[0].from).task, late.task);
  EXPECT_THAT(check.after, ElementsAre(late.task));
  EXPECT_EQ(check.parameters.at("m"), columnar::Literal::Long(15));
  const plan::TaskSpec& sums = result.plan->tasks[2];
  EXPECT_THAT(sums.entry.sql, HasSubstr("\"ref__carriers\""));
  EXPECT_THAT(sums.entry.sql, HasSubstr("delay > 15"));
  EXPECT_EQ(sums.inputs[1].name, "ref__carriers");
  EXPECT_EQ(sums.inputs[1].source, "ref.carriers");
}

TEST_F(PlannerTest, ParentsStandBeforeChildrenTiesInSourceOrder) {
  const PlanResult result =
      Make(Model("d", "a=bauplan.Model('b'), b=bauplan.Model('c')") + Model("z") +
           Model("c", "a=bauplan.Model('a')") + Model("b", "a=bauplan.Model('a')") + Model("a"));
  ASSERT_TRUE(result.plan);
  EXPECT_THAT(Names(result), ElementsAre("z", "a", "c", "b", "d"));
}

TEST_F(PlannerTest, MissingTablesWithTheNearestNameOfModelsAndTables) {
  const PlanResult result =
      Make(Model("planes") + Model("a",
                                   "x=bauplan.Model('flihgts'), y=bauplan.Model('ref.carrier'),\n"
                                   "  z=bauplan.Model('plane'), q=bauplan.Model('bauplan.nope')"));
  EXPECT_THAT(Said(result),
              ElementsAre("m.py:6:9 planner.unknown_table", "m.py:6:37 planner.unknown_table",
                          "m.py:7:5 planner.unknown_table", "m.py:7:31 planner.unknown_table"));
  EXPECT_EQ(result.diagnostics[0].error.context.at("nearest"), "flights");
  EXPECT_EQ(result.diagnostics[1].error.context.at("nearest"), "ref.carriers");
  EXPECT_EQ(result.diagnostics[2].error.context.at("nearest"), "planes");
}

TEST_F(PlannerTest, UnknownColumnsEverywhere) {
  const PlanResult result =
      Make("class S(bauplan.TableSchema):\n  carrier: bauplan.String\n  dely: bauplan.Int64\n" +
           Model("a", "x=bauplan.Model('flights', columns=['carier'], filter='dellay > 3')") +
           Model("b", "x=bauplan.Model('flights', projection_schema=S)") +
           "@bauplan.model(partitioned_by='year(dayy)', materialization_strategy='APPEND')\n"
           "def c() -> Annotated[object, S]: pass\n" +
           Model("d", "x=bauplan.Model('c', columns=['other'], filter='carrier = 1')"));
  EXPECT_THAT(Said(result),
              ElementsAre("m.py:7:43 planner.unknown_column", "m.py:7:61 planner.unknown_column",
                          "m.py:9:9 planner.unknown_column", "m.py:10:31 planner.unknown_column",
                          "m.py:13:37 planner.unknown_column"));
  EXPECT_THAT(result.diagnostics[0].error.message, HasSubstr("\"carrier\""));
}

TEST_F(PlannerTest, FilterColumnsInAnotherCaseMeanTheStoredOnes) {
  const PlanResult result = Make(Model("a", "x=bauplan.Model('flights', filter='DELAY > 3')"));
  ASSERT_TRUE(result.plan);
  EXPECT_EQ(result.plan->tasks[0].inputs[0].prune.column, "delay");
}

TEST_F(PlannerTest, FiltersThatCannotCompare) {
  EXPECT_THAT(Said(Make(Model("a", "x=bauplan.Model('flights', filter=\"day > 'soon'\")") +
                        Model("b", "x=bauplan.Model('flights', filter=\"delay = 'many'\")") +
                        Model("c", "x=bauplan.Model('flights', filter='ts > 3')"))),
              ElementsAre("m.py:4:41 planner.filter_type", "m.py:6:41 planner.filter_type",
                          "m.py:8:41 planner.filter_type"));
  EXPECT_THAT(Said(Make(Model("a",
                              "x=bauplan.Model('flights', filter=\"day > '2024-01-01' AND ts "
                              "< '2024-01-01T00:00:00' AND delay > 1.5\")"))),
              IsEmpty());
}

TEST_F(PlannerTest, ContractsOfInputs) {
  const PlanResult result =
      Make("class S(bauplan.TableSchema):\n  carrier: bauplan.Int64\n  day: bauplan.Any\n" +
           Model("a", "x=bauplan.Model('flights', projection_schema=S)"));
  EXPECT_THAT(Said(result), ElementsAre("m.py:7:9 planner.contract_mismatch"));
}

TEST_F(PlannerTest, TheContractOfAResultGoesToTheTask) {
  const PlanResult result = Make(
      "class S(bauplan.TableSchema):\n  carrier: bauplan.String\n  n: bauplan.Int64\n"
      "@bauplan.model()\ndef a(x=bauplan.Model('flights')) -> Annotated[object, S]: pass\n" +
      Model("b", "x=bauplan.Model('flights')"));
  ASSERT_TRUE(result.plan) << result.diagnostics[0].error.ToString();
  ASSERT_TRUE(result.plan->tasks[0].result_contract);
  EXPECT_EQ(result.plan->tasks[0].result_contract->Names(),
            (std::vector<std::string>{"carrier", "n"}));
  EXPECT_EQ(result.plan->tasks[0].result_contract->fields[1].type, columnar::TypeId::kLong);
  EXPECT_FALSE(result.plan->tasks[1].result_contract);
}

TEST_F(PlannerTest, CyclesShowTheirPath) {
  const PlanResult result =
      Make(Model("a", "x=bauplan.Model('c')") + Model("b", "x=bauplan.Model('a')") +
           Model("c", "x=bauplan.Model('b')") + Model("d", "x=bauplan.Model('c')"));
  EXPECT_THAT(Said(result), ElementsAre("m.py:4:5 planner.cycle"));
  EXPECT_EQ(result.diagnostics[0].error.context.at("path"), "a → b → c → a");
}

TEST_F(PlannerTest, OnlyReadingItsOwnNameIsASelfRead) {
  EXPECT_THAT(Said(Make(Model("flights", "x=bauplan.Model('flights')"))),
              ElementsAre("m.py:4:15 planner.self_read"));
  EXPECT_THAT(Said(Make(Model("flights", "x=bauplan.Model('bauplan.flights')"))),
              ElementsAre("m.py:4:15 planner.self_read"));
  EXPECT_THAT(Said(Make(Model("flights", "x=bauplan.Model('ref.carriers')",
                              "materialization_strategy='REPLACE'"))),
              IsEmpty());
  const PlanResult other = Make(Model("flights", "x=bauplan.Model('flights', ref='main')"));
  ASSERT_TRUE(other.plan);
  EXPECT_EQ(std::get<plan::ScanSpec>(other.plan->tasks[0].inputs[0].from).snapshot_id, 99);
}

TEST_F(PlannerTest, RefsThatAreNotThere) {
  EXPECT_THAT(Said(Make(Model("a", "x=bauplan.Model('flights', ref='nowhere')"))),
              ElementsAre("m.py:4:9 catalog.no_ref"));
}

TEST_F(PlannerTest, Parameters) {
  const std::string yaml =
      "parameters:\n  n: {type: int, default: 1, required: true}\n  s: {type: str}\n";
  const std::string python = Model("a", "n=bauplan.Parameter('n'), s=bauplan.Parameter('s')");
  EXPECT_THAT(Said(Make(python, {}, yaml)),
              ElementsAre("bauplan_project.yml:6:3 planner.missing_parameter"));
  options_.parameters = {{"n", "many"}, {"s", "x"}, {"m", "1"}};
  EXPECT_THAT(Said(Make(python, {}, yaml)),
              ElementsAre(":0:0 planner.unknown_parameter",
                          "bauplan_project.yml:5:3 planner.bad_parameter_value"));
  options_.parameters = {{"s", "x"}};
  EXPECT_TRUE(Make(python, {}, yaml).plan);
}

TEST_F(PlannerTest, ExpectationsAreNoTables) {
  EXPECT_THAT(Said(Make("@bauplan.expectation()\ndef check(): pass\n" +
                        Model("a", "x=bauplan.Model('check')"))),
              ElementsAre("m.py:4:5 planner.bad_expectation", "m.py:6:9 planner.bad_expectation"));
}

TEST_F(PlannerTest, AuditOnlyProjectIsARun) {
  const PlanResult result =
      Make("@bauplan.expectation()\ndef check(x=bauplan.Model('flights')): pass\n");
  ASSERT_TRUE(result.plan);
  EXPECT_EQ(result.plan->tasks[0].kind, plan::TaskKind::kExpectation);
}

TEST_F(PlannerTest, EmptyProject) {
  EXPECT_THAT(Said(Make("")), ElementsAre("bauplan_project.yml:0:0 planner.empty_project"));
}

TEST_F(PlannerTest, ADryRunWritesNothingAndNamespacesOverrule) {
  options_.dry_run = true;
  options_.ns = "ref";
  const PlanResult result =
      Make(Model("a", "x=bauplan.Model('carriers')", "materialization_strategy='REPLACE'"), {},
           "defaults:\n  namespace: bauplan\n");
  ASSERT_TRUE(result.plan);
  EXPECT_EQ(result.plan->logical.nodes[0].strategy, plan::WriteStrategy::kNone);
  EXPECT_EQ(result.plan->logical.nodes[0].table.ToString(), "ref.a");
}

TEST_F(PlannerTest, AFunctionsOwnPackageWinsHoweverItIsSpelled) {
  const PlanResult result =
      Make("@bauplan.python(pip={'Scikit_Learn': '1.5'})\n" + Model("a"), {},
           "defaults:\n  python:\n    packages:\n      - {name: scikit-learn, version: '1.0'}\n"
           "      - {name: numpy, version: '2.0'}\n");
  ASSERT_TRUE(result.plan);
  const auto& packages = result.plan->tasks[0].environment.packages;
  EXPECT_THAT(packages, ElementsAre(std::pair("Scikit_Learn", "1.5"), std::pair("numpy", "2.0")));
}

TEST_F(PlannerTest, OverwritePartitionsHasItsPredicate) {
  const PlanResult result =
      Make(Model("a", "",
                 "materialization_strategy='OVERWRITE_PARTITIONS', partitioned_by='year(ts)', "
                 "overwrite_filter=\"ts >= $from\""),
           {}, "parameters:\n  from: {default: '2024-01-01'}\n");
  ASSERT_TRUE(result.plan);
  EXPECT_EQ(result.plan->logical.nodes[0].overwrite_filter, "ts >= '2024-01-01'");
  EXPECT_EQ(result.plan->logical.nodes[0].overwrite.op, columnar::Predicate::Op::kGreaterOrEqual);
}

TEST_F(PlannerTest, AsksForEachTableOnce) {
  Make(Model("a", "x=bauplan.Model('flights')") + Model("b", "x=bauplan.Model('flights')"));
  EXPECT_EQ(tables_.calls, 1);
}

}  // namespace
}  // namespace planner
