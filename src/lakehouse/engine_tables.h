// Tables as other engines handle them: whole metadata, made by their updates, committed to a
// branch.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "base/rng.h"
#include "catalog/catalog.h"
#include "iceberg/rest_updates.h"
#include "lakehouse/lakehouse.h"
#include "storage/object_store.h"

namespace lakehouse {

/// A table as engines see it: column and partition field ids count for all branches, and nobody
/// is told that files may be removed.
struct ServedTable {
  std::string metadata_location;  // empty: not committed
  iceberg::TableMetadata metadata;
};

/// Requirements and updates as JSON lists (iceberg/rest_updates.h).
struct EngineCommit {
  model::TableName table;
  std::string requirements;
  std::string updates;
};

/// Purpose: each commit of an engine is a commit on the branch, by compare-and-set: requirements
/// are checked against the branch's head, and again when it moves. Borrows everything.
/// Threads: any number if `rng` is thread-safe. Errors: those of rest_updates.h, the catalog's;
/// "storage.foreign_uri" for files outside the lake; "storage.no_object" for ones that are not
/// there. Moves refs only through the catalog; what a loser wrote is left to cleaning.
class EngineTables {
 public:
  EngineTables(storage::ObjectStore& objects, catalog::Catalog& catalog, Lakehouse& lakehouse,
               const base::Clock& clock, base::Rng& rng)
      : objects_(objects), catalog_(catalog), lakehouse_(lakehouse), clock_(clock), rng_(rng) {}

  base::Result<ServedTable> Load(const base::Context& ctx, const model::CommitId& commit,
                                 const model::TableName& table);
  /// Metadata for a table that is created later, by a commit that requires it not to be there.
  /// `draft` without uuid; an empty location means the lake's own.
  base::Result<ServedTable> Stage(const base::Context& ctx, iceberg::TableDraft draft);
  base::Result<ServedTable> Create(const base::Context& ctx, const std::string& branch,
                                   const model::TableName& table, iceberg::TableDraft draft,
                                   const catalog::CommitNote& note);
  /// All or none, each table once.
  base::Result<std::vector<ServedTable>> Commit(const base::Context& ctx, const std::string& branch,
                                                const std::vector<EngineCommit>& commits,
                                                const catalog::CommitNote& note);
  /// The table a metadata file describes; its runs, if any were ours, stay as open as they are. A
  /// file outside the lake makes an external table: read as it is, never written.
  base::Result<ServedTable> Register(const base::Context& ctx, const std::string& branch,
                                     const model::TableName& table, const std::string& location,
                                     bool overwrite, const catalog::CommitNote& note);

 private:
  struct Change {
    ServedTable served;
    bool changed = true;
  };
  base::Status MakeFolders(const base::Context& ctx, const std::string& location);
  base::Result<iceberg::TableMetadata> Serve(const base::Context& ctx,
                                             iceberg::TableMetadata metadata);
  base::Status CheckFiles(const base::Context& ctx, const iceberg::UpdatedTable& updated);
  base::Result<Change> Update(const base::Context& ctx, const model::CommitId& head,
                              const EngineCommit& commit, catalog::CommitRequest& request);
  base::Status Put(const base::Context& ctx, const model::TableName& table,
                   const std::optional<TableAtRef>& current, const ServedTable& served,
                   catalog::PutTable put, catalog::CommitRequest& request);
  base::Result<std::vector<ServedTable>> CommitOnce(const base::Context& ctx,
                                                    const std::string& branch,
                                                    const std::vector<EngineCommit>& commits,
                                                    const catalog::CommitNote& note);

  storage::ObjectStore& objects_;
  catalog::Catalog& catalog_;
  Lakehouse& lakehouse_;
  const base::Clock& clock_;
  base::Rng& rng_;
};

}  // namespace lakehouse
