// The newest common ancestors of two commits.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "model/ids.h"

namespace catalog {

struct CommitLinks {
  std::vector<model::CommitId> parents;
  int64_t generation = 0;
};
using ReadLinks = std::function<base::Result<CommitLinks>(const model::CommitId&)>;

/// Common ancestors that are not ancestors of other common ancestors, sorted; several after
/// criss-cross merges, none for unrelated histories. A commit counts as its own ancestor. Reads the
/// commits down to the bases, highest generation first.
base::Result<std::vector<model::CommitId>> MergeBases(const model::CommitId& a,
                                                      const model::CommitId& b,
                                                      const ReadLinks& read);

}  // namespace catalog
