// FragmentScan and the reference reader: one Parquet file, or some of its row groups, delivered in
// a table's schema by field id.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "columnar/literal.h"
#include "columnar/predicate.h"
#include "columnar/stream.h"
#include "columnar/type.h"
#include "engine/range_reader.h"

namespace engine {

/// What to read and how to deliver it. Fields are found by id at every depth (a renamed column is
/// found, a re-added one is not mistaken for the old); types are promoted as Iceberg allows
/// (int → long, float → double, wider decimals); a field the file lacks is its constant, else null.
struct FragmentScan {
  std::shared_ptr<RangeReader> file;
  std::vector<int> row_groups;  // empty = all; whoever prunes by ReadFileStats names the others
  columnar::Schema output;      // the columns delivered, in this order, with field ids
  std::map<int32_t, columnar::Literal> constants;  // top-level field id → value where the file has
                                                   // no such field
  /// For files without field ids: other names by field id (top level). A field not listed is looked
  /// up by its own name.
  std::map<int32_t, std::vector<std::string>> name_mapping;
  bool by_name = false;  // ignore the file's ids: for files that are not of a table
  int64_t batch_rows_max = 64 * 1024;
};

/// The rows, without field ids in the stream's schema (F-054); strings as utf8, timestamptz in UTC.
/// Only the column chunks needed are read. kCorrupt "engine.corrupt_file" naming the file,
/// kUserCode "engine.incompatible_column" when a column of the file cannot be read as the type
/// asked for. The stream keeps what it needs alive.
base::Result<columnar::Stream> ReadFragment(const base::Context& ctx, FragmentScan scan);

/// Bounds of one column in one row group. Bounds of text may be truncated: true bounds all the
/// same.
struct ColumnChunkStats {
  int64_t value_count = 0;  // nulls included
  std::optional<int64_t> null_count;
  std::optional<columnar::Literal> min;
  std::optional<columnar::Literal> max;
};

struct RowGroupStats {
  int64_t rows = 0;
  int64_t bytes = 0;
  std::map<int32_t, ColumnChunkStats> columns;  // by field id of the leaf
};

struct FileStats {
  int64_t rows = 0;
  bool has_field_ids = false;
  columnar::Schema schema;  // of the file; ids where it has them
  std::vector<RowGroupStats> row_groups;
};

/// From the footer alone. kCorrupt "engine.corrupt_file". For a file without ids the columns are
/// keyed by the ids of `schema` found by name, when given.
base::Result<FileStats> ReadFileStats(RangeReader& file, const columnar::Schema* schema = nullptr);

/// Whether DuckDB's own Parquet reader gives exactly the rows of ReadFragment for this scan
/// (formats: flat columns, ids present, same names and types, no constants, no INT96, all row
/// groups, a local path). Reads the footer.
base::Result<bool> IsPlain(const FragmentScan& scan);

}  // namespace engine
