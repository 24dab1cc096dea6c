// YAML as plain values, for documents that are no project files. What is written here is laid out
// for people who edit it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"

namespace project {

struct YamlValue {
  enum class Kind {
    kNull,
    kText,
    kWord,  // only to write: a number, true, false
    kList,
    kMap,
  };
  Kind kind = Kind::kNull;
  std::string text;
  std::vector<YamlValue> items;
  std::vector<std::pair<std::string, YamlValue>> entries;  // in the document's order
  base::Place place;                                       // where it was read

  static YamlValue Text(std::string text);
  static YamlValue Word(std::string word);
  static YamlValue List(std::vector<YamlValue> items = {});
  static YamlValue Map(std::vector<std::pair<std::string, YamlValue>> entries = {});

  /// The value of this key of a map, or null.
  const YamlValue* Find(std::string_view key) const;
};

/// One document; every scalar is read as text. `name` is its file in places. kInvalidArgument
/// "project.bad_yaml", also for keys that come twice and for what unfolds to too much.
base::Result<YamlValue> ReadYaml(std::string_view text, const std::string& name);

/// A block per map and list; text is quoted where another reader could take it for something else.
std::string WriteYaml(const YamlValue& value);

}  // namespace project
