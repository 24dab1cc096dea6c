// Edits the `parameters:` of a project file in place; comments and layout stay as they are (F-103).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "project/project_graph.h"

namespace project {

struct ParameterChange {
  std::string name;
  std::optional<std::string> value;
  std::optional<ParameterType> type;
  std::optional<std::string> description;
  std::optional<bool> required;
  std::string key;  // of a secret's value: names the key it was encrypted under
};

/// The parameters of a project file. "project.bad_yaml", or the first mistake among them.
base::Result<std::vector<ParameterDecl>> ListParameters(std::string_view yaml);

/// The id in a project file, in lower case. "project.bad_yaml", or what is wrong with it.
base::Result<std::string> ProjectId(std::string_view yaml);

/// The text with the parameter added or changed; what the change does not name stays. A change of
/// type demands a value. kInvalidArgument "project.bad_parameter"; kUnimplemented
/// "project.flow_style" when the parameters are written in braces on one line;
/// kUnimplemented "project.vault". A secret's value is its ciphertext in base64.
base::Result<std::string> SetParameter(std::string_view yaml, const ParameterChange& change);

/// The text without the parameter. kNotFound "project.unknown_parameter" with the nearest name.
base::Result<std::string> RemoveParameter(std::string_view yaml, std::string_view name);

/// A value written on the command line or in YAML, as its type (F-099). kInvalidArgument
/// "project.bad_parameter_value".
base::Result<columnar::Literal> ParseParameterValue(ParameterType type, std::string_view text);

}  // namespace project
