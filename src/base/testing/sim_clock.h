// A clock that only moves when told.
#pragma once

#include "base/clock.h"

namespace base::testing {

class SimClock final : public Clock {
 public:
  explicit SimClock(Instant start = FromMicros(1'767'225'600'000'000)) : now_(start) {}
  Instant Now() const override { return now_; }
  void Advance(Duration by) { now_ += by; }

 private:
  Instant now_;
};

}  // namespace base::testing
