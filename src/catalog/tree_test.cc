#include "catalog/tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/testing/matchers.h"
#include "state/memory_store.h"

namespace catalog {
namespace {

using base::testing::IsOk;
using Model = std::map<base::Bytes, base::Bytes>;

class Tree : public ::testing::Test {
 protected:
  /// Applies edits and stores what is new; returns the root.
  base::Bytes Write(const base::Bytes& root, const TreeEdits& edits) {
    NodeSpace nodes(store_, ctx_);
    const base::Bytes start = root.empty() ? EmptyTree(nodes) : root;
    auto changed = TreeApply(nodes, start, edits);
    EXPECT_THAT(changed, IsOk());
    reads_ = nodes.nodes_read();
    auto objects = nodes.ObjectsFor(*changed);
    EXPECT_THAT(objects, IsOk());
    writes_ = objects->size();
    state::Batch batch;
    batch.objects = std::move(*objects);
    EXPECT_THAT(store_.Apply(ctx_, batch), IsOk());
    return *changed;
  }

  std::vector<TreeEntry> All(const base::Bytes& root, const TreeRange& range = {}) {
    NodeSpace nodes(store_, ctx_);
    auto entries = TreeList(nodes, root, range);
    EXPECT_THAT(entries, IsOk());
    reads_ = nodes.nodes_read();
    return *entries;
  }

  std::vector<TreeChange> Diff(const base::Bytes& from, const base::Bytes& to) {
    NodeSpace nodes(store_, ctx_);
    auto changes = TreeDiff(nodes, from, to);
    EXPECT_THAT(changes, IsOk());
    reads_ = nodes.nodes_read();
    return *changes;
  }

  static TreeEdits EditsOf(const Model& model) {
    TreeEdits edits;
    for (const auto& [key, value] : model) edits[key] = value;
    return edits;
  }

  base::Context ctx_;
  state::MemoryStore store_;
  uint64_t reads_ = 0;
  uint64_t writes_ = 0;
};

std::string Key(uint32_t n) {
  return "ns\x01\x02table_" + std::to_string(n);
}

std::vector<TreeChange> ModelDiff(const Model& from, const Model& to) {
  std::vector<TreeChange> changes;
  Model all = from;
  all.insert(to.begin(), to.end());
  for (const auto& [key, unused] : all) {
    TreeChange change{key, std::nullopt, std::nullopt};
    if (const auto at = from.find(key); at != from.end()) change.before = at->second;
    if (const auto at = to.find(key); at != to.end()) change.after = at->second;
    if (change.before != change.after) changes.push_back(change);
  }
  return changes;
}

/// What is at stake: a tree that depends on its history gives equal catalogs different hashes. A
/// random sequence of batches of edits is held against a std::map; after each, the tree built from
/// the map in one go must have the same root.
TEST_F(Tree, AgreesWithMapUnderRandomOperations) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const uint32_t keys = seed % 2 == 0 ? 300 : 5000;
    Model model;
    base::Bytes root = Write("", {});
    for (int round = 0; round < 25; ++round) {
      const Model before = model;
      const base::Bytes root_before = root;
      TreeEdits edits;
      const uint32_t count = random() % (round % 5 == 0 ? 800 : 12);
      for (uint32_t i = 0; i < count; ++i) {
        const std::string key = Key(random() % keys);
        if (random() % 3 == 0 || round % 7 == 6) {
          edits[key] = std::nullopt;
          model.erase(key);
        } else {
          model[key] = *(edits[key] = "v" + std::to_string(random() % 4));
        }
      }
      root = Write(root, edits);
      ASSERT_EQ(root, Write("", EditsOf(model)));
      ASSERT_EQ(Diff(root_before, root), ModelDiff(before, model));
    }
    const auto entries = All(root);
    ASSERT_EQ(entries.size(), model.size());
    auto expected = model.begin();
    for (const TreeEntry& entry : entries) {
      ASSERT_EQ(entry.key, expected->first);
      ASSERT_EQ(entry.value, (expected++)->second);
    }
    NodeSpace nodes(store_, ctx_);
    EXPECT_EQ(*TreeSize(nodes, root), model.size());
    for (uint32_t n = 0; n < keys; n += 7) {
      const auto at = model.find(Key(n));
      const auto found = TreeGet(nodes, root, Key(n));
      ASSERT_THAT(found, IsOk());
      ASSERT_EQ(*found, at == model.end() ? std::nullopt : std::optional(at->second));
    }
  }
}

