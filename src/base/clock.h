// Time comes in through a Clock, so that tests and simulations own it.
#pragma once

#include <chrono>
#include <string>

namespace base {

/// Microseconds since the Unix epoch, UTC.
using Instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant Now() const override;
};

inline int64_t Micros(Instant instant) {
  return instant.time_since_epoch().count();
}
inline Instant FromMicros(int64_t micros) {
  return Instant(Duration(micros));
}

/// "2026-11-21T23:30:00.123456Z".
std::string FormatInstant(Instant instant);

}  // namespace base
