#include "server/metrics.h"

#include <algorithm>
#include <cstdio>

namespace server {
namespace {

std::string Seconds(int64_t micros) {
  char text[32];
  (void)std::snprintf(text, sizeof(text), "%g", static_cast<double>(micros) / 1e6);
  return text;
}

std::string Plain(double value) {
  char text[32];
  (void)std::snprintf(text, sizeof(text), "%.15g", value);
  return text;
}

}  // namespace

void Metrics::Count(const std::string& kind, const std::string& status, base::Duration took) {
  const auto bucket = static_cast<size_t>(
      std::lower_bound(kBucketsMicros.begin(), kBucketsMicros.end(), took.count()) -
      kBucketsMicros.begin());
  state_.With([&](State& state) {
    ++state.requests[{kind, status}];
    Series& series = state.latencies[kind];
    ++series.buckets[bucket];
    ++series.count;
    series.micros += took.count();
  });
}

std::string Metrics::Render(const Gauges& gauges) const {
  std::string text =
      "# HELP boathouse_requests_total requests answered\n"
      "# TYPE boathouse_requests_total counter\n";
  state_.With([&](const State& state) {
    for (const auto& [labels, count] : state.requests) {
      text += "boathouse_requests_total{kind=\"" + labels.first + "\",status=\"" + labels.second +
              "\"} " + std::to_string(count) + "\n";
    }
    text +=
        "# HELP boathouse_request_seconds time from a request to its reply\n"
        "# TYPE boathouse_request_seconds histogram\n";
    for (const auto& [kind, series] : state.latencies) {
      const std::string name = "boathouse_request_seconds_";
      const std::string label = "{kind=\"" + kind + "\"";
      uint64_t so_far = 0;
      for (size_t i = 0; i < series.buckets.size(); ++i) {
        so_far += series.buckets[i];
        const std::string bound =
            i < kBucketsMicros.size() ? Seconds(kBucketsMicros[i]) : std::string("+Inf");
        text += name + "bucket" + label + ",le=\"" + bound + "\"} " + std::to_string(so_far) + "\n";
      }
      text += name + "sum" + label + "} " + Seconds(series.micros) + "\n";
      text += name + "count" + label + "} " + std::to_string(series.count) + "\n";
    }
  });
  for (const auto& [name, value] : gauges) {
    text += "# TYPE " + name + " gauge\n" + name + " " + Plain(value) + "\n";
  }
  return text;
}

}  // namespace server
