// Guarded<T>: shared state that can only be reached under its lock. Enter briefly; never hold it
// across I/O.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace base {

template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  /// Runs `f(T&)` under the lock and returns what it returns.
  template <class F>
  auto With(F&& f) {
    const std::lock_guard lock(mutex_);
    return std::forward<F>(f)(value_);
  }

  template <class F>
  auto With(F&& f) const {
    const std::lock_guard lock(mutex_);
    return std::forward<F>(f)(value_);
  }

  /// Waits until `ready(T&)` or the time is over (true = ready); whoever changes the state calls
  /// Notify().
  template <class Ready, class Rep, class Period>
  bool WaitFor(std::chrono::duration<Rep, Period> time, Ready&& ready) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return ready(value_); });
  }

  void Notify() { changed_.notify_all(); }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  T value_{};
};

}  // namespace base
