#include <algorithm>
#include <cctype>

#include "engine/reasons.h"
#include "engine/sql_tokens_internal.h"

namespace engine::internal {
namespace {

constexpr int kCommentDepthMax = 32;

bool IsWordStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}
bool IsWordPart(char c) {
  return IsWordStart(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '$';
}
bool IsDigit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  base::Result<std::vector<Token>> Run() {
    std::vector<Token> tokens;
    while (true) {
      while (at_ < sql_.size() && std::isspace(static_cast<unsigned char>(sql_[at_])) != 0) ++at_;
      if (at_ >= sql_.size()) return tokens;
      const size_t begin = at_;
      ASSIGN_OR_RETURN(const Token::Kind kind, Next());
      tokens.push_back({kind, begin, at_});
    }
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  base::Result<Token::Kind> Next() {
    const char c = Peek();
    if (c == '-' && Peek(1) == '-') {
      while (at_ < sql_.size() && sql_[at_] != '\n') ++at_;
      return Token::Kind::kComment;
    }
    if (c == '/' && Peek(1) == '*') return BlockComment();
    if (c == '\'') return Quoted('\'', false, Token::Kind::kString);
    if (c == '"') return Quoted('"', false, Token::Kind::kQuotedWord);
    if ((c == 'e' || c == 'E') && Peek(1) == '\'') {
      ++at_;
      return Quoted('\'', true, Token::Kind::kString);
    }
    if (c == '$') return Dollar();
    if (IsWordStart(c)) {
      while (at_ < sql_.size() && IsWordPart(sql_[at_])) ++at_;
      return Token::Kind::kWord;
    }
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number();
    ++at_;
    return Token::Kind::kSymbol;
  }

  Token::Kind Number() {
    while (at_ < sql_.size() && (IsWordPart(sql_[at_]) || sql_[at_] == '.')) {
      const bool exponent = (sql_[at_] == 'e' || sql_[at_] == 'E') &&
                            (Peek(1) == '+' || Peek(1) == '-') && IsDigit(Peek(2));
      at_ += exponent ? 2 : 1;
    }
    return Token::Kind::kNumber;
  }

  base::Error TooDeep(size_t begin) const {
    return base::Error(base::Code::kUserCode, reason::kBadSql, "comments nest too deep")
        .At(PlaceAt(sql_, begin));
  }

  base::Result<Token::Kind> BlockComment() {
    const size_t begin = at_;
    int depth = 0;
    while (at_ < sql_.size()) {
      if (Peek() == '/' && Peek(1) == '*') {
        if (++depth > kCommentDepthMax) return TooDeep(begin);
        at_ += 2;
      } else if (Peek() == '*' && Peek(1) == '/') {
        --depth;
        at_ += 2;
        if (depth == 0) return Token::Kind::kComment;
      } else {
        ++at_;
      }
    }
    return Unterminated("comment", begin);
  }

  base::Result<Token::Kind> Quoted(char quote, bool escapes, Token::Kind kind) {
    const size_t begin = at_++;
    while (at_ < sql_.size()) {
      if (escapes && Peek() == '\\') {
        at_ += 2;
      } else if (Peek() == quote && Peek(1) == quote) {
        at_ += 2;
      } else if (Peek() == quote) {
        ++at_;
        return kind;
      } else {
        ++at_;
      }
    }
    return Unterminated(quote == '"' ? "quoted name" : "string", begin);
  }

  base::Result<Token::Kind> Dollar() {
    const size_t begin = at_++;
    const size_t name = at_;
    while (at_ < sql_.size() && (IsWordStart(sql_[at_]) || IsDigit(sql_[at_]))) ++at_;
    if (Peek() != '$') return at_ > name ? Token::Kind::kParameter : Token::Kind::kSymbol;
    ++at_;
    const std::string_view tag = sql_.substr(begin, at_ - begin);
    const size_t close = sql_.find(tag, at_);
    if (close == std::string_view::npos) return Unterminated("string", begin);
    at_ = close + tag.size();
    return Token::Kind::kString;
  }

  base::Error Unterminated(const char* what, size_t begin) const {
    return base::Error(base::Code::kUserCode, reason::kBadSql,
                       std::string("unterminated ") + what + " in the SQL text")
        .At(PlaceAt(sql_, begin));
  }

  std::string_view sql_;
  size_t at_ = 0;
};

std::string Quote(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

}  // namespace

base::Result<std::vector<Token>> Tokenize(std::string_view sql) {
  return Scanner(sql).Run();
}

base::Place PlaceAt(std::string_view sql, size_t offset) {
  base::Place place{"", 1, 1};
  for (size_t i = 0; i < std::min(offset, sql.size()); ++i) {
    if (sql[i] == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(sql[i]) & 0xC0) != 0x80) {
      ++place.column;
    }
  }
  return place;
}

std::string QuoteName(std::string_view name) {
  return Quote(name, '"');
}
std::string QuoteText(std::string_view text) {
  return Quote(text, '\'');
}

std::string Fold(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool EqualsFolded(std::string_view a, std::string_view b) {
  return a.size() == b.size() && Fold(a) == Fold(b);
}

std::string ApplyEdits(std::string_view sql, std::vector<Edit> edits) {
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string out;
  size_t at = 0;
  for (const Edit& edit : edits) {
    if (edit.begin < at) continue;
    out += sql.substr(at, edit.begin - at);
    out += edit.text;
    at = edit.end;
  }
  out += sql.substr(at);
  return out;
}

size_t EndOfName(std::string_view sql, const std::vector<Token>& tokens, size_t offset,
                 size_t parts) {
  auto token =
      std::find_if(tokens.begin(), tokens.end(), [&](const Token& t) { return t.begin >= offset; });
  size_t end = offset;
  size_t names = 0;
  while (token != tokens.end() && names < parts) {
    if (token->kind == Token::Kind::kComment || sql[token->begin] == '.') {
      ++token;
      continue;
    }
    end = token->end;
    ++names;
    ++token;
  }
  return end;
}

}  // namespace engine::internal
