// A catalog over a memory store with its own clock and seed, and short words for tests.
#pragma once

#include <string>
#include <vector>

#include "base/rng.h"
#include "base/testing/sim_clock.h"
#include "catalog/catalog.h"
#include "state/memory_store.h"

namespace catalog::testing {

/// Made with Init done; `ctx.principal` is "ada".
class Lake {
 public:
  explicit Lake(uint64_t seed = 1);
  Lake(state::StateStore& store, uint64_t seed);  // without Init

  static model::TableName Table(const std::string& name);
  /// A table's state that no other has.
  TableState NewState();

  model::CommitId Head(const std::string& ref);
  /// Puts new states of these tables; with a run id as that run's work.
  base::Result<CommitResult> Put(const std::string& branch, const std::vector<std::string>& tables,
                                 const std::string& run = "");
  base::Result<CommitResult> Merge(const std::string& source, const std::string& into);
  /// `boathouse`-like run on a branch of `target`; returns its run branch.
  base::Result<RunState> Start(const std::string& run, const std::string& target = "main");
  base::Result<CommitResult> Publish(const std::string& run);
  base::Result<RunState> Mark(const std::string& run, RunPhase phase);

  state::MemoryStore memory;
  base::testing::SimClock clock;
  base::SeededRng rng;
  base::Context ctx;
  Catalog catalog;
};

}  // namespace catalog::testing
