#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace base {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "boathouse: bug: %s:%d: CHECK(%s) failed\n", file, line, condition);
  std::abort();
}

}  // namespace base
