// The text forms of literals: what people and SQL write, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "columnar/literal.h"

namespace columnar {

/// "2013-01-31"; years outside 0…9999 get a sign, as ISO 8601 says.
std::string DateText(int64_t days);
/// "10:20:30" with microseconds where there are any.
std::string TimeText(int64_t micros);
/// "2013-01-31T10:20:30" with `separator` between date and time.
std::string TimestampText(int64_t micros, char separator);
std::string DecimalText(Int128 unscaled, int32_t scale);
/// The shortest text that reads back as the same number; NaN, Infinity, -Infinity.
std::string DoubleText(double value);
std::string FloatText(float value);
/// 16 bytes as 8-4-4-4-12.
std::string UuidText(std::string_view bytes);

std::optional<int64_t> ParseTime(std::string_view text);

struct ParsedTimestamp {
  int64_t micros = 0;       // as UTC when there was an offset
  bool has_offset = false;  // "Z", "+02:00", "-0500"
  int32_t offset_minutes = 0;
};
/// A date, or date and time separated by "T" or a space; at most six decimals.
std::optional<ParsedTimestamp> ParseTimestamp(std::string_view text);
/// Digits with an optional sign and point; nothing if it needs more than `scale` decimals or
/// `precision` digits.
std::optional<Int128> ParseDecimal(std::string_view text, int32_t precision, int32_t scale);
std::optional<std::string> ParseUuid(std::string_view text);

}  // namespace columnar
