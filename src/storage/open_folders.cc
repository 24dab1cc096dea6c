#include "storage/open_folders.h"

#include <algorithm>

namespace storage {

std::filesystem::path Resolved(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path found = std::filesystem::weakly_canonical(path, error);
  if (error) return {};
  return found.has_filename() ? found : found.parent_path();
}

bool IsInside(const std::filesystem::path& resolved, const std::vector<std::string>& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    const std::filesystem::path open = Resolved(folder);
    return !open.empty() &&
           std::mismatch(open.begin(), open.end(), resolved.begin(), resolved.end()).first ==
               open.end();
  });
}

}  // namespace storage
