#include "base/context.h"

namespace base {

Status Context::Check(Instant now) const {
  if (stop.stop_requested()) return Error(Code::kCancelled, "base.cancelled", "cancelled");
  if (now > deadline) {
    return Error(Code::kDeadlineExceeded, "base.deadline_exceeded", "the time allowed is over");
  }
  return Ok();
}

}  // namespace base
