// The reasons of errors that this module reports.
#pragma once

#include <string_view>

namespace plan::reasons {

/// kCorrupt: a stored value is outside of what its field allows.
inline constexpr std::string_view kBadValue = "plan.bad_value";
/// kCorrupt: a type, predicate or chain of causes is nested too deeply.
inline constexpr std::string_view kTooDeep = "plan.too_deep";
/// kInvalidArgument: a task that nobody could carry out.
inline constexpr std::string_view kInvalidTask = "plan.invalid_task";
/// kInvalidArgument: an outcome that contradicts itself.
inline constexpr std::string_view kInvalidOutcome = "plan.invalid_outcome";

}  // namespace plan::reasons
