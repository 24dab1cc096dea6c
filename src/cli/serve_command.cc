#include <ostream>

#include "cli/execute.h"
#include "cli/interrupts.h"
#include "cli/reasons.h"

namespace cli {

base::Result<Reply> Execute(Session& session, const Serve& command) {
  if (!session.lake().server.empty()) {
    return base::Error(base::Code::kInvalidArgument, kLocalOnly,
                       "a server serves a lake of its own machine: leave --server out");
  }
  std::stop_source stop;
  const InterruptWatch watch(session.around().handle_signals, stop, [&session] {
    session.Say("stopping: running jobs may end first (again ends at once)");
  });
  base::Context ctx = session.ctx();
  ctx.stop = stop.get_token();
  std::ostream& out = session.around().out;
  const auto on_ready = [&](const ServingPlace& place) {
    if (session.flags().json) {
      Json addresses = Json::List();
      for (const std::string& address : place.addresses) addresses.Add(address);
      out << Json::Object({{"lake", place.lake},
                           {"addresses", addresses},
                           {"user", Json::OrNull(place.user)},
                           {"key", Json::OrNull(place.key)}})
                 .Print()
          << "\n";
    } else {
      for (const std::string& address : place.addresses) {
        out << "serving \"" << place.lake << "\" at " << address << "\n";
      }
      if (!place.key.empty()) {
        out << "made user \"" << place.user << "\"; the key is shown this once:\n"
            << "  export BAUPLAN_API_ENDPOINT=" << place.addresses.front() << "\n"
            << "  export BAUPLAN_API_KEY=" << place.key << "\n";
      } else if (command.choice.init) {
        out << "there are users already: none was made, see `boathouse key create`\n";
      }
    }
    out.flush();
  };
  RETURN_IF_ERROR(session.backend().serving().Serve(ctx, session.lake(), command.choice, on_ready));
  Reply reply;
  reply.written = true;
  return reply;
}

}  // namespace cli
