// The command line as one function: arguments in, text on the two streams, an exit code out.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/services.h"

namespace cli {

/// What the process found around itself. Filled by apps/main.cc; plain values in tests.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  const base::Clock& clock;
  std::string folder = ".";  // relative paths of the project count from here
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool no_color = false;        // NO_COLOR is set, or TERM=dumb
  bool unicode = true;          // the locale can show box drawing
  uint32_t width = 100;         // columns of the terminal
  bool in_ci = false;           // CI is set: what must never be tested unisolated is refused there
  bool handle_signals = false;  // Ctrl-C cancels the running job; a second one ends the process
};

/// Runs one command. `arguments` are argv without the program's name. 0 = done, 1 = failed, 2 =
/// wrong usage. Results go to `out`; progress, notices and errors to `err` (in JSON mode an error
/// is one object on `out`).
int Main(const std::vector<std::string>& arguments, Backend& backend,
         const Surroundings& surroundings) noexcept;

}  // namespace cli
