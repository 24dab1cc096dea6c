// UnreliableStore: an ObjectStore whose nth call fails, to prove that its users survive each
// failure.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/object_store.h"

namespace storage::testing {

/// When a failing write fails. kAlternate takes effect at odd calls and not at even ones, so a loop
/// over n meets both.
enum class FailureTime { kBeforeEffect, kAfterEffect, kAlternate };

/// Passes calls to `inner` (borrowed, must outlive it); the `fail_at`th (from 1; 0 = none) fails.
/// Calls of a writer (Append, Finish) count too. A read that fails, and a write that fails before
/// its effect, say kUnavailable "base.io_failed"; Create, Finish and Remove that fail after their
/// effect say kOutcomeUnknown "storage.outcome_unknown". Thread-safe.
class UnreliableStore final : public ObjectStore {
 public:
  UnreliableStore(ObjectStore& inner, uint64_t fail_at, FailureTime time = FailureTime::kAlternate)
      : inner_(inner), fail_at_(fail_at), time_(time) {}

  base::Result<base::Bytes> Read(const base::Context& ctx, const std::string& key, uint64_t offset,
                                 uint64_t size_bytes) override;
  base::Result<uint64_t> Size(const base::Context& ctx, const std::string& key) override;
  base::Status Create(const base::Context& ctx, const std::string& key,
                      base::BytesView body) override;
  base::Result<std::unique_ptr<ObjectWriter>> StartWriting(const base::Context& ctx,
                                                           const std::string& key) override;
  base::Status Remove(const base::Context& ctx, const std::string& key) override;
  base::Result<std::vector<ObjectSize>> List(const base::Context& ctx,
                                             const std::string& prefix) override;
  std::string Uri(const std::string& key) const override { return inner_.Uri(key); }
  base::Result<std::string> KeyOf(const std::string& uri) const override {
    return inner_.KeyOf(uri);
  }
  /// None: whoever opens the file itself would never fail.
  std::optional<std::string> LocalPath(const std::string&) const override { return std::nullopt; }

  uint64_t calls() const { return calls_; }
  /// For this store's writers: whether this call is the one that fails, and when.
  enum class Verdict { kPass, kFailBefore, kFailAfter };
  Verdict CountCall();

 private:
  ObjectStore& inner_;
  const uint64_t fail_at_;
  const FailureTime time_;
  std::atomic<uint64_t> calls_ = 0;
};

}  // namespace storage::testing
