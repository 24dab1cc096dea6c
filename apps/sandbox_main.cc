// boathouse-sandbox: the launcher process. Started by boathouse with a socket at descriptor 3; not
// for people.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "runtime/sandbox/launcher/server.h"

int main(int argc, char** argv) {
  using namespace runtime;
  launcher::ServerSettings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const long value = std::strtol(argv[i + 1], nullptr, 10);
    if (name == "--fd") settings.socket = static_cast<int>(value);
    if (name == "--isolation") settings.isolation = static_cast<Isolation>(value);
    if (name == "--limits") settings.limits = static_cast<LimitsRung>(value);
    if (name == "--overlay") settings.overlay = static_cast<OverlayRung>(value);
    if (name == "--landlock") settings.landlock = value != 0;
    if (name == "--uid-first") settings.uid_first = static_cast<uint32_t>(value);
  }
  if (argc < 3) {
    std::fprintf(stderr, "boathouse-sandbox is started by boathouse, not by hand\n");
    return 2;
  }
  launcher::Server server(settings);
  return server.Run();
}
