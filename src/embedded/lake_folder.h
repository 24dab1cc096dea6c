// A lake as a folder: lake.json says what it is and where it believes to be (formats.md §10).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/rng.h"

namespace embedded {

inline constexpr uint32_t kLakeFormat = 1;

struct LakeFolder {
  std::string path;     // absolute
  std::string lake_id;  // UUID
  std::string
      root_uri;  // "file://" + path as it was when the lake was made; metadata files hold it
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

}  // namespace embedded
