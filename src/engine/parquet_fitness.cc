#include "engine/parquet_fitness_internal.h"

#include <parquet/column_reader.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "engine/parquet_file_internal.h"
#include "engine/text_source_internal.h"

namespace engine::internal {
namespace {

using columnar::TypeId;

constexpr int64_t kGroupRowsMax = 2 << 20;
constexpr int64_t kGroupBytesMax = 512ll << 20;  // not compressed
// Files of many groups below both are better written anew.
constexpr int64_t kGroupRowsMin = 16 << 10;
constexpr int64_t kGroupBytesMin = 1 << 20;
constexpr int64_t kValuesPerRead = 16 << 10;
constexpr size_t kValueBytesMax = 16;

struct Scratch {
  std::vector<int16_t> levels = std::vector<int16_t>(kValuesPerRead);
  std::vector<std::max_align_t> values =
      std::vector<std::max_align_t>(kValuesPerRead * kValueBytesMax / sizeof(std::max_align_t));
};

bool IsSignedInt(const parquet::LogicalType& logical, int bits) {
  if (logical.is_none()) return true;
  if (!logical.is_int()) return false;
  const auto& integer = static_cast<const parquet::IntLogicalType&>(logical);
  return integer.is_signed() && integer.bit_width() == bits;
}

bool IsMicros(const parquet::LogicalType& logical, bool utc) {
  if (!logical.is_timestamp()) return false;
  const auto& timestamp = static_cast<const parquet::TimestampLogicalType&>(logical);
  return timestamp.time_unit() == parquet::LogicalType::TimeUnit::MICROS &&
         timestamp.is_adjusted_to_utc() == utc && !timestamp.is_from_converted_type();
}

bool IsDecimal(const parquet::ColumnDescriptor& column, const columnar::Type& type) {
  const parquet::LogicalType& logical = *column.logical_type();
  if (!logical.is_decimal() || column.physical_type() == parquet::Type::BYTE_ARRAY) return false;
  const auto& decimal = static_cast<const parquet::DecimalLogicalType&>(logical);
  return decimal.precision() == type.precision && decimal.scale() == type.scale;
}

/// Stored as the table format asks for this type, so that every reader sees just that type.
bool StoresType(const parquet::ColumnDescriptor& column, const columnar::Type& type) {
  if (column.logical_type() == nullptr) return false;
  const parquet::LogicalType& logical = *column.logical_type();
  const parquet::Type::type physical = column.physical_type();
  switch (type.id) {
    case TypeId::kBoolean:
      return physical == parquet::Type::BOOLEAN && logical.is_none();
    case TypeId::kInt:
      return physical == parquet::Type::INT32 && IsSignedInt(logical, 32);
    case TypeId::kLong:
      return physical == parquet::Type::INT64 && IsSignedInt(logical, 64);
    case TypeId::kFloat:
      return physical == parquet::Type::FLOAT && logical.is_none();
    case TypeId::kDouble:
      return physical == parquet::Type::DOUBLE && logical.is_none();
    case TypeId::kDecimal:
      return IsDecimal(column, type);
    case TypeId::kDate:
      return physical == parquet::Type::INT32 && logical.is_date();
    case TypeId::kTimestamp:
      return physical == parquet::Type::INT64 && IsMicros(logical, false);
    case TypeId::kTimestamptz:
      return physical == parquet::Type::INT64 && IsMicros(logical, true);
    case TypeId::kString:
      return physical == parquet::Type::BYTE_ARRAY && logical.is_string();
    case TypeId::kBinary:
      return physical == parquet::Type::BYTE_ARRAY && logical.is_none();
    case TypeId::kTime:
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kList:
    case TypeId::kStruct:
    case TypeId::kMap:
      return false;
  }
  return false;
}

bool IsCodecOfOurs(parquet::Compression::type codec) {
  return codec == parquet::Compression::ZSTD || codec == parquet::Compression::SNAPPY ||
         codec == parquet::Compression::LZ4;
}

bool IsText(const columnar::Literal& bound) {
  return FindBadUtf8(std::get<std::string>(bound.value)) == std::string_view::npos;
}

/// Its statistics say what ours would.
bool IsDescribed(const parquet::ColumnChunkMetaData& chunk, const columnar::Type& type) {
  const auto statistics = chunk.is_stats_set() ? chunk.statistics() : nullptr;
  if (statistics == nullptr || !statistics->HasNullCount()) return false;
  if (statistics->null_count() < 0 || statistics->null_count() > chunk.num_values()) return false;
  if (statistics->null_count() == chunk.num_values()) return true;
  const Bounds bounds = BoundsOf(*statistics, type);
  if (!bounds.min || !bounds.max) return false;
  return type.id != TypeId::kString || (IsText(*bounds.min) && IsText(*bounds.max));
}

bool IsFittingChunk(const parquet::ColumnChunkMetaData& chunk, const columnar::Type& type,
                    int64_t rows) {
  return chunk.file_path().empty() && chunk.crypto_metadata() == nullptr &&
         IsCodecOfOurs(chunk.compression()) && chunk.can_decompress() &&
         chunk.num_values() == rows && IsDescribed(chunk, type);
}

bool HasFittingGroups(const parquet::FileMetaData& metadata) {
  const int groups = metadata.num_row_groups();
  if (groups == 0) return false;
  int64_t bytes = 0;
  for (int g = 0; g < groups; ++g) {
    const auto group = metadata.RowGroup(g);
    if (group->num_rows() <= 0 || group->num_rows() > kGroupRowsMax) return false;
    if (group->total_byte_size() > kGroupBytesMax) return false;
    bytes += group->total_byte_size();
  }
  return groups == 1 || metadata.num_rows() / groups >= kGroupRowsMin ||
         bytes / groups >= kGroupBytesMin;
}

bool IsColumnOf(const parquet::ColumnDescriptor& column, const columnar::Field& field) {
  const bool is_flat = column.max_repetition_level() == 0 && column.max_definition_level() <= 1 &&
                       column.path()->ToDotVector().size() == 1;
  if (!is_flat || column.name() != field.name || field.id < 0) return false;
  if (field.required && column.max_definition_level() > 0) return false;
  return StoresType(column, field.type);
}

template <class Value>
bool AnyNan(const Value* values, int64_t count) {
  if constexpr (std::is_floating_point_v<Value>) {
    return std::any_of(values, values + count, [](Value value) { return std::isnan(value); });
  }
  return false;
}

/// Reads to the end, so that damage anywhere is found. True: there is a NaN.
template <class Physical>
bool ReadAllOf(parquet::ColumnReader& reader, Scratch& scratch) {
  using Value = typename Physical::c_type;
  static_assert(sizeof(Value) <= kValueBytesMax);
  auto& typed = static_cast<parquet::TypedColumnReader<Physical>&>(reader);
  auto* values = reinterpret_cast<Value*>(scratch.values.data());
  bool any_nan = false;
  while (typed.HasNext()) {
    int64_t read = 0;
    typed.ReadBatch(kValuesPerRead, scratch.levels.data(), nullptr, values, &read);
    any_nan = any_nan || AnyNan(values, read);
  }
  return any_nan;
}

bool ReadColumn(parquet::ColumnReader& reader, Scratch& scratch) {
  switch (reader.type()) {
    case parquet::Type::BOOLEAN:
      return ReadAllOf<parquet::BooleanType>(reader, scratch);
    case parquet::Type::INT32:
      return ReadAllOf<parquet::Int32Type>(reader, scratch);
    case parquet::Type::INT64:
      return ReadAllOf<parquet::Int64Type>(reader, scratch);
    case parquet::Type::INT96:
      return ReadAllOf<parquet::Int96Type>(reader, scratch);
    case parquet::Type::FLOAT:
      return ReadAllOf<parquet::FloatType>(reader, scratch);
    case parquet::Type::DOUBLE:
      return ReadAllOf<parquet::DoubleType>(reader, scratch);
    case parquet::Type::BYTE_ARRAY:
      return ReadAllOf<parquet::ByteArrayType>(reader, scratch);
    case parquet::Type::FIXED_LEN_BYTE_ARRAY:
      return ReadAllOf<parquet::FLBAType>(reader, scratch);
    case parquet::Type::UNDEFINED:
      break;
  }
  throw parquet::ParquetException("a column of no known type");
}

}  // namespace

bool Fits(const parquet::FileMetaData& metadata, const columnar::Schema& schema) {
  const int columns = metadata.num_columns();
  if (columns == 0 || columns != static_cast<int>(schema.fields.size())) return false;
  if (!HasFittingGroups(metadata)) return false;
  for (int i = 0; i < columns; ++i) {
    const columnar::Field& field = schema.fields[static_cast<size_t>(i)];
    if (!IsColumnOf(*metadata.schema()->Column(i), field)) return false;
  }
  for (int g = 0; g < metadata.num_row_groups(); ++g) {
    const auto group = metadata.RowGroup(g);
    for (int i = 0; i < columns; ++i) {
      const columnar::Type& type = schema.fields[static_cast<size_t>(i)].type;
      if (!IsFittingChunk(*group->ColumnChunk(i), type, group->num_rows())) return false;
    }
  }
  return true;
}

bool HasNoNan(parquet::ParquetFileReader& reader) {
  Scratch scratch;
  bool any_nan = false;
  for (int g = 0; g < reader.metadata()->num_row_groups(); ++g) {
    const auto group = reader.RowGroup(g);
    for (int c = 0; c < reader.metadata()->num_columns(); ++c) {
      const bool has_nan = ReadColumn(*group->Column(c), scratch);
      any_nan = any_nan || has_nan;
    }
  }
  return !any_nan;
}

}  // namespace engine::internal
