// The one store of small durable state: objects by hash and keyed records, changed by conditional
// batches (formats.md §1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/result.h"

namespace state {

/// A record as last written; `version` grows by one with each put of its key and is never reused: a
/// key put again after a delete starts above every version it had.
struct Record {
  base::Bytes bytes;
  uint64_t version = 0;
};

struct KeyedRecord {
  std::string key;
  Record record;
};

/// The largest object or record, and the longest key; more is kInvalidArgument "state.too_large".
inline constexpr uint64_t kObjectBytesMax = 64ull << 20;
inline constexpr uint64_t kKeyBytesMax = 4096;

/// What must hold for a batch to apply: the key has this version, or (no version) is absent.
struct Expectation {
  std::string key;
  std::optional<uint64_t> version;
};

struct Object {
  base::Bytes hash;  // 32 bytes: sha256 of `bytes`
  base::Bytes bytes;
};

struct Put {
  std::string key;
  base::Bytes bytes;
};

/// All of it or nothing. Promise P2: at most one put under "ref/" unless `allow_many_refs` (a
/// rename), else kInternal "state.many_refs". A key stands at most once among `puts` and `deletes`;
/// deleting an absent key is fine; an object that exists is kept and counts as inserted now.
struct Batch {
  std::vector<Object> objects;
  std::vector<Expectation> expect;
  std::vector<Put> puts;
  std::vector<std::string> deletes;
  bool allow_many_refs = false;
};

/// Counts for tests and benchmarks: flat costs are counted, not timed.
struct StoreCounts {
  uint64_t objects_read = 0;
  uint64_t objects_written = 0;
  uint64_t records_read = 0;
  uint64_t batches_applied = 0;
};

/// Thread-safe; several processes may use one store. An acknowledged batch survives a power cut.
class StateStore {
 public:
  virtual ~StateStore() = default;

  /// kConflict "state.expectation_failed" with context "key" of the first that failed: re-read,
  /// then retry. kOutcomeUnknown "state.outcome_unknown": it may have been applied; read back.
  virtual base::Status Apply(const base::Context& ctx, const Batch& batch) = 0;

  /// kNotFound "state.no_object"; kCorrupt "state.bad_object" when the bytes do not have this hash.
  virtual base::Result<base::Bytes> ReadObject(const base::Context& ctx, base::BytesView hash) = 0;

  virtual base::Result<std::optional<Record>> Read(const base::Context& ctx,
                                                   std::string_view key) = 0;

  /// Keys that start with `prefix` and are greater than `after`, ascending, at most `records_max`.
  virtual base::Result<std::vector<KeyedRecord>> List(const base::Context& ctx,
                                                      std::string_view prefix,
                                                      std::string_view after,
                                                      uint32_t records_max) = 0;

  virtual StoreCounts counts() const = 0;
};

}  // namespace state