TEST_F(Tree, EndsAsEmptyTreeWhenEverythingIsDeleted) {
  const base::Bytes empty = Write("", {});
  TreeEdits puts, deletes;
  for (uint32_t n = 0; n < 2000; ++n) {
    puts[Key(n)] = "v";
    deletes[Key(n)] = std::nullopt;
  }
  EXPECT_EQ(Write(Write(empty, puts), deletes), empty);
}

TEST_F(Tree, GivesOneRootForOneContentInAnyOrder) {
  std::vector<uint32_t> order(1500);
  for (uint32_t n = 0; n < order.size(); ++n) order[n] = n;
  Model model;
  for (const uint32_t n : order) model[Key(n)] = "v" + std::to_string(n);
  const base::Bytes expected = Write("", EditsOf(model));
  std::shuffle(order.begin(), order.end(), std::mt19937(7));
  base::Bytes root = Write("", {});
  for (size_t at = 0; at < order.size(); at += 30) {
    TreeEdits edits;
    for (size_t i = at; i < at + 30; ++i) edits[Key(order[i])] = "v" + std::to_string(order[i]);
    root = Write(root, edits);
  }
  EXPECT_EQ(root, expected);
}

TEST_F(Tree, ReadsAndWritesLogarithmicallyMuchAtHundredThousandEntries) {
  TreeEdits edits;
  for (uint32_t n = 0; n < 100'000; ++n) edits[Key(n)] = "value";
  const base::Bytes root = Write("", edits);
  // Height: 10^5 entries at a mean of 64 are three levels, seldom four.
  constexpr uint64_t kHeightMax = 5;
  {
    NodeSpace nodes(store_, ctx_);
    ASSERT_THAT(TreeGet(nodes, root, Key(77'777)), IsOk());
    EXPECT_LE(nodes.nodes_read(), kHeightMax);
  }
  const base::Bytes changed = Write(root, {{Key(77'777), "other"}, {Key(100'000), "added"}});
  EXPECT_LE(writes_, 4 * kHeightMax);
  EXPECT_LE(reads_, 6 * kHeightMax);
  EXPECT_EQ(Diff(root, changed).size(), 2u);
  EXPECT_LE(reads_, 2 * 4 * kHeightMax);
  EXPECT_EQ(All(root, TreeRange{"", Key(5), 100}).size(), 100u);
  EXPECT_LE(reads_, 2 * kHeightMax + 10);
}

TEST_F(Tree, PagesThroughAPrefix) {
  Model model;
  for (uint32_t n = 0; n < 500; ++n) {
    for (const char* ns : {"a", "b", "c"}) model[std::string(ns) + "/" + std::to_string(n)] = "v";
  }
  const base::Bytes root = Write("", EditsOf(model));
  std::vector<std::string> seen;
  std::string after;
  while (true) {
    const auto page = All(root, TreeRange{"b/", after, 33});
    for (const TreeEntry& entry : page) seen.push_back(entry.key);
    if (page.size() < 33) break;
    after = page.back().key;
  }
  ASSERT_EQ(seen.size(), 500u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_TRUE(seen.front().starts_with("b/") && seen.back().starts_with("b/"));
}

TEST_F(Tree, ForcesABoundaryAfter512Entries) {
  TreeEdits edits;
  uint32_t n = 0;
  while (edits.size() < 1200) {  // keys without a boundary of their own
    const std::string key = Key(3'000'000 + n++);
    if (!EndsNode(key, 0)) edits[key] = "v";
  }
  const base::Bytes root = Write("", edits);
  NodeSpace nodes(store_, ctx_);
  const auto top = nodes.Read(root);
  ASSERT_THAT(top, IsOk());
  ASSERT_EQ((*top)->level, 1u);
  ASSERT_EQ((*top)->entries.size(), 3u);
  EXPECT_EQ((*top)->entries[0].count, kNodeEntriesMax);
  EXPECT_EQ((*top)->entries[2].count, 1200 - 2 * kNodeEntriesMax);
  // One key in front shifts all forced boundaries up to the next natural one.
  Model model;
  for (const auto& [key, value] : edits) model[key] = *value;
  model["a"] = "first";
  EXPECT_EQ(Write(root, {{"a", "first"}}), Write("", EditsOf(model)));
}

TEST_F(Tree, RefusesANodeWithDisorderedKeys) {
  const TreeNode node{0, {TreeEntry{"b", "1", 1}, TreeEntry{"a", "2", 1}}};
  EXPECT_THAT(DecodeTreeNode(EncodeTreeNode(node)),
              base::testing::IsError(base::Code::kCorrupt, "catalog.bad_object"));
}

}  // namespace
}  // namespace catalog
