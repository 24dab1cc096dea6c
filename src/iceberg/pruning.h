// What statistics say about a predicate: no row of a file matches, all do, or it must be read.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "columnar/literal.h"
#include "columnar/predicate.h"
#include "columnar/type.h"
#include "iceberg/manifest.h"
#include "iceberg/partition.h"

namespace iceberg {

/// What is known of one column over some rows (a file, a row group, all files of a manifest).
/// Everything absent = not known. min and max are inclusive and may be wider than the values; they
/// leave nulls and NaN out.
struct ColumnRange {
  struct Buckets {  // every value's bucket[count] lies in [min, max]
    int32_t count = 1;
    int64_t min = 0;
    int64_t max = 0;
  };
  std::optional<columnar::Literal> min;
  std::optional<columnar::Literal> max;
  std::optional<int64_t> null_count;
  std::optional<int64_t> nan_count;
  std::optional<int64_t> value_count;  // nulls included
  std::optional<Buckets> buckets;
};

/// The range of a top-level column, or nothing when nothing is known of it.
using ColumnRanges = std::function<std::optional<ColumnRange>(const std::string& column)>;

enum class Match {
  kNever,   // no row satisfies it
  kMaybe,   // read and see
  kAlways,  // every row satisfies it
};

/// Decides with SQL's meaning of null, and NaN greater than every number. `bound` comes from
/// columnar::Bind. Use it for row groups too, with ranges from the Parquet footer.
Match Evaluate(const columnar::Predicate& bound, const ColumnRanges& ranges);

/// Evaluates over one file: its column statistics and its partition values (hidden partitioning:
/// year(ts) = 2013 says something about ts). `schema` is the one `bound` was bound to.
Match EvaluateFile(const columnar::Predicate& bound, const columnar::Schema& schema,
                   const PartitionSpec& spec, const DataFile& file);

/// kNever when no file of the manifest can match, by its partition summaries; else kMaybe.
Match EvaluateManifest(const columnar::Predicate& bound, const columnar::Schema& schema,
                       const PartitionSpec& spec, const ManifestFile& manifest);

/// The source values a transform maps into [low, high]: the range of the column behind a partition
/// value. Nothing known for void.
ColumnRange SourceRange(const Transform& transform, const columnar::Type& source,
                        const columnar::Literal& low, const columnar::Literal& high);

}  // namespace iceberg
