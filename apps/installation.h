// Where this program finds what belongs to it, in the build tree and installed.
#pragma once

#include <string>

namespace apps {

struct Installation {
  std::string python_folder;  // with runner/, compat/ and src/ in it; empty = not found
  std::string launcher;       // boathouse-sandbox
  std::string uv;             // empty = let the environment decide
};

Installation FindInstallation();

/// What the environment says, or `otherwise`.
std::string Variable(const char* name, const std::string& otherwise);
/// $XDG_DATA_HOME/boathouse/lake, $XDG_CONFIG_HOME/boathouse, and the folder for files that may go.
std::string DefaultLake();
std::string ConfigFolder();
std::string TempFolder();
std::string LoginName();

}  // namespace apps
