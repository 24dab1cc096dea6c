// How many jobs run at once, and who is next.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"

namespace control {

/// The more urgent first, among equals who came first. Thread-safe; outlives its slots.
class JobSlots {
 public:
  struct Limits {
    uint32_t running_max = 0;  // 0 = as many as are submitted
    uint32_t waiting_max = 1000;
  };
  /// A place among those that run, given back when it is dropped.
  class Slot {
   public:
    Slot() = default;
    explicit Slot(JobSlots* owner) : owner_(owner) {}
    Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Slot& operator=(Slot&& other) noexcept;
    ~Slot();

   private:
    JobSlots* owner_ = nullptr;
  };

  explicit JobSlots(Limits limits) : limits_(limits) {}

  /// kResourceExhausted "control.too_many_jobs" when as many wait as may.
  base::Status CheckRoom() const;
  /// Waits for a place; kCancelled when `ctx` says stop. `priority` is 1 to 10, 10 the most urgent.
  base::Result<Slot> Take(const base::Context& ctx, const base::Clock& clock, int32_t priority);
  /// A place when one is free now and nobody waits for it.
  std::optional<Slot> TryTake();
  uint32_t waiting() const;

 private:
  struct State {
    uint32_t running = 0;
    uint64_t next_ticket = 0;
    std::set<std::pair<int32_t, uint64_t>> waiting;  // less urgent is greater
  };

  const Limits limits_;
  base::Guarded<State> state_;
};

}  // namespace control
