#include <filesystem>
#include <nlohmann/json.hpp>
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

base::Result<LakeFolder> Parse(const std::string& path, const base::Bytes& bytes) {
  LakeFolder lake;
  lake.path = path;
  const auto json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_unsigned()) {
    return WithPath(
        base::Error(base::Code::kCorrupt, kDamaged, "\"" + LakeFile(path) + "\" cannot be read"),
        path);
  }
  lake.format = json["format"].get<uint32_t>();
  if (lake.format > kLakeFormat) {
    return WithPath(base::Error(base::Code::kUnimplemented, kNewerFormat,
                                "lake \"" + path + "\" has format " + std::to_string(lake.format) +
                                    ", this program knows up to " + std::to_string(kLakeFormat) +
                                    ": upgrade boathouse"),
                    path);
  }
  lake.lake_id = json.value("lake_id", "");
  lake.root_uri = json.value("root_uri", "");
  return lake;
}

}  // namespace

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
    return WithPath(
        base::Error(
            base::Code::kFailedPrecondition, kMoved,
            "lake \"" + absolute + "\" was made at \"" + lake.root_uri +
                "\", and its tables name their files by that place: move it back, or mount it "
                "there: mkdir -p " +
                lake.root_uri.substr(7) + " && mount --bind " + absolute + " " +
                lake.root_uri.substr(7))
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
  LakeFolder lake{absolute, base::NewUuid(rng), "file://" + absolute, kLakeFormat, true};
  const nlohmann::ordered_json json = {
      {"format", lake.format}, {"lake_id", lake.lake_id}, {"root_uri", lake.root_uri}};
  RETURN_IF_ERROR(base::WriteFileDurably(LakeFile(absolute), json.dump(2) + "\n"));
  return lake;
}

}  // namespace embedded
