#include "server/http/target.h"

#include <algorithm>

#include "base/percent.h"

namespace server {
namespace {

base::Error BadTarget(std::string_view why) {
  return {base::Code::kInvalidArgument, "http.bad_target",
          "the request's target is not understood: " + std::string(why)};
}

base::Result<std::string> Decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return BadTarget("it has a NUL");
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return BadTarget("an escape is cut off");
      const int high = base::HexDigit(text[i + 1]);
      const int low = base::HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return BadTarget("an escape has no two hexadecimal digits");
      if (high == 0 && low == 0) return BadTarget("it has a NUL");
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return out;
}

base::Status AddSegments(std::string_view path, std::vector<std::string>& out) {
  size_t start = 1;
  while (start <= path.size()) {
    const size_t end = std::min(path.find('/', start), path.size());
    auto segment = Decode(path.substr(start, end - start), false);
    if (!segment.ok()) return std::move(segment).error();
    if (*segment == "." || *segment == "..") return BadTarget("a segment is \"" + *segment + "\"");
    out.push_back(std::move(*segment));
    start = end + 1;
  }
  if (!out.empty() && out.back().empty()) out.pop_back();
  return base::Ok();
}

base::Status AddParameters(std::string_view query, std::multimap<std::string, std::string>& out) {
  size_t start = 0;
  while (start < query.size()) {
    const size_t end = std::min(query.find('&', start), query.size());
    const std::string_view pair = query.substr(start, end - start);
    const size_t equals = std::min(pair.find('='), pair.size());
    auto key = Decode(pair.substr(0, equals), true);
    if (!key.ok()) return std::move(key).error();
    auto value = Decode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view(), true);
    if (!value.ok()) return std::move(value).error();
    if (!key->empty()) out.emplace(std::move(*key), std::move(*value));
    start = end + 1;
  }
  return base::Ok();
}

}  // namespace

base::Result<Target> ParseTarget(std::string_view target) {
  if (target.empty() || target.front() != '/') return BadTarget("it does not start with \"/\"");
  const size_t question = std::min(target.find('?'), target.size());
  Target out;
  if (auto added = AddSegments(target.substr(0, question), out.path); !added.ok())
    return std::move(added).error();
  if (question < target.size()) {
    if (auto added = AddParameters(target.substr(question + 1), out.query); !added.ok())
      return std::move(added).error();
  }
  return out;
}

}  // namespace server
