#include "project/init_template.h"

namespace project {
namespace {

constexpr std::string_view kModels = R"py(import bauplan


# Makes its own rows, so that this project runs on an empty lake. A model over a table of the lake
# names it instead: def trips(taxi=bauplan.Model('taxi_trips', columns=[...], filter='...')).
@bauplan.model(materialization_strategy='REPLACE')
def passengers(seed=bauplan.Parameter('seed'), rows=bauplan.Parameter('rows')):
    import random

    import pyarrow as pa

    generator = random.Random(seed)
    classes = [generator.choice([1, 2, 3, 3]) for _ in range(rows)]
    return pa.table({
        'id': pa.array(range(rows), pa.int64()),
        'class': pa.array(classes, pa.int64()),
        'age': pa.array([generator.randint(1, 80) for _ in range(rows)], pa.int64()),
        'survived': pa.array([generator.random() < 0.8 - 0.2 * c for c in classes]),
    })


# passengers_by_class.sql reads the model above; this one reads it in turn.
@bauplan.model(materialization_strategy='REPLACE')
def survival_report(by_class=bauplan.Model('passengers_by_class')):
    for row in by_class.to_pylist():
        print(f"class {row['class']}: {row['survived']} of {row['passengers']} survived")
    return by_class


@bauplan.expectation()
def ids_are_unique(passengers=bauplan.Model('passengers', columns=['id'])):
    from bauplan.standard_expectations import expect_column_all_unique

    return expect_column_all_unique(passengers, 'id')
)py";

constexpr std::string_view kSql =
    R"sql(-- Names in FROM are models of this project, or tables of the lake.
SELECT
  class,
  count(*) AS passengers,
  sum(CASE WHEN survived THEN 1 ELSE 0 END)::BIGINT AS survived
FROM passengers
GROUP BY class
ORDER BY class
)sql";

/// A text as a YAML or TOML string in double quotes.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::map<std::string, std::string> InitFiles(std::string_view name, base::Rng& rng) {
  std::string project = "project:\n  id: " + base::NewUuid(rng) + "\n  name: " + Quoted(name) +
                        "\n\nparameters:\n"
                        "  seed:\n    type: int\n    default: 7\n"
                        "    description: The same seed gives the same passengers\n"
                        "  rows:\n    type: int\n    default: 1000\n";
  std::string pyproject = "[project]\nname = " + Quoted(name) +
                          "\nversion = \"0.1.0\"\nrequires-python = \">=3.11\"\n"
                          "dependencies = [\"pyarrow\"]\n";
  return {{"bauplan_project.yml", std::move(project)},
          {"models.py", std::string(kModels)},
          {"passengers_by_class.sql", std::string(kSql)},
          {"pyproject.toml", std::move(pyproject)}};
}

}  // namespace project
