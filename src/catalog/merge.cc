#include "catalog/merge.h"

namespace catalog {
namespace {

using Value = std::optional<base::Bytes>;

struct Sides {
  Value base;
  Value ours;
  Value theirs;
  bool base_known = true;
};

}  // namespace

MergePlan PlanMerge(const MergeInput& input) {
  std::map<base::Bytes, Sides> keys;
  const auto at = [&](const TreeChange& change) -> Sides& {
    return keys.try_emplace(change.key, Sides{change.before, change.before, change.before, true})
        .first->second;
  };
  for (const TreeChange& change : input.ours) at(change).ours = change.after;
  for (const TreeChange& change : input.theirs) at(change).theirs = change.after;
  for (const auto& base : input.other_bases) {
    for (const TreeChange& change : base) at(change).base_known = false;
  }
  MergePlan plan;
  for (auto& [key, sides] : keys) {
    if (sides.ours == sides.theirs) continue;
    if (sides.base_known && sides.theirs == sides.base) continue;
    if (sides.base_known && sides.ours == sides.base) {
      plan.take[key] = sides.theirs;
      continue;
    }
    if (!sides.base_known) sides.base = std::nullopt;
    plan.both_changed.push_back(
        BothChanged{key, sides.base_known, sides.base, sides.ours, sides.theirs});
  }
  return plan;
}

MergeOutcome FinishMerge(const MergePlan& plan, const Resolutions& resolutions) {
  MergeOutcome outcome{plan.take, {}};
  for (const BothChanged& clash : plan.both_changed) {
    const auto found = resolutions.find(clash.key);
    if (found == resolutions.end()) {
      outcome.conflicts.push_back(clash.key);
    } else if (found->second != clash.ours) {
      outcome.edits[clash.key] = found->second;
    }
  }
  return outcome;
}

}  // namespace catalog
