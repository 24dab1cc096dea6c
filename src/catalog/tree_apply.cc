#include <algorithm>

#include "catalog/tree.h"

namespace catalog {
namespace {

/// Key to entry of one level, or to nothing for a removal.
using LevelEdits = std::map<base::Bytes, std::optional<TreeEntry>>;

/// What became of one level's nodes: the entries of the level above.
struct LevelChange {
  std::map<base::Bytes, base::Bytes> removed;  // last key to hash
  std::map<base::Bytes, TreeEntry> added;
};

/// Cuts a sequence of entries into nodes.
class Chunker {
 public:
  Chunker(NodeSpace& nodes, uint32_t level, std::map<base::Bytes, TreeEntry>& added)
      : nodes_(nodes), level_(level), added_(added) {}

  void Push(TreeEntry entry) {
    const bool ends = EndsNode(entry.key, level_);
    Push(std::move(entry), ends);
  }
  /// For a key of which it is known whether it ends a node: hashing keys is what costs.
  void Push(TreeEntry entry, bool ends) {
    open_.push_back(std::move(entry));
    if (ends || open_.size() == kNodeEntriesMax) Close();
  }
  bool between_nodes() const { return open_.empty(); }
  void Close() {
    if (open_.empty()) return;
    TreeEntry above{open_.back().key, {}, 0};
    for (const TreeEntry& entry : open_) above.count += entry.count;
    above.value = nodes_.Add(TreeNode{level_, std::move(open_)});
    open_.clear();
    added_[above.key] = std::move(above);
  }

 private:
  NodeSpace& nodes_;
  uint32_t level_;
  std::map<base::Bytes, TreeEntry>& added_;
  std::vector<TreeEntry> open_;
};

/// Walks over the nodes of one level of a stored tree.
class NodeWalk {
 public:
  NodeWalk(NodeSpace& nodes, base::Bytes root, uint32_t level)
      : nodes_(nodes), root_(std::move(root)), level_(level) {}

  /// Onto the node a key belongs to: the first that ends at or after it, else the last.
  base::Status Seek(base::BytesView key) {
    path_.clear();
    hash_ = root_;
    ASSIGN_OR_RETURN(node_, nodes_.Read(root_));
    while (node_->level > level_) {
      const auto& entries = node_->entries;
      auto at = std::lower_bound(
          entries.begin(), entries.end(), key,
          [](const TreeEntry& entry, base::BytesView wanted) { return entry.key < wanted; });
      if (at == entries.end()) --at;
      path_.push_back({node_, static_cast<size_t>(at - entries.begin())});
      RETURN_IF_ERROR(Down(at->value));
    }
    return base::Ok();
  }

  bool IsLast() const {
    return std::all_of(path_.begin(), path_.end(), [](const Step& step) {
      return step.index + 1 == step.node->entries.size();
    });
  }

  base::Status Next() {
    while (path_.back().index + 1 == path_.back().node->entries.size()) path_.pop_back();
    ++path_.back().index;
    RETURN_IF_ERROR(Down(path_.back().node->entries[path_.back().index].value));
    while (node_->level > level_) {
      path_.push_back({node_, 0});
      RETURN_IF_ERROR(Down(node_->entries.front().value));
    }
    return base::Ok();
  }

  const TreeNode& node() const { return *node_; }
  const base::Bytes& hash() const { return hash_; }

 private:
  struct Step {
    std::shared_ptr<const TreeNode> node;
    size_t index = 0;
  };
  base::Status Down(const base::Bytes& hash) {
    const base::Bytes child = hash;
    ASSIGN_OR_RETURN(node_, nodes_.Read(child));
    hash_ = child;
    return base::Ok();
  }

