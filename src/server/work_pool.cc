#include "server/work_pool.h"

#include <chrono>
#include <utility>

namespace server {
namespace {

constexpr std::chrono::seconds kLook{1};

}  // namespace

WorkPool::~WorkPool() {
  auto threads = state_.With([](State& state) {
    state.closing = true;
    return std::move(state.threads);
  });
  state_.Notify();
  threads.clear();  // joins
}

bool WorkPool::Post(std::function<void()> work) {
  const bool taken = state_.With([&](State& state) {
    if (state.closing) return false;
    const bool grows =
        state.idle <= state.waiting.size() && state.threads.size() < limits_.threads_max;
    if (!grows && state.idle == 0 && state.waiting.size() >= limits_.waiting_max) return false;
    state.waiting.push_back(std::move(work));
    if (grows) state.threads.emplace_back([this] { Work(); });
    return true;
  });
  if (taken) state_.Notify();
  return taken;
}

uint32_t WorkPool::busy() const {
  return state_.With(
      [](const State& state) { return static_cast<uint32_t>(state.threads.size()) - state.idle; });
}

void WorkPool::Work() noexcept {
  while (true) {
    std::function<void()> work;
    state_.With([](State& state) { ++state.idle; });
    bool closed = false;
    while (!work && !closed) {
      state_.WaitFor(kLook, [](State& state) { return state.closing || !state.waiting.empty(); });
      state_.With([&](State& state) {
        if (state.waiting.empty()) {
          closed = state.closing;
          return;
        }
        work = std::move(state.waiting.front());
        state.waiting.pop_front();
        --state.idle;
      });
    }
    if (!work) return;
    work();
  }
}

}  // namespace server
