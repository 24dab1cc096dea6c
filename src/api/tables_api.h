// The port for tables at a ref: list, describe, drop, revert. Creating and importing are jobs
// (jobs_api.h).
#pragma once

#include <string>
#include <vector>

#include "api/catalog_api.h"
#include "columnar/type.h"

namespace api {

struct TableEntry {
  std::string ns;
  std::string name;
  std::string kind = "TABLE";
};

struct SnapshotEntry {
  int64_t id = 0;
  int64_t sequence = 0;
  base::Instant committed{};
  std::string operation;
  int64_t records = 0;
};

/// One part of how a table is partitioned: "ts_year", "year".
struct PartitionEntry {
  std::string name;
  std::string transform;
};

struct TableDescription {
  std::string id;  // content id: survives rename, branch, revert and REPLACE
  std::string uuid;
  std::string ns;
  std::string name;
  std::string kind = "TABLE";
  columnar::Schema schema;
  std::vector<std::string> partitioned_by;  // "year(ts)"
  std::vector<PartitionEntry> partitions;   // the same, as the table's metadata names them
  int64_t records = 0;
  int64_t size_bytes = 0;
  int64_t files = 0;
  int64_t snapshot_id = -1;  // -1 = never written
  std::string metadata_location;
  base::Instant updated{};
  std::vector<SnapshotEntry> snapshots;
  std::map<std::string, std::string> properties;
};

struct TableListOptions {
  std::string name;  // as ListOptions::name
  std::string ns;    // the same
  uint32_t limit = 0;
  bool search = false;     // `name` is a regular expression in any case, found anywhere
  bool search_ns = false;  // the same for `ns`
  std::string after;       // "ns.table": the next page, in the list's order
};

struct RevertRequest {
  std::string table;
  std::string ns;
  std::string source;  // any ref
  std::string into;    // a branch
  bool replace = false;
  WriteOptions options;
};

class Tables {
 public:
  virtual ~Tables() = default;
  virtual base::Result<std::vector<TableEntry>> List(const base::Context& ctx,
                                                     const std::string& ref,
                                                     const TableListOptions& options) = 0;
  /// kNotFound "catalog.no_table" with the nearest name.
  virtual base::Result<TableDescription> Get(const base::Context& ctx, const std::string& ref,
                                             const std::string& table, const std::string& ns) = 0;
  virtual base::Result<RefEntry> Drop(const base::Context& ctx, const std::string& branch,
                                      const std::string& table, const std::string& ns,
                                      const WriteOptions& options) = 0;
  virtual base::Result<RefEntry> Revert(const base::Context& ctx, const RevertRequest& request) = 0;
};

}  // namespace api
