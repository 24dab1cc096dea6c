#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "project/reasons.h"
#include "project/sql_text.h"
#include "project/sql_tokens_internal.h"

namespace project {
namespace {
using columnar::Literal;
using columnar::Predicate;
using Op = Predicate::Op;
using Kind = SqlToken::Kind;

constexpr int kDepthMax = 50;

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

/// The text of a token between its quotes, doubled quotes made one.
std::string Unquote(std::string_view text) {
  const char quote = text.front();
  std::string plain;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    plain += text[i];
    if (text[i] == quote) ++i;
  }
  return plain;
}

/// Words that end or begin something else than a column.
bool IsReserved(const std::string& upper) {
  static constexpr std::string_view words[] = {
      "AND",    "OR",        "NOT",         "IN",       "IS",   "NULL",         "LIKE",
      "ILIKE",  "TRUE",      "FALSE",       "BETWEEN",  "CASE", "EXISTS",       "SELECT",
      "DATE",   "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "CAST", "CURRENT_DATE", "CURRENT_TIMESTAMP",
      "ESCAPE", "SIMILAR"};
  return std::find(std::begin(words), std::end(words), upper) != std::end(words);
}

std::optional<Op> ComparisonOf(std::string_view symbol) {
  if (symbol == "=" || symbol == "==") return Op::kEqual;
  if (symbol == "!=" || symbol == "<>") return Op::kNotEqual;
  if (symbol == "<") return Op::kLess;
  if (symbol == "<=") return Op::kLessOrEqual;
  if (symbol == ">") return Op::kGreater;
  if (symbol == ">=") return Op::kGreaterOrEqual;
  return std::nullopt;
}

/// 3 < a means a > 3.
Op Mirrored(Op op) {
  if (op == Op::kLess) return Op::kGreater;
  if (op == Op::kLessOrEqual) return Op::kGreaterOrEqual;
  if (op == Op::kGreater) return Op::kLess;
  if (op == Op::kGreaterOrEqual) return Op::kLessOrEqual;
  return op;
}

/// Recursive descent over the tokens; the first thing it does not know ends it.
class Reader {
 public:
  Reader(std::string_view text, bool strict)
      : text_(text), strict_(strict), tokens_(TokenizeSql(text)) {}

  base::Result<SqlFilterFacts> Read() {
    if (tokens_.empty()) return Bad("is empty");
    std::optional<Predicate> predicate = Or(0);
    if (predicate && at_ < tokens_.size()) predicate = Fail();
    if (!predicate) return Bad(problem_);
    return SqlFilterFacts{*std::move(predicate), std::move(columns_)};
  }

 private:
  base::Error Bad(const std::string& problem) const {
    const size_t offset =
        tokens_.empty() ? 0 : tokens_[std::min(failed_at_, tokens_.size() - 1)].offset;
    const LineColumn at = PlaceOf(text_, offset);
    return base::Error(base::Code::kInvalidArgument, std::string(reasons::kBadFilter),
                       "filter \"" + std::string(text_) + "\" " + problem)
        .At({"", at.line, at.column});
  }

  std::nullopt_t Fail() {
    if (problem_.empty()) {
      failed_at_ = at_;
      problem_ = at_ < tokens_.size()
                     ? "has something unexpected at \"" + std::string(tokens_[at_].text) + "\""
                     : "ends too early";
    }
    return std::nullopt;
  }

  bool Symbol(std::string_view symbol) {
    if (at_ >= tokens_.size() || tokens_[at_].kind != Kind::kSymbol) return false;
    if (tokens_[at_].text != symbol) return false;
    ++at_;
    return true;
  }
  bool PeekWord(std::string_view upper, size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].kind == Kind::kWord &&
           Upper(tokens_[at_ + ahead].text) == upper;
  }
  bool Word(std::string_view upper) {
    if (!PeekWord(upper)) return false;
    ++at_;
    return true;
  }

  std::optional<Predicate> Joined(Op op, std::string_view word, int depth) {
    std::vector<Predicate> parts;
    do {
      std::optional<Predicate> part = op == Op::kOr ? Joined(Op::kAnd, "AND", depth) : Not(depth);
      if (!part) return std::nullopt;
      parts.push_back(*std::move(part));
    } while (Word(word));
    if (parts.size() == 1) return std::move(parts[0]);
    return Predicate{op, {}, {}, std::move(parts)};
  }
  std::optional<Predicate> Or(int depth) {
    if (depth > kDepthMax) return Fail();
    return Joined(Op::kOr, "OR", depth);
  }

  std::optional<Predicate> Not(int depth) {
    if (strict_ || !PeekWord("NOT")) return Leaf(depth);
    ++at_;
    if (depth > kDepthMax) return Fail();
    std::optional<Predicate> inner = Not(depth + 1);
    if (!inner) return std::nullopt;
    return Predicate{Op::kNot, {}, {}, {*std::move(inner)}};
  }

  std::optional<Predicate> Leaf(int depth) {
    if (Symbol("(")) {
      std::optional<Predicate> inner = Or(depth + 1);
      if (!inner || !Symbol(")")) return Fail();
      return inner;
    }
    const size_t start = at_;
    if (std::optional<Literal> literal = Value()) return LiteralFirst(*std::move(literal));
    at_ = start;
    std::optional<std::string> column = Column();
    if (!column) return Fail();
    return Rest(*column);
  }

