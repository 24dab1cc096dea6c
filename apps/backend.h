// cli::Backend over the embedded lake: opens it when the first command asks.
#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/rng.h"
#include "cli/project_folder.h"
#include "cli/services.h"
#include "embedded/embedded.h"
#include "installation.h"
#include "local_ports.h"
#include "serve.h"
#include "settings.h"

namespace apps {

class EmbeddedBackend final : public cli::Backend {
 public:
  explicit EmbeddedBackend(std::ostream& notices);
  ~EmbeddedBackend() override;
  base::Result<cli::Services> Open(const base::Context& ctx, const cli::LakeChoice& lake) override;
  cli::Settings& settings() override { return settings_; }
  cli::Doctor& doctor() override { return doctor_; }
  cli::LakeAdmin& lakes() override { return lakes_; }
  cli::Projects& projects() override { return projects_; }
  cli::Serving& serving() override { return serving_; }
  std::string version() const override;
  std::map<std::string, std::string> components() const override;

 private:
  base::Status OpenLake(const base::Context& ctx, const cli::LakeChoice& lake,
                        uint32_t jobs_running_max,
                        const std::optional<std::vector<std::string>>& import_folders);

  std::ostream& notices_;
  const Installation installation_;
  FileSettings settings_;
  MachineDoctor doctor_;
  FolderLakes lakes_;
  base::SystemRng rng_;
  cli::ProjectFolder projects_;
  ArrowResultFiles result_files_;
  LakeServing serving_;
  std::unique_ptr<embedded::Embedded> embedded_;
};

}  // namespace apps
