// A regular expression from a user, matched in time linear in the text: none can stall a server.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

/// ECMAScript syntax without back references. Immutable, cheap to copy, thread-safe.
class Pattern {
 public:
  static constexpr size_t kPatternBytesMax = 512;
  /// Longer texts are matched by their beginning.
  static constexpr size_t kTextBytesMax = 64 * 1024;

  /// kInvalidArgument "base.bad_pattern" saying what is wrong with it. pattern.
  static Result<Pattern> Of(const std::string& text);

  /// Anywhere in `text`. An empty pattern is in every text.
  bool FoundIn(std::string_view text) const;

  /// Text in which no character means anything but itself.
  static bool IsPlain(std::string_view text);

 private:
  struct Compiled;
  std::string plain_;
  std::shared_ptr<const Compiled> compiled_;  // null = `plain_` is searched
};

}  // namespace base
