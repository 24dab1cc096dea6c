// Writes a stream into Parquet files of a table: one set, or one set per partition value, with the
// metrics that Iceberg manifests want.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "columnar/literal.h"
#include "columnar/stream.h"
#include "columnar/type.h"
#include "engine/range_reader.h"

namespace engine {

/// Of one leaf column in one file.
struct ColumnMetrics {
  int64_t value_count = 0;  // nulls included
  int64_t null_count = 0;
  std::optional<int64_t> nan_count;        // float and double only
  int64_t size_bytes = 0;                  // compressed
  std::optional<columnar::Literal> lower;  // text cut to 16 characters
  std::optional<columnar::Literal> upper;  // text cut and incremented; none if that is impossible
};

/// One value per partition field; nothing = null.
using PartitionKey = std::vector<std::optional<columnar::Literal>>;

struct WrittenFile {
  std::string path;  // as the callback named it
  PartitionKey partition;
  int64_t rows = 0;
  int64_t bytes = 0;
  std::vector<int64_t> split_offsets;        // where row groups start
  std::map<int32_t, ColumnMetrics> columns;  // by field id of leaf columns
};

struct OpenedFile {
  std::string path;
  std::unique_ptr<ByteSink> sink;
};
/// Opens the next file for this partition; `index` counts from 0 over the whole call.
using OpenNextFile =
    std::function<base::Result<OpenedFile>(const PartitionKey& partition, int64_t index)>;

struct PartitionField {
  int32_t source_field_id = 0;  // a top-level column of the schema
  /// The transform of a value that is not null; null goes to null. May be called from one thread
  /// only, once per distinct value of a batch.
  std::function<std::optional<columnar::Literal>(const columnar::Literal&)> transform;
};

struct WriteOptions {
  std::vector<PartitionField> partition;  // empty = unpartitioned
  int64_t row_group_rows_max = 1 << 20;
  int64_t file_bytes_target = 128ll << 20;  // a new file is opened after it
  size_t open_files_max = 64;  // beyond it the fullest open file is closed: more, smaller files
  bool empty_file = false;     // no rows give a file without rows, instead of none
};

/// Matches the stream's columns by name to `schema` (with field ids) and casts them: wider numbers,
/// uint64 → decimal(20, 0), dictionaries decoded, large and view strings → string, ns → µs where
/// exact, hugeint (decimal(38, 0)) → long where it fits. A missing nullable column is null.
/// kUserCode "engine.extra_column" (with the nearest name), "engine.missing_column",
/// "engine.null_in_required", "engine.incompatible_column", "engine.inexact_value" name the column.
/// A stream without rows writes no file unless `empty_file` asks for one. On an error the sinks are
/// dropped unfinished.
base::Result<std::vector<WrittenFile>> WriteParquet(const base::Context& ctx, columnar::Stream rows,
                                                    const columnar::Schema& schema,
                                                    const WriteOptions& options,
                                                    const OpenNextFile& open_next);

/// The same matching and casting without writing: the stream in exactly `schema`'s columns.
base::Result<columnar::Stream> CastToSchema(const base::Context& ctx, columnar::Stream rows,
                                            const columnar::Schema& schema);

}  // namespace engine
