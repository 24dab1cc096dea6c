// What is written to a table: prepared before rows move (ids are assigned then), finished when they
// are in files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "columnar/type.h"
#include "iceberg/manifest.h"
#include "iceberg/partition.h"
#include "lakehouse/import_state.h"
#include "lakehouse/table_at_ref.h"
#include "model/ids.h"
#include "model/names.h"

namespace lakehouse {

enum class WriteMode {
  kCreate,     // an empty table, or one with its first rows; it must not exist
  kReplace,    // schema, partitioning and rows
  kAppend,     // rows; creates the table where there is none
  kOverwrite,  // some files by others; creates the table where there is none
};

/// What a writer wants, in names and types; ids are not known yet.
struct WriteIntent {
  model::TableName table;
  WriteMode mode = WriteMode::kReplace;
  columnar::Schema schema;  // of the rows; kAppend and kOverwrite keep the table's own
  std::vector<std::string>
      partitioned_by;      // "year(ts)"; kAppend, kOverwrite: empty = the table's own
  std::string credential;  // `external`: by which of the server's credentials files are read
  bool external = false;   // kCreate: over files of others, in the place of whatever has the name
};

/// Everything a worker needs to write files of the table.
struct PreparedWrite {
  model::TableName table;
  WriteMode mode = WriteMode::kReplace;
  model::TableUuid uuid;
  std::string location;         // URI of the table's folder
  columnar::Schema schema;      // with ids
  iceberg::PartitionSpec spec;  // with ids
  int32_t last_column_id = 0;
  int32_t last_partition_field_id = 0;
  std::optional<TableAtRef> base;  // the table as it is; none = it is created
  std::string credential;          // as of the intent
  bool external = false;
};

struct FinishedWrite {
  PreparedWrite prepared;
  std::vector<iceberg::ManifestFile> added_manifests;
  std::vector<std::string> removed_files;  // kOverwrite: data files of the base
  std::vector<ImportedFile> imported;
};

}  // namespace lakehouse
