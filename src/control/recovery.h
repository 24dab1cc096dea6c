// What a dead process left behind, brought to a clear end (formats.md §10, "dead jobs").
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "control/parts.h"

namespace control {

struct Recovered {
  model::JobId job;
  std::string run_branch;  // kept for inspection; empty when there was none
  std::string target;
  bool direct = false;  // it wrote to the target itself, table by table
};

/// Jobs that are recorded as running while nobody holds their lock: the run becomes aborted, the
/// job failed; the target was never touched. A job whose run was published is complete. Also prunes
/// run branches older than Options::failed_runs_kept. Several processes may do it at once.
base::Result<std::vector<Recovered>> Recover(const base::Context& ctx, Parts& parts);

}  // namespace control
