// Promise P5 against a model: whatever path is taken, a protected ref never reaches the work of a
// run that is neither published nor released.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/testing/matchers.h"
#include "catalog/reasons.h"
#include "catalog/testing/lake.h"

namespace catalog {
namespace {

using base::testing::IsOk;
using testing::Lake;
using Runs = std::set<std::string>;

/// The model knows only which run made which value (by metadata location) and which commit, and
/// which runs are closed. It does not look at open_runs.
class World {
 public:
  explicit World(uint32_t seed) : lake_(seed), random_(seed) {
    RefPolicy policy;
    policy.protected_refs = {"main", "release*"};
    EXPECT_THAT(lake_.catalog.WritePolicy(lake_.ctx, policy), IsOk());
    EXPECT_THAT(lake_.catalog.CreateBranch(lake_.ctx, "x", "main"), IsOk());
  }

  void Step() {
    lake_.clock.Advance(std::chrono::seconds(1));
    switch (random_() % 14) {
      case 0:
        return StartOrCommit();
      case 1:
      case 2:
        return CommitOfRun();
      case 3:
        return EndRun();
      case 4:
      case 5:
        return Publish();
      case 6:
        return Release();
      case 7:
        return MakeRef();
      case 8:
        return RenameRef();
      case 9:
      case 10:
        return Merge();
      case 11:
        return Revert();
      case 12:
        return Register();
      default:
        return Protect();
    }
  }

  /// The invariant.
  void Check() {
    const auto policy = lake_.catalog.ReadPolicy(lake_.ctx);
    ASSERT_THAT(policy, IsOk());
    for (const RefKind kind : {RefKind::kBranch, RefKind::kTag}) {
      const auto refs = lake_.catalog.ListRefs(lake_.ctx, kind, {});
      ASSERT_THAT(refs, IsOk());
      for (const ResolvedRef& ref : *refs) {
        if (!policy->IsProtected(ref.name)) continue;
        for (const std::string& run : Reached(ref.commit)) {
          EXPECT_TRUE(closed_.contains(run)) << ref.name << " reaches work of " << run;
        }
      }
    }
  }

  int moved_protected = 0;
  int refused = 0;

 private:
  std::string Pick(const std::vector<std::string>& names) {
    return names[random_() % names.size()];
  }
  std::string PickRun() { return Pick({"r0", "r1", "r2"}); }
  std::string PickTable() { return Pick({"a", "b", "c"}); }

  std::vector<std::string> RefNames(bool branches_only) {
    std::vector<std::string> names;
    for (const RefKind kind : {RefKind::kBranch, RefKind::kTag}) {
      if (branches_only && kind == RefKind::kTag) continue;
      const auto refs = lake_.catalog.ListRefs(lake_.ctx, kind, {});
      for (const ResolvedRef& ref : *refs) names.push_back(ref.name);
    }
    return names;
  }

  bool IsProtected(const std::string& ref) {
    return lake_.catalog.ReadPolicy(lake_.ctx)->IsProtected(ref);
  }

  /// Runs whose commits or values the commit or an ancestor holds.
  const Runs& Reached(const model::CommitId& id) {
    if (const auto known = reached_.find(id); known != reached_.end()) return known->second;
    const auto commit = lake_.catalog.ReadCommit(lake_.ctx, id);
    EXPECT_THAT(commit, IsOk());
    Runs runs;
    if (!commit->run_id.empty()) runs.insert(commit->run_id.text());
    const auto tables = lake_.catalog.ListTables(lake_.ctx, id);
    for (const TableEntry& table : *tables) {
      const Runs& made = made_by_[table.state.metadata_location];
      runs.insert(made.begin(), made.end());
    }
    for (const model::CommitId& parent : commit->parents) {
      const Runs& more = Reached(parent);
      runs.insert(more.begin(), more.end());
    }
    return reached_[id] = runs;
  }

  bool HoldsOpenWork(const model::CommitId& id) {
    for (const std::string& run : Reached(id)) {
      if (!closed_.contains(run)) return true;
    }
    return false;
  }

  void StartOrCommit() {
    const std::string run = PickRun();
    if (const auto started = lake_.Start(run, Pick({"main", "x"})); started.ok()) {
      branch_[run] = started->branch;
      return;
    }
    (void)lake_.Put(Pick({"x", "main"}), {PickTable()});
  }

  void CommitOfRun() {
    const std::string run = PickRun();
    if (!branch_.contains(run)) return;
    TableState state = lake_.NewState();
    made_by_[state.metadata_location] = {run};
    CommitRequest request;
    request.branch = random_() % 5 == 0 ? Pick(RefNames(true)) : branch_[run];
    request.run_id = model::RunId(run);
    request.allow_direct_on_protected = true;
    request.changes = {PutTable{Lake::Table(PickTable()), state}};
    (void)lake_.catalog.CommitChanges(lake_.ctx, request);
  }

