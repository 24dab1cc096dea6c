#include <algorithm>
#include <utility>

#include "control/run_driver.h"

// Interpreters and packages of a run's functions: each distinct set is made ready once, before
// anything starts.

namespace control {

base::Status RunDriver::PrepareEnvironments(const base::Context& ctx) {
  std::vector<std::pair<plan::EnvironmentSpec, std::string>> ready;
  for (Node& node : nodes_) {
    if (node.logical->kind == plan::NodeKind::kSqlModel) continue;
    const auto known = std::find_if(ready.begin(), ready.end(), [&](const auto& one) {
      return one.first == node.task.environment;
    });
    if (known != ready.end()) {
      node.task.environment.lock_digest = known->second;
      continue;
    }
    auto prepared = parts_.environments.Prepare(
        ctx, node.task.environment, requirements_,
        [&](std::string_view line) { job_.Tell(api::Notice{false, std::string(line)}); });
    if (!prepared.ok()) {
      base::Error error =
          std::move(prepared).error().With("environment of \"" + node.logical->name + "\"");
      if (error.place.file.empty()) error.place = node.logical->place;
      return error;
    }
    ready.emplace_back(node.task.environment, prepared->digest);
    node.task.environment.lock_digest = prepared->digest;
    job_.Tell(api::EnvironmentReady{node.logical->name, prepared->digest, prepared->packages,
                                    prepared->resolved_now});
  }
  job_.Change([&](api::JobRecord& record) {
    for (const Node& node : nodes_) {
      if (!node.task.environment.lock_digest.empty()) {
        record.environment_locks[node.logical->name] = node.task.environment.lock_digest;
      }
    }
  });
  return base::Ok();
}

}  // namespace control
