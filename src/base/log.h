// The log: INFO = state changes, WARN = unexpected but went on, ERROR = a person must look. No
// secrets, no user rows.
#pragma once

#include <string_view>

namespace base {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

/// Writes to standard error from `level` up; the default is WARN. Call once, before threads start.
void SetLogLevel(LogLevel level);
void Log(LogLevel level, std::string_view message);

}  // namespace base
