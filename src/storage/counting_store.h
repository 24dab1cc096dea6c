// CountingStore: counts what passes to another ObjectStore: how pruning is proven and benchmarks
// know their bytes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "storage/object_store.h"

namespace storage {

/// A range somebody asked for, as asked (it may reach beyond the object's end).
struct ByteRange {
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
  bool operator==(const ByteRange&) const = default;
};

struct CountingOptions {
  /// Whether LocalPath passes on the inner store's path. Whoever opens that path reads uncounted,
  /// so a test that asserts bytes leaves it off.
  bool local_paths = false;
  /// Ranges remembered per key; beyond it only the sums grow.
  uint32_t ranges_per_key_max = 10'000;
};

struct ReadCounts {
  uint64_t reads = 0;       // Read calls that succeeded
  uint64_t bytes_read = 0;  // bytes they returned
  std::vector<ByteRange> ranges;
};

struct TransferCounts {
  uint64_t objects_read = 0;  // distinct keys
  uint64_t reads = 0;
  uint64_t bytes_read = 0;
  uint64_t sizes_asked = 0;
  uint64_t lists = 0;
  uint64_t objects_written = 0;
  uint64_t bytes_written = 0;  // of objects that became visible
  uint64_t objects_removed = 0;
};

/// Thread-safe; `inner` is borrowed and must outlive it, and it must outlive its writers.
class CountingStore final : public ObjectStore {
 public:
  explicit CountingStore(ObjectStore& inner, CountingOptions options = {})
      : inner_(inner), options_(options) {}

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
  std::optional<std::string> LocalPath(const std::string& key) const override;

  TransferCounts counts() const;
  /// By key; keys never read are absent.
  std::map<std::string, ReadCounts> reads_by_key() const;
  void Reset();
  /// For this store's writers.
  void CountWritten(uint64_t bytes);

 private:
  struct Counted {
    TransferCounts sums;
    std::map<std::string, ReadCounts> by_key;
  };
  ObjectStore& inner_;
  const CountingOptions options_;
  base::Guarded<Counted> counted_;
};

}  // namespace storage
