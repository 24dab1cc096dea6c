#include "control/names.h"

#include "control/reasons.h"

namespace control {

base::Result<model::TableName> TableOf(const std::string& table, const std::string& ns) {
  ASSIGN_OR_RETURN(const model::Namespace home,
                   model::ParseNamespace(ns.empty() ? model::kDefaultNamespace : ns));
  ASSIGN_OR_RETURN(model::TableName name, model::ParseTableName(table, home));
  if (!ns.empty() && name.ns != home) {
    return base::Error(base::Code::kInvalidArgument, kNamespaceUnresolved,
                       "table \"" + table + "\" names a namespace other than \"" + ns +
                           "\": give one of the two")
        .Set("table", table)
        .Set("namespace", ns);
  }
  return name;
}

base::Result<catalog::ResolvedRef> RefOf(const base::Context& ctx, Parts& parts,
                                         const std::string& ref) {
  return parts.catalog.Resolve(ctx, ref.empty() ? std::string(model::kMainBranch) : ref);
}

}  // namespace control
