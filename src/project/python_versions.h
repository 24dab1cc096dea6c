// The Python versions that functions may ask for.
#pragma once

#include <string_view>

namespace project {

inline constexpr std::string_view kPythonVersions[] = {"3.11", "3.12", "3.13"};

}  // namespace project
