// Names of namespaces and tables, and what is allowed in them.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace model {

inline constexpr std::string_view kDefaultNamespace = "bauplan";

/// Levels from the outside in; text form joins them with dots: "a.b".
struct Namespace {
  std::vector<std::string> levels;
  std::string ToString() const;
  auto operator<=>(const Namespace&) const = default;
};

struct TableName {
  Namespace ns;
  std::string name;
  std::string ToString() const;  // "ns.table"
  auto operator<=>(const TableName&) const = default;
};

/// kInvalidArgument "model.bad_name" unless every level is 1 to 255 bytes of UTF-8 without control
/// characters, dots or slashes.
base::Result<Namespace> ParseNamespace(std::string_view text);

/// "table" in `default_namespace`, or "ns.table" (the last dot parts). kInvalidArgument
/// "model.bad_name".
base::Result<TableName> ParseTableName(std::string_view text, const Namespace& default_namespace);

/// The rule above for one part of a name.
base::Status CheckNamePart(std::string_view what, std::string_view part);

}  // namespace model
