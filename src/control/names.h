// How requests name tables and refs, made into what the catalog takes.
#pragma once

#include <string>

#include "base/context.h"
#include "base/result.h"
#include "control/parts.h"
#include "model/names.h"

namespace control {

/// "t" in `ns` (else the default namespace), or "ns.t"; both at once must agree (F-173,
/// kNamespaceUnresolved).
base::Result<model::TableName> TableOf(const std::string& table, const std::string& ns);

/// The commit a ref stands for now.
base::Result<catalog::ResolvedRef> RefOf(const base::Context& ctx, Parts& parts,
                                         const std::string& ref);

}  // namespace control
