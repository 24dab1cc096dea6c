// CHECK: stops the process when one of our own assumptions is broken. On in production, never for
// user input.
#pragma once

namespace base {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace base

#define CHECK(condition)                                   \
  do {                                                     \
    if (!(condition)) [[unlikely]] {                       \
      ::base::CheckFailed(#condition, __FILE__, __LINE__); \
    }                                                      \
  } while (false)
