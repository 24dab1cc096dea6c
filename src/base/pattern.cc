#include "base/pattern.h"

#include <regex>

namespace base {
namespace {

Error Bad(const std::string& text, const std::string& problem) {
  return Error(Code::kInvalidArgument, "base.bad_pattern",
               "\"" + text + "\" is not a regular expression: " + problem)
      .Set("pattern", text);
}

/// The matcher that walks all states at once: neither time exponential in the text nor a stack as
/// deep as the text is long. It knows no back references.
constexpr auto kFlags = std::regex::ECMAScript | std::regex_constants::__polynomial;

}  // namespace

struct Pattern::Compiled {
  std::regex whole;
};

bool Pattern::IsPlain(std::string_view text) {
  return text.find_first_of("^$\\.*+?()[]{}|") == std::string_view::npos;
}

Result<Pattern> Pattern::Of(const std::string& text) {
  Pattern pattern;
  if (text.size() > kPatternBytesMax) return Bad(text.substr(0, 40) + "...", "it is too long");
  if (IsPlain(text)) {
    pattern.plain_ = text;
    return pattern;
  }
  try {
    const std::regex alone(text, kFlags);  // "a)(b" is no expression, though it is one in brackets
    // Searching would start anew at each character; matching the whole text is one walk over it.
    pattern.compiled_ = std::make_shared<const Compiled>(
        Compiled{std::regex("[\\s\\S]*(?:" + text + ")[\\s\\S]*", kFlags)});
  } catch (const std::regex_error& error) {
    return Bad(text, error.what());
  }
  return pattern;
}

bool Pattern::FoundIn(std::string_view text) const {
  const std::string_view part = text.substr(0, kTextBytesMax);
  if (!compiled_) return part.find(plain_) != std::string_view::npos;
  try {
    return std::regex_match(part.begin(), part.end(), compiled_->whole);
  } catch (const std::regex_error&) {
    return false;
  }
}

}  // namespace base
