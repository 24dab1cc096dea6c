#include "installation.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace apps {
namespace {

namespace fs = std::filesystem;

fs::path ProgramFolder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

std::string FirstThatExists(std::initializer_list<fs::path> candidates) {
  std::error_code error;
  for (const fs::path& candidate : candidates) {
    if (fs::exists(candidate, error)) return fs::weakly_canonical(candidate, error).string();
  }
  return {};
}

std::string Home() {
  return Variable("HOME", "/tmp");
}

}  // namespace

std::string Variable(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

Installation FindInstallation() {
  const fs::path here = ProgramFolder();
  Installation found;
  found.python_folder =
      FirstThatExists({here / "../lib/boathouse/python/runner", here / "../../../python/runner"});
  if (!found.python_folder.empty()) {
    found.python_folder = fs::path(found.python_folder).parent_path().string();
  }
  found.launcher = FirstThatExists(
      {here / "boathouse-sandbox", here / "../libexec/boathouse/boathouse-sandbox"});
  found.uv = FirstThatExists({here / "../libexec/boathouse/uv", here / "../../deps/uv/bin/uv"});
  if (std::getenv("BOATHOUSE_UV") != nullptr) found.uv.clear();
  return found;
}

std::string DefaultLake() {
  return Variable("BOATHOUSE_LAKE",
                  Variable("XDG_DATA_HOME", Home() + "/.local/share") + "/boathouse/lake");
}

std::string ConfigFolder() {
  return Variable("XDG_CONFIG_HOME", Home() + "/.config") + "/boathouse";
}

std::string TempFolder() {
  return Variable("TMPDIR", "/tmp");
}

std::string LoginName() {
  const std::string set = Variable("BOATHOUSE_USER", "");
  if (!set.empty()) return set;
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr ? entry->pw_name : "uid" + std::to_string(getuid());
}

}  // namespace apps