  std::optional<Predicate> LiteralFirst(Literal literal) {
    if (at_ >= tokens_.size()) return Fail();
    const std::optional<Op> op = ComparisonOf(tokens_[at_].text);
    if (!op) return Fail();
    ++at_;
    std::optional<std::string> column = Column();
    if (!column) return Fail();
    return Predicate{Mirrored(*op), *column, {std::move(literal)}, {}};
  }

  std::optional<Predicate> Rest(const std::string& column) {
    if (at_ >= tokens_.size()) return Fail();
    if (const std::optional<Op> op = ComparisonOf(tokens_[at_].text)) {
      ++at_;
      std::optional<Literal> literal = Value();
      if (!literal) return Fail();
      return Predicate{*op, column, {*std::move(literal)}, {}};
    }
    if (Word("IN")) return List(Op::kIn, column);
    if (PeekWord("NOT") && PeekWord("IN", 1)) {
      at_ += 2;
      return List(Op::kNotIn, column);
    }
    if (!strict_ && Word("IS")) {
      const bool negated = Word("NOT");
      if (!Word("NULL")) return Fail();
      return Predicate{negated ? Op::kIsNotNull : Op::kIsNull, column, {}, {}};
    }
    if (!strict_ && Word("LIKE")) return Prefix(column);
    return Fail();
  }

  std::optional<Predicate> List(Op op, const std::string& column) {
    if (!Symbol("(")) return Fail();
    Predicate predicate{op, column, {}, {}};
    do {
      std::optional<Literal> literal = Value();
      if (!literal) return Fail();
      predicate.literals.push_back(*std::move(literal));
    } while (Symbol(","));
    if (!Symbol(")")) return Fail();
    return predicate;
  }

  /// LIKE with one % at the end is a prefix; any other pattern is left to the engine.
  std::optional<Predicate> Prefix(const std::string& column) {
    if (at_ >= tokens_.size() || tokens_[at_].kind != Kind::kString) return Fail();
    if (tokens_[at_].text.front() != '\'') return Fail();
    std::string pattern = Unquote(tokens_[at_].text);
    if (pattern.size() < 2 || pattern.find_first_of("%_\\") != pattern.size() - 1 ||
        pattern.back() != '%') {
      return Fail();
    }
    ++at_;
    pattern.pop_back();
    return Predicate{Op::kStartsWith, column, {Literal::String(std::move(pattern))}, {}};
  }

  std::optional<std::string> Column() {
    if (at_ >= tokens_.size()) return std::nullopt;
    const SqlToken& token = tokens_[at_];
    std::string name;
    if (token.kind == Kind::kQuoted) {
      name = Unquote(token.text);
    } else if (token.kind == Kind::kWord && !IsReserved(Upper(token.text))) {
      name = std::string(token.text);
    } else {
      return std::nullopt;
    }
    ++at_;
    if (at_ < tokens_.size() && (tokens_[at_].text == "." || tokens_[at_].text == "(")) {
      return std::nullopt;  // a part of a struct, or a function
    }
    if (std::find(columns_.begin(), columns_.end(), name) == columns_.end()) {
      columns_.push_back(name);
    }
    return name;
  }

  std::optional<Literal> Value() {
    if (at_ >= tokens_.size()) return std::nullopt;
    if (Word("TRUE")) return Literal::Boolean(true);
    if (Word("FALSE")) return Literal::Boolean(false);
    for (const auto& [word, id] : {std::pair("DATE", columnar::TypeId::kDate),
                                   std::pair("TIMESTAMP", columnar::TypeId::kTimestamp),
                                   std::pair("TIMESTAMPTZ", columnar::TypeId::kTimestamptz)}) {
      if (strict_ || !PeekWord(word) || at_ + 1 >= tokens_.size()) continue;
      if (tokens_[at_ + 1].kind != Kind::kString || tokens_[at_ + 1].text.front() != '\'') continue;
      std::optional<Literal> typed =
          columnar::ConvertLiteral(Literal::String(Unquote(tokens_[at_ + 1].text)), id);
      if (typed) at_ += 2;
      return typed;
    }
    if (tokens_[at_].kind == Kind::kString && tokens_[at_].text.front() == '\'') {
      return Literal::String(Unquote(tokens_[at_++].text));
    }
    const bool negative = Symbol("-");
    if (at_ < tokens_.size() && tokens_[at_].kind == Kind::kNumber) {
      return Number(tokens_[at_].text, negative);
    }
    return std::nullopt;
  }

  std::optional<Literal> Number(std::string_view digits, bool negative) {
    std::string text = negative ? "-" : "";
    for (const char c : digits) {
      if (c != '_') text += c;
    }
    int64_t whole = 0;
    const auto integer = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (integer.ec == std::errc() && integer.ptr == text.data() + text.size()) {
      ++at_;
      return Literal::Long(whole);
    }
    double value = 0;
    const auto real = std::from_chars(text.data(), text.data() + text.size(), value);
    if (real.ec != std::errc() || real.ptr != text.data() + text.size()) return std::nullopt;
    ++at_;
    return Literal::Double(value);
  }

  std::string_view text_;
  bool strict_;
  std::vector<SqlToken> tokens_;
  size_t at_ = 0;
  size_t failed_at_ = 0;
  std::string problem_;
  std::vector<std::string> columns_;
};

}  // namespace

base::Result<SqlFilterFacts> ParseSimpleFilter(std::string_view filter) {
  return Reader(filter, false).Read();
}

base::Result<SqlFilterFacts> ParseOverwriteFilter(std::string_view filter) {
  return Reader(filter, true).Read();
}

}  // namespace project
