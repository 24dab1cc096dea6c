// Segments: anonymous shared memory (memfd) that holds tables between processes. Written once,
// sealed, then mapped read-only by anyone who has the descriptor.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "base/guarded.h"
#include "base/result.h"

namespace columnar {

/// Sealed bytes, mapped read-only. Immutable; unmapped with the last reference.
class Segment {
 public:
  /// Takes a memfd that some other process filled: checks its size against `bytes_max`, seals it
  /// against every change (writing, growing, shrinking, unsealing) and maps it. kSegmentBusy while
  /// anybody has it mapped for writing. From then on its contents cannot change, whoever holds it.
  static base::Result<std::shared_ptr<const Segment>> SealAndMap(base::Fd memory,
                                                                 uint64_t bytes_max);
  /// Maps a file of ours (a spilled segment).
  static base::Result<std::shared_ptr<const Segment>> MapFile(base::Fd file);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  base::BytesView bytes() const { return {static_cast<const char*>(address_), size_}; }
  uint64_t size() const { return size_; }
  /// Borrowed: to be sent to another process.
  int fd() const { return fd_.get(); }

 private:
  Segment(base::Fd fd, const void* address, uint64_t size);
  static base::Result<std::shared_ptr<const Segment>> Map(base::Fd fd, uint64_t size);
  base::Fd fd_;
  const void* address_;
  uint64_t size_;
};

/// An empty memfd for someone else to fill (ftruncate + pwrite or mmap); close-on-exec.
base::Result<base::Fd> CreateSharedMemory(const std::string& name);

/// Fills a new segment front to back; grows as it goes. One owner, one thread.
class SegmentBuilder {
 public:
  /// kSegmentFull when it would pass `bytes_max`.
  static base::Result<SegmentBuilder> Create(const std::string& name, uint64_t bytes_max);
  /// Copies the bytes to the next multiple of 64 and returns their offset there.
  base::Result<uint64_t> Append(base::BytesView bytes);
  uint64_t size() const { return size_; }
  base::Result<std::shared_ptr<const Segment>> Seal() &&;

 private:
  SegmentBuilder(base::Fd fd, uint64_t bytes_max) : fd_(std::move(fd)), bytes_max_(bytes_max) {}
  base::Fd fd_;
  uint64_t bytes_max_ = 0;
  uint64_t size_ = 0;
};

enum class SegmentState { kBuilding, kSealed, kSpilled };

struct SegmentRecord {
  uint64_t id = 0;
  uint64_t size = 0;
  SegmentState state = SegmentState::kSealed;
  std::string tenant;
  std::string run;
  uint64_t references = 0;
};

/// All segments an agent owns: the truth about its shared memory. Thread-safe.
class SegmentLedger {
 public:
  /// A segment with one reference; the ledger keeps it alive until the last is dropped.
  uint64_t Add(std::shared_ptr<const Segment> segment, std::string tenant, std::string run);
  /// Books memory that is still being filled, by its bound; Settle replaces it by the real size.
  uint64_t AddBuilding(uint64_t bytes_max, std::string tenant, std::string run);
  void Settle(uint64_t id, std::shared_ptr<const Segment> segment);

  /// Null if there is no such segment or it is still being built.
  std::shared_ptr<const Segment> Find(uint64_t id) const;
  void Acquire(uint64_t id);
  void Release(uint64_t id);
  /// Copies the bytes into the new file `path`, unlinks its name and maps it in place of the
  /// memory, which is freed when its last user outside the ledger lets go.
  base::Status Spill(uint64_t id, const std::string& path);

  /// Bytes in memory: sealed and building, not spilled.
  uint64_t bytes_in_memory() const;
  std::vector<SegmentRecord> Records() const;

 private:
  struct Entry {
    SegmentRecord record;
    std::shared_ptr<const Segment> segment;
  };
  struct State {
    uint64_t next_id = 1;
    std::map<uint64_t, Entry> entries;
  };
  base::Guarded<State> state_;
};

}  // namespace columnar
