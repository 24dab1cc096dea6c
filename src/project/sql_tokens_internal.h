// SQL text cut into tokens; enough for parameters and simple filters.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace project {

struct SqlToken {
  enum class Kind { kWord, kQuoted, kString, kNumber, kParameter, kSymbol, kBroken };
  Kind kind = Kind::kSymbol;
  std::string_view text;  // with its quotes; part of the text that was given
  uint32_t offset = 0;
};

/// Comments and white space are left out. A string or quoted name without an end is kBroken.
std::vector<SqlToken> TokenizeSql(std::string_view sql);

}  // namespace project
