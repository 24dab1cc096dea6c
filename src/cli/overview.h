// What `boathouse` alone says: one screen.
#pragma once

#include <string>

#include "cli/style.h"

namespace cli {

std::string OverviewText(const Style& style, const std::string& version);

}  // namespace cli
