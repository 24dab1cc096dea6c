#include "engine/value_parser_internal.h"

#include <time.h>

#include <charconv>
#include <chrono>
#include <cmath>

#include "engine/sql_tokens_internal.h"

namespace engine::internal {
namespace {

using columnar::Literal;
using columnar::TypeId;

constexpr int64_t kMicrosPerDay = 86'400'000'000;

std::optional<int64_t> WholeNumber(std::string_view text) {
  int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// Digits, a point, an exponent: no "nan", "inf" or hexadecimal, which are words more often.
std::optional<double> RealNumber(std::string_view text) {
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> Truth(std::string_view text) {
  if (text.size() != 4 && text.size() != 5) return std::nullopt;
  if (EqualsFolded(text, "true")) return true;
  if (EqualsFolded(text, "false")) return false;
  return std::nullopt;
}

bool TwoDigits(std::string_view text, size_t at, int* out) {
  if (at + 2 > text.size()) return false;
  const char a = text[at];
  const char b = text[at + 1];
  if (a < '0' || a > '9' || b < '0' || b > '9') return false;
  *out = (a - '0') * 10 + (b - '0');
  return true;
}

std::optional<int64_t> IsoDays(std::string_view text) {
  int century = 0;
  int years = 0;
  int month = 0;
  int day = 0;
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                      TwoDigits(text, 0, &century) && TwoDigits(text, 2, &years) &&
                      TwoDigits(text, 5, &month) && TwoDigits(text, 8, &day);
  if (!shaped) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(century * 100 + years),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

struct IsoTime {
  int64_t micros = 0;
  bool has_zone = false;
};

// "Z", "+hh", "+hh:mm", "+hhmm" → offset in minutes.
std::optional<int> ZoneMinutes(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  int hours = 0;
  int minutes = 0;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-') || !TwoDigits(text, 1, &hours)) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(3);
  if (rest.starts_with(':')) rest.remove_prefix(1);
  if (!rest.empty() && (rest.size() != 2 || !TwoDigits(rest, 0, &minutes))) return std::nullopt;
  if (hours > 18 || minutes > 59) return std::nullopt;
  const int total = hours * 60 + minutes;
  return text[0] == '-' ? -total : total;
}

// hh:mm[:ss[.ffffff]][zone]
std::optional<IsoTime> TimeOfDay(std::string_view text) {
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  int64_t fraction = 0;
  if (text.size() < 5 || text[2] != ':' || !TwoDigits(text, 0, &hours) ||
      !TwoDigits(text, 3, &minutes)) {
    return std::nullopt;
  }
  size_t at = 5;
  if (at < text.size() && text[at] == ':') {
    if (!TwoDigits(text, at + 1, &seconds)) return std::nullopt;
    at += 3;
    if (at < text.size() && text[at] == '.') {
      int digits = 0;
      for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
        if (digits >= 6 && text[at] != '0') return std::nullopt;  // finer than we keep
        if (digits < 6) fraction = fraction * 10 + (text[at] - '0');
      }
      if (digits == 0) return std::nullopt;
      for (; digits < 6; ++digits) fraction *= 10;
    }
  }
  if (hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
  IsoTime out;
  out.micros = ((hours * 60 + minutes) * 60 + seconds) * 1'000'000LL + fraction;
  if (at < text.size()) {
    const auto zone = ZoneMinutes(text.substr(at));
    if (!zone) return std::nullopt;
    out.micros -= *zone * 60'000'000LL;
    out.has_zone = true;
  }
  return out;
}

std::optional<IsoTime> IsoTimestamp(std::string_view text) {
  if (text.size() < 16 || (text[10] != 'T' && text[10] != ' ')) return std::nullopt;
  const auto days = IsoDays(text.substr(0, 10));
  const auto time = TimeOfDay(text.substr(11));
  if (!days || !time) return std::nullopt;
  return IsoTime{*days * kMicrosPerDay + time->micros, time->has_zone};
}

std::optional<IsoTime> ByFormat(std::string_view text, const std::string& format) {
  struct tm parts = {};
  const std::string terminated(text);
  const char* end = strptime(terminated.c_str(), format.c_str(), &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const bool zoned = format.find("%z") != std::string::npos;
  const int64_t offset = parts.tm_gmtoff;
  const int64_t seconds = timegm(&parts) - (zoned ? offset : 0);
  return IsoTime{seconds * 1'000'000, zoned};
}

std::optional<int64_t> Days(std::string_view text, const InputOptions& options) {
  if (options.date_format.empty()) return IsoDays(text);
  const auto parsed = ByFormat(text, options.date_format);
  if (!parsed) return std::nullopt;
  return static_cast<int64_t>(std::floor(static_cast<double>(parsed->micros) / kMicrosPerDay));
}

std::optional<IsoTime> Timestamp(std::string_view text, const InputOptions& options) {
  if (options.timestamp_format.empty()) return IsoTimestamp(text);
  return ByFormat(text, options.timestamp_format);
}

}  // namespace

ValueKind KindOf(std::string_view text, const InputOptions& options) {
  if (text.empty()) return ValueKind::kString;
  const char first = text[0];
  const bool numeric = (first >= '0' && first <= '9') || first == '-' || first == '.';
  if (numeric) {
    if (WholeNumber(text)) return ValueKind::kLong;
    const bool digits_only =
        text.find_first_not_of("0123456789", first == '-' ? 1 : 0) == std::string_view::npos;
    // A whole number too long for 64 bits would lose digits as a double.
    if (!digits_only && RealNumber(text)) return ValueKind::kDouble;
  }
  if (Truth(text)) return ValueKind::kBoolean;
  if (numeric || !options.date_format.empty()) {
    if (Days(text, options)) return ValueKind::kDate;
  }
  if (numeric || !options.timestamp_format.empty()) {
    if (const auto time = Timestamp(text, options)) {
      return time->has_zone ? ValueKind::kTimestamptz : ValueKind::kTimestamp;
    }
  }
  return ValueKind::kString;
}

ValueKind Wider(ValueKind a, ValueKind b) {
  if (a == b || b == ValueKind::kNone) return a;
  if (a == ValueKind::kNone) return b;
  const auto both = [&](ValueKind x, ValueKind y) {
    return (a == x && b == y) || (a == y && b == x);
  };
  if (both(ValueKind::kLong, ValueKind::kDouble)) return ValueKind::kDouble;
  if (both(ValueKind::kDate, ValueKind::kTimestamp)) return ValueKind::kTimestamp;
  return ValueKind::kString;
}

TypeId TypeOf(ValueKind kind) {
  switch (kind) {
    case ValueKind::kBoolean:
      return TypeId::kBoolean;
    case ValueKind::kLong:
      return TypeId::kLong;
    case ValueKind::kDouble:
      return TypeId::kDouble;
    case ValueKind::kDate:
      return TypeId::kDate;
    case ValueKind::kTimestamp:
      return TypeId::kTimestamp;
    case ValueKind::kTimestamptz:
      return TypeId::kTimestamptz;
    case ValueKind::kNone:
    case ValueKind::kString:
      return TypeId::kString;
  }
  return TypeId::kString;
}

std::optional<Literal> ParseValue(std::string_view text, const columnar::Type& type,
                                  const InputOptions& options) {
  switch (type.id) {
    case TypeId::kString:
    case TypeId::kBinary:
      return Literal{type, std::string(text)};
    case TypeId::kBoolean: {
      const auto truth = Truth(text);
      return truth ? std::optional(Literal::Boolean(*truth)) : std::nullopt;
    }
    case TypeId::kInt:
    case TypeId::kLong: {
      const auto whole = WholeNumber(text);
      if (!whole || (type.id == TypeId::kInt && *whole != static_cast<int32_t>(*whole))) {
        return std::nullopt;
      }
      return Literal{type, *whole};
    }
    case TypeId::kFloat:
    case TypeId::kDouble: {
      const auto real = RealNumber(text);
      return real ? std::optional(Literal{type, *real}) : std::nullopt;
    }
    case TypeId::kDate: {
      const auto days = Days(text, options);
      return days ? std::optional(Literal{type, *days}) : std::nullopt;
    }
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz: {
      if (const auto days = Days(text, options)) return Literal{type, *days * kMicrosPerDay};
      const auto time = Timestamp(text, options);
      if (!time || (time->has_zone && type.id == TypeId::kTimestamp)) return std::nullopt;
      return Literal{type, time->micros};
    }
    default:
      return columnar::ConvertLiteral(Literal::String(std::string(text)), type);
  }
}

}  // namespace engine::internal
