#include <arrow/buffer.h>
#include <arrow/status.h>
#include <parquet/exception.h>
#include <parquet/schema.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/parquet_file_internal.h"
#include "engine/reasons.h"

namespace engine::internal {

using columnar::Literal;
using columnar::TypeId;

arrow::Status RangeFile::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

arrow::Status RangeFile::Seek(int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

base::Result<base::Bytes> RangeFile::Fetch(int64_t position, int64_t size) {
  if (position < 0 || size < 0 || position > size_) {
    return base::Error(base::Code::kCorrupt, reason::kCorruptFile, "a range outside of the file");
  }
  const int64_t wanted = std::min(size, size_ - position);
  auto bytes = reader_->ReadAt(static_cast<uint64_t>(position), static_cast<uint64_t>(wanted));
  if (!bytes.ok()) {
    failure_.With([&](std::optional<base::Error>& first) {
      if (!first) first = bytes.error();
    });
  }
  return bytes;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> RangeFile::ReadAt(int64_t position, int64_t size) {
  auto bytes = Fetch(position, size);
  if (!bytes.ok()) return arrow::Status::IOError(bytes.error().message);
  return arrow::Buffer::FromString(std::move(bytes).value());
}

arrow::Result<int64_t> RangeFile::ReadAt(int64_t position, int64_t size, void* out) {
  auto bytes = Fetch(position, size);
  if (!bytes.ok()) return arrow::Status::IOError(bytes.error().message);
  std::memcpy(out, bytes->data(), bytes->size());
  return static_cast<int64_t>(bytes->size());
}

arrow::Result<std::shared_ptr<arrow::Buffer>> RangeFile::Read(int64_t size) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, size));
  position_ += buffer->size();
  return buffer;
}

arrow::Result<int64_t> RangeFile::Read(int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const int64_t got, ReadAt(position_, size, out));
  position_ += got;
  return got;
}

std::optional<base::Error> RangeFile::failure() const {
  return failure_.With([](const std::optional<base::Error>& first) { return first; });
}

base::Error ParquetError(const RangeFile& file, const std::string& words) {
  if (auto own = file.failure()) return *std::move(own);
  std::string line = words.substr(0, words.find('\n'));
  return base::Error(base::Code::kCorrupt, reason::kCorruptFile,
                     "\"" + file.name() + "\" is truncated or not a Parquet file: " + line)
      .Set("file", file.name());
}

base::Result<OpenParquet> OpenParquetFile(std::shared_ptr<RangeReader> reader) {
  ASSIGN_OR_RETURN(const uint64_t size, reader->SizeBytes());
  OpenParquet out;
  out.file = std::make_shared<RangeFile>(std::move(reader), size);
  try {
    parquet::ReaderProperties properties = parquet::default_reader_properties();
    properties.set_page_checksum_verification(true);  // of writers that add them
    out.reader = parquet::ParquetFileReader::Open(out.file, properties);
  } catch (const std::exception& exception) {
    return ParquetError(*out.file, exception.what());
  }
  return out;
}

