// A lake as a folder: lake.json says what it is and where it believes to be (formats.md §10).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/rng.h"

namespace embedded {

inline constexpr uint32_t kLakeFormat = 1;

struct LakeFolder {
  std::string path;     // absolute
  std::string lake_id;  // UUID
  std::string
      root_uri;  // "file://" + path as it was when the lake was made; metadata files hold it
  std::vector<std::string>
      former_roots;  // URIs of places it was at before; files written there are named by them
  uint32_t format = kLakeFormat;
  bool created = false;
};

/// Reads lake.json. kNotFound "lake.none" when there is no lake; kFailedPrecondition "lake.moved"
/// when the folder is not where it was made (with the command that mends it); kUnimplemented
/// "lake.newer_format"; kCorrupt "lake.damaged".
base::Result<LakeFolder> ReadLakeFolder(const std::string& path);

/// Reads it, or makes a new one in an absent or empty folder. kFailedPrecondition "lake.not_empty"
/// for a folder with something else in it.
base::Result<LakeFolder> OpenLakeFolder(const std::string& path, base::Rng& rng);

/// Makes the folder the lake's place: what was written elsewhere is found here from now on. Other
/// programs that read its tables still look at the old place: a symbolic link there serves them.
base::Result<LakeFolder> AdoptLakeFolder(const std::string& path);

}  // namespace embedded
