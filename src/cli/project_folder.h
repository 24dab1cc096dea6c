// Projects in real folders, over the project module: what the composition root hands to the command
// line.
#pragma once

#include <string>
#include <vector>

#include "base/rng.h"
#include "cli/services.h"

namespace cli {

class ProjectFolder final : public Projects {
 public:
  /// `rng` makes the ids of fresh projects.
  explicit ProjectFolder(base::Rng& rng) : rng_(rng) {}

  base::Result<std::vector<std::string>> Init(const std::string& folder,
                                              const std::string& name) override;
  base::Result<api::ProjectSnapshot> Read(const std::string& folder) override;
  base::Result<std::vector<ProjectParameter>> Parameters(const std::string& folder) override;
  base::Result<std::string> Id(const std::string& folder) override;
  base::Status SetParameter(const std::string& folder, const ParameterEdit& edit) override;
  base::Status RemoveParameter(const std::string& folder, const std::string& name) override;

 private:
  base::Rng& rng_;
};

}  // namespace cli
