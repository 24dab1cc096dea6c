// Order and cycles of a small directed graph.
#pragma once

#include <cstddef>
#include <vector>

namespace planner {

struct GraphOrder {
  std::vector<size_t> order;                // parents first; ties by number; without cyclic nodes
  std::vector<std::vector<size_t>> cycles;  // each as a path whose last node feeds the first
};

/// `parents[i]` are the nodes that node i reads; a node that reads itself is no cycle here.
GraphOrder OrderGraph(const std::vector<std::vector<size_t>>& parents);

}  // namespace planner
