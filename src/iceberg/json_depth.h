// A guard in front of the JSON library, whose parser recurses.
#pragma once

#include <string_view>

namespace iceberg {

/// True when objects and lists are nested deeper than `depth_max`; brackets in text count too.
inline bool JsonNestedDeeperThan(std::string_view text, int depth_max) {
  int depth = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') {
      if (++depth > depth_max) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace iceberg
