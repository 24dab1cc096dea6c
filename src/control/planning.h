// From a project's files to a plan: reading, resolving names at one commit, planning.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/jobs_api.h"
#include "control/parts.h"
#include "planner/planner.h"

namespace control {

struct PlanInput {
  const api::ProjectSnapshot* project = nullptr;
  std::string ref;
  std::string ns;
  std::map<std::string, std::string> parameters;
  std::map<std::string, api::SecretValue> secrets;
  bool strict = true;
  bool dry_run = false;
  api::PreviewMode preview = api::PreviewMode::kOff;
  model::JobId job;
};

struct Planned {
  api::PlanReport report;
  std::string requirements;  // requirements.txt, for the environments
  std::string project_id;
  std::map<std::string, api::SecretValue> secrets;  // every secret parameter: given, else default
};

/// Errors only when the lake cannot be read or the ref does not exist; what is wrong with the
/// project is in the report.
base::Result<Planned> PlanProject(const base::Context& ctx, Parts& parts, const PlanInput& input);

/// All errors of a report as one: the first in place, the others as its chain of causes.
/// kProjectErrors.
base::Error ProjectError(const std::vector<api::Diagnostic>& diagnostics);

}  // namespace control
