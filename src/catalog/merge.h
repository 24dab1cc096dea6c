// Three-way merge of two trees as values: which keys to take, which both sides changed, and whether
// the result is whole.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "catalog/tree.h"

namespace catalog {

/// Differences against the first merge base. `other_bases` holds one list per further base.
struct MergeInput {
  std::vector<TreeChange> ours;
  std::vector<TreeChange> theirs;
  std::vector<std::vector<TreeChange>> other_bases;
};

struct BothChanged {
  base::Bytes key;
  bool base_known = true;  // false: the merge bases disagree
  std::optional<base::Bytes> base;
  std::optional<base::Bytes> ours;
  std::optional<base::Bytes> theirs;
  bool operator==(const BothChanged&) const = default;
};

struct MergePlan {
  TreeEdits take;                         // theirs, to be applied to ours
  std::vector<BothChanged> both_changed;  // differently
};

/// Pure. Keys that only they changed are taken; keys both changed alike need nothing.
MergePlan PlanMerge(const MergeInput& input);

/// Values found for clashes: key to value, or to nothing for "gone".
using Resolutions = std::map<base::Bytes, std::optional<base::Bytes>>;

struct MergeOutcome {
  TreeEdits edits;                     // to be applied to ours
  std::vector<base::Bytes> conflicts;  // keys without a resolution; not empty = refused
};

/// Pure.
MergeOutcome FinishMerge(const MergePlan& plan, const Resolutions& resolutions);

}  // namespace catalog
