// TaskSpec as bytes: what every worker gets, the one in our own process too.
#pragma once

#include "base/bytes.h"
#include "base/cbor.h"
#include "base/result.h"
#include "plan/task_spec.h"

namespace plan {

inline constexpr int64_t kTaskSpecVersion = 1;

base::Bytes EncodeTaskSpec(const TaskSpec& spec);
/// kCorrupt "base.bad_cbor", "plan.bad_value" or "plan.too_deep"; kUnimplemented
/// "base.newer_version" or "base.unknown_field" for bytes of a newer program.
base::Result<TaskSpec> DecodeTaskSpec(base::BytesView bytes);

/// The parts that other stored objects hold too.
base::Cbor EnvironmentToCbor(const EnvironmentSpec& environment);
base::Result<EnvironmentSpec> EnvironmentFromCbor(const base::Cbor& value);
base::Cbor ScanSpecToCbor(const ScanSpec& scan);
base::Result<ScanSpec> ScanSpecFromCbor(const base::Cbor& value);

/// What a worker may rely on: ids are set, a write task has a target, names of inputs are unique,
/// limits are not zero. kInvalidArgument "plan.invalid_task".
base::Status ValidateTaskSpec(const TaskSpec& spec);

}  // namespace plan
