// Ctrl-C while a job runs: the first asks it to stop, the second ends the process at once.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace cli {

/// While it lives, SIGINT and SIGTERM request a stop on `source` and call `on_first` from a thread
/// of its own; another one ends the process with 128 + signal. At most one per process at a time.
class InterruptWatch {
 public:
  InterruptWatch(bool enabled, std::stop_source& source, std::function<void()> on_first);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  bool enabled_;
  std::jthread reader_;
};

}  // namespace cli
