// cli::Settings as a JSON file in the user's configuration folder.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cli/services.h"
#include "embedded/lake_folder.h"
#include "storage/s3_options.h"

namespace apps {

class FileSettings final : public cli::Settings {
 public:
  /// `folder` need not exist yet.
  explicit FileSettings(std::string folder) : folder_(std::move(folder)) {}

  base::Result<std::string> ActiveBranch(const cli::LakeChoice& lake) override;
  base::Status SetActiveBranch(const cli::LakeChoice& lake, const std::string& branch) override;
  base::Result<std::map<std::string, std::string>> List() override;
  base::Result<std::string> Get(const std::string& key) override;
  base::Status Set(const std::string& key, const std::string& value) override;

  /// Flag, then environment, then this file, then the default.
  std::string LakePath(const cli::LakeChoice& lake);
  std::string User(const cli::LakeChoice& lake);
  /// The server to work on; empty = a lake of this machine. A lake that was named wins over a
  /// server that was named less clearly.
  std::string Server(const cli::LakeChoice& lake);
  std::string ServerKey();
  std::string ServerCertificates(const cli::LakeChoice& lake);
  /// Keys from the environment alone; endpoint and region from this file too.
  storage::S3Options S3();
  /// Nothing when the files of a lake to create go to its folder. Flags, then as above.
  std::optional<embedded::Warehouse> WarehouseOfNewLakes(const cli::LakeChoice& lake);

 private:
  std::string File() const { return folder_ + "/config.json"; }
  std::string Said(const std::string& key);
  std::string BranchKey(const cli::LakeChoice& lake);
  const std::string folder_;
};

}  // namespace apps
