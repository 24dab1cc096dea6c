#include "control/job_slots.h"

#include <chrono>
#include <string>

#include "control/reasons.h"

namespace control {
namespace {

constexpr std::chrono::milliseconds kLook{50};

}  // namespace

JobSlots::Slot& JobSlots::Slot::operator=(Slot&& other) noexcept {
  std::swap(owner_, other.owner_);
  return *this;
}

JobSlots::Slot::~Slot() {
  if (owner_ == nullptr) return;
  owner_->state_.With([](State& state) { --state.running; });
  owner_->state_.Notify();
}

std::optional<JobSlots::Slot> JobSlots::TryTake() {
  const bool taken = state_.With([this](State& state) {
    const bool room =
        limits_.running_max == 0 || (state.running < limits_.running_max && state.waiting.empty());
    if (room) ++state.running;
    return room;
  });
  if (!taken) return {};
  return std::optional<Slot>(std::in_place, this);
}

uint32_t JobSlots::waiting() const {
  return state_.With(
      [](const State& state) { return static_cast<uint32_t>(state.waiting.size()); });
}

base::Status JobSlots::CheckRoom() const {
  const uint32_t ahead = waiting();
  if (limits_.running_max == 0 || ahead < limits_.waiting_max) return base::Ok();
  return base::Error(base::Code::kResourceExhausted, kTooManyJobs,
                     std::to_string(ahead) + " jobs are waiting already: try again later");
}

base::Result<JobSlots::Slot> JobSlots::Take(const base::Context& ctx, const base::Clock& clock,
                                            int32_t priority) {
  const auto place = state_.With(
      [&](State& state) { return *state.waiting.emplace(-priority, state.next_ticket++).first; });
  while (true) {
    bool mine = false;
    state_.WaitFor(kLook, [&](State& state) {
      const bool room = limits_.running_max == 0 || state.running < limits_.running_max;
      const bool next = limits_.running_max == 0 || *state.waiting.begin() == place;
      mine = room && next;
      if (!mine) return ctx.stop.stop_requested();
      state.waiting.erase(place);
      ++state.running;
      return true;
    });
    if (mine) {
      state_.Notify();  // there may be room for the one behind as well
      return Slot(this);
    }
    base::Status alive = ctx.Check(clock.Now());
    if (alive.ok()) continue;
    state_.With([&](State& state) { state.waiting.erase(place); });
    state_.Notify();
    return std::move(alive).error();
  }
}

}  // namespace control
