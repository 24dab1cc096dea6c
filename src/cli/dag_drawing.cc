#include "cli/dag_drawing.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "cli/display_width.h"

namespace cli {
namespace {

struct Glyphs {
  const char* pass;       // a lane that goes on
  const char* across;     // the line from a parent to its child, crossing empty space
  const char* go_on;      // leftmost parent, read again further down
  const char* last;       // leftmost parent, read here for the last time
  const char* join_on;    // another parent, read again further down
  const char* join_last;  // another parent, read here for the last time
  const char* model;
  const char* check;
};
constexpr Glyphs kUnicode = {"│", "─", "├", "└", "┼", "┴", "●", "◆"};
constexpr Glyphs kAscii = {"|", "-", "+", "`", "+", "'", "*", "#"};

/// Lanes from the left: the node whose result runs in each, or -1.
using Lanes = std::vector<int>;

struct Graph {
  std::vector<std::set<int>> parents;
  std::vector<int> last_reader;  // -1 = nobody
};

Graph Resolve(const plan::LogicalPlan& plan) {
  std::map<std::string, int> index;
  for (size_t i = 0; i < plan.nodes.size(); ++i) index[plan.nodes[i].name] = static_cast<int>(i);
  Graph graph{std::vector<std::set<int>>(plan.nodes.size()),
              std::vector<int>(plan.nodes.size(), -1)};
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    for (const plan::Edge& edge : plan.nodes[i].inputs) {
      const auto found = index.find(edge.from);
      if (edge.from_table || found == index.end() || found->second >= static_cast<int>(i)) continue;
      graph.parents[i].insert(found->second);
      graph.last_reader[static_cast<size_t>(found->second)] = static_cast<int>(i);
    }
  }
  return graph;
}

std::string LaneText(const Lanes& lanes, int node, size_t column, const Graph& graph,
                     const Glyphs& glyphs, const char* dot) {
  const std::set<int>& parents = graph.parents[static_cast<size_t>(node)];
  std::string text;
  bool joined = false;  // the horizontal line has begun
  for (size_t i = 0; i <= column || i < lanes.size(); ++i) {
    const int lane = i < lanes.size() ? lanes[i] : -1;
    const bool before_node = i < column;
    const char* glyph = " ";
    const bool was_joined = joined;
    if (i == column) {
      glyph = dot;
      joined = false;
    } else if (before_node && lane >= 0 && parents.contains(lane)) {
      const bool ends = graph.last_reader[static_cast<size_t>(lane)] == node;
      glyph =
          joined ? (ends ? glyphs.join_last : glyphs.join_on) : (ends ? glyphs.last : glyphs.go_on);
      joined = true;
    } else if (lane >= 0) {
      glyph = glyphs.pass;
    } else if (joined) {
      glyph = glyphs.across;
    }
    if (i > 0) text += was_joined ? glyphs.across : " ";
    text += glyph;
  }
  return text;
}

/// The first free lane to the right of every parent.
size_t ColumnFor(const Lanes& lanes, const std::set<int>& parents) {
  size_t column = 0;
  for (size_t i = 0; i < lanes.size(); ++i) {
    if (parents.contains(lanes[i])) column = i + 1;
  }
  while (column < lanes.size() && lanes[column] >= 0) ++column;
  return column;
}

std::string KindText(const plan::LogicalNode& node) {
  std::string text;
  switch (node.kind) {
    case plan::NodeKind::kPythonModel:
      text = node.environment.python_version.empty() ? "python"
                                                     : "python " + node.environment.python_version;
      break;
    case plan::NodeKind::kSqlModel:
      text = "sql";
      break;
    case plan::NodeKind::kExpectation:
      text = "expectation";
      break;
  }
  if (node.strategy != plan::WriteStrategy::kNone) {
    std::string strategy(plan::WriteStrategyName(node.strategy));
    std::transform(strategy.begin(), strategy.end(), strategy.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    text += ", " + strategy;
  }
  return text;
}

std::string TablesText(const plan::LogicalNode& node) {
  std::set<std::string> tables;
  for (const plan::Edge& edge : node.inputs) {
    if (edge.from_table) tables.insert(edge.from + (edge.ref.empty() ? "" : "@" + edge.ref));
  }
  std::string text;
  for (const std::string& table : tables) text += (text.empty() ? "" : ", ") + table;
  return text;
}

}  // namespace

std::string DrawDag(const plan::LogicalPlan& plan, const Style& style) {
  const Glyphs& glyphs = style.unicode ? kUnicode : kAscii;
  const Graph graph = Resolve(plan);
  Lanes lanes;
  std::vector<std::string> drawings;
  uint32_t drawing_width = 0, name_width = 0, kind_width = 0;
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const int node = static_cast<int>(i);
    const size_t column = ColumnFor(lanes, graph.parents[i]);
    const bool is_check = plan.nodes[i].kind == plan::NodeKind::kExpectation;
    drawings.push_back(
        LaneText(lanes, node, column, graph, glyphs, is_check ? glyphs.check : glyphs.model));
    for (int& lane : lanes) {
      if (lane >= 0 && graph.last_reader[static_cast<size_t>(lane)] == node) lane = -1;
    }
    if (lanes.size() <= column) lanes.resize(column + 1, -1);
    if (graph.last_reader[i] >= 0) lanes[column] = node;
    while (!lanes.empty() && lanes.back() < 0) lanes.pop_back();
    drawing_width = std::max(drawing_width, DisplayWidth(drawings.back()));
    name_width = std::max(name_width, DisplayWidth(plan.nodes[i].name));
    kind_width = std::max(kind_width, DisplayWidth(KindText(plan.nodes[i])));
  }
  std::string out;
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const std::string tables = TablesText(plan.nodes[i]);
    std::string kind = KindText(plan.nodes[i]);
    if (!tables.empty())
      kind = Padded(kind, kind_width, false) + (style.unicode ? "  ← " : "  <- ") + tables;
    out += "  " + style.Cyan(Padded(drawings[i], drawing_width, false)) + "  " +
           style.Bold(Padded(plan.nodes[i].name, name_width, false)) + "  " + style.Faint(kind) +
           "\n";
  }
  return out;
}

}  // namespace cli
