#include "project/yaml_document.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "project/reasons.h"
#include "yaml-cpp/yaml.h"

namespace project {
namespace {

constexpr int kDepthMax = 64;
constexpr size_t kValuesMax = 1'000'000;  // aliases unfold: a small text can mean a huge tree

bool IsPlain(const std::string& text) {
  constexpr std::string_view kInside = "_./:@+=-";
  if (text.empty() || text.back() == ':') return false;
  const auto first = static_cast<unsigned char>(text.front());
  if (!std::isalpha(first) && first != '_' && first != '/') return false;
  std::string folded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x7f || (!std::isalnum(byte) && kInside.find(c) == std::string_view::npos))
      return false;
    folded += static_cast<char>(std::tolower(byte));
  }
  for (const std::string_view word :
       {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}) {
    if (folded == word) return false;
  }
  return true;
}

std::string Scalar(const std::string& text) {
  if (IsPlain(text)) return text;
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += "\\x";
      quoted += kHex[byte >> 4];
      quoted += kHex[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

bool IsBlock(const YamlValue& value) {
  return !value.items.empty() || !value.entries.empty();
}

std::string OneLine(const YamlValue& value) {
  switch (value.kind) {
    case YamlValue::Kind::kNull:
      return "null";
    case YamlValue::Kind::kText:
      return Scalar(value.text);
    case YamlValue::Kind::kWord:
      return value.text;
    case YamlValue::Kind::kList:
      return "[]";
    case YamlValue::Kind::kMap:
      return "{}";
  }
  return "null";
}

void WriteBlock(const YamlValue& value, size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  for (const auto& [key, inner] : value.entries) {
    out += margin + Scalar(key) + ":";
    if (IsBlock(inner)) {
      out += "\n";
      WriteBlock(inner, indent + 2, out);
    } else {
      out += " " + OneLine(inner) + "\n";
    }
  }
  for (const YamlValue& item : value.items) {
    out += margin + "- ";
    if (IsBlock(item)) {  // its first line stands behind the dash
      std::string block;
      WriteBlock(item, indent + 2, block);
      out += block.substr(indent + 2);
    } else {
      out += OneLine(item) + "\n";
    }
  }
}

class TreeReader {
 public:
  explicit TreeReader(const std::string& name) : name_(name) {}

  base::Result<YamlValue> Read(const YAML::Node& node, int depth = 0) {
    YamlValue value;
    value.place = PlaceOf(node.Mark());
    if (depth > kDepthMax || ++values_ > kValuesMax) return Bad(value.place, "it holds too much");
    if (node.IsScalar()) {
      value.kind = YamlValue::Kind::kText;
      value.text = node.Scalar();
    } else if (node.IsSequence()) {
      value.kind = YamlValue::Kind::kList;
      for (const YAML::Node& item : node) {
        ASSIGN_OR_RETURN(YamlValue read, Read(item, depth + 1));
        value.items.push_back(std::move(read));
      }
    } else if (node.IsMap()) {
      value.kind = YamlValue::Kind::kMap;
      for (const auto& entry : node) {
        const base::Place place = PlaceOf(entry.first.Mark());
        if (!entry.first.IsScalar()) return Bad(place, "a key must be one word");
        const std::string key = entry.first.Scalar();
        if (value.Find(key) != nullptr) return Bad(place, "key \"" + key + "\" is there twice");
        ASSIGN_OR_RETURN(YamlValue read, Read(entry.second, depth + 1));
        value.entries.emplace_back(key, std::move(read));
      }
    }
    return value;
  }

  base::Place PlaceOf(const YAML::Mark& mark) const {
    if (mark.is_null()) return {name_, 0, 0};
    return {name_, static_cast<uint32_t>(mark.line + 1), static_cast<uint32_t>(mark.column + 1)};
  }
  static base::Error Bad(const base::Place& place, const std::string& problem) {
    return base::Error(base::Code::kInvalidArgument, std::string(reasons::kBadYaml),
                       "not valid YAML: " + problem)
        .At(place);
  }

 private:
  const std::string& name_;
  size_t values_ = 0;
};

}  // namespace

YamlValue YamlValue::Text(std::string text) {
  YamlValue value;
  value.kind = Kind::kText;
  value.text = std::move(text);
  return value;
}

YamlValue YamlValue::Word(std::string word) {
  YamlValue value;
  value.kind = Kind::kWord;
  value.text = std::move(word);
  return value;
}

YamlValue YamlValue::List(std::vector<YamlValue> items) {
  YamlValue value;
  value.kind = Kind::kList;
  value.items = std::move(items);
  return value;
}

YamlValue YamlValue::Map(std::vector<std::pair<std::string, YamlValue>> entries) {
  YamlValue value;
  value.kind = Kind::kMap;
  value.entries = std::move(entries);
  return value;
}

const YamlValue* YamlValue::Find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  return found == entries.end() ? nullptr : &found->second;
}

base::Result<YamlValue> ReadYaml(std::string_view text, const std::string& name) {
  TreeReader reader(name);
  try {
    return reader.Read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& e) {
    std::string problem = e.msg;
    if (!problem.empty()) problem[0] = static_cast<char>(std::tolower(problem[0]));
    return TreeReader::Bad(reader.PlaceOf(e.mark), problem);
  }
}

std::string WriteYaml(const YamlValue& value) {
  if (!IsBlock(value)) return OneLine(value) + "\n";
  std::string out;
  WriteBlock(value, 0, out);
  return out;
}

}  // namespace project
