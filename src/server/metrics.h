// Counters of what the server did, in the text format Prometheus reads.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/guarded.h"

namespace server {

/// Thread-safe. Kinds and statuses come from closed sets, never from a request's text, so that what
/// is kept is bounded.
class Metrics {
 public:
  /// `kind`: "http GET", "rpc QueryRun"; `status`: "200", "INVALID_ARGUMENT".
  void Count(const std::string& kind, const std::string& status, base::Duration took);

  /// A number that is true now: "boathouse_connections" → 7.
  using Gauges = std::map<std::string, double>;
  std::string Render(const Gauges& gauges) const;

 private:
  static constexpr std::array<int64_t, 12> kBucketsMicros = {
      500,     1'000,   2'500,     5'000,     10'000,     25'000,
      100'000, 250'000, 1'000'000, 5'000'000, 30'000'000, 300'000'000};
  struct Series {
    std::array<uint64_t, kBucketsMicros.size() + 1> buckets{};
    uint64_t count = 0;
    int64_t micros = 0;
  };
  struct State {
    std::map<std::pair<std::string, std::string>, uint64_t> requests;
    std::map<std::string, Series> latencies;
  };
  base::Guarded<State> state_;
};

}  // namespace server
