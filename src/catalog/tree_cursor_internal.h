// A position in a keyed tree: an entry of some level, everything before it being done with.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "catalog/tree.h"

namespace catalog {

class TreeCursor {
 public:
  /// Stands on the whole tree, as one entry above its root.
  static base::Result<TreeCursor> Open(NodeSpace& nodes, const base::Bytes& root);

  bool done() const { return path_.empty(); }
  /// 0 = an entry of the map; above: the entry of a node one level lower.
  uint32_t level() const { return path_.back().node->level; }
  const TreeEntry& entry() const { return path_.back().node->entries[path_.back().index]; }

  /// Onto the first entry of the node it stands on.
  base::Status Enter();
  /// Past the entry, with all below it.
  void Skip();
  /// Onto the first entry of the map, when on a node.
  base::Status EnterFully();
  /// From the whole tree onto the first entry of the map with a key >= `key`.
  base::Status Seek(base::BytesView key);

 private:
  struct Step {
    std::shared_ptr<const TreeNode> node;
    size_t index = 0;
  };
  explicit TreeCursor(NodeSpace& nodes) : nodes_(&nodes) {}
  void Leave();
  NodeSpace* nodes_;
  std::vector<Step> path_;
};

}  // namespace catalog
