// The stable reasons of errors from runtime/sandbox.
#pragma once

namespace runtime::reasons {

/// The launcher program is missing or did not start. Context: "program".
inline constexpr char kLauncherFailed[] = "sandbox.launcher_failed";
/// The launcher process died; its sandboxes died with it.
inline constexpr char kLauncherGone[] = "sandbox.launcher_gone";
/// This machine does not allow a part of the sandbox; `boathouse doctor` says which and how to
/// allow it. Context: "step", "system_error".
inline constexpr char kNotPossibleHere[] = "sandbox.not_possible_here";
/// The spec itself is wrong (relative path, missing bind source, too many layers, ...).
inline constexpr char kBadSpec[] = "sandbox.bad_spec";
/// The program could not be executed inside. Context: "program".
inline constexpr char kExecFailed[] = "sandbox.exec_failed";

}  // namespace runtime::reasons
