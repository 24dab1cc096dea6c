// Which files of this machine lie in folders that are open: decided by where links lead, not by
// how a path is written.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace storage {

/// `path` with its links resolved as far as it exists; empty when that cannot be said.
std::filesystem::path Resolved(const std::filesystem::path& path);

/// Whether a resolved path is one of `folders` or inside of one, their own links resolved too.
bool IsInside(const std::filesystem::path& resolved, const std::vector<std::string>& folders);

}  // namespace storage
