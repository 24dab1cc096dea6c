// MemoryStore: a StateStore that ends with the object: for tests, simulations and plans.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "state/state_store.h"

namespace state {

/// Same answers as SqliteStore, from memory. Thread-safe; nothing survives it; a context is not
/// looked at, because nothing blocks.
class MemoryStore final : public StateStore {
 public:
  base::Status Apply(const base::Context& ctx, const Batch& batch) override;
  base::Result<base::Bytes> ReadObject(const base::Context& ctx, base::BytesView hash) override;
  base::Result<std::optional<Record>> Read(const base::Context& ctx, std::string_view key) override;
  base::Result<std::vector<KeyedRecord>> List(const base::Context& ctx, std::string_view prefix,
                                              std::string_view after,
                                              uint32_t records_max) override;
  StoreCounts counts() const override;

 private:
  struct Contents {
    std::unordered_map<base::Bytes, base::Bytes> objects;
    std::map<std::string, Record, std::less<>> records;
    uint64_t version_floor = 0;
    StoreCounts counts;
  };
  base::Guarded<Contents> contents_;
};

}  // namespace state
