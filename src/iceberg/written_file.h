// From what a Parquet writer measured to a DataFile.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "columnar/literal.h"
#include "iceberg/manifest.h"

namespace iceberg {

/// One leaf column of one written file. min and max leave nulls and NaN out; nothing = not known.
struct WrittenColumn {
  int64_t size_bytes = 0;
  int64_t value_count = 0;  // nulls included
  std::optional<int64_t> null_count;
  std::optional<int64_t> nan_count;
  std::optional<columnar::Literal> min;
  std::optional<columnar::Literal> max;
};

struct WrittenFile {
  std::string path;  // URI
  int64_t record_count = 0;
  int64_t file_size_bytes = 0;
  std::map<int32_t, WrittenColumn> columns;  // by field id of the leaf
  std::vector<int64_t> split_offsets;        // where row groups start
};

/// Bounds of strings and binary keep at most this many characters or bytes.
inline constexpr int32_t kBoundCharactersMax = 16;

/// `partition` has one value per field of the spec `spec_id`.
DataFile MakeDataFile(const WrittenFile& written, int32_t spec_id, PartitionValues partition);

}  // namespace iceberg
