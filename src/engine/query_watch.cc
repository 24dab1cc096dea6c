#include "engine/query_watch_internal.h"

#include "engine/reasons.h"

namespace engine::internal {
namespace {

constexpr std::chrono::milliseconds kLookEvery{20};

}  // namespace

QueryWatch::QueryWatch(const base::Context& ctx, const base::Clock& clock,
                       duckdb_connection connection)
    : ctx_(ctx), clock_(clock), connection_(connection), thread_([this] { Watch(); }) {}

QueryWatch::~QueryWatch() {
  over_.With([](bool& over) { over = true; });
  over_.Notify();
}

std::optional<base::Error> QueryWatch::Ended() const {
  if (ctx_.stop.stop_requested()) {
    return base::Error(base::Code::kCancelled, reason::kCancelled, "the query was cancelled");
  }
  if (clock_.Now() <= ctx_.deadline) return std::nullopt;
  return base::Error(base::Code::kDeadlineExceeded, reason::kDeadlineExceeded,
                     "the query took longer than it was allowed to");
}

void QueryWatch::Watch() noexcept {
  while (!over_.WaitFor(kLookEvery, [](const bool& over) { return over; })) {
    if (Ended()) duckdb_interrupt(connection_);
  }
}

}  // namespace engine::internal
