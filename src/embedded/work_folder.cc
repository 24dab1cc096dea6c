#include "embedded/work_folder.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"

namespace embedded {
namespace {

namespace fs = std::filesystem;
constexpr char kPrefix[] = "boathouse-work-";

/// "boathouse-work-<pid>-<random>" of a process that is no more. What belongs to others cannot be
/// removed: nothing happens then.
bool IsAbandoned(const std::string& name) {
  if (name.rfind(kPrefix, 0) != 0) return false;
  const pid_t pid = std::atoi(name.c_str() + sizeof(kPrefix) - 1);
  return pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH;
}

}  // namespace

base::Result<std::unique_ptr<WorkFolder>> WorkFolder::Make(const std::string& inside,
                                                           base::Rng& rng) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(inside, error)) {
    std::error_code ignored;
    if (IsAbandoned(entry.path().filename().string())) fs::remove_all(entry.path(), ignored);
  }
  std::string path =
      inside + "/" + kPrefix + std::to_string(getpid()) + "-" + base::NewUuid(rng).substr(0, 8);
  RETURN_IF_ERROR(base::MakeFolders(path));
  return std::unique_ptr<WorkFolder>(new WorkFolder(std::move(path)));
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace embedded
