// Tables at a ref: the one place that knows both Iceberg and Git for data.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "base/rng.h"
#include "catalog/catalog.h"
#include "lakehouse/table_at_ref.h"
#include "lakehouse/writes.h"
#include "state/state_store.h"
#include "storage/object_store.h"

namespace lakehouse {

/// What goes with a commit of writes.
struct CommitInput {
  std::string branch;
  std::vector<FinishedWrite> writes;
  catalog::CommitNote note;
  model::RunId run_id;  // empty = none
  std::string job_id;
};

/// Borrows everything it is made with; files of others are read where `objects` knows them
/// (storage::WideStore). Thread-safe if `rng` is. Keeps parsed metadata files, which
/// are immutable, up to kMetadataKept of them. Writes files but moves refs only through the
/// catalog.
class Lakehouse {
 public:
  static constexpr size_t kMetadataKept = 512;

  Lakehouse(state::StateStore& state, storage::ObjectStore& objects, catalog::Catalog& catalog,
            const base::Clock& clock, base::Rng& rng)
      : state_(state), objects_(objects), catalog_(catalog), clock_(clock), rng_(rng) {}

  /// kNotFound "catalog.no_table" with the nearest name.
  base::Result<TableAtRef> Open(const base::Context& ctx, const model::CommitId& commit,
                                const model::TableName& table);
  /// Nothing when there is no such table.
  base::Result<std::optional<TableAtRef>> Find(const base::Context& ctx,
                                               const model::CommitId& commit,
                                               const model::TableName& table);
  base::Result<TableAtRef> Load(const base::Context& ctx, model::TableName name,
                                catalog::TableState state);
  /// A metadata file of the lake or of others.
  base::Result<std::shared_ptr<const iceberg::TableMetadata>> ReadMetadata(
      const base::Context& ctx, const std::string& location);

  /// Assigns ids from the table's global counters (formats.md §4), stored before anything is
  /// written with them. "iceberg.bad_partition", "lakehouse.partition_mismatch",
  /// "catalog.table_exists" (kCreate).
  base::Result<PreparedWrite> Prepare(const base::Context& ctx, const model::CommitId& commit,
                                      const WriteIntent& intent);

  /// All writes as one commit on the branch: metadata is written against the head at the time,
  /// again if the branch moved meanwhile. Missing namespaces of the tables are created with them.
  /// "lakehouse.table_replaced", "catalog.table_moved" and whatever the catalog says.
  base::Result<catalog::CommitResult> Commit(const base::Context& ctx, const CommitInput& input);

  /// An append that is finished, made again on top of another state of its table, for a merge in
  /// which both sides appended. Nothing when that would not be the same append: the table was
  /// replaced, has another schema or partitioning, or knows a file of `write` already. The new
  /// nodes go into `objects`, for the batch that commits them.
  base::Result<std::optional<catalog::TableState>> AppendOnto(const base::Context& ctx,
                                                              const catalog::TableState& current,
                                                              const CommitInput& input,
                                                              const FinishedWrite& write,
                                                              std::vector<state::Object>& objects);

 private:
  struct Metadata {
    std::map<std::string, std::shared_ptr<const iceberg::TableMetadata>> by_location;
  };
  base::Result<catalog::PutTable> BuildPut(const base::Context& ctx, const model::CommitId& head,
                                           const CommitInput& input, const FinishedWrite& write,
                                           std::vector<state::Object>& objects);
  base::Result<catalog::TableState> StateAfter(const base::Context& ctx,
                                               const std::optional<TableAtRef>& current,
                                               const CommitInput& input, const FinishedWrite& write,
                                               std::vector<state::Object>& objects);
  base::Result<catalog::CommitResult> CommitOnce(const base::Context& ctx,
                                                 const CommitInput& input);

  state::StateStore& state_;
  storage::ObjectStore& objects_;
  catalog::Catalog& catalog_;
  const base::Clock& clock_;
  base::Rng& rng_;
  base::Guarded<Metadata> metadata_;
};

}  // namespace lakehouse
