// A lake as a folder: lake.json says what it is and where it believes to be (formats.md §10).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/rng.h"

namespace embedded {

inline constexpr uint32_t kLakeFormat = 2;           // the newest that is read
inline constexpr uint32_t kLakeFormatOfFolders = 1;  // of lakes whose files are in the folder too

/// Where the files of a lake are when they are not in its folder. Never keys.
struct Warehouse {
  std::string uri;       // "s3://bucket/prefix"
  std::string endpoint;  // empty = AWS's
  std::string region;
  bool path_style = true;
  bool operator==(const Warehouse&) const = default;
};

struct LakeFolder {
  std::string path;     // absolute
  std::string lake_id;  // UUID
  std::string
      root_uri;  // "file://" + path as it was when the lake was made; metadata files hold it
  std::vector<std::string>
      former_roots;  // URIs of places it was at before; files written there are named by them
  uint32_t format = kLakeFormatOfFolders;
  bool created = false;
  std::optional<Warehouse> warehouse = std::nullopt;
};

/// What a lake is made with when there is none.
struct LakeToMake {
  std::optional<Warehouse> warehouse;
  /// Called before it is written; its error keeps the lake from being made.
  std::function<base::Status(const LakeFolder& lake)> claim;
};

/// Reads lake.json. kNotFound "lake.none" when there is no lake; kFailedPrecondition "lake.moved"
/// when the folder is not where it was made (with the command that mends it); kUnimplemented
/// "lake.newer_format"; kCorrupt "lake.damaged".
base::Result<LakeFolder> ReadLakeFolder(const std::string& path);

/// Reads it, or makes a new one in an absent or empty folder. kFailedPrecondition "lake.not_empty"
/// for a folder with something else in it, "lake.other_warehouse" for a lake whose files are
/// elsewhere than `make` says.
base::Result<LakeFolder> OpenLakeFolder(const std::string& path, base::Rng& rng,
                                        const LakeToMake& make = {});

/// Makes the folder the lake's place: what was written elsewhere is found here from now on. Other
/// programs that read its tables still look at the old place: a symbolic link there serves them.
base::Result<LakeFolder> AdoptLakeFolder(const std::string& path);

}  // namespace embedded