  void EndRun() {
    const RunPhase phase =
        std::vector{RunPhase::kFailed, RunPhase::kAborted, RunPhase::kChecked}[random_() % 3];
    (void)lake_.Mark(PickRun(), phase);
  }

  void Publish() {
    const std::string run = PickRun();
    if (lake_.Publish(run).ok()) {
      closed_.insert(run);
      ++moved_protected;
    }
  }

  void Release() {
    const std::string run = PickRun();
    if (random_() % 3 != 0) return;
    if (lake_.catalog.ReleaseRun(lake_.ctx, {model::RunId(run), "ada", "looked at it"}).ok()) {
      closed_.insert(run);
    }
  }

  void MakeRef() {
    const std::string from = Pick(RefNames(false));
    const std::string name = Pick({"y", "z", "release1", "release2"});
    if (random_() % 4 == 0) {
      (void)lake_.catalog.CreateTag(lake_.ctx, "tag" + std::to_string(random_() % 3), from);
    } else if (random_() % 4 == 0) {
      (void)lake_.catalog.CreateTag(lake_.ctx, name, from);
    } else {
      (void)lake_.catalog.CreateBranch(lake_.ctx, name, from);
    }
  }

  void RenameRef() {
    (void)lake_.catalog.RenameRef(lake_.ctx, Pick(RefNames(true)), Pick({"y", "release3", "w"}),
                                  RefKind::kBranch);
  }

  void Merge() {
    MergeRequest request;
    request.source = Pick(RefNames(false));
    request.into = Pick(RefNames(true));
    if (random_() % 2 == 0) {
      request.resolver = [](const TableClash& clash) -> base::Result<std::optional<TableState>> {
        return clash.ours ? clash.ours : clash.theirs;
      };
    }
    const model::CommitId source = lake_.Head(request.source), into = lake_.Head(request.into);
    const auto merged = lake_.catalog.Merge(lake_.ctx, request);
    if (merged.ok() && IsProtected(request.into)) ++moved_protected;
    if (!merged.ok() && merged.error().reason == kOpenRuns) {
      ++refused;  // and not for nothing
      EXPECT_TRUE(HoldsOpenWork(source) || HoldsOpenWork(into)) << request.source;
    }
  }

  void Revert() {
    RevertRequest request;
    request.tables = {Lake::Table(PickTable())};
    request.source = Pick(RefNames(false));
    request.into = Pick(RefNames(true));
    request.replace = true;
    request.allow_split = true;
    const auto reverted = lake_.catalog.RevertTables(lake_.ctx, request);
    if (!reverted.ok() && reverted.error().reason == kOpenRuns) ++refused;
  }

  /// A metadata file of a run is registered under its run id, or a value is replayed: a new file
  /// with the rows of an existing one.
  void Register() {
    CommitRequest request;
    request.branch = Pick(RefNames(true));
    request.allow_direct_on_protected = true;
    TableState state = lake_.NewState();
    const auto source = lake_.catalog.FindTable(lake_.ctx, lake_.Head(Pick(RefNames(false))),
                                                Lake::Table(PickTable()));
    if (random_() % 2 == 0 && source.ok() && *source) {
      made_by_[state.metadata_location] = made_by_[(*source)->metadata_location];
      state.run_id = (*source)->run_id;
      state.open_runs = (*source)->open_runs;
    } else {
      const std::string run = PickRun();
      made_by_[state.metadata_location] = {run};
      state.run_id = model::RunId(run);
    }
    request.changes = {PutTable{Lake::Table(PickTable()), state}};
    const auto done = lake_.catalog.CommitChanges(lake_.ctx, request);
    if (!done.ok() && done.error().reason == kOpenRuns) ++refused;
  }

  void Protect() {
    RefPolicy policy;
    policy.protected_refs = {"main", "release*"};
    if (random_() % 2 == 0) policy.protected_refs.push_back("x");
    (void)lake_.catalog.WritePolicy(lake_.ctx, policy);
  }

  Lake lake_;
  std::mt19937 random_;
  std::map<std::string, std::string> branch_;  // of a run
  std::map<std::string, Runs> made_by_;
  std::map<model::CommitId, Runs> reached_;
  Runs closed_;
};

TEST(Quarantine, HoldsOnEveryPathOfRandomHistories) {
  int moved = 0, refused = 0;
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    for (int step = 0; step < 60; ++step) {
      world.Step();
      world.Check();
      if (::testing::Test::HasFailure()) FAIL() << "at step " << step;
    }
    moved += world.moved_protected;
    refused += world.refused;
  }
  // The histories must be interesting, or the invariant holds for nothing.
  EXPECT_GT(moved, 100);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace catalog
