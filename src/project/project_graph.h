// What a project folder says, as values: parameters, functions, SQL models and the arrows between
// them, each with its place. Names are not resolved here: that is the planner's work.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "columnar/literal.h"
#include "columnar/predicate.h"
#include "columnar/type.h"

namespace project {

/// One mistake (or doubt) found in a project; `error` has its place, code and reason (reasons.h).
struct Diagnostic {
  bool is_error = true;  // else a warning
  base::Error error;
};

/// By file, line, column; errors before warnings at one place.
void SortByPlace(std::vector<Diagnostic>& diagnostics);
bool HasErrors(const std::vector<Diagnostic>& diagnostics);

enum class ParameterType { kStr, kInt, kFloat, kBool, kSecret, kVault };
/// "str", "int", ...
std::string_view ParameterTypeName(ParameterType type);
std::optional<ParameterType> ParseParameterType(std::string_view text);

/// One entry of `parameters:` (F-098).
struct ParameterDecl {
  std::string name;
  ParameterType type = ParameterType::kStr;
  std::optional<columnar::Literal> default_value;  // typed; none for secret and vault
  std::string secret_text;                         // secret and vault: the default as stored
  bool required = false;
  std::string description;
  std::string key;
  base::Place place;
};

/// A text with the place it begins at.
struct PlacedText {
  std::string text;
  base::Place place;
  bool operator==(const PlacedText&) const = default;
};

/// A TableSchema class, or the columns of one.
struct Contract {
  std::string name;                            // of the class
  std::vector<std::string> columns;            // all of them in order, those of type Any too
  columnar::Schema schema;                     // those with a type; required = not nullable
  std::vector<std::string> any_columns;        // declared as Any: their type is not checked
  std::map<std::string, std::string> lineage;  // column → "parent['col']", as written
  std::map<std::string, base::Place> places;   // column → where it is declared
  base::Place place;
};

/// A filter as written, with what is known about it before parameters have values.
struct Filter {
  PlacedText text;                      // empty = none
  std::vector<std::string> parameters;  // names after "$"
  std::vector<std::string> columns;     // that it reads, in order of appearance
  /// What it says; none when it has parameters (ask again when they have values).
  std::optional<columnar::Predicate> predicate;
};

/// One table a function reads (F-039…F-049), or one name in an SQL model's FROM.
struct InputDecl {
  std::string argument;  // Python parameter; SQL: as `model`
  std::string model;     // "t" or "ns.t", as written
  base::Place place;
  std::vector<PlacedText> columns;  // empty = all
  Filter filter;
  std::string ref;  // empty = the run's
  std::optional<Contract> contract;
};

/// A Python argument that takes a parameter's value.
struct ParameterUse {
  std::string argument;
  std::string parameter;
  base::Place place;
};

enum class NodeDeclKind { kPythonModel, kSqlModel, kExpectation };
enum class Strategy { kNone, kReplace, kAppend, kOverwritePartitions };
/// "NONE", "REPLACE", ...
std::string_view StrategyName(Strategy strategy);

/// What a function asks for; nothing = the project's or the built-in default (F-026…F-031).
struct EnvironmentDecl {
  std::string python_version;
  base::Place python_version_place;
  std::map<std::string, PlacedText> packages;  // name as written → version
};

struct ResourcesDecl {
  std::optional<double> cpus;
  std::optional<uint64_t> memory_bytes;
  std::optional<base::Duration> time_max;
};

/// One field of partitioned_by.
struct PartitionDecl {
  std::string text;    // canonical: "day(ts)", "region", "bucket(16, id)"
  std::string column;  // the source column
  base::Place place;
};

/// A model or an expectation.
struct NodeDecl {
  NodeDeclKind kind = NodeDeclKind::kPythonModel;
  std::string name;      // of the model: name= or the function's / file's
  std::string function;  // Python
  base::Place place;     // of the function's name, or of the SQL file's first line
  std::vector<InputDecl> inputs;
  std::vector<ParameterUse> parameters;
  Strategy strategy = Strategy::kNone;
  std::vector<PartitionDecl> partitioned_by;
  Filter overwrite_filter;
  std::vector<PlacedText> columns;   // output contract by name; empty = anything
  std::optional<Contract> contract;  // output contract by TableSchema
  bool cache = true;                 // cache_strategy
  bool internet_access = false;
  EnvironmentDecl environment;
  ResourcesDecl resources;
  std::string sql;                          // SQL: the file's text
  std::vector<std::string> sql_parameters;  // SQL: names after "$" in the text
};

/// The project file and everything found in the code, in order of file name and line.
struct ProjectGraph {
  std::string project_file;  // "bauplan_project.yml"
  std::string id;            // UUID, lower case
  std::string name;
  std::string description;
  std::string default_namespace;        // empty = none
  EnvironmentDecl default_environment;  // with requirements.txt added
  std::optional<base::Duration> default_time_max;
  std::vector<ParameterDecl> parameters;
  std::vector<NodeDecl> nodes;
  std::string code_digest;  // sha256 hex over the snapshot (SnapshotDigest)

  const NodeDecl* Find(std::string_view name) const;
  const ParameterDecl* FindParameter(std::string_view name) const;
};

}  // namespace project
