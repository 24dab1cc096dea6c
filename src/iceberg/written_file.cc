#include "iceberg/written_file.h"

#include <utility>

#include "iceberg/prefix_successor.h"

namespace iceberg {
namespace {

using columnar::Literal;
using columnar::TypeId;

bool Shortened(TypeId type) {
  return type == TypeId::kString || type == TypeId::kBinary;
}

base::Bytes Prefix(const Literal& literal) {
  const std::string& text = std::get<std::string>(literal.value);
  if (literal.type.id == TypeId::kString) {
    return base::Bytes(TruncateText(text, kBoundCharactersMax));
  }
  return text.substr(0, kBoundCharactersMax);
}

base::Bytes LowerBound(const Literal& min) {
  return Shortened(min.type.id) ? Prefix(min) : columnar::EncodeSingleValue(min);
}

std::optional<base::Bytes> UpperBound(const Literal& max) {
  if (!Shortened(max.type.id)) return columnar::EncodeSingleValue(max);
  base::Bytes prefix = Prefix(max);
  if (prefix.size() == std::get<std::string>(max.value).size()) return prefix;
  return max.type.id == TypeId::kString ? NextTextAfter(std::move(prefix))
                                        : NextBytesAfter(std::move(prefix));
}

}  // namespace

DataFile MakeDataFile(const WrittenFile& written, int32_t spec_id, PartitionValues partition) {
  DataFile file;
  file.path = written.path;
  file.spec_id = spec_id;
  file.partition = std::move(partition);
  file.record_count = written.record_count;
  file.file_size_bytes = written.file_size_bytes;
  file.split_offsets = written.split_offsets;
  file.sort_order_id = 0;
  for (const auto& [id, column] : written.columns) {
    file.column_sizes[id] = column.size_bytes;
    file.value_counts[id] = column.value_count;
    if (column.null_count) file.null_value_counts[id] = *column.null_count;
    if (column.nan_count) file.nan_value_counts[id] = *column.nan_count;
    if (column.min) file.lower_bounds[id] = LowerBound(*column.min);
    if (column.max) {
      if (auto upper = UpperBound(*column.max)) file.upper_bounds[id] = *std::move(upper);
    }
  }
  return file;
}

}  // namespace iceberg
