// A column of a small table as people read it: its name, its type, its values as text.
#pragma once

#include <string>
#include <vector>

namespace columnar {

struct TextColumn {
  std::string name;
  std::string type;
  std::vector<std::string> values;
  bool operator==(const TextColumn&) const = default;
};

}  // namespace columnar
