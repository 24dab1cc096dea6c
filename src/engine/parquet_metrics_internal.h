// What a manifest says about a Parquet file, from the file's own footer.
#pragma once

#include <parquet/metadata.h>

#include <cstdint>

#include "columnar/type.h"
#include "engine/parquet_writer.h"

namespace engine::internal {

/// Bounds of a column are those of all row groups; a group that says nothing makes them unknown.
class MetricsOfColumn {
 public:
  void Add(const parquet::ColumnChunkMetaData& chunk, const columnar::Type& type);
  ColumnMetrics Finish() &&;

 private:
  ColumnMetrics metrics_;
  bool known_ = true;
};

/// Where its first page is.
int64_t StartOfChunk(const parquet::ColumnChunkMetaData& chunk);
int64_t StartOfGroup(const parquet::RowGroupMetaData& group);

}  // namespace engine::internal
