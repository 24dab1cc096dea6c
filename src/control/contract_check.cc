#include "control/contract_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "control/reasons.h"

namespace control {
namespace {

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::optional<base::Error> BrokenContract(const plan::LogicalNode& node,
                                          const columnar::Schema& schema) {
  const auto broken = [&](const std::string& column, const std::string& problem) {
    return base::Error(base::Code::kUserCode, kContractBroken,
                       "the result of \"" + node.name + "\" breaks its contract: column \"" +
                           column + "\" " + problem)
        .Set("model", node.name)
        .Set("column", column)
        .At(node.place);
  };
  for (const std::string& column : node.contract_columns) {
    if (column != "*" && schema.Find(column) == nullptr) return broken(column, "is missing");
  }
  const bool any = node.contract_columns.empty() || Contains(node.contract_columns, "*");
  for (const columnar::Field& field : schema.fields) {
    if (!any && !Contains(node.contract_columns, field.name))
      return broken(field.name, "is not in it");
  }
  if (!node.contract) return std::nullopt;
  for (const columnar::Field& wanted : node.contract->fields) {
    const columnar::Field* found = schema.Find(wanted.name);
    if (found == nullptr) return broken(wanted.name, "is missing");
    if (!Contains(node.contract_any, wanted.name) &&
        found->type.ToString() != wanted.type.ToString()) {
      return broken(wanted.name,
                    "is " + found->type.ToString() + ", not " + wanted.type.ToString());
    }
  }
  for (const columnar::Field& field : schema.fields) {
    if (node.contract->Find(field.name) == nullptr) return broken(field.name, "is not in it");
  }
  return std::nullopt;
}

}  // namespace control
