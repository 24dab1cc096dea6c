// Refs as users write them: "main", "ada.dev", "main@3f…", "@3f…", and relative forms (features.md
// F-217).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace model {

inline constexpr std::string_view kMainBranch = "main";

/// One relative step: ^n = nth parent (1 = first), ~n = n first parents back, *time = the newest
/// commit not after it.
struct RefStep {
  enum class Kind { kParent, kAncestor, kTime };
  Kind kind = Kind::kParent;
  uint32_t count = 1;
  base::Instant time{};
  bool operator==(const RefStep&) const = default;
};

/// `name` empty = a bare commit ("@hash"); `hash` may be a prefix of at least 8 digits.
struct RefExpression {
  std::string name;
  std::string hash;
  std::vector<RefStep> steps;
  bool operator==(const RefExpression&) const = default;
};

/// kInvalidArgument "model.bad_ref" saying what is wrong with the text. ref.
base::Result<RefExpression> ParseRef(std::string_view text);

/// "2026-11-21", "2026-11-21T10:00:00", with optional fraction and "Z" or "+hh:mm"; UTC without
/// one. kInvalidArgument "model.bad_time".
base::Result<base::Instant> ParseTime(std::string_view text);

/// Branch and tag names: 1 to 255 bytes UTF-8, no control characters, no "@^~*", not "." or "..".
/// "model.bad_name".
base::Status CheckRefName(std::string_view name);

}  // namespace model
