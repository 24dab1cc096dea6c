// boathouse: the command line over an embedded lake, or over a server.

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "backend.h"
#include "base/clock.h"
#include "cli/main.h"

namespace {

uint32_t TerminalWidth() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

bool SpeaksUtf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = apps::Variable(name, "");
    if (!value.empty())
      return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const base::SystemClock clock;
  apps::LakeBackend backend(std::cerr);
  cli::Surroundings surroundings{.out = std::cout, .err = std::cerr, .clock = clock};
  surroundings.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  surroundings.err_is_terminal = isatty(STDERR_FILENO) == 1;
  surroundings.no_color =
      std::getenv("NO_COLOR") != nullptr || apps::Variable("TERM", "dumb") == "dumb";
  const std::string ci = apps::Variable("CI", "");
  surroundings.in_ci = !ci.empty() && ci != "0" && ci != "false";
  surroundings.unicode = SpeaksUtf8();
  surroundings.width = TerminalWidth();
  surroundings.handle_signals = true;
  return cli::Main(std::vector<std::string>(argv + 1, argv + argc), backend, surroundings);
}
