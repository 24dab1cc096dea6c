// The port through which the worker loop carries out tasks; the runtime implements it, tests fake
// it.
#pragma once

#include "base/context.h"
#include "model/ids.h"
#include "plan/task_outcome.h"
#include "plan/task_spec.h"

namespace worker {

/// Thread-safe: several tasks run at once.
class TaskRunner {
 public:
  virtual ~TaskRunner() = default;
  /// Always ends with an outcome; `ctx.stop` asks it to end early with kCancelled.
  virtual plan::TaskOutcome Run(const base::Context& ctx, const plan::TaskSpec& task) = 0;
  /// Drops the results that a job left in memory.
  virtual void Release(const model::JobId& job) = 0;
};

}  // namespace worker
