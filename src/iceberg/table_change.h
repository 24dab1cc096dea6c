// TableChange: what a writer wants done to a table, and the committer that turns it into a new
// metadata file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "base/rng.h"
#include "columnar/type.h"
#include "iceberg/manifest.h"
#include "iceberg/partition.h"
#include "iceberg/table_metadata.h"
#include "storage/object_store.h"

namespace iceberg {

enum class Intent {
  kCreate,     // schema, spec, added manifests (may be none: an empty table, no snapshot)
  kAppend,     // added manifests
  kOverwrite,  // removed files, added manifests
  kReplace,    // schema, spec, added manifests; everything before is gone from the new snapshot
  kSchema,     // schema and/or spec only, no snapshot
};

/// An intent; nothing in it depends on the head it will be applied to, so it can be applied again
/// to another.
struct TableChange {
  Intent intent = Intent::kAppend;
  std::optional<columnar::Schema> schema;  // ids assigned, Schema::id too
  std::optional<PartitionSpec> spec;       // ids assigned, PartitionSpec::id too
  std::vector<ManifestFile> added_manifests;
  std::vector<std::string> removed_files;          // URIs
  std::map<std::string, std::string> summary;      // extra snapshot properties: run id, job id
  std::map<std::string, std::string> properties;   // set on the table
  std::optional<int32_t> last_column_id;           // the table's global counters (formats §4);
  std::optional<int32_t> last_partition_field_id;  // without them: the highest seen
};

/// The head a change is applied to.
struct TableHead {
  TableMetadata metadata;
  std::string metadata_location;
  TablePointer pointer;  // overrules the file's current-*
};

struct CommittedTable {
  TableMetadata metadata;
  std::string metadata_location;  // URI
  TablePointer pointer;           // for the catalog's entry
};

inline constexpr size_t kSnapshotsMax = 100;  // kept in a metadata file; older ones are in commits

/// Oldest first, down to kSnapshotsMax; those that a branch or tag of the table names are kept.
void TrimSnapshots(TableMetadata& metadata);
/// Notes the file that `metadata` follows.
void LogPreviousFile(const std::string& location, int64_t updated_ms, TableMetadata& metadata);
/// Writes `metadata` as a new object in the table's folder, numbered after the file it follows
/// (empty = none), and returns its URI.
base::Result<std::string> StoreMetadata(const base::Context& ctx, storage::ObjectStore& store,
                                        const TableMetadata& metadata,
                                        const std::string& previous_location,
                                        const std::string& file_id);

/// Writes manifest list and metadata as new objects and returns what the catalog entry must say.
/// Moves nothing: a loser's files are left to cleaning. `table_uuid` names the table; `head` is
/// null for kCreate. Thread-safe. kConflict "iceberg.file_gone" when a removed file is not in the
/// head; kInvalidArgument "iceberg.bad_change".
class Committer {
 public:
  Committer(storage::ObjectStore& store, const base::Clock& clock, base::Rng& rng)
      : store_(store), clock_(clock), rng_(rng) {}

  base::Result<CommittedTable> Commit(const base::Context& ctx, const std::string& table_uuid,
                                      const TableHead* head, const TableChange& change);

 private:
  storage::ObjectStore& store_;
  const base::Clock& clock_;
  base::Rng& rng_;
};

}  // namespace iceberg
