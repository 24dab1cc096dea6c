#include <algorithm>

#include "base/sha256.h"
#include "catalog/draft_internal.h"
#include "catalog/key.h"
#include "catalog/merge_internal.h"
#include "catalog/reasons.h"
#include "catalog/run_ids_internal.h"
#include "catalog/stage_internal.h"

namespace catalog {
namespace {

base::Error Conflict(const MergeSides& sides, const std::vector<base::Bytes>& keys) {
  std::vector<std::string> tables, namespaces, all;
  for (const base::Bytes& key : keys) {
    (IsTableKey(key) ? tables : namespaces).push_back(KeyText(key));
    all.push_back(KeyText(key));
  }
  return base::Error(base::Code::kConflict, kMergeConflict,
                     "\"" + sides.theirs_name + "\" and \"" + sides.ours_name + "\" both changed " +
                         JoinNames(all) + ": make the change again on a branch of \"" +
                         sides.ours_name + "\"")
      .Set("source", sides.theirs_name)
      .Set("ref", sides.ours_name)
      .Set("tables", JoinNames(tables))
      .Set("namespaces", JoinNames(namespaces))
      .Set("source_hash", sides.theirs.text())
      .Set("hash", sides.ours.text());
}

base::Result<std::optional<TableState>> Decoded(const std::optional<base::Bytes>& bytes) {
  if (!bytes) return std::optional<TableState>();
  ASSIGN_OR_RETURN(TableState table, DecodeTableState(*bytes));
  return std::optional<TableState>(std::move(table));
}

/// Asks for each table in clash; notes what the answers bring along.
base::Result<Resolutions> Resolve(const MergePlan& plan, const Resolver& resolver, Merged& merged) {
  Resolutions resolutions;
  if (!resolver) return resolutions;
  for (const BothChanged& clash : plan.both_changed) {
    if (!IsTableKey(clash.key)) continue;
    ASSIGN_OR_RETURN(const KeyName name, NameOfKey(clash.key));
    TableClash question{std::get<model::TableName>(name), clash.base_known, {}, {}, {}};
    ASSIGN_OR_RETURN(question.base, Decoded(clash.base));
    ASSIGN_OR_RETURN(question.ours, Decoded(clash.ours));
    ASSIGN_OR_RETURN(question.theirs, Decoded(clash.theirs));
    ASSIGN_OR_RETURN(std::optional<TableState> answer, resolver(question));
    if (!answer) continue;
    for (const auto* side : {&question.ours, &question.theirs}) {
      if (!*side) continue;
      answer->open_runs.insert(answer->open_runs.end(), (*side)->open_runs.begin(),
                               (*side)->open_runs.end());
    }
    answer->open_runs = SortedUnique(std::move(answer->open_runs));
    merged.value_runs.insert(merged.value_runs.end(), answer->open_runs.begin(),
                             answer->open_runs.end());
    Op op;
    op.key = clash.key;
    op.intent = Intent::kResolved;
    op.content_id = answer->content_id;
    op.base_snapshot = question.ours ? question.ours->snapshot_id : -1;
    op.new_snapshot = answer->snapshot_id;
    base::Bytes bytes = EncodeTableState(*answer);
    if (clash.ours) op.before = base::Sha256(*clash.ours);
    op.after = base::Sha256(bytes);
    merged.ops.push_back(std::move(op));
    resolutions[clash.key] = std::move(bytes);
  }
  return resolutions;
}

}  // namespace

base::Result<Merged> MergeTrees(Reader& reader, const MergeSides& sides) {
  Merged merged;
  ASSIGN_OR_RETURN(const auto bases, reader.Bases(sides.ours, sides.theirs));
  ASSIGN_OR_RETURN(const auto ours, reader.CommitAt(sides.ours));
  ASSIGN_OR_RETURN(const auto theirs, reader.CommitAt(sides.theirs));
  merged.tree = ours->tree;
  if (bases.size() == 1 && bases.front() == sides.theirs) {
    merged.nothing_to_do = true;
    return merged;
  }
  NodeSpace& nodes = reader.nodes();
  std::vector<base::Bytes> trees;
  for (const model::CommitId& id : bases) {
    ASSIGN_OR_RETURN(const auto base, reader.CommitAt(id));
    trees.push_back(base->tree);
  }
  if (trees.empty()) trees.push_back(EmptyTree(nodes));  // unrelated histories
  MergeInput input;
  ASSIGN_OR_RETURN(input.ours, TreeDiff(nodes, trees.front(), ours->tree));
  ASSIGN_OR_RETURN(input.theirs, TreeDiff(nodes, trees.front(), theirs->tree));
  for (size_t i = 1; i < trees.size(); ++i) {
    ASSIGN_OR_RETURN(auto difference, TreeDiff(nodes, trees.front(), trees[i]));
    input.other_bases.push_back(std::move(difference));
  }
  const MergePlan plan = PlanMerge(input);
  const Resolver none;
  ASSIGN_OR_RETURN(const Resolutions resolutions,
                   Resolve(plan, sides.resolver == nullptr ? none : *sides.resolver, merged));
  const MergeOutcome outcome = FinishMerge(plan, resolutions);
  if (!outcome.conflicts.empty()) return Conflict(sides, outcome.conflicts);
  base::Result<base::Bytes> tree = ApplyWhole(reader, sides.ours, ours->tree, outcome.edits);
  if (tree.ok()) {
    merged.tree = std::move(*tree);
    return merged;
  }
  // One side deleted a namespace in which the other put something.
  const base::Error& broken = tree.error();
  const auto ns = broken.context.find("namespace");
  if (ns == broken.context.end()) return broken;
  ASSIGN_OR_RETURN(const model::Namespace named, model::ParseNamespace(ns->second));
  return Conflict(sides, {KeyOf(named)}).CausedBy(broken);
}

}  // namespace catalog
