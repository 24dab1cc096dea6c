// The reasons of errors and warnings that planning reports.
#pragma once

#include <string_view>

namespace planner::reasons {

/// kNotFound: neither a model of the project nor a table of the lake. Context: table, nearest.
inline constexpr std::string_view kUnknownTable = "planner.unknown_table";
/// kNotFound: a column in columns=, filter=, a contract or partitioned_by that is not there.
/// Context: table, column, nearest.
inline constexpr std::string_view kUnknownColumn = "planner.unknown_column";
/// kInvalidArgument: models that wait for each other. Context: path.
inline constexpr std::string_view kCycle = "planner.cycle";
/// kInvalidArgument: a model that reads its own name.
inline constexpr std::string_view kSelfRead = "planner.self_read";
/// kInvalidArgument: a column of another type than the contract says. Context: column, type.
inline constexpr std::string_view kContractMismatch = "planner.contract_mismatch";
/// kInvalidArgument: a filter compares a column with something of another type.
inline constexpr std::string_view kFilterType = "planner.filter_type";
/// kInvalidArgument: a filter that cannot be read once its parameters have values.
inline constexpr std::string_view kBadFilter = "planner.bad_filter";
/// kInvalidArgument: a value for a parameter that the project does not declare. Context: nearest.
inline constexpr std::string_view kUnknownParameter = "planner.unknown_parameter";
/// kInvalidArgument: a parameter without a default got no value.
inline constexpr std::string_view kMissingParameter = "planner.missing_parameter";
/// kInvalidArgument: a value that is not of its parameter's type.
inline constexpr std::string_view kBadParameterValue = "planner.bad_parameter_value";
/// kInvalidArgument: a value in plain text for a secret parameter.
inline constexpr std::string_view kPlainSecret = "planner.plain_secret";
/// kInvalidArgument: an expectation that reads no table, or is read as if it were one.
inline constexpr std::string_view kBadExpectation = "planner.bad_expectation";
/// kInvalidArgument: the namespace or a table name breaks the rules for names.
inline constexpr std::string_view kBadName = "planner.bad_name";
/// kInvalidArgument: the project has neither a model nor an expectation.
inline constexpr std::string_view kEmptyProject = "planner.empty_project";

}  // namespace planner::reasons
