// Which file systems belong to another machine: SQLite's shared memory and locks do not work there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace state {

/// The name of a network file system, or nothing for a local one. `magic` is statfs's f_type;
/// `mounted_type` the type in the mount table, which alone tells FUSE file systems apart.
std::optional<std::string> NetworkFileSystemName(uint64_t magic, std::string_view mounted_type);

/// The type of the mount that covers `path` by the longest mount point, from the text of
/// /proc/self/mountinfo; empty when unknown.
std::string MountedType(std::string_view mountinfo, std::string_view path);

/// kFailedPrecondition "state.network_file_system" when `folder` is on one.
base::Status RefuseNetworkFileSystem(const std::string& folder);

}  // namespace state
