// The reasons of errors and warnings that reading a project reports.
#pragma once

#include <string_view>

namespace project::reasons {

/// kNotFound: the folder is not there.
inline constexpr std::string_view kNoFolder = "project.no_folder";
/// kNotFound: no bauplan_project.yml or .yaml.
inline constexpr std::string_view kNoFile = "project.no_file";
/// kInvalidArgument: both bauplan_project.yml and .yaml.
inline constexpr std::string_view kTwoFiles = "project.two_files";
/// kInvalidArgument: a link that leads out of the project.
inline constexpr std::string_view kLinkOutside = "project.link_outside";
/// kInvalidArgument: an include_paths pattern that is not allowed.
inline constexpr std::string_view kBadInclude = "project.bad_include";
/// kResourceExhausted: too many or too large files.
inline constexpr std::string_view kTooLarge = "project.too_large";
/// kInvalidArgument: the project file is no YAML, or not a map.
inline constexpr std::string_view kBadYaml = "project.bad_yaml";
/// kInvalidArgument: a value in the project file of the wrong kind.
inline constexpr std::string_view kBadValue = "project.bad_value";
/// kInvalidArgument: project.id is missing or no UUID.
inline constexpr std::string_view kBadId = "project.bad_id";
/// Warning, kInvalidArgument: a key nobody reads. Context: nearest.
inline constexpr std::string_view kUnknownKey = "project.unknown_key";
/// kInvalidArgument: a parameter declared wrongly.
inline constexpr std::string_view kBadParameter = "project.bad_parameter";
/// kInvalidArgument: a value that is not of its parameter's type.
inline constexpr std::string_view kBadParameterValue = "project.bad_parameter_value";
/// kNotFound: a parameter that the project file does not declare. Context: nearest.
inline constexpr std::string_view kUnknownParameter = "project.unknown_parameter";
/// kUnimplemented: parameters written in braces on one line cannot be edited in place.
inline constexpr std::string_view kFlowStyle = "project.flow_style";
/// kUnimplemented: parameters that name a place in a vault.
inline constexpr std::string_view kVault = "project.vault";
/// kInvalidArgument: a secret in SQL or in a filter, which plans show and logs keep.
inline constexpr std::string_view kSecretInSql = "project.secret_in_sql";
/// kUnimplemented: inputs from other warehouses.
inline constexpr std::string_view kConnectors = "project.connectors";
/// kUnimplemented: @bauplan.extras.
inline constexpr std::string_view kExtras = "project.extras";
/// kInvalidArgument: Python that does not parse.
inline constexpr std::string_view kPythonSyntax = "project.python_syntax";
/// kInvalidArgument: SQL that does not parse, or is not one SELECT.
inline constexpr std::string_view kSqlSyntax = "project.sql_syntax";
/// kInvalidArgument: an argument that is no literal, nor a constant bound once to one.
inline constexpr std::string_view kNotLiteral = "project.not_literal";
/// kInvalidArgument: an argument of the wrong kind.
inline constexpr std::string_view kBadArgument = "project.bad_argument";
/// Warning, kInvalidArgument: a keyword that nothing reads. Context: nearest.
inline constexpr std::string_view kUnknownKeyword = "project.unknown_keyword";
/// kInvalidArgument: a function or decorator used in a way that cannot work.
inline constexpr std::string_view kBadDecorator = "project.bad_decorator";
/// kInvalidArgument: a function parameter that is neither a Model nor a Parameter.
inline constexpr std::string_view kUnboundArgument = "project.unbound_argument";
/// kAlreadyExists: two models of one name. Context: other.
inline constexpr std::string_view kDuplicateName = "project.duplicate_name";
/// kInvalidArgument: a model's name that no table can have.
inline constexpr std::string_view kBadName = "project.bad_name";
/// kInvalidArgument: materialization_strategy. Context: nearest.
inline constexpr std::string_view kBadStrategy = "project.bad_strategy";
/// kInvalidArgument: OVERWRITE_PARTITIONS without what it needs, or its options without it.
inline constexpr std::string_view kBadOverwrite = "project.bad_overwrite";
/// kInvalidArgument: partitioned_by.
inline constexpr std::string_view kBadTransform = "project.bad_transform";
/// kInvalidArgument: filter= or overwrite_filter=.
inline constexpr std::string_view kBadFilter = "project.bad_filter";
/// kInvalidArgument: memory, cpus or timeout.
inline constexpr std::string_view kBadResource = "project.bad_resource";
/// kInvalidArgument: a Python version nobody offers.
inline constexpr std::string_view kBadPythonVersion = "project.bad_python_version";
/// kInvalidArgument: a package or its version.
inline constexpr std::string_view kBadPackage = "project.bad_package";
/// kInvalidArgument: a TableSchema with an unknown type or an odd field.
inline constexpr std::string_view kBadSchema = "project.bad_schema";
/// kNotFound: a TableSchema that no file declares. Context: nearest.
inline constexpr std::string_view kUnknownSchema = "project.unknown_schema";

}  // namespace project::reasons
