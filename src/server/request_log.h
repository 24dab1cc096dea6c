// One JSON line per request, and one per change in a log of its own: who did what, when, and what
// came of it.
#pragma once

#include <ostream>
#include <string>

#include "base/clock.h"
#include "base/guarded.h"

namespace server {

struct RequestEntry {
  base::Instant at{};
  std::string kind;    // "http", "rpc", "flight"
  std::string method;  // "GET", "QueryRun"
  std::string target;  // as sent: "/catalog/v0/branches?"; a job's id
  std::string status;
  std::string user;  // "" = not known
  std::string peer;
  std::string trace;
  base::Duration took{};
  bool changes = false;  // it was asked to change something: goes into the audit too
};

/// Thread-safe; borrows the streams. Bodies, tokens and rows are never in it.
class RequestLog {
 public:
  /// Null = that log is not kept.
  RequestLog(std::ostream* access, std::ostream* audit);
  void Write(const RequestEntry& entry);

 private:
  struct Streams {
    std::ostream* access = nullptr;
    std::ostream* audit = nullptr;
  };
  base::Guarded<Streams> streams_;
};

}  // namespace server
