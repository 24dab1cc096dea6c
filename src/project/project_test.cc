// What projects may say, and what they get told when they are wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "project/init_template.h"
#include "project/load.h"
#include "project/testing/fake_sql_analyzer.h"

namespace project {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const char kYaml[] = "project:\n  id: 01234567-89ab-4cde-8f01-23456789abcd\n  name: trial\n";

ReadResult Read(Snapshot files) {
  if (!files.contains("bauplan_project.yml") && !files.contains("bauplan_project.yaml")) {
    files["bauplan_project.yml"] = kYaml;
  }
  return ReadProject(files, FakeSqlAnalyzer());
}

/// "file:line:column reason", warnings with a "?".
std::vector<std::string> Said(const ReadResult& result) {
  std::vector<std::string> said;
  for (const Diagnostic& d : result.diagnostics) {
    const base::Place& at = d.error.place;
    said.push_back(at.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + " " +
                   d.error.reason + (d.is_error ? "" : "?"));
  }
  return said;
}

std::vector<std::string> SaidOf(const std::string& python) {
  return Said(Read({{"m.py", "import bauplan\n" + python}}));
}

TEST(ReadProject, DefaultArguments) {
  const ReadResult result =
      Read({{"models.py", R"(
import bauplan
import pyarrow as pa

@bauplan.model(name='trips', columns=['a', "b"], partitioned_by=['year(ts)', 'region'],
               materialization_strategy='REPLACE', internet_access=True)
@bauplan.python('3.11', pip={'polars': '1.37', 'scikit_learn': '1.5'})
@bauplan.resources(cpus=0.5, memory='1G', timeout=90)
def clean(
    x=bauplan.Model('taxi', columns=['a', 'b'], filter="a > 3 AND b IS NOT NULL", ref='main'),
    data: pa.Table = bauplan.Model(name='zones', columns=['*']),
    n=bauplan.Parameter('n'),
    verbose=False,
):
    return x
)"},
            {"bauplan_project.yml", std::string(kYaml) + "parameters:\n  n:\n    type: int\n"}});
  ASSERT_THAT(Said(result), IsEmpty());
  ASSERT_EQ(result.graph.nodes.size(), 1u);
  const NodeDecl& node = result.graph.nodes[0];
  EXPECT_EQ(node.name, "trips");
  EXPECT_EQ(node.function, "clean");
  EXPECT_EQ(node.place, (base::Place{"models.py", 9, 5}));
  EXPECT_EQ(node.strategy, Strategy::kReplace);
  EXPECT_EQ(node.partitioned_by[0].text, "year(ts)");
  EXPECT_EQ(node.partitioned_by[1].column, "region");
  EXPECT_TRUE(node.internet_access);
  EXPECT_EQ(node.environment.python_version, "3.11");
  EXPECT_EQ(node.environment.packages.at("polars").text, "1.37");
  EXPECT_EQ(node.resources.memory_bytes, 1ull << 30);
  EXPECT_EQ(node.resources.time_max, std::chrono::seconds(90));
  ASSERT_EQ(node.inputs.size(), 2u);
  EXPECT_EQ(node.inputs[0].argument, "x");
  EXPECT_EQ(node.inputs[0].model, "taxi");
  EXPECT_EQ(node.inputs[0].ref, "main");
  EXPECT_EQ(columnar::ToString(*node.inputs[0].filter.predicate), "(a > 3 AND b IS NOT NULL)");
  EXPECT_TRUE(node.inputs[1].columns.empty()) << "['*'] is all of them";
  EXPECT_EQ(node.parameters[0].argument, "n");
}

TEST(ReadProject, AnnotatedWithTableSchemas) {
  const ReadResult result = Read({{"models.py", R"(
from typing import Annotated
import bauplan as bp
import pyarrow
from schemas import Trip

class Report(bp.TableSchema):
    day: bp.Date32
    fare: Annotated[
        bp.Float64 | None, bp.TableField(name='fare $', doc='gross', lineage=Trip['fare'])]
    extra: bp.Any

@bp.python(version='3.12')
@bp.model(materialization_strategy='APPEND')
def report(
    trips: Annotated[
        pyarrow.Table, bp.Model('taxi.trips', projection_schema=Trip, filter='fare > 1')],
) -> Annotated[pyarrow.Table, Report]:
    return trips

@bp.expectation()
def check(r: Annotated[pyarrow.Table, bp.Model('report')]) -> bool:
    return True
)"},
                                  {"schemas.py", R"(
import boathouse
class Base(boathouse.TableSchema):
    id: boathouse.Int64
class Trip(Base):
    fare: boathouse.Float64 | None
)"}});
  ASSERT_THAT(Said(result), IsEmpty());
  const NodeDecl& report = *result.graph.Find("report");
  ASSERT_TRUE(report.contract);
  EXPECT_THAT(report.contract->columns, ElementsAre("day", "fare $", "extra"));
  EXPECT_THAT(report.contract->any_columns, ElementsAre("extra"));
  EXPECT_EQ(report.contract->schema.Find("day")->type, columnar::TypeId::kDate);
  EXPECT_TRUE(report.contract->schema.Find("day")->required);
  EXPECT_FALSE(report.contract->schema.Find("fare $")->required);
  EXPECT_EQ(report.contract->schema.Find("fare $")->doc, "gross");
  EXPECT_EQ(report.contract->lineage.at("fare $"), "Trip['fare']");
  const InputDecl& trips = report.inputs[0];
  EXPECT_EQ(trips.model, "taxi.trips");
  ASSERT_EQ(trips.columns.size(), 2u);
  EXPECT_EQ(trips.columns[0].text, "id") << "inherited columns come first";
  EXPECT_EQ(trips.contract->schema.Find("fare")->type, columnar::TypeId::kDouble);
  EXPECT_EQ(result.graph.Find("check")->kind, NodeDeclKind::kExpectation);
}

TEST(ReadProject, ImportsUnderOtherNamesAndConstants) {
  const ReadResult result =
      Read({{"m.py", R"(
from bauplan import model as m, Model, python
from settings import SOURCE
COLUMNS = ['a', 'b']
@m()
@python(pip={'pandas': '2.2.0'})
def one(t=Model(SOURCE, columns=COLUMNS)):
    return t
)"},
            {"settings.py", "SOURCE = 'taxi'\n"},
            {"star.py", "from boathouse import *\n@model()\ndef two(): pass\n"}});
  ASSERT_THAT(Said(result), IsEmpty());
  EXPECT_EQ(result.graph.nodes[0].inputs[0].model, "taxi");
  EXPECT_EQ(result.graph.nodes[0].inputs[0].columns.size(), 2u);
  EXPECT_NE(result.graph.Find("two"), nullptr);
}

TEST(ReadProject, OnlyNamesBoundOnceAreConstants) {
  EXPECT_THAT(SaidOf("X = 'a'\nX = 'b'\n@bauplan.model(name=X)\ndef f(): pass\n"),
              ElementsAre("m.py:4:21 project.not_literal"));
  EXPECT_THAT(SaidOf("X = ['a']\nX[0] = 'b'\n@bauplan.model(columns=X)\ndef f(): pass\n"),
              ElementsAre("m.py:4:24 project.not_literal"));
  EXPECT_THAT(SaidOf("if 1:\n  X = 'a'\n@bauplan.model(name=X)\ndef f(): pass\n"),
              ElementsAre("m.py:4:21 project.not_literal"));
  EXPECT_THAT(SaidOf("@bauplan.model(name='a' + 'b')\ndef f(): pass\n"),
              ElementsAre("m.py:2:21 project.not_literal"));
  EXPECT_THAT(SaidOf("@bauplan.model(name=f'{1}')\ndef f(): pass\n"),
              ElementsAre("m.py:2:21 project.not_literal"));
}

TEST(ReadProject, StringsAreReadAsPythonReadsThem) {
  const ReadResult result = Read({{"m.py",
                                   "import bauplan\n@bauplan.model(columns=['a\\tb', "
                                   "r'a\\b', 'x' \"y\", '\\u00e9', '''q''', 'it\\'s'])\n"
                                   "def f(): pass\n"}});
  ASSERT_THAT(Said(result), IsEmpty());
  std::vector<std::string> names;
  for (const PlacedText& column : result.graph.nodes[0].columns) names.push_back(column.text);
  EXPECT_THAT(names, ElementsAre("a\tb", "a\\b", "xy", "é", "q", "it's"));
}

TEST(ReadProject, SqlFiles) {
  const ReadResult result =
      Read({{"daily.sql", R"(-- bauplan: name = trips_daily
--bauplan: materialization_strategy=REPLACE partitioned-by="day(ts), region"
-- bauplan: output_schema=Daily
SELECT a.x FROM taxi.trips a JOIN "zones" USING (id) WHERE y > $low AND z <> '$no'
)"},
            {"sub/more.sql", "WITH c AS (SELECT 1) SELECT * FROM c, 1"},
            {"s.py", "from bauplan import *\nclass Daily(TableSchema):\n  x: Int64\n"},
            {"bauplan_project.yml", std::string(kYaml) + "parameters:\n  low:\n    type: int\n"}});
  ASSERT_THAT(Said(result), IsEmpty());
  const NodeDecl& daily = *result.graph.Find("trips_daily");
  EXPECT_EQ(daily.kind, NodeDeclKind::kSqlModel);
  EXPECT_EQ(daily.strategy, Strategy::kReplace);
  EXPECT_EQ(daily.partitioned_by.size(), 2u);
  EXPECT_EQ(daily.contract->name, "Daily");
  EXPECT_THAT(daily.sql_parameters, ElementsAre("low"));
  ASSERT_EQ(daily.inputs.size(), 2u);
  EXPECT_EQ(daily.inputs[0].model, "taxi.trips");
  EXPECT_EQ(daily.inputs[0].place, (base::Place{"daily.sql", 4, 17}));
  EXPECT_TRUE(result.graph.Find("more")->inputs.empty());
}

TEST(ReadProject, ProjectFile) {
  const ReadResult result =
      Read({{"bauplan_project.yaml", R"(
project:
  id: 01234567-89AB-4cde-8f01-23456789abcd
  name: trial
  description: words
defaults:
  namespace: taxi.raw
  timeout: 600
  python:
    version: 3.12
    packages:
      - {name: pandas, version: 2.2.0}
parameters:
  golden: {type: float, default: 1.5}
  flag: {type: bool, default: yes, required: true, description: d}
  who: {default: bob}
)"},
            {"requirements.txt", "numpy==2.0  # why\npandas==1.0\npolars\n"}});
  ASSERT_THAT(Said(result), IsEmpty());
  const ProjectGraph& graph = result.graph;
  EXPECT_EQ(graph.id, "01234567-89ab-4cde-8f01-23456789abcd");
  EXPECT_EQ(graph.default_namespace, "taxi.raw");
  EXPECT_EQ(graph.default_time_max, std::chrono::seconds(600));
  EXPECT_EQ(graph.default_environment.python_version, "3.12");
  EXPECT_EQ(graph.default_environment.packages.at("pandas").text, "2.2.0");
  EXPECT_EQ(graph.default_environment.packages.at("numpy").text, "2.0");
  EXPECT_EQ(graph.default_environment.packages.at("polars").text, "");
  ASSERT_EQ(graph.parameters.size(), 3u);
  EXPECT_EQ(*graph.parameters[0].default_value, columnar::Literal::Double(1.5));
  EXPECT_EQ(*graph.parameters[1].default_value, columnar::Literal::Boolean(true));
  EXPECT_TRUE(graph.parameters[1].required);
  EXPECT_EQ(graph.parameters[2].type, ParameterType::kStr);
}

TEST(ReadProject, BadProjectFiles) {
  auto said = [](const std::string& yaml) {
    return Said(ReadProject({{"bauplan_project.yml", yaml}}, FakeSqlAnalyzer()));
  };
  EXPECT_THAT(Said(ReadProject({}, FakeSqlAnalyzer())), ElementsAre(":0:0 project.no_file"));
  EXPECT_THAT(Said(Read({{"bauplan_project.yml", kYaml}, {"bauplan_project.yaml", kYaml}})),
              ElementsAre("bauplan_project.yaml:1:1 project.two_files"));
  EXPECT_THAT(said("project:\n  id: 123\n"), ElementsAre("bauplan_project.yml:2:7 project.bad_id"));
  EXPECT_THAT(said("project:\n  name: x\n"), ElementsAre("bauplan_project.yml:2:3 project.bad_id"));
  EXPECT_THAT(said("project: [\n"), ElementsAre(::testing::HasSubstr("project.bad_yaml")));
  EXPECT_THAT(said("just text\n"), ElementsAre("bauplan_project.yml:1:1 project.bad_yaml"));
  const std::string good = kYaml;
  EXPECT_THAT(said(good + "defalts:\n  x: 1\n"),
              ElementsAre("bauplan_project.yml:4:1 project.unknown_key?"));
  EXPECT_THAT(said(good + "parameters:\n  n:\n    type: int\n    default: many\n"),
              ElementsAre("bauplan_project.yml:7:14 project.bad_parameter_value"));
  EXPECT_THAT(said(good + "parameters:\n  n:\n    type: integer\n  'a b':\n    default: 1\n"),
              ElementsAre("bauplan_project.yml:6:11 project.bad_parameter",
                          "bauplan_project.yml:7:3 project.bad_parameter"));
  EXPECT_THAT(said(good + "include_paths:\n  - ../x.sql\n  - sql/*.py\n"),
              ElementsAre("bauplan_project.yml:5:5 project.bad_include",
                          "bauplan_project.yml:6:5 project.bad_include"));
  EXPECT_THAT(said(good + "defaults:\n  timeout: soon\n  python:\n    version: 2.7\n"),
              ElementsAre("bauplan_project.yml:5:12 project.bad_resource",
                          "bauplan_project.yml:7:14 project.bad_python_version"));
}

TEST(ReadProject, SaysEverythingAtOnceInOrder) {
  const ReadResult result = Read({{"b.py", R"(import bauplan
@bauplan.model(materialization_strategy='REPLCE', partition_by='x')
@bauplan.resources(memory='lots')
@bauplan.extras('ai')
def one(x=bauplan.Model('t', connector='snowflake'), y=3, z=None, *rest, w): pass
)"},
                                  {"a.py", "import bauplan\ndef f(:\n  pass\n"},
                                  {"c.sql", "SELECT *\nFROM BROKEN"}});
  EXPECT_THAT(
      Said(result),
      UnorderedElementsAre(::testing::StartsWith("a.py:2:"), "b.py:2:41 project.bad_strategy",
                           "b.py:2:51 project.unknown_keyword?", "b.py:3:27 project.bad_resource",
                           "b.py:4:2 project.extras", "b.py:5:30 project.connectors",
                           "b.py:5:67 project.unbound_argument",
                           "b.py:5:74 project.unbound_argument", "c.sql:2:6 project.sql_syntax"));
  EXPECT_THAT(result.diagnostics[1].error.message, ::testing::HasSubstr("REPLACE"));
  EXPECT_EQ(result.diagnostics[0].error.place.file, "a.py");
}

// To the grammar all the code around an open bracket is one error, from the first line on.
TEST(ReadProject, APythonSyntaxErrorIsWhereAPersonMendsIt) {
  const auto said = [](const std::string& body) {
    return Said(
        Read({{"a.py", "import bauplan\n@bauplan.model()\ndef one(t=bauplan.Model('t')):\n" + body +
                           "\n@bauplan.model()\ndef two(a=bauplan.Model('t')):\n" +
                           "    return [{'n': (1)}]\n"}}));
  };
  EXPECT_THAT(said("    x = {'[': (1, 2)}\n    return [1, 2\n"),
              ElementsAre("a.py:5:12 project.python_syntax"));
  EXPECT_THAT(said("    return f(a[1)\n"), ElementsAre("a.py:4:15 project.python_syntax"));
  EXPECT_THAT(said("    return {'a': 1\n"), ElementsAre("a.py:4:12 project.python_syntax"));
  EXPECT_THAT(said("    return 'abc (\n"), ElementsAre("a.py:4:12 project.python_syntax"));
  EXPECT_THAT(said("    return 1 +* 2\n"), ElementsAre(::testing::StartsWith("a.py:4:")));
  EXPECT_THAT(said("    y = 1 +* 2\n    return [1\n"),
              ElementsAre(::testing::StartsWith("a.py:4:"), "a.py:5:12 project.python_syntax"));
}

// Each took minutes, or the stack, when children were found by counting and nesting had no bound.
TEST(ReadProject, HostileSourcesAreReadInTime) {
  const auto many = [](const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  for (const std::string& body :
       {many("@", 50'000), "x = (" + many("a, ", 50'000) + ")\n", "f(" + many("@", 50'000),
        many("a = ", 50'000) + "1\n", "del " + many("(", 5'000) + "a" + many(")", 5'000) + "\n",
        "def f(" + many("a, ", 50'000) + "): pass\n"}) {
    (void)Read({{"a.py", "import bauplan\n" + body}});
  }
}

TEST(ReadProject, NamesBothPlacesOfADuplicate) {
  const ReadResult result = Read({{"a.py", "import bauplan\n@bauplan.model()\ndef trips(): pass\n"},
                                  {"trips.sql", "SELECT 1"}});
  ASSERT_THAT(Said(result), ElementsAre("trips.sql:1:1 project.duplicate_name"));
  EXPECT_THAT(result.diagnostics[0].error.message, ::testing::HasSubstr("a.py:3"));
  EXPECT_THAT(result.diagnostics[0].error.message, ::testing::HasSubstr("trips.sql:1"));
}

TEST(ReadProject, OverwritePartitions) {
  const std::string start = "@bauplan.model(materialization_strategy='OVERWRITE_PARTITIONS'";
  const std::string end = ")\ndef f(): pass\n";
  EXPECT_THAT(SaidOf(start + end),
              ElementsAre("m.py:3:5 project.bad_overwrite", "m.py:3:5 project.bad_overwrite"));
  const std::string by = ", partitioned_by='day(ts), region', overwrite_filter=";
  EXPECT_THAT(SaidOf(start + by + "\"ts >= '2024-01-01' AND region IN ('a', 'b')\"" + end),
              IsEmpty());
  const auto bad = ElementsAre(::testing::EndsWith("project.bad_overwrite"));
  EXPECT_THAT(SaidOf(start + by + "'other = 1'" + end), bad);
  EXPECT_THAT(SaidOf(start + by + "'region BETWEEN 1 AND 2'" + end), bad);
  EXPECT_THAT(SaidOf(start + by + "'lower(region) = 1'" + end), bad);
  EXPECT_THAT(SaidOf(start + by + "'region::INT = 1'" + end), bad);
  EXPECT_THAT(SaidOf("@bauplan.model(overwrite_filter='a = 1')\ndef f(): pass\n"), bad);
}

TEST(ReadProject, PartitionTexts) {
  auto fields = [](const std::string& text) {
    const ReadResult result =
        Read({{"m.py",
               "import bauplan\n@bauplan.model(materialization_strategy='APPEND', "
               "partitioned_by=" +
                   text + ")\ndef f(): pass\n"}});
    std::vector<std::string> found = Said(result);
    for (const PartitionDecl& field : result.graph.nodes[0].partitioned_by) {
      found.push_back(field.text);
    }
    return found;
  };
  EXPECT_THAT(fields("'YEAR(ts), region'"), ElementsAre("year(ts)", "region"));
  EXPECT_THAT(fields("('bucket(id, 16)', 'truncate(4, \"na me\")')"),
              ElementsAre("bucket(16, id)", "truncate(4, na me)"));
  const std::string bad = "m.py:2:66 project.bad_transform";
  EXPECT_THAT(fields("'yeer(ts)'"), ElementsAre(bad));
  EXPECT_THAT(fields("'bucket(id)'"), ElementsAre(bad));
  EXPECT_THAT(fields("'day(ts'"), ElementsAre(bad));
  EXPECT_THAT(fields("'a,,b'"), ElementsAre(bad, "a", "b"));
}

TEST(ReadProject, UndeclaredParametersAndSecrets) {
  const ReadResult result =
      Read({{"m.py",
             "import bauplan\n@bauplan.model()\ndef f(a=bauplan.Model('t', filter='x > $yeer'), "
             "p=bauplan.Parameter('pw'), v=bauplan.Parameter('va')): pass\n"},
            {"s.sql", "SELECT *\nFROM t WHERE x = $other AND y = $pw"},
            {"bauplan_project.yml",
             std::string(kYaml) +
                 "parameters:\n  year: {type: int}\n  pw: {type: secret}\n  va: {type: vault}\n"}});
  EXPECT_THAT(
      Said(result),
      ElementsAre("m.py:3:35 project.unknown_parameter", "m.py:3:96 project.vault",
                  "s.sql:2:18 project.unknown_parameter", "s.sql:2:33 project.secret_in_sql"));
  EXPECT_THAT(result.diagnostics[0].error.message, ::testing::HasSubstr("\"year\""));
}

TEST(ReadProject, SchemasWithMistakes) {
  EXPECT_THAT(SaidOf("class S(bauplan.TableSchema):\n  a: bauplan.Int46\n  b: bauplan.Int32\n"),
              ElementsAre("m.py:3:6 project.bad_schema"));
  EXPECT_THAT(SaidOf("class Q(bauplan.TableSchema):\n  a: bauplan.Int32\n@bauplan.model()\n"
                     "def f(x=bauplan.Model('t', projection_schema=R)): pass\n"),
              ElementsAre("m.py:5:46 project.unknown_schema"));
}

TEST(ReadProject, DecoratorsWithoutParenthesesOrUse) {
  EXPECT_THAT(SaidOf("@bauplan.model\ndef f(): pass\n"),
              ElementsAre("m.py:2:2 project.bad_decorator"));
  EXPECT_THAT(SaidOf("@bauplan.python('3.11')\ndef helper(): pass\n"),
              ElementsAre("m.py:3:5 project.bad_decorator?"));
}

// Whatever stands in the files, reading answers.
TEST(ReadProject, SurvivesDamagedFiles) {
  base::SeededRng rng(3);
  base::SeededRng ids(1);
  const Snapshot good = InitFiles("demo", ids);
  for (int i = 0; i < 400; ++i) {
    Snapshot bad = good;
    for (auto& [path, text] : bad) {
      for (int j = 0; j < 3; ++j) {
        const size_t at = rng.Next() % text.size();
        switch (rng.Next() % 3) {
          case 0:
            text.erase(at, rng.Next() % 20);
            break;
          case 1:
            text[at] = static_cast<char>(rng.Next() % 256);
            break;
          default:
            text.insert(at, "\"([{'\n:=$--"[rng.Next() % 11] + std::string());
        }
        if (text.empty()) text = "x";
      }
    }
    (void)ReadProject(bad, FakeSqlAnalyzer());
  }
}

TEST(InitFiles, IsAProjectWithoutMistakes) {
  base::SeededRng rng(1);
  const ReadResult result = ReadProject(InitFiles("my \"demo\"", rng), FakeSqlAnalyzer());
  EXPECT_THAT(Said(result), IsEmpty());
  EXPECT_EQ(result.graph.name, "my \"demo\"");
  EXPECT_EQ(result.graph.nodes.size(), 4u);
}

TEST(SnapshotDigest, DependsOnEveryPathAndByte) {
  const std::string digest = SnapshotDigest({{"a", "b"}});
  EXPECT_EQ(digest, SnapshotDigest({{"a", "b"}}));
  EXPECT_NE(digest, SnapshotDigest({{"a", "c"}}));
  EXPECT_NE(digest, SnapshotDigest({{"ab", ""}}));
}

}  // namespace
}  // namespace project
