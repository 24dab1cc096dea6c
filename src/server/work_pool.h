// A bounded set of threads that blocking work of requests runs on, so that sockets never wait.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"

namespace server {

/// Threads start when there is work for them, up to a limit, and end when there was none for a
/// while. Thread-safe. The destructor runs what was taken and waits for it: whoever posted long
/// work stops it before.
class WorkPool {
 public:
  struct Limits {
    uint32_t threads_max = 16;
    uint32_t waiting_max = 1024;
    base::Duration idle_time = std::chrono::seconds(5);
  };

  explicit WorkPool(Limits limits) : limits_(limits) {}
  ~WorkPool();

  /// False when as much is waiting as may, or the pool is closing: the work will not run. Work must
  /// not throw.
  bool Post(std::function<void()> work);
  uint32_t busy() const;
  uint32_t threads() const;

 private:
  struct State {
    std::deque<std::function<void()>> waiting;
    std::map<std::thread::id, std::jthread> threads;  // tidy: only its id
    std::vector<std::jthread> ended;                  // or about to: joined by the next who posts
    uint32_t idle = 0;
    bool closing = false;
  };
  void Work() noexcept;
  std::function<void()> NextWork();

  const Limits limits_;
  base::Guarded<State> state_;
};

}  // namespace server
