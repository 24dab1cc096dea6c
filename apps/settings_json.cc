#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/file.h"
#include "base/nearest.h"
#include "installation.h"
#include "settings.h"

namespace apps {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kApiKey[] = "api_key";
constexpr char kMasked[] = "********";

// Every key there is; `config ls` and the reference page come from this list.
const std::vector<std::string>& Keys() {
  static const std::vector<std::string> keys = {"lake",    "user",      "server",      kApiKey,
                                                "ca_file", "warehouse", "s3_endpoint", "s3_region"};
  return keys;
}

base::Result<Json> ReadConfig(const std::string& file) {
  auto bytes = base::ReadFile(file);
  if (!bytes.ok()) {
    if (bytes.error().code == base::Code::kNotFound) return Json(Json::object());
    return std::move(bytes).error();
  }
  Json json = Json::parse(*bytes, nullptr, false);
  if (!json.is_object()) {
    return base::Error(base::Code::kInvalidArgument, "cli.bad_config",
                       "\"" + file + "\" is not a JSON object: mend or remove it");
  }
  return json;
}

/// For its owner alone where a key is in it.
base::Status WriteConfig(const std::string& folder, const std::string& file, const Json& json) {
  RETURN_IF_ERROR(base::MakeFolders(folder));
  RETURN_IF_ERROR(base::WriteFileDurably(file, json.dump(2) + "\n"));
  if (!json.contains(kApiKey)) return base::Ok();
  namespace fs = std::filesystem;
  std::error_code error;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
  return error ? base::IoError("protect", file, error.value()) : base::Ok();
}

base::Error UnknownKey(const std::string& key) {
  return base::Error(base::Code::kNotFound, "cli.unknown_setting",
                     "there is no setting \"" + key + "\"" + base::DidYouMean(key, Keys()));
}

bool Known(const std::string& key) {
  for (const std::string& known : Keys()) {
    if (known == key) return true;
  }
  return false;
}

}  // namespace

std::string FileSettings::LakePath(const cli::LakeChoice& lake) {
  std::string path = lake.path;
  if (path.empty()) path = Variable("BOATHOUSE_LAKE", "");
  if (path.empty()) path = Get("lake").ok() ? Get("lake").value() : "";
  if (path.empty()) path = DefaultLake();
  std::error_code error;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error).string();
}

std::string FileSettings::User(const cli::LakeChoice& lake) {
  std::string user = lake.user;
  if (user.empty()) user = Variable("BOATHOUSE_USER", "");
  if (user.empty()) user = Get("user").ok() ? Get("user").value() : "";
  return user.empty() ? LoginName() : user;
}

std::string FileSettings::Said(const std::string& key) {
  const auto value = Get(key);
  return value.ok() ? *value : std::string();
}

std::string FileSettings::Server(const cli::LakeChoice& lake) {
  if (!lake.server.empty() || !lake.path.empty()) return lake.server;
  const std::string set = Variable("BOATHOUSE_SERVER", "");
  if (!set.empty() || !Variable("BOATHOUSE_LAKE", "").empty()) return set;
  return Said("server");
}

std::string FileSettings::ServerKey() {
  const std::string set = Variable("BOATHOUSE_API_KEY", "");
  return set.empty() ? Said(kApiKey) : set;
}

std::string FileSettings::ServerCertificates(const cli::LakeChoice& lake) {
  if (!lake.ca_file.empty()) return lake.ca_file;
  const std::string set = Variable("BOATHOUSE_CA_FILE", "");
  return set.empty() ? Said("ca_file") : set;
}

std::string FileSettings::BranchKey(const cli::LakeChoice& lake) {
  const std::string server = Server(lake);
  return server.empty() ? LakePath(lake) + "|" + User(lake) : server + "|";
}

storage::S3Options FileSettings::S3() {
  storage::S3Options options =
      storage::S3OptionsOf([](const std::string& name) { return Variable(name.c_str(), ""); });
  const auto set = [this](const char* key) {
    const auto value = Get(key);
    return value.ok() ? *value : std::string();
  };
  if (options.endpoint.empty()) options.endpoint = set("s3_endpoint");
  options.path_style = !options.endpoint.empty();
  const bool region_said =
      !Variable("AWS_REGION", "").empty() || !Variable("AWS_DEFAULT_REGION", "").empty();
  if (!region_said && !set("s3_region").empty()) options.region = set("s3_region");
  return options;
}

std::optional<embedded::Warehouse> FileSettings::WarehouseOfNewLakes(const cli::LakeChoice& lake) {
  std::string uri = lake.warehouse;
  if (uri.empty()) uri = Variable("BOATHOUSE_WAREHOUSE", "");
  if (uri.empty()) uri = Get("warehouse").ok() ? Get("warehouse").value() : "";
  if (uri.empty()) return std::nullopt;
  const storage::S3Options s3 = S3();
  embedded::Warehouse warehouse{uri, lake.s3_endpoint, lake.s3_region, true};
  if (warehouse.endpoint.empty()) warehouse.endpoint = s3.endpoint;
  if (warehouse.region.empty()) warehouse.region = s3.region;
  warehouse.path_style = !warehouse.endpoint.empty();
  return warehouse;
}

base::Result<std::string> FileSettings::ActiveBranch(const cli::LakeChoice& lake) {
  ASSIGN_OR_RETURN(const Json json, ReadConfig(File()));
  const Json branches = json.value("active_branches", Json::object());
  return branches.value(BranchKey(lake), std::string("main"));
}

base::Status FileSettings::SetActiveBranch(const cli::LakeChoice& lake, const std::string& branch) {
  ASSIGN_OR_RETURN(Json json, ReadConfig(File()));
  json["active_branches"][BranchKey(lake)] = branch;
  return WriteConfig(folder_, File(), json);
}

base::Result<std::map<std::string, std::string>> FileSettings::List() {
  ASSIGN_OR_RETURN(const Json json, ReadConfig(File()));
  std::map<std::string, std::string> all;
  for (const std::string& key : Keys()) all[key] = json.value(key, std::string());
  if (!all[kApiKey].empty()) all[kApiKey] = kMasked;
  return all;
}

base::Result<std::string> FileSettings::Get(const std::string& key) {
  if (!Known(key)) return UnknownKey(key);
  ASSIGN_OR_RETURN(const Json json, ReadConfig(File()));
  return json.value(key, std::string());
}

base::Status FileSettings::Set(const std::string& key, const std::string& value) {
  if (!Known(key)) return UnknownKey(key);
  ASSIGN_OR_RETURN(Json json, ReadConfig(File()));
  json[key] = value;
  return WriteConfig(folder_, File(), json);
}

}  // namespace apps
