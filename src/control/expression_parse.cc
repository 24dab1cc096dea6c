#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "control/expression_internal.h"
#include "control/reasons.h"

namespace control {
namespace {

using Node = Expression::Node;

struct Token {
  enum class Kind { kEnd, kName, kNumber, kText, kSign };
  Kind kind = Kind::kEnd;
  std::string text;
  size_t column = 0;
};

bool IsNameByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class Scanner {
 public:
  explicit Scanner(const std::string& text) : text_(text) {}

  base::Result<Token> Next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    Token token;
    token.column = at_ + 1;
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    const bool raw = (c == 'r' || c == 'R') && at_ + 1 < text_.size() &&
                     (text_[at_ + 1] == '\'' || text_[at_ + 1] == '"');
    if (raw) ++at_;
    if (raw || c == '\'' || c == '"') return Text(std::move(token), raw);
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) return Number(std::move(token));
    if (IsNameByte(c)) {
      token.kind = Token::Kind::kName;
      while (at_ < text_.size() && IsNameByte(text_[at_])) token.text += text_[at_++];
      return token;
    }
    return Sign(std::move(token));
  }

 private:
  base::Result<Token> Sign(Token token) {
    token.kind = Token::Kind::kSign;
    const std::string two = text_.substr(at_, 2);
    if (two == "||" || two == "&&" || two == "==" || two == "!=" || two == "<=" || two == ">=") {
      token.text = two;
    } else if (std::string("!<>+-*/%?:.,()[]").find(text_[at_]) != std::string::npos) {
      token.text = text_[at_];
    } else {
      return BadExpression(token.column, std::string("\"") + text_[at_] + "\" is no operator" +
                                             (text_[at_] == '=' ? ": equal is ==" : ""));
    }
    at_ += token.text.size();
    return token;
  }

  base::Result<Token> Number(Token token) {
    token.kind = Token::Kind::kNumber;
    while (at_ < text_.size() && (IsNameByte(text_[at_]) || text_[at_] == '.')) {
      const char c = text_[at_];
      token.text += text_[at_++];
      const bool exponent = (c == 'e' || c == 'E') && at_ < text_.size();
      if (exponent && (text_[at_] == '-' || text_[at_] == '+')) token.text += text_[at_++];
    }
    return token;
  }

  base::Result<Token> Text(Token token, bool raw) {
    token.kind = Token::Kind::kText;
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      char c = text_[at_++];
      if (c == '\\' && !raw) {
        if (at_ == text_.size()) break;
        static const std::map<char, char> kEscapes = {{'n', '\n'},  {'t', '\t'},  {'r', '\r'},
                                                      {'\\', '\\'}, {'\'', '\''}, {'"', '"'},
                                                      {'`', '`'},   {'?', '?'}};
        const auto escape = kEscapes.find(text_[at_]);
        if (escape == kEscapes.end()) {
          return BadExpression(at_ + 1, std::string("\"\\") + text_[at_] +
                                            "\" is no escape: write r'...' for a text as it is");
        }
        c = escape->second;
        ++at_;
      }
      token.text += c;
    }
    if (at_ == text_.size()) return BadExpression(token.column, "the text is not closed");
    ++at_;
    return token;
  }

  const std::string& text_;
  size_t at_ = 0;
};

