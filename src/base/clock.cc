#include "base/clock.h"

#include <cstdio>
#include <ctime>

namespace base {

Instant SystemClock::Now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

std::string FormatInstant(Instant instant) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  const std::time_t time = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char date[64];
  std::strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
  char text[80];
  std::snprintf(text, sizeof(text), "%s.%06dZ", date,
                static_cast<int>((instant - seconds).count()));
  return text;
}

}  // namespace base
