// Whether a model's result is what the model said it would be.
#pragma once

#include <optional>

#include "base/error.h"
#include "columnar/type.h"
#include "plan/physical_plan.h"

namespace control {

/// "control.contract_broken" for the first thing that differs from columns= or the TableSchema of
/// the node; nothing when all is as said. Pure.
std::optional<base::Error> BrokenContract(const plan::LogicalNode& node,
                                          const columnar::Schema& schema);

}  // namespace control