/// How many arguments a function takes; of a method the receiver counts.
const std::map<std::string, size_t>& Functions() {
  static const std::map<std::string, size_t> kFunctions = {
      {"size", 1},    {"startsWith", 2}, {"endsWith", 2}, {"contains", 2},
      {"matches", 2}, {"string", 1},     {"int", 1},      {"timestamp", 1}};
  return kFunctions;
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, std::set<std::string> variables)
      : tokens_(std::move(tokens)), variables_(std::move(variables)) {}

  base::Result<Node> Whole() {
    ASSIGN_OR_RETURN(Node node, Conditional());
    if (now().kind != Token::Kind::kEnd) {
      return BadExpression(now().column, "\"" + now().text + "\" is not expected here");
    }
    return node;
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  bool Is(const std::string& sign) const {
    return now().kind == Token::Kind::kSign && now().text == sign;
  }
  bool Take(const std::string& sign) {
    if (!Is(sign)) return false;
    ++at_;
    return true;
  }
  base::Status Need(const std::string& sign) {
    if (Take(sign)) return base::Ok();
    const std::string found =
        now().kind == Token::Kind::kEnd ? "the end" : "\"" + now().text + "\"";
    return BadExpression(now().column, "\"" + sign + "\" is expected here, not " + found);
  }
  Node Make(NodeKind kind, std::string text, std::vector<Node> children) const {
    Node node;
    node.kind = kind;
    node.text = std::move(text);
    node.column = children.empty() ? now().column : children.front().column;
    node.children = std::move(children);
    return node;
  }

  base::Result<Node> Conditional() {
    if (++depth_ > Expression::kDepthMax) {
      return BadExpression(now().column, "the expression is nested too deeply");
    }
    ASSIGN_OR_RETURN(Node node, Binary(0));
    if (Take("?")) {
      ASSIGN_OR_RETURN(Node yes, Conditional());
      RETURN_IF_ERROR(Need(":"));
      ASSIGN_OR_RETURN(Node no, Conditional());
      node = Make(NodeKind::kConditional, "?", {std::move(node), std::move(yes), std::move(no)});
    }
    --depth_;
    return node;
  }

  /// The operators of one level bind alike, those of a later level more tightly.
  base::Result<Node> Binary(size_t level) {
    static const std::array<std::set<std::string>, 5> kLevels = {
        {{"||"}, {"&&"}, {"==", "!=", "<", "<=", ">", ">=", "in"}, {"+", "-"}, {"*", "/", "%"}}};
    if (level == kLevels.size()) return Unary();
    ASSIGN_OR_RETURN(Node left, Binary(level + 1));
    while ((now().kind == Token::Kind::kSign || now().kind == Token::Kind::kName) &&
           kLevels[level].contains(now().text)) {
      const std::string sign = now().text;
      ++at_;
      ASSIGN_OR_RETURN(Node right, Binary(level + 1));
      const NodeKind kind = sign == "||"   ? NodeKind::kOr
                            : sign == "&&" ? NodeKind::kAnd
                                           : NodeKind::kBinary;
      left = Make(kind, sign, {std::move(left), std::move(right)});
    }
    return left;
  }

  base::Result<Node> Unary() {
    if (!Is("!") && !Is("-")) return Postfix();
    if (++depth_ > Expression::kDepthMax) {
      return BadExpression(now().column, "the expression is nested too deeply");
    }
    const NodeKind kind = Is("!") ? NodeKind::kNot : NodeKind::kNegate;
    ++at_;
    ASSIGN_OR_RETURN(Node inner, Unary());
    --depth_;
    return Make(kind, "", {std::move(inner)});
  }

  base::Result<Node> Postfix() {
    ASSIGN_OR_RETURN(Node node, Primary());
    while (true) {
      if (Take("[")) {
        ASSIGN_OR_RETURN(Node key, Conditional());
        RETURN_IF_ERROR(Need("]"));
        node = Make(NodeKind::kIndex, "", {std::move(node), std::move(key)});
      } else if (Take(".")) {
        if (now().kind != Token::Kind::kName) {
          return BadExpression(now().column, "a field's name is expected after \".\"");
        }
        const Token name = now();
        ++at_;
        if (!Take("(")) {
          node = Make(NodeKind::kMember, name.text, {std::move(node)});
          continue;
        }
        ASSIGN_OR_RETURN(node, Method(name, std::move(node)));
      } else {
        return node;
      }
    }
  }

  base::Result<std::vector<Node>> Arguments(const std::string& end) {
    std::vector<Node> arguments;
    while (!Take(end)) {
      if (!arguments.empty()) RETURN_IF_ERROR(Need(","));
      ASSIGN_OR_RETURN(Node argument, Conditional());
      arguments.push_back(std::move(argument));
    }
    return arguments;
  }

  base::Result<Node> Method(const Token& name, Node receiver) {
    if (name.text == "exists" || name.text == "all") return Macro(name, std::move(receiver));
    ASSIGN_OR_RETURN(std::vector<Node> arguments, Arguments(")"));
    arguments.insert(arguments.begin(), std::move(receiver));
    return Call(name, std::move(arguments));
  }

  /// list.exists(x, condition over x)
  base::Result<Node> Macro(const Token& name, Node receiver) {
    if (now().kind != Token::Kind::kName) {
      return BadExpression(now().column, name.text + "() needs a name for the item first");
    }
    const std::string item = now().text;
    ++at_;
    RETURN_IF_ERROR(Need(","));
    const bool added = variables_.insert(item).second;
    ASSIGN_OR_RETURN(Node condition, Conditional());
    if (added) variables_.erase(item);
    RETURN_IF_ERROR(Need(")"));
    return Make(name.text == "all" ? NodeKind::kAll : NodeKind::kExists, item,
                {std::move(receiver), std::move(condition)});
  }

  base::Result<Node> Call(const Token& name, std::vector<Node> arguments) {
    if (name.text == "has") {
      if (arguments.size() != 1 || arguments[0].kind != NodeKind::kMember) {
        return BadExpression(name.column, "has() takes a field, as in has(commit.properties.x)");
      }
      Node node = std::move(arguments[0]);
      node.kind = NodeKind::kHas;
      return node;
    }
    const auto function = Functions().find(name.text);
    if (function == Functions().end()) {
      return BadExpression(name.column, "there is no function \"" + name.text + "\"");
    }
    if (function->second != arguments.size()) {
      return BadExpression(name.column, name.text + "() takes " + std::to_string(function->second) +
                                            " arguments, with the one before the dot");
    }
    Node node = Make(NodeKind::kCall, name.text, std::move(arguments));
    node.column = name.column;
    if (name.text == "matches") {
      const auto* text = std::get_if<std::string>(&node.children[1].literal.of);
      if (text == nullptr) {
        return BadExpression(name.column, "matches() takes its expression as a text");
      }
      auto pattern = base::Pattern::Of(*text);
      if (!pattern.ok()) return BadExpression(name.column, pattern.error().message);
      node.pattern = *std::move(pattern);
    }
    return node;
  }

  base::Result<Node> Primary() {
    const Token token = now();
    if (Take("(")) {
      ASSIGN_OR_RETURN(Node inner, Conditional());
      RETURN_IF_ERROR(Need(")"));
      return inner;
    }
    if (Take("[")) {
      ASSIGN_OR_RETURN(std::vector<Node> items, Arguments("]"));
      Node node = Make(NodeKind::kList, "", std::move(items));
      node.column = token.column;
      return node;
    }
    if (token.kind == Token::Kind::kEnd || token.kind == Token::Kind::kSign) {
      const std::string found =
          token.kind == Token::Kind::kEnd ? "the end" : "\"" + token.text + "\"";
      return BadExpression(token.column, "a value is expected here, not " + found);
    }
    Node node = Make(NodeKind::kLiteral, "", {});
    ++at_;
    if (token.kind == Token::Kind::kText) {
      node.literal.of = token.text;
      return node;
    }
    if (token.kind == Token::Kind::kNumber) return NumberOf(token, std::move(node));
    return Name(token, std::move(node));
  }

  base::Result<Node> NumberOf(const Token& token, Node node) {
    const char* begin = token.text.data();
    const char* end = begin + token.text.size();
    int64_t whole = 0;
    if (const auto read = std::from_chars(begin, end, whole);
        read.ec == std::errc() && read.ptr == end) {
      node.literal.of = whole;
      return node;
    }
    double real = 0;
    if (const auto read = std::from_chars(begin, end, real);
        read.ec == std::errc() && read.ptr == end) {
      node.literal.of = real;
      return node;
    }
    return BadExpression(token.column, "\"" + token.text + "\" is no number");
  }

  base::Result<Node> Name(const Token& token, Node node) {
    if (token.text == "true" || token.text == "false") {
      node.literal.of = token.text == "true";
      return node;
    }
    if (token.text == "null") return node;
    if (Take("(")) {
      ASSIGN_OR_RETURN(std::vector<Node> arguments, Arguments(")"));
      return Call(token, std::move(arguments));
    }
    if (!variables_.contains(token.text)) {
      std::string known;
      for (const std::string& name : variables_) known += (known.empty() ? "" : ", ") + name;
      return BadExpression(token.column, "there is no \"" + token.text + "\" here, only " + known);
    }
    node.kind = NodeKind::kName;
    node.text = token.text;
    return node;
  }

  std::vector<Token> tokens_;
  std::set<std::string> variables_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

base::Error BadExpression(size_t column, const std::string& problem) {
  base::Error error(base::Code::kInvalidArgument, kBadExpression, "filter: " + problem);
  if (column == 0) return error;
  error.message = "filter, column " + std::to_string(column) + ": " + problem;
  error.context["column"] = std::to_string(column);
  return error;
}

base::Result<Expression> Expression::Parse(const std::string& text,
                                           const std::set<std::string>& variables) {
  if (text.size() > kBytesMax) return BadExpression(0, "the expression is too long");
  Scanner scanner(text);
  std::vector<Token> tokens;
  do {
    ASSIGN_OR_RETURN(Token token, scanner.Next());
    tokens.push_back(std::move(token));
  } while (tokens.back().kind != Token::Kind::kEnd);
  ASSIGN_OR_RETURN(Node root, Parser(std::move(tokens), variables).Whole());
  Expression expression;
  expression.root_ = std::make_shared<const Node>(std::move(root));
  return expression;
}

}  // namespace control
