// UnreliableStore: a StateStore whose nth call fails, to prove that its users survive each failure.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "state/state_store.h"

namespace state::testing {

enum class FailureTime {
  kBeforeEffect,  // kUnavailable "state.database_failed": nothing happened
  kAfterEffect,   // an Apply that happened says kOutcomeUnknown; a read fails as above
};

/// Passes calls to `inner` (borrowed, must outlive it); the `fail_at`th (from 1; 0 = none) fails.
/// Loop: for (n = 1; ; ++n) run with fail_at n until `calls() < n`. Thread-safe.
class UnreliableStore final : public StateStore {
 public:
  UnreliableStore(StateStore& inner, uint64_t fail_at, FailureTime time)
      : inner_(inner), fail_at_(fail_at), time_(time) {}

  base::Status Apply(const base::Context& ctx, const Batch& batch) override;
  base::Result<base::Bytes> ReadObject(const base::Context& ctx, base::BytesView hash) override;
  base::Result<std::optional<Record>> Read(const base::Context& ctx, std::string_view key) override;
  base::Result<std::vector<KeyedRecord>> List(const base::Context& ctx, std::string_view prefix,
                                              std::string_view after,
                                              uint32_t records_max) override;
  StoreCounts counts() const override { return inner_.counts(); }

  uint64_t calls() const { return calls_; }

 private:
  bool FailsNow() { return ++calls_ == fail_at_; }
  StateStore& inner_;
  const uint64_t fail_at_;
  const FailureTime time_;
  std::atomic<uint64_t> calls_ = 0;
};

}  // namespace state::testing
