// Reads what PlanMerge needs, asks the resolver, and makes the merged tree.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/merge.h"
#include "catalog/reader_internal.h"

namespace catalog {

struct MergeSides {
  model::CommitId ours;  // head of the target
  model::CommitId theirs;
  std::string ours_name;  // for messages
  std::string theirs_name;
  const Resolver* resolver = nullptr;
};

struct Merged {
  bool nothing_to_do = false;  // ours already holds theirs
  base::Bytes tree;
  std::vector<model::RunId> value_runs;  // of values that are no side's own: the resolved ones
  std::vector<Op> ops;                   // of these
};

/// catalog.merge_conflict naming tables and namespaces.
base::Result<Merged> MergeTrees(Reader& reader, const MergeSides& sides);

}  // namespace catalog
