// The graph of a project as lines of text, parents above children, each result a lane that runs
// down to the last function that reads it.
#pragma once

#include <string>

#include "cli/style.h"
#include "plan/physical_plan.h"

namespace cli {

/// One line per node: the lanes, then the name, what it is, and the lake's tables it reads.
std::string DrawDag(const plan::LogicalPlan& plan, const Style& style);

}  // namespace cli
