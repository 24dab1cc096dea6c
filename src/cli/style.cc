#include "cli/style.h"

#include <cstdio>

namespace cli {

std::string Style::Paint(std::string_view code, std::string_view text) const {
  if (!color) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string WithCommas(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string DurationText(base::Duration duration) {
  const int64_t micros = duration.count() < 0 ? 0 : duration.count();
  if (micros < 1'000'000) return std::to_string(micros / 1000) + " ms";
  if (micros < 60'000'000) {
    const int64_t tenths = micros / 100'000;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  }
  const int64_t seconds = micros / 1'000'000;
  return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

std::string SizeText(uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  static constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB"};
  double size = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  for (; size >= 999.95 && unit + 1 < std::size(kUnits); ++unit) size /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", size, kUnits[unit]);
  return text;
}

std::string Count(uint64_t number, std::string_view noun) {
  return WithCommas(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string ShortInstant(base::Instant instant) {
  std::string text = base::FormatInstant(instant);
  text[10] = ' ';
  return text.substr(0, 19) + " UTC";
}

}  // namespace cli
