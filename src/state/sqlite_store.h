// SqliteStore: the StateStore of a lake in a folder: one SQLite file, many threads, many processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "state/state_store.h"

namespace state {

struct SqliteOptions {
  std::string path;    // of the database, in a folder that exists; "<path>.lock" lies beside it
  bool create = true;  // when there is none; else kNotFound "state.no_store"
  std::chrono::milliseconds busy_max{10'000};
  uint32_t queued_batches_max = 1024;
  uint32_t batches_per_commit_max = 128;
  uint32_t readers_max = 8;  // idle connections kept; more readers at once open their own
};

/// Purpose: keyed records and objects in SQLite (WAL, synchronous=FULL).
/// Threads: any number; batches go through one writer thread, started by the first Apply, which
/// folds those that wait into one transaction and one fsync. Processes: any number on one machine;
/// a writer holds "<path>.lock" for the length of a transaction, so nobody spins or starves.
/// Errors: reasons.h; a full disk is kResourceExhausted "base.disk_full" and leaves the store as it
/// was. A batch given up (deadline, stop) while it waits in the queue was not applied.
/// Limits: kObjectBytesMax, kKeyBytesMax, the options. Must not cross a fork.
/// Cost: a read is one index search; a batch is its changes plus one fsync shared with its group.
class SqliteStore final : public StateStore {
 public:
  /// Opens or creates. kUnimplemented "state.newer_version", kCorrupt "state.not_a_lake",
  /// kFailedPrecondition "state.network_file_system". `clock` must outlive the store.
  static base::Result<std::unique_ptr<SqliteStore>> Open(const base::Clock& clock,
                                                         SqliteOptions options);
  /// Every Apply must have returned.
  ~SqliteStore() override;

  base::Status Apply(const base::Context& ctx, const Batch& batch) override;
  base::Result<base::Bytes> ReadObject(const base::Context& ctx, base::BytesView hash) override;
  base::Result<std::optional<Record>> Read(const base::Context& ctx, std::string_view key) override;
  base::Result<std::vector<KeyedRecord>> List(const base::Context& ctx, std::string_view prefix,
                                              std::string_view after,
                                              uint32_t records_max) override;
  StoreCounts counts() const override;

  /// Transactions committed so far: fewer than batches when batches were folded.
  uint64_t commits_total() const;

  /// Reads the whole database and verifies it: kCorrupt "state.damaged" or "state.bad_object".
  base::Status Verify(const base::Context& ctx);

 private:
  class Impl;
  explicit SqliteStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace state
