// A job's events as the stream that a subscriber reads (client-protocol: SubscribeLogs, GetLogs).
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "api/jobs_api.h"
#include "wire/commander_messages.h"

namespace wire {

/// Translates the events of one job, fed in order from the first: it learns places and kinds from
/// the plan. Each task gets a start before its end and the job exactly one completion. Not
/// thread-safe.
class EventTranslator {
 public:
  using Emit = std::function<void(pb::RunnerEvent&&)>;

  explicit EventTranslator(const api::JobRecord& job);
  void Translate(const api::JobEvent& event, const Emit& emit);
  /// For a job whose events ended without saying so: a query, or one whose process died.
  void Complete(const api::JobRecord& ended, const Emit& emit);
  bool completed() const { return completed_; }

 private:
  struct Node {
    plan::NodeKind kind = plan::NodeKind::kPythonModel;
    base::Place place;
  };
  void OnTaskEnded(const api::TaskEnded& event, base::Instant at, const Emit& emit);

  const std::string job_;
  const bool strict_;
  bool completed_ = false;
  std::map<std::string, Node> nodes_;  // by name
  std::set<std::string> started_;      // task ids
};

/// The error and what caused it, one line each, with their places: all that a user must read, since
/// clients show nothing but this.
std::string ErrorText(const base::Error& error);

/// What a user must read about a job that did not succeed: its error with all causes, and the
/// failures of tasks that are not in it.
std::string FailureText(const api::JobRecord& job);

/// The events a subscriber of a query reads: where the rows are, then that it is over.
struct ResultPlace {
  std::string endpoint;  // "http://host:port"
  std::string token;     // bearer token of Flight for this result alone
};
void EmitQueryResult(const std::string& job, const ResultPlace& place,
                     const EventTranslator::Emit& emit);

}  // namespace wire
