// The reasons of errors of tasks, each with its code. Those of sandboxes, environments and the
// runner are in their folders.
#pragma once

namespace runtime::reasons {

/// kResourceExhausted: a function went past its memory. Context: function, limit.
inline constexpr char kOutOfMemory[] = "runtime.out_of_memory";
/// kDeadlineExceeded: a function ran past its time. Context: function, limit.
inline constexpr char kTimedOut[] = "runtime.timed_out";
/// kUserCode: the function's process ended by itself: os._exit, a signal. Context: function.
inline constexpr char kFunctionCrashed[] = "runtime.function_crashed";
/// kUserCode: an input lacks a column of its projection_schema or has it with another type.
/// Context: column.
inline constexpr char kInputContract[] = "runtime.input_contract";
/// kUserCode: OVERWRITE_PARTITIONS got rows that its filter does not cover. Context: rows.
inline constexpr char kRowsOutsideFilter[] = "runtime.rows_outside_filter";
/// kNotFound: no file matches what is to be imported. Context: pattern.
inline constexpr char kNoFiles[] = "runtime.no_files";
/// kInvalidArgument: a task of a kind or shape that this worker cannot run.
inline constexpr char kBadTask[] = "runtime.bad_task";

}  // namespace runtime::reasons
