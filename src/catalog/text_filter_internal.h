// A filter as users write it: exact text, or a regular expression when it starts with "^".
#pragma once

#include <optional>
#include <regex>
#include <string>

#include "base/result.h"
#include "catalog/reasons.h"

namespace catalog {

class TextFilter {
 public:
  /// Longer texts are matched by their beginning: the expression engine recurses per character.
  static constexpr size_t kTextBytesMax = 4096;
  static constexpr size_t kPatternBytesMax = 512;

  static base::Result<TextFilter> Of(const std::string& text) {
    TextFilter filter;
    filter.exact_ = text;
    if (!text.starts_with('^')) return filter;
    const auto bad = [&](const std::string& problem) {
      return base::Error(base::Code::kInvalidArgument, kBadFilter,
                         "filter \"" + text + "\" " + problem)
          .Set("filter", text);
    };
    if (text.size() > kPatternBytesMax) return bad("is too long");
    try {
      filter.pattern_.emplace(text, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
      return bad(std::string("is not a regular expression: ") + error.what());
    }
    return filter;
  }

  /// An empty filter matches everything.
  bool Matches(const std::string& text) const {
    if (!pattern_) return exact_.empty() || exact_ == text;
    try {
      return std::regex_search(text.substr(0, kTextBytesMax), *pattern_);
    } catch (const std::regex_error&) {
      return false;  // too complex for this text
    }
  }

 private:
  std::string exact_;
  std::optional<std::regex> pattern_;
};

}  // namespace catalog
