// SQL cut into tokens: for whatever must change text without touching the rest of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"

namespace engine::internal {

struct Token {
  enum class Kind { kWord, kQuotedWord, kString, kNumber, kParameter, kSymbol, kComment };
  Kind kind = Kind::kSymbol;
  size_t begin = 0;
  size_t end = 0;
};

/// kUserCode "engine.bad_sql" for an unterminated string, name or comment.
base::Result<std::vector<Token>> Tokenize(std::string_view sql);

/// Line and column, from 1, of a byte offset; columns count bytes of UTF-8 characters as one.
base::Place PlaceAt(std::string_view sql, size_t offset);

/// "name" with quotes doubled.
std::string QuoteName(std::string_view name);
/// 'text' with quotes doubled.
std::string QuoteText(std::string_view text);

bool EqualsFolded(std::string_view a, std::string_view b);
std::string Fold(std::string_view text);

/// A text replaced in another; edits are applied together, ordered by `begin`, never overlapping.
struct Edit {
  size_t begin = 0;
  size_t end = 0;
  std::string text;
};
std::string ApplyEdits(std::string_view sql, std::vector<Edit> edits);

/// Where the name of several parts that starts at `offset` ends: "a" . b . c.
size_t EndOfName(std::string_view sql, const std::vector<Token>& tokens, size_t offset,
                 size_t parts);

}  // namespace engine::internal
