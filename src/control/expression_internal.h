// The tree of a parsed expression.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/pattern.h"
#include "control/expression.h"

namespace control {

enum class NodeKind {
  kLiteral,
  kName,
  kMember,  // children[0].text
  kIndex,   // children[0][children[1]]
  kList,
  kCall,    // text(children...); of a method the receiver comes first
  kHas,     // has(children[0].text)
  kExists,  // children[0].exists(text, children[1])
  kAll,
  kAnd,
  kOr,
  kNot,
  kNegate,
  kBinary,  // text is the operator
  kConditional,
};

struct Expression::Node {
  NodeKind kind = NodeKind::kLiteral;
  std::string text;
  Value literal;
  std::vector<Node> children;
  std::optional<base::Pattern> pattern;  // of matches() with a literal
  size_t column = 0;
};

base::Error BadExpression(size_t column, const std::string& problem);

}  // namespace control
