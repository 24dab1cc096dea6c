#include "project/project_graph.h"

#include <algorithm>
#include <tuple>

namespace project {

void SortByPlace(std::vector<Diagnostic>& diagnostics) {
  const auto key = [](const Diagnostic& d) {
    return std::tuple(std::string_view(d.error.place.file), d.error.place.line,
                      d.error.place.column, !d.is_error);
  };
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
}

bool HasErrors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.is_error; });
}

std::string_view ParameterTypeName(ParameterType type) {
  switch (type) {
    case ParameterType::kStr:
      return "str";
    case ParameterType::kInt:
      return "int";
    case ParameterType::kFloat:
      return "float";
    case ParameterType::kBool:
      return "bool";
    case ParameterType::kSecret:
      return "secret";
    case ParameterType::kVault:
      return "vault";
  }
  return "unknown";
}

std::optional<ParameterType> ParseParameterType(std::string_view text) {
  for (const ParameterType type :
       {ParameterType::kStr, ParameterType::kInt, ParameterType::kFloat, ParameterType::kBool,
        ParameterType::kSecret, ParameterType::kVault}) {
    if (ParameterTypeName(type) == text) return type;
  }
  return std::nullopt;
}

std::string_view StrategyName(Strategy strategy) {
  switch (strategy) {
    case Strategy::kNone:
      return "NONE";
    case Strategy::kReplace:
      return "REPLACE";
    case Strategy::kAppend:
      return "APPEND";
    case Strategy::kOverwritePartitions:
      return "OVERWRITE_PARTITIONS";
  }
  return "unknown";
}

const NodeDecl* ProjectGraph::Find(std::string_view wanted) const {
  for (const NodeDecl& node : nodes) {
    if (node.name == wanted) return &node;
  }
  return nullptr;
}

const ParameterDecl* ProjectGraph::FindParameter(std::string_view wanted) const {
  for (const ParameterDecl& parameter : parameters) {
    if (parameter.name == wanted) return &parameter;
  }
  return nullptr;
}

}  // namespace project
