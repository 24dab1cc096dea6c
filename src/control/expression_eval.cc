#include <cmath>
#include <utility>

#include "control/expression_internal.h"
#include "control/reasons.h"
#include "model/ref.h"

namespace control {
namespace {

using Node = Expression::Node;
using List = std::shared_ptr<const ValueList>;
using Map = std::shared_ptr<const ValueMap>;

std::string_view KindOf(const Value& value) {
  static constexpr std::string_view kNames[] = {"null", "bool",      "int",  "double",
                                                "text", "timestamp", "list", "map"};
  return kNames[value.of.index()];
}

base::Error Unfit(const Node& node, const std::string& what, const Value& value) {
  return BadExpression(node.column, what + " does not take a " + std::string(KindOf(value)));
}

bool Equal(const Value& a, const Value& b) {
  if (const auto* left = std::get_if<int64_t>(&a.of)) {
    if (const auto* right = std::get_if<double>(&b.of)) return static_cast<double>(*left) == *right;
  }
  if (const auto* left = std::get_if<double>(&a.of)) {
    if (const auto* right = std::get_if<int64_t>(&b.of)) {
      return *left == static_cast<double>(*right);
    }
  }
  if (a.of.index() != b.of.index()) return false;
  if (const auto* left = std::get_if<List>(&a.of)) {
    const List& right = std::get<List>(b.of);
    if ((*left)->size() != right->size()) return false;
    for (size_t i = 0; i < right->size(); ++i) {
      if (!Equal((**left)[i], (*right)[i])) return false;
    }
    return true;
  }
  if (const auto* left = std::get_if<Map>(&a.of)) {
    const Map& right = std::get<Map>(b.of);
    if ((*left)->size() != right->size()) return false;
    for (const auto& [key, value] : **left) {
      const auto found = right->find(key);
      if (found == right->end() || !Equal(value, found->second)) return false;
    }
    return true;
  }
  return a.of == b.of;
}

class Evaluator {
 public:
  explicit Evaluator(const ValueMap& variables) : scopes_{variables} {}

  base::Result<Value> Of(const Node& node) {
    switch (node.kind) {
      case NodeKind::kLiteral:
        return node.literal;
      case NodeKind::kName:
        return Variable(node);
      case NodeKind::kMember: {
        ASSIGN_OR_RETURN(const Value of, Of(node.children[0]));
        return Member(node, of, node.text);
      }
      case NodeKind::kIndex:
        return Index(node);
      case NodeKind::kList:
        return Items(node);
      case NodeKind::kCall:
        return Call(node);
      case NodeKind::kHas: {
        ASSIGN_OR_RETURN(const Value of, Of(node.children[0]));
        const Map* map = std::get_if<Map>(&of.of);
        if (map == nullptr) return Unfit(node, "has()", of);
        return Value{(*map)->contains(node.text)};
      }
      case NodeKind::kExists:
      case NodeKind::kAll:
        return Macro(node);
      case NodeKind::kAnd:
        return Both(node, false);
      case NodeKind::kOr:
        return Both(node, true);
      case NodeKind::kNot: {
        ASSIGN_OR_RETURN(const bool inner, Truth(node.children[0]));
        return Value{!inner};
      }
      case NodeKind::kNegate:
        return Negate(node);
      case NodeKind::kBinary:
        return Binary(node);
      case NodeKind::kConditional: {
        ASSIGN_OR_RETURN(const bool condition, Truth(node.children[0]));
        return Of(node.children[condition ? 1 : 2]);
      }
    }
    return BadExpression(node.column, "is no expression");
  }

 private:
  base::Result<bool> Truth(const Node& node) {
    ASSIGN_OR_RETURN(const Value value, Of(node));
    if (const bool* truth = std::get_if<bool>(&value.of)) return *truth;
    return BadExpression(node.column,
                         "a condition is expected here, not a " + std::string(KindOf(value)));
  }

  base::Result<Value> Variable(const Node& node) {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      const auto found = scope->find(node.text);
      if (found != scope->end()) return found->second;
    }
    return BadExpression(node.column, "there is no \"" + node.text + "\" here");
  }

  static base::Result<Value> Member(const Node& node, const Value& of, const std::string& key) {
    const Map* map = std::get_if<Map>(&of.of);
    if (map == nullptr) return Unfit(node, "\"." + key + "\"", of);
    const auto found = (*map)->find(key);
    if (found != (*map)->end()) return found->second;
    return base::Error(base::Code::kNotFound, kNoSuchKey, "there is no \"" + key + "\"")
        .Set("key", key);
  }

  base::Result<Value> Index(const Node& node) {
    ASSIGN_OR_RETURN(const Value of, Of(node.children[0]));
    ASSIGN_OR_RETURN(const Value key, Of(node.children[1]));
    if (const std::string* name = std::get_if<std::string>(&key.of)) return Member(node, of, *name);
    const List* list = std::get_if<List>(&of.of);
    const int64_t* at = std::get_if<int64_t>(&key.of);
    if (list == nullptr || at == nullptr) return Unfit(node, "a key in brackets", of);
    if (*at < 0 || static_cast<size_t>(*at) >= (*list)->size()) {
      return base::Error(base::Code::kNotFound, kNoSuchKey,
                         "the list has no item " + std::to_string(*at))
          .Set("key", std::to_string(*at));
    }
    return (**list)[static_cast<size_t>(*at)];
  }

