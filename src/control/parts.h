// Everything the services of the control plane share: borrowed from the composition root.
#pragma once

#include <map>
#include <string>

#include "api/worker_gateway.h"
#include "base/clock.h"
#include "base/rng.h"
#include "catalog/catalog.h"
#include "control/job_slots.h"
#include "control/ports.h"
#include "control/task_board.h"
#include "lakehouse/lakehouse.h"
#include "project/sql_analyzer.h"
#include "state/state_store.h"
#include "storage/object_store.h"

namespace control {

class AccountsService;

struct Options {
  std::string user;             // who works here, where a call's context does not say
  std::string lake_folder;      // jobs/ and runs/ are in it
  bool isolated = true;         // false: every run says that its functions were not isolated
  std::string organization_id;  // noted in the commits of jobs; empty = none
  base::Duration failed_runs_kept = std::chrono::hours(24 * 7);
  JobSlots::Limits jobs;  // how many run at once, how many may wait
};

/// All of it outlives the services.
struct Parts {
  state::StateStore& state;
  storage::ObjectStore& objects;
  catalog::Catalog& catalog;
  lakehouse::Lakehouse& lakehouse;
  TaskBoard& board;
  const project::SqlAnalyzer& sql;
  const QueryAnalyzer& query_analyzer;
  Environments& environments;
  api::QueryRunner& queries;
  const base::Clock& clock;
  base::Rng& rng;
  Options options;
  AccountsService* accounts = nullptr;  // opens secrets

  /// The caller, else the user of the process.
  const std::string& UserOf(const base::Context& ctx) const {
    return ctx.principal.empty() ? options.user : ctx.principal;
  }

  /// What the commits of a job say of it (F-215). A username is never given to another user, so it
  /// is the user's id as well; the work of a job in a commit is its run.
  std::map<std::string, std::string> JobProperties(const std::string& job, const std::string& run,
                                                   const std::string& user) const {
    std::map<std::string, std::string> properties = {{"bpln_job_id", job},
                                                     {"bpln_task_id", run},
                                                     {"bpln_username", user},
                                                     {"bpln_user_id", user}};
    if (!options.organization_id.empty()) {
      properties["bpln_organization_id"] = options.organization_id;
    }
    return properties;
  }
};

}  // namespace control
