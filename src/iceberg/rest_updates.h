// What an engine asks of a table in a commit: requirements that must hold, and updates that make
// new metadata of the old.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/table_metadata.h"

namespace iceberg {

/// The JSON list of requirements, against the table as it is (null: there is none). kConflict
/// "iceberg.requirement_failed" naming the first that does not hold; kInvalidArgument
/// "iceberg.bad_update" for one that cannot be read or is not known.
base::Status CheckRequirements(const TableMetadata* table, std::string_view requirements);

/// Whether the table is to be created: "assert-create" is among the requirements.
bool RequiresCreation(std::string_view requirements);

/// The ids given out last, on whichever branch. Those of columns and partition fields are the
/// table's own `last_column_id` and `last_partition_id`, which the caller raises before.
struct IdsTaken {
  int32_t schema = -1;
  int32_t spec = -1;
  int32_t sort_order = -1;
};

struct UpdateInput {
  const TableMetadata* table = nullptr;  // null: it is created
  IdsTaken taken;
  int64_t now_ms = 0;
};

struct UpdatedTable {
  TableMetadata metadata;
  std::set<int64_t> added_snapshots;
  bool main_removed = false;  // the rows before are no longer the table's: it is replaced
};

/// Pure. Schema, spec and order ids are assigned here; an equal one keeps its id. kInvalidArgument
/// "iceberg.bad_update"; kConflict "iceberg.id_taken" when a column, a partition field or a
/// sequence number was given to something else meanwhile: loading the table again helps;
/// kUnimplemented "iceberg.newer_format".
base::Result<UpdatedTable> ApplyUpdates(const UpdateInput& input, std::string_view updates);

/// A table as an engine wants it. Schema, spec and order are JSON; the last two may be empty. Ids
/// in them only say which column is meant.
struct TableDraft {
  std::string table_uuid;
  std::string location;
  std::string schema;
  std::string spec;
  std::string order;
  std::map<std::string, std::string> properties;  // "format-version" among them
  int64_t now_ms = 0;
};

/// Its metadata, with ids that count up from the first. As ApplyUpdates.
base::Result<TableMetadata> DraftTable(const TableDraft& draft);

/// Files are shared by branches: no engine may delete any of them.
void ForbidFileRemoval(TableMetadata& metadata);

}  // namespace iceberg
