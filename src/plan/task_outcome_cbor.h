// TaskOutcome as bytes: what every worker answers.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "plan/task_outcome.h"

namespace plan {

inline constexpr int64_t kTaskOutcomeVersion = 1;

base::Bytes EncodeTaskOutcome(const TaskOutcome& outcome);
/// Errors as for DecodeTaskSpec.
base::Result<TaskOutcome> DecodeTaskOutcome(base::BytesView bytes);

/// Ids are set; an error is there unless the task succeeded. kInvalidArgument
/// "plan.invalid_outcome".
base::Status ValidateTaskOutcome(const TaskOutcome& outcome);

}  // namespace plan
