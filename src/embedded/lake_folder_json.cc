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

/// Nothing when it says no place.
std::optional<Warehouse> WarehouseIn(const nlohmann::json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto uri = TextOf(json, "uri");
  const auto path_style = json.find("path_style");
  if (!uri || path_style == json.end() || !path_style->is_boolean()) return std::nullopt;
  return Warehouse{*uri, TextOf(json, "endpoint").value_or(""), TextOf(json, "region").value_or(""),
                   path_style->get<bool>()};
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
  const auto warehouse = json.find("warehouse");
  if (warehouse != json.end()) {
    lake.warehouse = WarehouseIn(*warehouse);
    if (!lake.warehouse) return Damaged(path);
  }
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
  nlohmann::ordered_json json = {{"format", lake.format},
                                 {"lake_id", lake.lake_id},
                                 {"root_uri", lake.root_uri},
                                 {"former_roots", lake.former_roots}};
  if (lake.warehouse) {
    json["warehouse"] = {{"uri", lake.warehouse->uri},
                         {"endpoint", lake.warehouse->endpoint},
                         {"region", lake.warehouse->region},
                         {"path_style", lake.warehouse->path_style}};
  }
  return base::WriteFileDurably(LakeFile(lake.path), json.dump(2) + "\n");
}

/// The lake, if its files are where `make` wants them or `make` does not say.
base::Result<LakeFolder> WithWarehouse(LakeFolder lake, const LakeToMake& make) {
  const std::string here = lake.warehouse ? lake.warehouse->uri : lake.root_uri;
  if (!make.warehouse || make.warehouse->uri == here) return lake;
  return WithPath(
      base::Error(base::Code::kFailedPrecondition, kOtherWarehouse,
                  "lake \"" + lake.path + "\" has its files in \"" + here + "\", not in \"" +
                      make.warehouse->uri + "\": make another lake for that place"),
      lake.path);
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

base::Result<LakeFolder> OpenLakeFolder(const std::string& path, base::Rng& rng,
                                        const LakeToMake& make) {
  auto known = ReadLakeFolder(path);
  if (known.ok()) return WithWarehouse(std::move(known).value(), make);
  if (known.error().reason != kNoLake) return known;
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
  if (known.ok()) return WithWarehouse(std::move(known).value(), make);
  LakeFolder lake;
  lake.path = absolute;
  lake.lake_id = base::NewUuid(rng);
  lake.root_uri = "file://" + absolute;
  lake.format = make.warehouse ? kLakeFormat : kLakeFormatOfFolders;
  lake.created = true;
  lake.warehouse = make.warehouse;
  if (make.claim) RETURN_IF_ERROR(make.claim(lake));
  RETURN_IF_ERROR(Write(lake));
  return lake;
}

}  // namespace embedded
