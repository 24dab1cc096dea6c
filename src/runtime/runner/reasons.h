// The reasons of errors in the runner and the exchange.
#pragma once

namespace runtime::reasons {

/// kUserCode: the function raised. Context: traceback, exception.
inline constexpr char kFunctionFailed[] = "runtime.function_failed";
/// kUserCode: what the function returned is no table. Context: type.
inline constexpr char kBadResult[] = "runtime.bad_result";
/// kUserCode: the module could not be imported, or lacks the function. Context: traceback.
inline constexpr char kImportFailed[] = "runtime.import_failed";
/// kUserCode: the function called sys.exit or raised KeyboardInterrupt.
inline constexpr char kFunctionExited[] = "runtime.function_exited";
/// kResourceExhausted: MemoryError inside the function, or a result beyond its bound.
inline constexpr char kFunctionMemory[] = "runtime.function_memory";
/// kUnavailable: the runner ended without a reply.
inline constexpr char kRunnerLost[] = "runtime.runner_lost";
/// kCorrupt: the runner broke the protocol.
inline constexpr char kRunnerProtocol[] = "runtime.runner_protocol";
/// kNotFound: no output of this task here.
inline constexpr char kNoSuchOutput[] = "runtime.no_such_output";
/// kResourceExhausted: outputs could not be moved to disk.
inline constexpr char kSpillFailed[] = "runtime.spill_failed";

}  // namespace runtime::reasons
