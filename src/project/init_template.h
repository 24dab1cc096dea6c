// The files of a fresh project: something a newcomer can run at once (F-016).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/rng.h"

namespace project {

/// bauplan_project.yml, models.py, passengers_by_class.sql and pyproject.toml. It reads no table of
/// the lake: its first model makes its own rows, so `boathouse init && boathouse run` works on an
/// empty lake. Whoever writes them leaves existing files alone and refuses when a project file
/// exists.
std::map<std::string, std::string> InitFiles(std::string_view name, base::Rng& rng);

}  // namespace project
