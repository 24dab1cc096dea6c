// The one gate before a protected ref moves: no work of an open run gets there, by any path
// (promise P5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/commit.h"
#include "catalog/records.h"
#include "state/state_store.h"

namespace catalog {

/// A run named by a commit's or value's open_runs, as last read.
struct RunStanding {
  model::RunId id;
  std::optional<RunPhase> phase;  // absent = no record: open for ever
  std::optional<uint64_t> version;
};

struct Move {
  std::string ref;
  model::CommitId commit;
  std::vector<RunStanding> runs;           // every run the commit's parents and values name
  std::optional<model::RunId> publishing;  // closed by the same batch
};

/// Pure. The expectations to add to the batch: each run, at its version, is published or released.
/// None for a ref that is not protected. kFailedPrecondition "catalog.open_runs".
base::Result<std::vector<state::Expectation>> GuardMove(const RefPolicy& policy, const Move& move);

}  // namespace catalog
