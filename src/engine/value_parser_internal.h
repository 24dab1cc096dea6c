// What kind of value a text is, and the value itself: numbers, ISO dates and times, booleans.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "columnar/literal.h"
#include "columnar/type.h"
#include "engine/file_reader.h"

namespace engine::internal {

/// The kinds of F-180, kNone where nothing but nulls was seen.
enum class ValueKind { kNone, kBoolean, kLong, kDouble, kDate, kTimestamp, kTimestamptz, kString };

ValueKind KindOf(std::string_view text, const InputOptions& options);
/// The narrowest kind that holds both.
ValueKind Wider(ValueKind a, ValueKind b);
columnar::TypeId TypeOf(ValueKind kind);

/// The text as a value of `type`; nothing when it is none.
std::optional<columnar::Literal> ParseValue(std::string_view text, const columnar::Type& type,
                                            const InputOptions& options);

}  // namespace engine::internal
