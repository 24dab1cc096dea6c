#include "base/failpoint.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace base {
namespace {

struct Armed {
  std::string name;
  int64_t passes = 1;
};

const Armed& TheArmed() {
  static const Armed armed = [] {
    Armed parsed;
    const char* text = std::getenv("BOATHOUSE_FAILPOINT");
    if (text == nullptr) return parsed;
    parsed.name = text;
    if (const size_t colon = parsed.name.find(':'); colon != std::string::npos) {
      parsed.passes = std::atoll(parsed.name.c_str() + colon + 1);
      parsed.name.resize(colon);
    }
    return parsed;
  }();
  return armed;
}

}  // namespace

void Failpoint(std::string_view name) {
  const Armed& armed = TheArmed();
  if (armed.name.empty() || armed.name != name) return;
  static std::atomic<int64_t> passed = 0;
  if (++passed == armed.passes) (void)std::raise(SIGKILL);
}

}  // namespace base
