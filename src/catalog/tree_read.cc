#include <algorithm>

#include "catalog/tree.h"
#include "catalog/tree_cursor_internal.h"

namespace catalog {
namespace {

size_t FirstNotBelow(const TreeNode& node, base::BytesView key) {
  const auto at = std::lower_bound(
      node.entries.begin(), node.entries.end(), key,
      [](const TreeEntry& entry, base::BytesView wanted) { return entry.key < wanted; });
  return static_cast<size_t>(at - node.entries.begin());
}

/// Both stand on entries of the map, or at the end: notes the smaller one's change.
void StepDiff(TreeCursor& from, TreeCursor& to, std::vector<TreeChange>& changes) {
  const bool only_from = to.done() || (!from.done() && from.entry().key < to.entry().key);
  const bool only_to = from.done() || (!to.done() && to.entry().key < from.entry().key);
  if (only_from) {
    changes.push_back(TreeChange{from.entry().key, from.entry().value, std::nullopt});
    from.Skip();
  } else if (only_to) {
    changes.push_back(TreeChange{to.entry().key, std::nullopt, to.entry().value});
    to.Skip();
  } else {
    if (from.entry().value != to.entry().value) {
      changes.push_back(TreeChange{from.entry().key, from.entry().value, to.entry().value});
    }
    from.Skip();
    to.Skip();
  }
}

}  // namespace

base::Result<TreeCursor> TreeCursor::Open(NodeSpace& nodes, const base::Bytes& root) {
  TreeCursor cursor(nodes);
  ASSIGN_OR_RETURN(const auto top, nodes.Read(root));
  if (top->entries.empty()) return cursor;
  auto above = std::make_shared<const TreeNode>(
      TreeNode{top->level + 1, {TreeEntry{top->entries.back().key, root, 1}}});
  cursor.path_.push_back(Step{std::move(above), 0});
  return cursor;
}

base::Status TreeCursor::Enter() {
  ASSIGN_OR_RETURN(auto node, nodes_->Read(entry().value));
  path_.push_back(Step{std::move(node), 0});
  return base::Ok();
}

void TreeCursor::Leave() {
  while (!path_.empty() && path_.back().index >= path_.back().node->entries.size()) {
    path_.pop_back();
    if (!path_.empty()) ++path_.back().index;
  }
}

void TreeCursor::Skip() {
  ++path_.back().index;
  Leave();
}

base::Status TreeCursor::EnterFully() {
  while (!done() && level() > 0) RETURN_IF_ERROR(Enter());
  return base::Ok();
}

base::Status TreeCursor::Seek(base::BytesView key) {
  while (!done()) {
    Step& step = path_.back();
    step.index = FirstNotBelow(*step.node, key);
    if (step.index == step.node->entries.size()) {
      Leave();
      break;  // every key of the tree is smaller: only the top can run out
    }
    if (step.node->level == 0) break;
    RETURN_IF_ERROR(Enter());
  }
  return base::Ok();
}

base::Bytes EmptyTree(NodeSpace& nodes) {
  return nodes.Add(TreeNode{});
}

base::Result<std::optional<base::Bytes>> TreeGet(NodeSpace& nodes, const base::Bytes& root,
                                                 base::BytesView key) {
  ASSIGN_OR_RETURN(auto node, nodes.Read(root));
  while (true) {
    const size_t at = FirstNotBelow(*node, key);
    if (at == node->entries.size()) return std::optional<base::Bytes>();
    const TreeEntry& entry = node->entries[at];
    if (node->level == 0) {
      if (entry.key != key) return std::optional<base::Bytes>();
      return std::optional<base::Bytes>(entry.value);
    }
    ASSIGN_OR_RETURN(node, nodes.Read(entry.value));
  }
}

base::Result<uint64_t> TreeSize(NodeSpace& nodes, const base::Bytes& root) {
  ASSIGN_OR_RETURN(const auto node, nodes.Read(root));
  uint64_t size = 0;
  for (const TreeEntry& entry : node->entries) size += entry.count;
  return size;
}

base::Result<std::vector<TreeEntry>> TreeList(NodeSpace& nodes, const base::Bytes& root,
                                              const TreeRange& range) {
  std::vector<TreeEntry> found;
  ASSIGN_OR_RETURN(TreeCursor cursor, TreeCursor::Open(nodes, root));
  const base::Bytes after = range.after.empty() ? base::Bytes() : range.after + '\0';
  RETURN_IF_ERROR(cursor.Seek(std::max(range.prefix, after)));
  while (!cursor.done()) {
    RETURN_IF_ERROR(cursor.EnterFully());
    if (!cursor.entry().key.starts_with(range.prefix)) break;
    found.push_back(cursor.entry());
    if (range.limit != 0 && found.size() == range.limit) break;
    cursor.Skip();
  }
  return found;
}

base::Result<std::vector<TreeChange>> TreeDiff(NodeSpace& nodes, const base::Bytes& from,
                                               const base::Bytes& to) {
  std::vector<TreeChange> changes;
  if (from == to) return changes;
  ASSIGN_OR_RETURN(TreeCursor a, TreeCursor::Open(nodes, from));
  ASSIGN_OR_RETURN(TreeCursor b, TreeCursor::Open(nodes, to));
  while (!a.done() || !b.done()) {
    const uint32_t a_level = a.done() ? 0 : a.level();
    const uint32_t b_level = b.done() ? 0 : b.level();
    if (a_level == 0 && b_level == 0) {
      StepDiff(a, b, changes);
    } else if (a_level == b_level && a.entry().value == b.entry().value) {
      a.Skip();
      b.Skip();
    } else {
      if (a_level >= b_level) RETURN_IF_ERROR(a.Enter());
      if (b_level >= a_level) RETURN_IF_ERROR(b.Enter());
    }
  }
  return changes;
}

}  // namespace catalog
