#include "server/work_pool.h"

#include <utility>

namespace server {

WorkPool::~WorkPool() {
  auto [threads, ended] = state_.With([](State& state) {
    state.closing = true;
    return std::pair(std::move(state.threads), std::move(state.ended));
  });
  state_.Notify();
  threads.clear();  // joins
}

bool WorkPool::Post(std::function<void()> work) {
  std::vector<std::jthread> ended;  // joined outside of the lock
  const bool taken = state_.With([&](State& state) {
    ended = std::move(state.ended);
    state.ended.clear();
    if (state.closing) return false;
    const bool grows =
        state.idle <= state.waiting.size() && state.threads.size() < limits_.threads_max;
    if (!grows && state.idle == 0 && state.waiting.size() >= limits_.waiting_max) return false;
    state.waiting.push_back(std::move(work));
    if (grows) {
      std::jthread thread([this] { Work(); });
      const std::thread::id id = thread.get_id();  // tidy: only its id
      state.threads.emplace(id, std::move(thread));
    }
    return true;
  });
  if (taken) state_.Notify();
  return taken;
}

uint32_t WorkPool::busy() const {
  return state_.With(
      [](const State& state) { return static_cast<uint32_t>(state.threads.size()) - state.idle; });
}

uint32_t WorkPool::threads() const {
  return state_.With(
      [](const State& state) { return static_cast<uint32_t>(state.threads.size()); });
}

/// Nothing = the thread is to end.
std::function<void()> WorkPool::NextWork() {
  state_.With([](State& state) { ++state.idle; });
  while (true) {
    const bool woken = state_.WaitFor(
        limits_.idle_time, [](State& state) { return state.closing || !state.waiting.empty(); });
    std::function<void()> work;
    const bool over = state_.With([&](State& state) {
      if (!state.waiting.empty()) {
        work = std::move(state.waiting.front());
        state.waiting.pop_front();
        --state.idle;
        return false;
      }
      if (state.closing) return true;
      if (woken) return false;  // another was faster
      --state.idle;
      const auto own = state.threads.find(std::this_thread::get_id());
      state.ended.push_back(std::move(own->second));
      state.threads.erase(own);
      return true;
    });
    if (work || over) return work;
  }
}

void WorkPool::Work() noexcept {
  while (const std::function<void()> work = NextWork()) work();
}

}  // namespace server
