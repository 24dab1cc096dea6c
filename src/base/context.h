// What every call that may block needs to know about the request it serves. A value: copied, never
// mutated.
#pragma once

#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace base {

struct Context {
  Instant deadline = Instant::max();
  std::stop_token stop;
  std::string trace_id;
  std::string principal;

  /// kCancelled when the caller gave up, kDeadlineExceeded when its time is over.
  Status Check(Instant now) const;
};

}  // namespace base
