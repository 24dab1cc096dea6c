// The nearest right name, for "did you mean" in messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// The candidate with the smallest edit distance to `name` (case folded first), if it is near
/// enough to be meant.
std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string>& candidates);

/// ", did you mean \"x\"?" or nothing.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace base