  base::Result<Value> Items(const Node& node) {
    ValueList items;
    for (const Node& child : node.children) {
      ASSIGN_OR_RETURN(Value item, Of(child));
      items.push_back(std::move(item));
    }
    return ListOf(std::move(items));
  }

  /// && (settled by false) and || (settled by true): an error on one side does not matter when the
  /// other settles it.
  base::Result<Value> Both(const Node& node, bool settled_by) {
    const base::Result<bool> left = Truth(node.children[0]);
    if (left.ok() && *left == settled_by) return Value{settled_by};
    const base::Result<bool> right = Truth(node.children[1]);
    if (right.ok() && *right == settled_by) return Value{settled_by};
    if (!left.ok()) return left.error();
    if (!right.ok()) return right.error();
    return Value{!settled_by};
  }

  base::Result<Value> Macro(const Node& node) {
    ASSIGN_OR_RETURN(const Value of, Of(node.children[0]));
    ValueList items;
    if (const List* list = std::get_if<List>(&of.of)) {
      items = **list;
    } else if (const Map* map = std::get_if<Map>(&of.of)) {
      for (const auto& [key, value] : **map) items.push_back(Value{key});
    } else {
      return Unfit(node, node.kind == NodeKind::kAll ? "all()" : "exists()", of);
    }
    const bool settled_by = node.kind == NodeKind::kExists;
    for (const Value& item : items) {
      scopes_.push_back({{node.text, item}});
      const base::Result<bool> holds = Truth(node.children[1]);
      scopes_.pop_back();
      if (!holds.ok()) return holds.error();
      if (*holds == settled_by) return Value{settled_by};
    }
    return Value{!settled_by};
  }

  base::Result<Value> Negate(const Node& node) {
    ASSIGN_OR_RETURN(const Value value, Of(node.children[0]));
    if (const int64_t* whole = std::get_if<int64_t>(&value.of)) {
      int64_t negated = 0;
      if (!__builtin_sub_overflow(int64_t{0}, *whole, &negated)) return Value{negated};
      return BadExpression(node.column, "the number is too large");
    }
    if (const double* real = std::get_if<double>(&value.of)) return Value{-*real};
    return Unfit(node, "\"-\"", value);
  }

  base::Result<Value> Binary(const Node& node) {
    ASSIGN_OR_RETURN(const Value a, Of(node.children[0]));
    ASSIGN_OR_RETURN(const Value b, Of(node.children[1]));
    if (node.text == "==") return Value{Equal(a, b)};
    if (node.text == "!=") return Value{!Equal(a, b)};
    if (node.text == "in") return In(node, a, b);
    if (node.text[0] == '<' || node.text[0] == '>') return Compare(node, a, b);
    return Compute(node, a, b);
  }

  static base::Result<Value> In(const Node& node, const Value& a, const Value& b) {
    if (const List* list = std::get_if<List>(&b.of)) {
      for (const Value& item : **list) {
        if (Equal(a, item)) return Value{true};
      }
      return Value{false};
    }
    const Map* map = std::get_if<Map>(&b.of);
    const std::string* key = std::get_if<std::string>(&a.of);
    if (map == nullptr || key == nullptr) return Unfit(node, "\"in\"", b);
    return Value{(*map)->contains(*key)};
  }

  template <class T>
  static Value Ordered(const std::string& sign, const T& a, const T& b) {
    if (sign == "<") return Value{a < b};
    if (sign == "<=") return Value{a <= b};
    if (sign == ">") return Value{a > b};
    return Value{a >= b};
  }

  static std::optional<double> Real(const Value& value) {
    if (const int64_t* whole = std::get_if<int64_t>(&value.of)) return static_cast<double>(*whole);
    if (const double* real = std::get_if<double>(&value.of)) return *real;
    return std::nullopt;
  }

  static base::Result<Value> Compare(const Node& node, const Value& a, const Value& b) {
    const auto both = [&]<class T>(std::type_identity<T>) -> std::optional<Value> {
      const T* left = std::get_if<T>(&a.of);
      const T* right = std::get_if<T>(&b.of);
      if (left == nullptr || right == nullptr) return std::nullopt;
      return Ordered(node.text, *left, *right);
    };
    if (const auto result = both(std::type_identity<int64_t>())) return *result;
    if (const auto result = both(std::type_identity<std::string>())) return *result;
    if (const auto result = both(std::type_identity<base::Instant>())) return *result;
    if (const auto left = Real(a), right = Real(b); left && right) {
      return Ordered(node.text, *left, *right);
    }
    return BadExpression(node.column, "a " + std::string(KindOf(a)) + " is not compared with a " +
                                          std::string(KindOf(b)) +
                                          ": times are written timestamp('...')");
  }

