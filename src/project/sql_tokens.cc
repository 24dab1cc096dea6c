#include <cctype>

#include "project/sql_tokens_internal.h"

namespace project {
namespace {

bool IsWordStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool IsWordPart(char c) {
  return IsWordStart(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool IsDigit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view sql) : sql_(sql) {}

  std::vector<SqlToken> Run() {
    while (at_ < sql_.size()) {
      if (!SkipBlank()) Next();
    }
    return std::move(tokens_);
  }

 private:
  using Kind = SqlToken::Kind;

  char Peek(size_t ahead) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  bool SkipBlank() {
    const char c = sql_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
      ++at_;
      return true;
    }
    if (c == '-' && Peek(1) == '-') {
      while (at_ < sql_.size() && sql_[at_] != '\n') ++at_;
      return true;
    }
    if (c != '/' || Peek(1) != '*') return false;
    int depth = 0;  // comments nest
    do {
      if (Peek(0) == '/' && Peek(1) == '*') {
        ++depth;
        at_ += 2;
      } else if (Peek(0) == '*' && Peek(1) == '/') {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < sql_.size());
    return true;
  }

  void Push(Kind kind, size_t size) {
    tokens_.push_back({kind, sql_.substr(at_, size), static_cast<uint32_t>(at_)});
    at_ += tokens_.back().text.size();
  }

  /// The size of a text in quotes that begins `lead` after here; a doubled quote stays inside.
  void PushQuoted(Kind kind, size_t lead, bool backslash) {
    const char quote = Peek(lead);
    for (size_t i = lead + 1; at_ + i < sql_.size(); ++i) {
      if (backslash && Peek(i) == '\\') {
        ++i;
      } else if (Peek(i) == quote) {
        if (Peek(i + 1) != quote) return Push(kind, i + 1);
        ++i;
      }
    }
    Push(Kind::kBroken, sql_.size() - at_);
  }

  /// "$$…$$" or "$tag$…$tag$"; false when it is none.
  bool PushDollarQuoted() {
    size_t i = 1;
    while (IsWordPart(Peek(i))) ++i;
    if (Peek(i) != '$') return false;
    const std::string_view tag = sql_.substr(at_, i + 1);
    const size_t end = sql_.find(tag, at_ + tag.size());
    if (end == std::string_view::npos) {
      Push(Kind::kBroken, sql_.size() - at_);
    } else {
      Push(Kind::kString, end + tag.size() - at_);
    }
    return true;
  }

  size_t WordSize(size_t from) const {
    size_t i = from;
    while (IsWordPart(Peek(i))) ++i;
    return i;
  }

  size_t NumberSize() const {
    size_t i = 0;
    while (IsDigit(Peek(i)) || Peek(i) == '_') ++i;
    if (Peek(i) == '.') {
      ++i;
      while (IsDigit(Peek(i))) ++i;
    }
    if (Peek(i) == 'e' || Peek(i) == 'E') {
      const size_t sign = Peek(i + 1) == '+' || Peek(i + 1) == '-' ? 2 : 1;
      if (IsDigit(Peek(i + sign))) {
        i += sign;
        while (IsDigit(Peek(i))) ++i;
      }
    }
    return i;
  }

  void Next() {
    const char c = sql_[at_];
    if (c == '\'') return PushQuoted(Kind::kString, 0, false);
    if (c == '"') return PushQuoted(Kind::kQuoted, 0, false);
    if ((c == 'e' || c == 'E') && Peek(1) == '\'') return PushQuoted(Kind::kString, 1, true);
    if (IsWordStart(c)) return Push(Kind::kWord, WordSize(0));
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Push(Kind::kNumber, NumberSize());
    if (c == '$') {
      if (!IsDigit(Peek(1)) && PushDollarQuoted()) return;
      if (IsWordStart(Peek(1))) return Push(Kind::kParameter, WordSize(1));
    }
    for (const std::string_view two : {"<=", ">=", "<>", "!=", "==", "::", "||"}) {
      if (sql_.substr(at_, 2) == two) return Push(Kind::kSymbol, 2);
    }
    Push(Kind::kSymbol, 1);
  }

  std::string_view sql_;
  size_t at_ = 0;
  std::vector<SqlToken> tokens_;
};

}  // namespace

std::vector<SqlToken> TokenizeSql(std::string_view sql) {
  return Tokenizer(sql).Run();
}

}  // namespace project
