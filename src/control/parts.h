// Everything the services of the control plane share: borrowed from the composition root.
#pragma once

#include <string>

#include "api/worker_gateway.h"
#include "base/clock.h"
#include "base/rng.h"
#include "catalog/catalog.h"
#include "control/ports.h"
#include "control/task_board.h"
#include "lakehouse/lakehouse.h"
#include "project/sql_analyzer.h"
#include "state/state_store.h"
#include "storage/object_store.h"

namespace control {

class AccountsService;

struct Options {
  std::string user;         // who works here, where a call's context does not say
  std::string lake_folder;  // jobs/ and runs/ are in it
  bool isolated = true;     // false: every run says that its functions were not isolated
  base::Duration failed_runs_kept = std::chrono::hours(24 * 7);
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
};

}  // namespace control
