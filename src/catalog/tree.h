// The keyed tree: an ordered map of byte keys to byte values as content-addressed nodes, whose
// shape depends on the keys alone (formats.md §2).
//
// Level 0 holds the entries, level L+1 one entry per node of level L under that node's last key. A
// node of level L ends after a key k where bits 6L..6L+5 of sha256(k) are zero, or after 512
// entries. The root is the only node of the lowest level that has just one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/result.h"
#include "state/state_store.h"

namespace catalog {

inline constexpr size_t kNodeEntriesMax = 512;

struct TreeEntry {
  base::Bytes key;
  base::Bytes value;   // level 0: the caller's bytes; above: the hash of the node
  uint64_t count = 1;  // entries below
  bool operator==(const TreeEntry&) const = default;
};

struct TreeNode {
  uint32_t level = 0;
  std::vector<TreeEntry> entries;
  bool operator==(const TreeNode&) const = default;
};

base::Bytes EncodeTreeNode(const TreeNode& node);
base::Result<TreeNode> DecodeTreeNode(base::BytesView bytes);
/// True when a node of this level ends after `key` whatever its size.
bool EndsNode(base::BytesView key, uint32_t level);

/// Nodes read from a store, and new ones not yet written to it. Not thread-safe; made for one
/// operation. Keeps what it read.
class NodeSpace {
 public:
  NodeSpace(state::StateStore& store, const base::Context& ctx) : store_(store), ctx_(ctx) {}

  base::Result<std::shared_ptr<const TreeNode>> Read(const base::Bytes& hash);
  /// Returns the node's hash.
  base::Bytes Add(TreeNode node);
  void Forget(const base::Bytes& hash) { added_.erase(hash); }
  /// New nodes reachable from `root`, for a batch.
  base::Result<std::vector<state::Object>> ObjectsFor(const base::Bytes& root);

  uint64_t nodes_read() const { return nodes_read_; }
  uint64_t nodes_added() const { return added_.size(); }

 private:
  base::Status Collect(const base::Bytes& hash, std::vector<state::Object>& objects);

  state::StateStore& store_;
  const base::Context& ctx_;
  std::map<base::Bytes, std::shared_ptr<const TreeNode>> read_;
  struct Added {
    std::shared_ptr<const TreeNode> node;
    base::Bytes bytes;
  };
  std::map<base::Bytes, Added> added_;
  uint64_t nodes_read_ = 0;
};

/// Key to value, or to nothing for a deletion.
using TreeEdits = std::map<base::Bytes, std::optional<base::Bytes>>;

struct TreeChange {
  base::Bytes key;
  std::optional<base::Bytes> before;
  std::optional<base::Bytes> after;
  bool operator==(const TreeChange&) const = default;
};

struct TreeRange {
  base::Bytes prefix;  // only keys that start with it
  base::Bytes after;   // only greater keys; empty = from the start
  uint64_t limit = 0;  // 0 = all
};

/// The root of a map without entries.
base::Bytes EmptyTree(NodeSpace& nodes);
base::Result<std::optional<base::Bytes>> TreeGet(NodeSpace& nodes, const base::Bytes& root,
                                                 base::BytesView key);
base::Result<uint64_t> TreeSize(NodeSpace& nodes, const base::Bytes& root);
/// Entries in order of keys. Reads O(log n + entries) nodes.
base::Result<std::vector<TreeEntry>> TreeList(NodeSpace& nodes, const base::Bytes& root,
                                              const TreeRange& range);
/// The root of the map with the edits made. Reads and adds O(edits · log n) nodes.
base::Result<base::Bytes> TreeApply(NodeSpace& nodes, const base::Bytes& root,
                                    const TreeEdits& edits);
/// In order of keys. Reads O(changes · log n) nodes: equal nodes are not entered.
base::Result<std::vector<TreeChange>> TreeDiff(NodeSpace& nodes, const base::Bytes& from,
                                               const base::Bytes& to);

}  // namespace catalog
