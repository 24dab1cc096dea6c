// Conditions users write over named values, in the part of CEL (Common Expression Language) that
// filters need.
//
// Literals (null, true, 1, 1.5, 'text', [1, 2]), || && ! == != < <= > >= in + - * / % ?:, fields
// (a.b), keys (a['b']), has(a.b), size, startsWith, endsWith, contains, matches, exists, all,
// string, int, timestamp. As in CEL, nothing is converted on its own, and && and || settle on the
// side that can be evaluated.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace control {

struct Value;
using ValueList = std::vector<Value>;
using ValueMap = std::map<std::string, Value>;

struct Value {
  std::variant<std::monostate, bool, int64_t, double, std::string, base::Instant,
               std::shared_ptr<const ValueList>, std::shared_ptr<const ValueMap>>
      of;
};

Value ListOf(ValueList items);
Value MapOf(ValueMap items);

/// Immutable, cheap to copy, thread-safe.
class Expression {
 public:
  static constexpr size_t kBytesMax = 4096;
  static constexpr int kDepthMax = 64;

  /// kInvalidArgument "control.bad_expression" with the column; also for a name that is neither
  /// among `variables` nor a function.
  static base::Result<Expression> Parse(const std::string& text,
                                        const std::set<std::string>& variables);

  /// "control.bad_expression" where types do not fit; kNotFound "control.no_such_key" where a map
  /// has no such key.
  base::Result<Value> Evaluate(const ValueMap& variables) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace control
