#include "cli/json.h"

#include <charconv>
#include <cmath>

#include "base/check.h"
#include "cli/display_width.h"

namespace cli {

Json Json::List(std::vector<Json> items) {
  Json json;
  json.v_ = std::move(items);
  return json;
}

Json Json::Object(std::vector<Member> members) {
  Json json;
  json.v_ = std::move(members);
  return json;
}

Json Json::OrNull(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json& Json::Add(Json item) {
  CHECK(std::holds_alternative<std::vector<Json>>(v_));
  std::get<std::vector<Json>>(v_).push_back(std::move(item));
  return *this;
}

Json& Json::Set(std::string key, Json value) {
  CHECK(std::holds_alternative<std::vector<Member>>(v_));
  std::get<std::vector<Member>>(v_).emplace_back(std::move(key), std::move(value));
  return *this;
}

std::string Json::Print(uint32_t indent) const {
  std::string out;
  PrintTo(&out, indent, 0);
  return out;
}

std::string JsonQuoted(const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : ValidUtf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

namespace {

std::string NumberText(double value) {
  if (!std::isfinite(value)) return "null";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, end.ptr);
}

void Break(std::string* out, uint32_t indent, uint32_t depth) {
  if (indent == 0) return;
  *out += '\n';
  out->append(indent * depth, ' ');
}

}  // namespace

void Json::PrintTo(std::string* out, uint32_t indent, uint32_t depth) const {
  const auto separate = [&](bool first) {
    if (!first) *out += indent == 0 ? ", " : ",";
    Break(out, indent, depth + 1);
  };
  if (const auto* flag = std::get_if<bool>(&v_)) {
    *out += *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<int64_t>(&v_)) {
    *out += std::to_string(*integer);
  } else if (const auto* natural = std::get_if<uint64_t>(&v_)) {
    *out += std::to_string(*natural);
  } else if (const auto* number = std::get_if<double>(&v_)) {
    *out += NumberText(*number);
  } else if (const auto* text = std::get_if<std::string>(&v_)) {
    *out += JsonQuoted(*text);
  } else if (const auto* items = std::get_if<std::vector<Json>>(&v_)) {
    *out += '[';
    for (size_t i = 0; i < items->size(); ++i) {
      separate(i == 0);
      (*items)[i].PrintTo(out, indent, depth + 1);
    }
    if (!items->empty()) Break(out, indent, depth);
    *out += ']';
  } else if (const auto* members = std::get_if<std::vector<Member>>(&v_)) {
    *out += '{';
    for (size_t i = 0; i < members->size(); ++i) {
      separate(i == 0);
      *out += JsonQuoted((*members)[i].first) + ": ";
      (*members)[i].second.PrintTo(out, indent, depth + 1);
    }
    if (!members->empty()) Break(out, indent, depth);
    *out += '}';
  } else {
    *out += "null";
  }
}

}  // namespace cli
