#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/file.h"
#include "embedded/lake_folder.h"
#include "embedded/reasons.h"

namespace embedded {
namespace {

std::string LakeFile(const std::string& path) {
  return path + "/lake.json";
}

base::Result<std::string> Absolute(const std::string& path) {
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (!error) absolute = std::filesystem::weakly_canonical(absolute, error);
  if (error) return base::IoError("find", path, error.value());
  return absolute.string();
}

base::Error WithPath(base::Error error, const std::string& path) {
  return std::move(error).Set("path", path);
}

base::Error Damaged(const std::string& path) {
  return WithPath(
      base::Error(base::Code::kCorrupt, kDamaged,
                  "\"" + LakeFile(path) + "\" is damaged: bring it back from a copy of the lake"),
      path);
}

/// Nothing when it is absent or no text.
std::optional<std::string> TextOf(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

base::Result<LakeFolder> Parse(const std::string& path, const base::Bytes& bytes) {
  LakeFolder lake;
  lake.path = path;
  const auto json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_object()) return Damaged(path);
  const auto format = json.find("format");
  if (format == json.end() || !format->is_number_unsigned()) return Damaged(path);
  if (format->get<uint64_t>() > kLakeFormat) {
    return WithPath(base::Error(base::Code::kUnimplemented, kNewerFormat,
                                "lake \"" + path + "\" has format " + format->dump() +
                                    ", this program knows up to " + std::to_string(kLakeFormat) +
                                    ": upgrade boathouse"),
                    path);
  }
  lake.format = format->get<uint32_t>();
  const auto lake_id = TextOf(json, "lake_id");
  const auto root_uri = TextOf(json, "root_uri");
  if (!lake_id || !root_uri) return Damaged(path);
  lake.lake_id = *lake_id;
  lake.root_uri = *root_uri;
  const auto former = json.find("former_roots");
  if (former == json.end()) return lake;
  if (!former->is_array()) return Damaged(path);
  for (const auto& root : *former) {
    if (!root.is_string()) return Damaged(path);
    lake.former_roots.push_back(root.get<std::string>());
  }
  return lake;
}

base::Status Write(const LakeFolder& lake) {
  const nlohmann::ordered_json json = {{"format", lake.format},
                                       {"lake_id", lake.lake_id},
                                       {"root_uri", lake.root_uri},
                                       {"former_roots", lake.former_roots}};
  return base::WriteFileDurably(LakeFile(lake.path), json.dump(2) + "\n");
}

}  // namespace

base::Result<LakeFolder> AdoptLakeFolder(const std::string& path) {
  auto known = ReadLakeFolder(path);
  if (known.ok() || known.error().reason != kMoved) return known;
  ASSIGN_OR_RETURN(const std::string absolute, Absolute(path));
  ASSIGN_OR_RETURN(const base::FileLock lock, base::FileLock::Acquire(absolute + "/lake.lock"));
  ASSIGN_OR_RETURN(const base::Bytes bytes, base::ReadFile(LakeFile(absolute)));
  ASSIGN_OR_RETURN(LakeFolder lake, Parse(absolute, bytes));
  lake.former_roots.push_back(lake.root_uri);
  lake.root_uri = "file://" + absolute;
  RETURN_IF_ERROR(Write(lake));
  return lake;
}

base::Result<LakeFolder> ReadLakeFolder(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string absolute, Absolute(path));
  auto bytes = base::ReadFile(LakeFile(absolute));
  if (!bytes.ok()) {
    if (bytes.error().code != base::Code::kNotFound) return std::move(bytes).error();
    return WithPath(
        base::Error(base::Code::kNotFound, kNoLake,
                    "there is no lake in \"" + absolute + "\": any command that writes makes one"),
        absolute);
  }
  ASSIGN_OR_RETURN(LakeFolder lake, Parse(absolute, *bytes));
  if (lake.root_uri != "file://" + absolute) {
    return WithPath(base::Error(base::Code::kFailedPrecondition, kMoved,
                                "lake \"" + absolute + "\" was made at \"" + lake.root_uri +
                                    "\": if it was moved here for good, say `boathouse --lake " +
                                    absolute + " lake adopt`; if this is a copy, use the other one")
                        .Set("made_at", lake.root_uri),
                    absolute);
  }
  return lake;
}

base::Result<LakeFolder> OpenLakeFolder(const std::string& path, base::Rng& rng) {
  auto known = ReadLakeFolder(path);
  if (known.ok() || known.error().reason != kNoLake) return known;
  ASSIGN_OR_RETURN(const std::string absolute, Absolute(path));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(absolute, error)) {
    const std::string name = entry.path().filename().string();
    // What an interrupted first start leaves.
    if (name == "lake.lock" || name.rfind("lake.json.tmp", 0) == 0 ||
        name.rfind("state.db", 0) == 0)
      continue;
    return WithPath(base::Error(base::Code::kFailedPrecondition, kNotEmpty,
                                "\"" + absolute + "\" is no lake and not empty (\"" + name +
                                    "\" is in it): choose another folder with --lake"),
                    absolute);
  }
  RETURN_IF_ERROR(base::MakeFolders(absolute));
  ASSIGN_OR_RETURN(const base::FileLock lock, base::FileLock::Acquire(absolute + "/lake.lock"));
  known = ReadLakeFolder(path);  // another process may have been faster
  if (known.ok()) return known;
  LakeFolder lake{absolute, base::NewUuid(rng), "file://" + absolute, {}, kLakeFormat, true};
  RETURN_IF_ERROR(Write(lake));
  return lake;
}

}  // namespace embedded
