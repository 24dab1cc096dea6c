#include <nlohmann/json.hpp>

#include "server/request_log.h"

namespace server {
namespace {

std::string Line(const RequestEntry& entry) {
  const nlohmann::ordered_json line = {{"at", base::FormatInstant(entry.at)},
                                       {"kind", entry.kind},
                                       {"method", entry.method},
                                       {"target", entry.target},
                                       {"status", entry.status},
                                       {"user", entry.user},
                                       {"peer", entry.peer},
                                       {"trace", entry.trace},
                                       {"micros", entry.took.count()}};
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

RequestLog::RequestLog(std::ostream* access, std::ostream* audit)
    : streams_(Streams{access, audit}) {}

void RequestLog::Write(const RequestEntry& entry) {
  const std::string line = Line(entry);
  streams_.With([&](Streams& streams) {
    if (streams.access != nullptr) *streams.access << line << "\n" << std::flush;
    if (streams.audit != nullptr && entry.changes) *streams.audit << line << "\n" << std::flush;
  });
}

}  // namespace server
