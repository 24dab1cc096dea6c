// A filter as users write it: exact text, a regular expression, or whatever is found in a text.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/pattern.h"
#include "base/result.h"
#include "catalog/reasons.h"

namespace catalog {

class TextFilter {
 public:
  /// Exact, or a regular expression when it starts with "^". With `search`, always an expression,
  /// found anywhere. "catalog.bad_filter".
  static base::Result<TextFilter> Of(const std::string& text, bool search = false) {
    TextFilter filter;
    filter.exact_ = text;
    if (text.empty() || (!search && !text.starts_with('^'))) return filter;
    auto pattern = base::Pattern::Of(text);
    if (!pattern.ok()) {
      return base::Error(base::Code::kInvalidArgument, kBadFilter,
                         "filter: " + pattern.error().message)
          .Set("filter", text);
    }
    filter.pattern_ = *std::move(pattern);
    return filter;
  }

  /// An empty filter matches everything.
  bool Matches(const std::string& text) const {
    if (pattern_) return pattern_->FoundIn(text);
    return exact_.empty() || exact_ == text;
  }

  /// The one text that matches; empty when there may be others.
  const std::string& only() const {
    static const std::string kNone;
    return pattern_ ? kNone : exact_;
  }

 private:
  std::string exact_;
  std::optional<base::Pattern> pattern_;
};

}  // namespace catalog