namespace {

columnar::Int128 BigEndian(const uint8_t* bytes, size_t size) {
  __extension__ typedef unsigned __int128 Unsigned;
  Unsigned value = size > 0 && (bytes[0] & 0x80) != 0 ? ~static_cast<Unsigned>(0) : 0;
  for (size_t i = 0; i < size; ++i) value = (value << 8) | bytes[i];
  return static_cast<columnar::Int128>(value);
}

// Floor and ceiling, so that bounds stay bounds.
int64_t ToMicros(int64_t value, const parquet::ColumnDescriptor& column, bool upper) {
  using Unit = parquet::LogicalType::TimeUnit;
  const auto& logical = column.logical_type();
  Unit::unit unit = Unit::MICROS;
  if (logical != nullptr && logical->is_timestamp()) {
    unit = static_cast<const parquet::TimestampLogicalType&>(*logical).time_unit();
  } else if (logical != nullptr && logical->is_time()) {
    unit = static_cast<const parquet::TimeLogicalType&>(*logical).time_unit();
  }
  if (unit == Unit::MILLIS) return value * 1000;
  if (unit != Unit::NANOS) return value;
  const int64_t down = value / 1000 - (value % 1000 < 0 ? 1 : 0);
  return upper && value % 1000 != 0 ? down + 1 : down;
}

std::optional<Literal> Whole(int64_t value, const columnar::Type& type,
                             const parquet::ColumnDescriptor& column, bool upper) {
  switch (type.id) {
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDate:
      return Literal{type, value};
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return Literal{type, ToMicros(value, column, upper)};
    case TypeId::kDecimal:
      return Literal{type, static_cast<columnar::Int128>(value)};
    default:
      return std::nullopt;
  }
}

std::optional<Literal> Text(const uint8_t* bytes, size_t size, const columnar::Type& type) {
  switch (type.id) {
    case TypeId::kString:
    case TypeId::kBinary:
    case TypeId::kUuid:
    case TypeId::kFixed:
      return Literal{type, std::string(reinterpret_cast<const char*>(bytes), size)};
    case TypeId::kDecimal:
      if (size > 16) return std::nullopt;
      return Literal{type, BigEndian(bytes, size)};
    default:
      return std::nullopt;
  }
}

std::optional<Literal> Real(double value, const columnar::Type& type, bool upper) {
  if (std::isnan(value) || (type.id != TypeId::kFloat && type.id != TypeId::kDouble)) {
    return std::nullopt;
  }
  // Writers do not agree on which zero they keep, so a bound of zero stands for both.
  if (value == 0) return Literal{type, upper ? 0.0 : -0.0};
  return Literal{type, value};
}

template <class Physical, class Convert>
Bounds Typed(const parquet::Statistics& statistics, const Convert& convert) {
  const auto& typed = static_cast<const parquet::TypedStatistics<Physical>&>(statistics);
  return {convert(typed.min(), false), convert(typed.max(), true)};
}

}  // namespace

Bounds BoundsOf(const parquet::Statistics& statistics, const columnar::Type& type) {
  if (!statistics.HasMinMax()) return {};
  const parquet::ColumnDescriptor& column = *statistics.descr();
  switch (statistics.physical_type()) {
    case parquet::Type::BOOLEAN:
      return Typed<parquet::BooleanType>(statistics,
                                         [&](bool value, bool) -> std::optional<Literal> {
                                           if (type.id != TypeId::kBoolean) return std::nullopt;
                                           return Literal::Boolean(value);
                                         });
    case parquet::Type::INT32:
      return Typed<parquet::Int32Type>(
          statistics, [&](int32_t value, bool upper) { return Whole(value, type, column, upper); });
    case parquet::Type::INT64:
      return Typed<parquet::Int64Type>(
          statistics, [&](int64_t value, bool upper) { return Whole(value, type, column, upper); });
    case parquet::Type::FLOAT:
      return Typed<parquet::FloatType>(statistics, [&](float value, bool upper) {
        return Real(static_cast<double>(value), type, upper);
      });
    case parquet::Type::DOUBLE:
      return Typed<parquet::DoubleType>(
          statistics, [&](double value, bool upper) { return Real(value, type, upper); });
    case parquet::Type::BYTE_ARRAY:
      return Typed<parquet::ByteArrayType>(statistics, [&](const parquet::ByteArray& value, bool) {
        return Text(value.ptr, value.len, type);
      });
    case parquet::Type::FIXED_LEN_BYTE_ARRAY:
      return Typed<parquet::FLBAType>(
          statistics, [&](const parquet::FixedLenByteArray& value, bool) {
            return Text(value.ptr, static_cast<size_t>(column.type_length()), type);
          });
    default:
      return {};
  }
}

}  // namespace engine::internal
