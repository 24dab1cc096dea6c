#include "planner/graph_order_internal.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace planner {
namespace {

/// From `start` along its first unordered parents until a node comes again: that is a cycle.
std::vector<size_t> CycleFrom(size_t start, const std::vector<std::vector<size_t>>& parents,
                              const std::vector<bool>& ordered) {
  std::vector<size_t> path;
  std::vector<bool> on_path(parents.size(), false);
  size_t node = start;
  while (!on_path[node]) {
    on_path[node] = true;
    path.push_back(node);
    for (const size_t parent : parents[node]) {
      if (ordered[parent] || parent == node) continue;
      node = parent;
      break;
    }
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), node));
  std::reverse(path.begin(), path.end());  // in the direction of the rows
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
  return path;
}

}  // namespace

GraphOrder OrderGraph(const std::vector<std::vector<size_t>>& parents) {
  GraphOrder result;
  const size_t count = parents.size();
  std::vector<std::vector<size_t>> children(count);
  std::vector<size_t> missing(count, 0);
  for (size_t node = 0; node < count; ++node) {
    for (const size_t parent : parents[node]) {
      if (parent == node) continue;
      children[parent].push_back(node);
      ++missing[node];
    }
  }
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t node = 0; node < count; ++node) {
    if (missing[node] == 0) ready.push(node);
  }
  std::vector<bool> ordered(count, false);
  while (!ready.empty()) {
    const size_t node = ready.top();
    ready.pop();
    ordered[node] = true;
    result.order.push_back(node);
    for (const size_t child : children[node]) {
      if (--missing[child] == 0) ready.push(child);
    }
  }
  for (size_t node = 0; node < count; ++node) {
    if (ordered[node]) continue;
    std::vector<size_t> cycle = CycleFrom(node, parents, ordered);
    if (std::find(result.cycles.begin(), result.cycles.end(), cycle) == result.cycles.end()) {
      result.cycles.push_back(std::move(cycle));
    }
  }
  return result;
}

}  // namespace planner
