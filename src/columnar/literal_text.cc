#include "columnar/literal_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/bytes.h"

namespace columnar {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::string Padded(int64_t number, size_t width) {
  std::string digits = std::to_string(number);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

int64_t FloorDivide(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

/// Takes `count` digits off the front.
std::optional<int64_t> TakeDigits(std::string_view& text, size_t count) {
  if (text.size() < count) return std::nullopt;
  int64_t number = 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int64_t> TakeDate(std::string_view& text) {
  const auto year = TakeDigits(text, 4);
  if (!year || !Take(text, '-')) return std::nullopt;
  const auto month = TakeDigits(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  const auto day = TakeDigits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

/// Up to six digits of a fraction, as microseconds; more only if they are zeros.
std::optional<int64_t> TakeFraction(std::string_view& text) {
  int64_t micros = 0;
  size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    if (digits >= 6 && text.front() != '0') return std::nullopt;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) micros *= 10;
  return micros;
}

std::optional<int64_t> TakeTime(std::string_view& text) {
  const auto hour = TakeDigits(text, 2);
  if (!hour || *hour > 23 || !Take(text, ':')) return std::nullopt;
  const auto minute = TakeDigits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int64_t micros = (*hour * 60 + *minute) * 60 * kMicrosPerSecond;
  if (!Take(text, ':')) return micros;
  const auto second = TakeDigits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  micros += *second * kMicrosPerSecond;
  if (!Take(text, '.')) return micros;
  const auto fraction = TakeFraction(text);
  if (!fraction) return std::nullopt;
  return micros + *fraction;
}

/// Minutes east of UTC; nothing if the text is no offset.
std::optional<int32_t> TakeOffset(std::string_view& text) {
  if (Take(text, 'Z') || Take(text, 'z')) return 0;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const bool west = text.front() == '-';
  text.remove_prefix(1);
  const auto hours = TakeDigits(text, 2);
  if (!hours || *hours > 18) return std::nullopt;
  int64_t minutes = 0;
  if (!text.empty()) {
    Take(text, ':');
    const auto rest = TakeDigits(text, 2);
    if (!rest || *rest > 59) return std::nullopt;
    minutes = *rest;
  }
  const auto total = static_cast<int32_t>(*hours * 60 + minutes);
  return west ? -total : total;
}

template <class T>
std::string NumberText(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char text[64];
  const auto written = std::to_chars(text, text + sizeof(text), value);
  return std::string(text, written.ptr);
}

}  // namespace

std::string DateText(int64_t days) {
  // The calendar of <chrono> holds years up to ±32767; beyond that the number itself is all we say.
  if (days < -12'000'000 || days > 11'000'000) return "day " + std::to_string(days);
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(days)))};
  const int year = static_cast<int>(date.year());
  std::string text = year < 0 ? "-" : year > 9999 ? "+" : "";
  text += Padded(std::abs(year), 4) + "-" + Padded(static_cast<unsigned>(date.month()), 2) + "-" +
          Padded(static_cast<unsigned>(date.day()), 2);
  return text;
}

std::string TimeText(int64_t micros) {
  const int64_t seconds = FloorDivide(micros, kMicrosPerSecond);
  const int64_t fraction = micros - seconds * kMicrosPerSecond;
  std::string text = Padded(seconds / 3600, 2) + ":" + Padded(seconds / 60 % 60, 2) + ":" +
                     Padded(seconds % 60, 2);
  if (fraction != 0) text += "." + Padded(fraction, 6);
  return text;
}

std::string TimestampText(int64_t micros, char separator) {
  const int64_t days = FloorDivide(micros, kMicrosPerDay);
  return DateText(days) + separator + TimeText(micros - days * kMicrosPerDay);
}

std::string DecimalText(Int128 unscaled, int32_t scale) {
  const bool negative = unscaled < 0;
  __extension__ unsigned __int128 rest = negative ? -static_cast<unsigned __int128>(unscaled)
                                                  : static_cast<unsigned __int128>(unscaled);
  std::string digits;
  while (rest != 0 || digits.size() <= static_cast<size_t>(std::max(scale, 0))) {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (scale < 0) digits.insert(0, static_cast<size_t>(-scale), '0');
  std::reverse(digits.begin(), digits.end());
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), ".");
  return negative ? "-" + digits : digits;
}

std::string DoubleText(double value) {
  return NumberText(value);
}

std::string FloatText(float value) {
  return NumberText(value);
}

std::string UuidText(std::string_view bytes) {
  std::string text = base::ToHex(bytes);
  for (const size_t at : {20u, 16u, 12u, 8u}) {
    if (text.size() > at) text.insert(at, "-");
  }
  return text;
}

std::optional<int64_t> ParseTime(std::string_view text) {
  const auto micros = TakeTime(text);
  return text.empty() ? micros : std::nullopt;
}

std::optional<ParsedTimestamp> ParseTimestamp(std::string_view text) {
  const auto days = TakeDate(text);
  if (!days) return std::nullopt;
  ParsedTimestamp parsed;
  parsed.micros = *days * kMicrosPerDay;
  if (text.empty()) return parsed;
  if (!Take(text, 'T') && !Take(text, ' ')) return std::nullopt;
  const auto time = TakeTime(text);
  if (!time) return std::nullopt;
  parsed.micros += *time;
  Take(text, ' ');
  if (text.empty()) return parsed;
  const auto offset = TakeOffset(text);
  if (!offset || !text.empty()) return std::nullopt;
  parsed.has_offset = true;
  parsed.offset_minutes = *offset;
  parsed.micros -= *offset * 60 * kMicrosPerSecond;
  return parsed;
}

std::optional<Int128> ParseDecimal(std::string_view text, int32_t precision, int32_t scale) {
  const bool negative = Take(text, '-');
  if (!negative) Take(text, '+');
  Int128 value = 0;
  int32_t digits = 0;
  int32_t decimals = -1;  // none seen yet
  bool any = false;
  for (const char c : text) {
    if (c == '.') {
      if (decimals >= 0) return std::nullopt;
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    if (decimals >= 0 && ++decimals > scale) {
      if (c != '0') return std::nullopt;
      continue;
    }
    if (value != 0 || c != '0') ++digits;
    if (digits > precision) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (!any) return std::nullopt;
  for (int32_t i = std::clamp(decimals, 0, scale); i < scale; ++i) {
    if (value != 0 && ++digits > precision) return std::nullopt;
    value *= 10;
  }
  return negative ? -value : value;
}

std::optional<std::string> ParseUuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) digits += text[i];
  }
  auto bytes = base::FromHex(digits);
  if (!bytes.ok()) return std::nullopt;
  return std::move(bytes).value();
}

}  // namespace columnar