  NodeSpace& nodes_;
  base::Bytes root_;
  uint32_t level_;
  std::vector<Step> path_;
  std::shared_ptr<const TreeNode> node_;
  base::Bytes hash_;
};

/// Feeds a node's entries, changed by the edits that belong to it, and moves `edit` past those.
void MergeInto(Chunker& chunks, const TreeNode& node, bool is_last, const LevelEdits& edits,
               LevelEdits::const_iterator& edit) {
  const auto push_edit = [&] {
    if (edit->second) chunks.Push(*edit->second);
    ++edit;
  };
  for (const TreeEntry& entry : node.entries) {
    while (edit != edits.end() && edit->first < entry.key) push_edit();
    // A key that ends a node is the last of its node.
    const bool may_end = &entry == &node.entries.back();
    if (edit != edits.end() && edit->first == entry.key) {
      push_edit();
    } else if (may_end) {
      chunks.Push(entry);
    } else {
      chunks.Push(entry, false);
    }
  }
  while (is_last && edit != edits.end()) push_edit();
}

base::Result<LevelChange> RebuildLevel(NodeSpace& nodes, const base::Bytes& root, uint32_t level,
                                       const LevelEdits& edits) {
  LevelChange change;
  NodeWalk walk(nodes, root, level);
  for (auto edit = edits.begin(); edit != edits.end();) {
    RETURN_IF_ERROR(walk.Seek(edit->first));
    Chunker chunks(nodes, level, change.added);
    while (true) {  // until a new node ends where an old one did: the rest is as before
      if (!walk.node().entries.empty()) {
        change.removed[walk.node().entries.back().key] = walk.hash();
      }
      MergeInto(chunks, walk.node(), walk.IsLast(), edits, edit);
      if (walk.IsLast() || chunks.between_nodes()) break;
      RETURN_IF_ERROR(walk.Next());
    }
    chunks.Close();
  }
  return change;
}

LevelEdits EditsAbove(const LevelChange& change) {
  LevelEdits edits;
  for (const auto& [key, hash] : change.removed) {
    const auto added = change.added.find(key);
    if (added == change.added.end()) edits[key] = std::nullopt;
  }
  for (const auto& [key, entry] : change.added) {
    const auto removed = change.removed.find(key);
    if (removed == change.removed.end() || removed->second != entry.value) edits[key] = entry;
  }
  return edits;
}

/// Builds levels above `level` until one node is left, then drops levels that hold just one entry.
base::Result<base::Bytes> Crown(NodeSpace& nodes, uint32_t level,
                                std::map<base::Bytes, TreeEntry> top) {
  while (top.size() > 1) {
    std::map<base::Bytes, TreeEntry> above;
    Chunker chunks(nodes, ++level, above);
    for (auto& [key, entry] : top) chunks.Push(std::move(entry));
    chunks.Close();
    top = std::move(above);
  }
  base::Bytes root = top.begin()->second.value;
  while (true) {
    ASSIGN_OR_RETURN(const auto node, nodes.Read(root));
    if (node->level == 0 || node->entries.size() > 1) return root;
    nodes.Forget(root);
    root = node->entries.front().value;
  }
}

}  // namespace

base::Result<base::Bytes> TreeApply(NodeSpace& nodes, const base::Bytes& root,
                                    const TreeEdits& edits) {
  if (edits.empty()) return root;
  LevelEdits level_edits;
  for (const auto& [key, value] : edits) {
    level_edits[key] = value ? std::optional<TreeEntry>(TreeEntry{key, *value, 1}) : std::nullopt;
  }
  ASSIGN_OR_RETURN(const auto top, nodes.Read(root));
  for (uint32_t level = 0;; ++level) {
    ASSIGN_OR_RETURN(LevelChange change, RebuildLevel(nodes, root, level, level_edits));
    if (level == top->level) {
      if (change.added.empty()) return EmptyTree(nodes);
      return Crown(nodes, level, std::move(change.added));
    }
    level_edits = EditsAbove(change);
    if (level_edits.empty()) return root;
  }
}

}  // namespace catalog
