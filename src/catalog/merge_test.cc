#include "catalog/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/testing/matchers.h"
#include "catalog/guard_move.h"
#include "catalog/merge_base.h"

namespace catalog {
namespace {

using base::testing::IsError;
using base::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Value = std::optional<base::Bytes>;

TEST(PlanMerge, KeepsBothSidesWhenKeysDiffer) {
  const MergePlan plan = PlanMerge({{{"a", "0", "1"}}, {{"b", "0", "2"}, {"c", "0", Value()}}, {}});
  EXPECT_EQ(plan.take, (TreeEdits{{"b", "2"}, {"c", Value()}}));
  EXPECT_THAT(plan.both_changed, IsEmpty());
}

TEST(PlanMerge, NamesKeysBothSidesChangedDifferently) {
  const MergePlan plan =
      PlanMerge({{{"a", "0", "1"}, {"same", "0", "9"}}, {{"a", "0", Value()}, {"same", "0", "9"}}});
  EXPECT_THAT(plan.take, IsEmpty());
  EXPECT_THAT(plan.both_changed, ElementsAre(BothChanged{"a", true, "0", "1", Value()}));
  EXPECT_THAT(FinishMerge(plan, {}).conflicts, ElementsAre("a"));
  EXPECT_EQ(FinishMerge(plan, {{"a", "3"}}).edits, (TreeEdits{{"a", "3"}}));
}

TEST(PlanMerge, TreatsAKeyOnWhichBasesDisagreeAsConflictUnlessSidesAreEqual) {
  MergeInput input;
  input.theirs = {{"a", "0", "1"}, {"b", "0", "1"}};
  input.ours = {{"b", "0", "1"}};
  input.other_bases = {{{"a", "0", "5"}, {"b", "0", "5"}}};
  const MergePlan plan = PlanMerge(input);
  EXPECT_THAT(plan.take, IsEmpty());
  EXPECT_THAT(plan.both_changed, ElementsAre(BothChanged{"a", false, Value(), "0", "1"}));
}

/// Against the definition, key by key, for one base.
TEST(PlanMerge, AgreesWithTheDefinitionOnRandomSides) {
  std::mt19937 random(3);
  const auto value = [&] {
    const uint32_t n = random() % 4;
    return n == 0 ? Value() : Value(std::to_string(n));
  };
  for (int round = 0; round < 3000; ++round) {
    const Value base = value(), ours = value(), theirs = value();
    MergeInput input;
    if (ours != base) input.ours = {{"k", base, ours}};
    if (theirs != base) input.theirs = {{"k", base, theirs}};
    const MergePlan plan = PlanMerge(input);
    const bool conflict = ours != base && theirs != base && ours != theirs;
    EXPECT_EQ(plan.both_changed.size(), conflict ? 1u : 0u);
    EXPECT_EQ(plan.take.size(), ours == base && theirs != base ? 1u : 0u);
  }
}

using Graph = std::map<model::CommitId, CommitLinks>;

model::CommitId Id(int n) {
  return model::CommitId(std::to_string(n));
}

base::Result<std::vector<model::CommitId>> Bases(const Graph& graph, int a, int b) {
  return MergeBases(Id(a), Id(b), [&](const model::CommitId& id) -> base::Result<CommitLinks> {
    return graph.at(id);
  });
}

TEST(MergeBases, FindsBothBasesOfACrissCross) {
  const Graph graph = {{Id(0), {{}, 0}},
                       {Id(1), {{Id(0)}, 1}},
                       {Id(2), {{Id(0)}, 1}},
                       {Id(3), {{Id(1), Id(2)}, 2}},
                       {Id(4), {{Id(2), Id(1)}, 2}}};
  EXPECT_THAT(*Bases(graph, 3, 4), ElementsAre(Id(1), Id(2)));
  EXPECT_THAT(*Bases(graph, 3, 1), ElementsAre(Id(1)));
  EXPECT_THAT(*Bases(graph, 3, 3), ElementsAre(Id(3)));
}

TEST(MergeBases, AgreesWithTheDefinitionOnRandomGraphs) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    Graph graph;
    std::vector<std::set<int>> ancestors(24);
    for (int n = 0; n < 24; ++n) {
      CommitLinks links;
      ancestors[n] = {n};
      for (uint32_t p = 0; n > 0 && p < 1 + random() % 2; ++p) {
        const int parent = static_cast<int>(random() % n);
        links.parents.push_back(Id(parent));
        links.generation = std::max(links.generation, graph[Id(parent)].generation + 1);
        ancestors[n].insert(ancestors[parent].begin(), ancestors[parent].end());
      }
      graph[Id(n)] = links;
    }
    for (int a = 0; a < 24; ++a) {
      for (int b = 0; b < 24; ++b) {
        std::set<model::CommitId> expected;
        for (const int c : ancestors[a]) {
          if (!ancestors[b].contains(c)) continue;
          bool newest = true;
          for (const int d : ancestors[a]) {
            if (d != c && ancestors[b].contains(d) && ancestors[d].contains(c)) newest = false;
          }
          if (newest) expected.insert(Id(c));
        }
        const auto found = Bases(graph, a, b);
        ASSERT_THAT(found, IsOk());
        ASSERT_THAT(*found, ::testing::ElementsAreArray(expected))
            << "seed " << seed << " " << a << " " << b;
      }
    }
  }
}

TEST(GuardMove, ExpectsClosedRunsAndRefusesOpenOnesOnProtectedRefsOnly) {
  const RefPolicy policy;
  Move move{"main", Id(1), {{model::RunId("p"), RunPhase::kPublished, 3}}, std::nullopt};
  const auto passed = GuardMove(policy, move);
  ASSERT_THAT(passed, IsOk());
  ASSERT_EQ(passed->size(), 1u);
  EXPECT_EQ((*passed)[0].key, "run/p");
  EXPECT_EQ((*passed)[0].version, 3u);
  for (const auto phase :
       {RunPhase::kRunning, RunPhase::kChecked, RunPhase::kFailed, RunPhase::kAborted}) {
    move.runs = {{model::RunId("r"), phase, 1}};
    move.ref = "main";
    EXPECT_THAT(GuardMove(policy, move),
                IsError(base::Code::kFailedPrecondition, "catalog.open_runs"));
    move.ref = "ada.dev";
    EXPECT_THAT(GuardMove(policy, move), IsOk());
  }
  move.ref = "main";
  move.runs = {{model::RunId("unknown"), std::nullopt, std::nullopt}};
  EXPECT_THAT(GuardMove(policy, move),
              IsError(base::Code::kFailedPrecondition, "catalog.open_runs"));
}

}  // namespace
}  // namespace catalog
