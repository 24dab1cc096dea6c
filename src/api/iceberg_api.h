// The port for engines that know a lake as an Iceberg catalog: namespaces with properties and
// tables as whole metadata, at a ref.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"

namespace api {

/// What the format defines crosses this port as JSON text, exactly as the REST specification of
/// Iceberg writes it: who implements the port knows the format, who serves it does not need to.
struct IcebergTableName {
  std::vector<std::string> ns;  // levels from the outside in
  std::string name;
  bool operator==(const IcebergTableName&) const = default;
};

struct IcebergTable {
  std::string metadata_location;  // empty: staged, nothing is committed yet
  std::string metadata;           // JSON of the table metadata, as it is at the ref
};

/// A table to create. `schema`, `spec` and `order` are JSON; the last two may be empty.
struct IcebergTableDraft {
  IcebergTableName table;
  std::string location;  // empty = where the lake puts its tables
  std::string schema;
  std::string spec;
  std::string order;
  std::map<std::string, std::string> properties;
  bool stage = false;  // answer with the metadata only; a commit with "assert-create" creates it
};

/// One table's part of a commit: lists of requirements and updates, as JSON.
struct IcebergTableCommit {
  IcebergTableName table;
  std::string requirements = "[]";
  std::string updates = "[]";
};

struct IcebergPropertiesChange {
  std::vector<std::string> removals;
  std::map<std::string, std::string> updates;
};

struct IcebergPropertiesChanged {
  std::vector<std::string> updated;
  std::vector<std::string> removed;
  std::vector<std::string> missing;
};

using IcebergProperties = std::map<std::string, std::string>;

/// Thread-safe. A ref is text as in model/ref.h, "-" or empty = the default branch; what writes
/// needs a branch, and is one commit on it. Reasons are the catalog's (catalog/reasons.h).
class IcebergNamespaces {
 public:
  virtual ~IcebergNamespaces() = default;
  /// Those directly in `parent` (no levels = outermost), whole names, in order.
  virtual base::Result<std::vector<std::vector<std::string>>> List(
      const base::Context& ctx, const std::string& ref, const std::vector<std::string>& parent) = 0;
  virtual base::Result<IcebergProperties> Load(const base::Context& ctx, const std::string& ref,
                                               const std::vector<std::string>& ns) = 0;
  virtual base::Status Create(const base::Context& ctx, const std::string& branch,
                              const std::vector<std::string>& ns,
                              const IcebergProperties& properties) = 0;
  virtual base::Result<IcebergPropertiesChanged> Change(const base::Context& ctx,
                                                        const std::string& branch,
                                                        const std::vector<std::string>& ns,
                                                        const IcebergPropertiesChange& change) = 0;
  virtual base::Status Drop(const base::Context& ctx, const std::string& branch,
                            const std::vector<std::string>& ns) = 0;
};

/// As above. A requirement that does not hold, and a commit that lost a race, are kConflict
/// "iceberg.requirement_failed", "iceberg.id_taken" or the catalog's: the caller loads the table
/// again and retries.
class IcebergTables {
 public:
  virtual ~IcebergTables() = default;
  /// Tables directly in the namespace, in order of names.
  virtual base::Result<std::vector<IcebergTableName>> List(const base::Context& ctx,
                                                           const std::string& ref,
                                                           const std::vector<std::string>& ns) = 0;
  virtual base::Result<IcebergTable> Load(const base::Context& ctx, const std::string& ref,
                                          const IcebergTableName& table) = 0;
  virtual base::Result<IcebergTable> Create(const base::Context& ctx, const std::string& branch,
                                            const IcebergTableDraft& draft) = 0;
  /// All tables or none, in one commit; the answers are in the order of `commits`.
  virtual base::Result<std::vector<IcebergTable>> Commit(
      const base::Context& ctx, const std::string& branch,
      const std::vector<IcebergTableCommit>& commits) = 0;
  /// The table that a metadata file describes; `overwrite`: in the place of one of this name.
  virtual base::Result<IcebergTable> Register(const base::Context& ctx, const std::string& branch,
                                              const IcebergTableName& table,
                                              const std::string& metadata_location,
                                              bool overwrite) = 0;
  virtual base::Status Rename(const base::Context& ctx, const std::string& branch,
                              const IcebergTableName& from, const IcebergTableName& to) = 0;
  /// Its files stay: other branches and older commits have them.
  virtual base::Status Drop(const base::Context& ctx, const std::string& branch,
                            const IcebergTableName& table) = 0;
};

}  // namespace api