  static base::Result<Value> Compute(const Node& node, const Value& a, const Value& b) {
    const auto* left_text = std::get_if<std::string>(&a.of);
    const auto* right_text = std::get_if<std::string>(&b.of);
    if (node.text == "+" && left_text != nullptr && right_text != nullptr) {
      return Value{*left_text + *right_text};
    }
    const auto* left = std::get_if<int64_t>(&a.of);
    const auto* right = std::get_if<int64_t>(&b.of);
    if (left != nullptr && right != nullptr) return ComputeWhole(node, *left, *right);
    const auto x = Real(a);
    const auto y = Real(b);
    if (!x) return Unfit(node, "\"" + node.text + "\"", a);
    if (!y) return Unfit(node, "\"" + node.text + "\"", b);
    switch (node.text[0]) {
      case '+':
        return Value{*x + *y};
      case '-':
        return Value{*x - *y};
      case '*':
        return Value{*x * *y};
      case '/':
        return Value{*x / *y};
      default:
        return Unfit(node, "\"%\"", a);
    }
  }

  static base::Result<Value> ComputeWhole(const Node& node, int64_t a, int64_t b) {
    int64_t result = 0;
    bool overflow = false;
    switch (node.text[0]) {
      case '+':
        overflow = __builtin_add_overflow(a, b, &result);
        break;
      case '-':
        overflow = __builtin_sub_overflow(a, b, &result);
        break;
      case '*':
        overflow = __builtin_mul_overflow(a, b, &result);
        break;
      default:
        overflow = b == 0 || (b == -1 && a == INT64_MIN);
        if (!overflow) result = node.text[0] == '/' ? a / b : a % b;
    }
    if (overflow) return BadExpression(node.column, "\"" + node.text + "\" has no result here");
    return Value{result};
  }

  base::Result<Value> Call(const Node& node) {
    ASSIGN_OR_RETURN(const Value of, Of(node.children[0]));
    const std::string* text = std::get_if<std::string>(&of.of);
    if (node.text == "size") return Size(node, of);
    if (node.text == "string") return Text(node, of);
    if (node.text == "int") return Whole(node, of);
    if (text == nullptr &&
        !(node.text == "timestamp" && std::holds_alternative<base::Instant>(of.of))) {
      return Unfit(node, node.text + "()", of);
    }
    if (node.text == "timestamp") return text == nullptr ? of : Time(node, *text);
    if (node.text == "matches") return Value{node.pattern->FoundIn(*text)};
    ASSIGN_OR_RETURN(const Value argument, Of(node.children[1]));
    const std::string* part = std::get_if<std::string>(&argument.of);
    if (part == nullptr) return Unfit(node, node.text + "()", argument);
    if (node.text == "startsWith") return Value{text->starts_with(*part)};
    if (node.text == "endsWith") return Value{text->ends_with(*part)};
    return Value{text->find(*part) != std::string::npos};
  }

  static base::Result<Value> Size(const Node& node, const Value& of) {
    if (const List* list = std::get_if<List>(&of.of)) {
      return Value{static_cast<int64_t>((*list)->size())};
    }
    if (const Map* map = std::get_if<Map>(&of.of)) {
      return Value{static_cast<int64_t>((*map)->size())};
    }
    const std::string* text = std::get_if<std::string>(&of.of);
    if (text == nullptr) return Unfit(node, "size()", of);
    int64_t characters = 0;
    for (const char c : *text) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return Value{characters};
  }

  static base::Result<Value> Text(const Node& node, const Value& of) {
    if (std::holds_alternative<std::string>(of.of)) return of;
    if (const bool* truth = std::get_if<bool>(&of.of))
      return Value{std::string(*truth ? "true" : "false")};
    if (const int64_t* whole = std::get_if<int64_t>(&of.of)) return Value{std::to_string(*whole)};
    if (const double* real = std::get_if<double>(&of.of)) return Value{std::to_string(*real)};
    if (const auto* time = std::get_if<base::Instant>(&of.of)) {
      return Value{base::FormatInstant(*time)};
    }
    return Unfit(node, "string()", of);
  }

  static base::Result<Value> Whole(const Node& node, const Value& of) {
    if (std::holds_alternative<int64_t>(of.of)) return of;
    if (const auto* time = std::get_if<base::Instant>(&of.of)) {
      return Value{base::Micros(*time) / 1'000'000};
    }
    if (const double* real = std::get_if<double>(&of.of);
        real != nullptr && std::abs(*real) < 9e18) {
      return Value{static_cast<int64_t>(*real)};
    }
    return Unfit(node, "int()", of);
  }

  static base::Result<Value> Time(const Node& node, const std::string& text) {
    auto time = model::ParseTime(text);
    if (!time.ok()) return BadExpression(node.column, time.error().message);
    return Value{*time};
  }

  std::vector<ValueMap> scopes_;
};

}  // namespace

Value ListOf(ValueList items) {
  return Value{std::make_shared<const ValueList>(std::move(items))};
}
Value MapOf(ValueMap items) {
  return Value{std::make_shared<const ValueMap>(std::move(items))};
}

base::Result<Value> Expression::Evaluate(const ValueMap& variables) const {
  return Evaluator(variables).Of(*root_);
}

}  // namespace control
