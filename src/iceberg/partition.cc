#include "iceberg/partition.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>

#include "base/cbor.h"
#include "base/nearest.h"
#include "iceberg/civil_time.h"
#include "iceberg/reasons.h"

namespace iceberg {
namespace {

using columnar::Int128;
using columnar::Literal;
using columnar::TypeId;
using Kind = Transform::Kind;

int32_t BucketOfHash(int32_t hash, int32_t buckets) {
  return (hash & INT32_MAX) % buckets;
}

int32_t HashLong(int64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  return Murmur3(std::string_view(bytes, sizeof bytes));
}

/// The shortest big-endian two's complement form, which is what the specification hashes.
std::string ShortestBigEndian(Int128 value) {
  std::string bytes;
  for (;;) {
    const auto low = static_cast<char>(value & 0xff);
    bytes.push_back(low);
    value >>= 8;
    const bool negative = (low & 0x80) != 0;
    if ((value == 0 && !negative) || (value == -1 && negative)) break;
  }
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

int64_t TruncateLong(int64_t value, int64_t width) {
  const int64_t remainder = ((value % width) + width) % width;
  return static_cast<int64_t>(static_cast<uint64_t>(value) - static_cast<uint64_t>(remainder));
}

bool IsTimestamp(TypeId type) {
  return type == TypeId::kTimestamp || type == TypeId::kTimestamptz;
}

int64_t ApplyToLong(const Transform& transform, TypeId source, int64_t value) {
  const auto day = [&] {
    return source == TypeId::kDate ? value : FloorDivide(value, kMicrosPerDay);
  };
  switch (transform.kind) {
    case Kind::kIdentity:
    case Kind::kVoid:
      return value;
    case Kind::kBucket:
      return BucketOfHash(HashLong(value), transform.argument);
    case Kind::kTruncate: {
      const int64_t truncated = TruncateLong(value, transform.argument);
      // 32-bit values wrap as 32-bit values, as in every other implementation.
      return source == TypeId::kInt ? static_cast<int32_t>(truncated) : truncated;
    }
    case Kind::kYear:
      return YearOfDay(day());
    case Kind::kMonth:
      return MonthOfDay(day());
    case Kind::kDay:
      return day();
    case Kind::kHour:
      return FloorDivide(value, kMicrosPerHour);
  }
  return value;
}

Literal OfResultType(const Transform& transform, const columnar::Type& source, int64_t value) {
  switch (transform.kind) {
    case Kind::kIdentity:
    case Kind::kTruncate:
    case Kind::kVoid:
      return Literal{source, value};
    case Kind::kDay:
      return Literal{TypeId::kDate, value};
    case Kind::kBucket:
    case Kind::kYear:
    case Kind::kMonth:
    case Kind::kHour:
      return Literal{TypeId::kInt, value};
  }
  return Literal{source, value};
}

}  // namespace

int32_t Murmur3(std::string_view bytes) {
  constexpr uint32_t kC1 = 0xcc9e2d51;
  constexpr uint32_t kC2 = 0x1b873593;
  uint32_t hash = 0;
  size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    uint32_t block = 0;
    std::memcpy(&block, bytes.data() + at, sizeof block);
    hash ^= std::rotl(block * kC1, 15) * kC2;
    hash = std::rotl(hash, 13) * 5 + 0xe6546b64;
  }
  uint32_t tail = 0;
  for (size_t i = bytes.size(); i > at; --i) {
    tail = (tail << 8) | static_cast<uint8_t>(bytes[i - 1]);
  }
  hash ^= std::rotl(tail * kC1, 15) * kC2;
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return static_cast<int32_t>(hash ^ (hash >> 16));
}

int32_t BucketOfBytes(std::string_view value, int32_t buckets) {
  return BucketOfHash(Murmur3(value), buckets);
}

std::string_view TruncateText(std::string_view value, int32_t width) {
  int32_t characters = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    const bool continues = (static_cast<uint8_t>(value[i]) & 0xc0) == 0x80;
    if (!continues && characters++ == width) return value.substr(0, i);
  }
  return value;
}

void ApplyToLongs(const Transform& transform, TypeId source, std::span<const int64_t> values,
                  std::span<int64_t> out) {
  CHECK(out.size() == values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    out[i] = ApplyToLong(transform, source, values[i]);
  }
}

std::optional<Literal> ApplyTransform(const Transform& transform,
                                      const std::optional<Literal>& value) {
  if (!value || transform.kind == Kind::kVoid) return std::nullopt;
  if (transform.kind == Kind::kIdentity) return value;
  if (const auto* number = std::get_if<int64_t>(&value->value)) {
    return OfResultType(transform, value->type, ApplyToLong(transform, value->type.id, *number));
  }
  if (const auto* unscaled = std::get_if<Int128>(&value->value)) {
    if (transform.kind == Kind::kBucket) {
      return Literal::Int(BucketOfBytes(ShortestBigEndian(*unscaled), transform.argument));
    }
    const Int128 width = transform.argument;
    return Literal{value->type, *unscaled - ((*unscaled % width) + width) % width};
  }
  if (const auto* bytes = std::get_if<std::string>(&value->value)) {
    if (transform.kind == Kind::kBucket) {
      return Literal::Int(BucketOfBytes(*bytes, transform.argument));
    }
    if (value->type.id == TypeId::kString) {
      return Literal{value->type, std::string(TruncateText(*bytes, transform.argument))};
    }
    return Literal{value->type, bytes->substr(0, static_cast<size_t>(transform.argument))};
  }
  CHECK(false && "a transform does not fit its type; ResultType was not asked");
}

base::Result<columnar::Type> ResultType(const Transform& transform, const columnar::Type& source) {
  const TypeId id = source.id;
  const bool temporal = id == TypeId::kDate || IsTimestamp(id);
  const auto refuse = [&]() -> base::Error {
    return base::Error(
        base::Code::kInvalidArgument, kBadPartition,
        "transform \"" + transform.ToString() + "\" does not apply to type " + source.ToString());
  };
  if (source.is_nested()) return refuse();
  switch (transform.kind) {
    case Kind::kIdentity:
    case Kind::kVoid:
      return source;
    case Kind::kBucket:
      if (id == TypeId::kBoolean || id == TypeId::kFloat || id == TypeId::kDouble) return refuse();
      return columnar::Type(TypeId::kInt);
    case Kind::kTruncate:
      if (id == TypeId::kInt || id == TypeId::kLong || id == TypeId::kDecimal ||
          id == TypeId::kString || id == TypeId::kBinary) {
        return source;
      }
      return refuse();
    case Kind::kYear:
    case Kind::kMonth:
      if (!temporal) return refuse();
      return columnar::Type(TypeId::kInt);
    case Kind::kDay:
      if (!temporal) return refuse();
      return columnar::Type(TypeId::kDate);
    case Kind::kHour:
      if (!IsTimestamp(id)) return refuse();
      return columnar::Type(TypeId::kInt);
  }
  return refuse();
}

base::Result<std::vector<columnar::Type>> PartitionTypes(const PartitionSpec& spec,
                                                         const columnar::Schema& schema) {
  std::vector<columnar::Type> types;
  for (const PartitionField& field : spec.fields) {
    const columnar::Field* source = schema.FindById(field.source_id);
    if (source == nullptr) {
      return base::Error(base::Code::kInvalidArgument, kUnknownColumn,
                         "partition field \"" + field.name + "\" needs the column with id " +
                             std::to_string(field.source_id) + ", which the schema does not have")
          .Set("column", std::to_string(field.source_id));
    }
    ASSIGN_OR_RETURN(columnar::Type type, ResultType(field.transform, source->type));
    types.push_back(std::move(type));
  }
  return types;
}

namespace {
constexpr int64_t kSpecVersion = 1;
constexpr char kSpecKind[] = "iceberg.partition_spec";
}  // namespace

base::Bytes EncodePartitionSpec(const PartitionSpec& spec) {
  base::Cbor::Array fields;
  for (const PartitionField& field : spec.fields) {
    fields.push_back(base::Cbor::Map{
        {2, field.id}, {3, field.source_id}, {4, field.name}, {5, field.transform.ToString()}});
  }
  return base::EncodeCbor(
      base::Cbor::Map{{0, kSpecKind}, {1, kSpecVersion}, {2, spec.id}, {3, std::move(fields)}});
}

base::Result<PartitionSpec> DecodePartitionSpec(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor cbor, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto in, base::CborFields::OfObject(cbor, kSpecKind, kSpecVersion));
  PartitionSpec spec;
  ASSIGN_OR_RETURN(const int64_t id, in.Int(2));
  spec.id = static_cast<int32_t>(id);
  ASSIGN_OR_RETURN(const base::Cbor::Array* fields, in.List(3));
  RETURN_IF_ERROR(in.Finish());
  for (const base::Cbor& item : *fields) {
    ASSIGN_OR_RETURN(auto entry, base::CborFields::Of(item, "partition field"));
    PartitionField field;
    ASSIGN_OR_RETURN(const int64_t field_id, entry.Int(2));
    ASSIGN_OR_RETURN(const int64_t source_id, entry.Int(3));
    ASSIGN_OR_RETURN(field.name, entry.Text(4));
    ASSIGN_OR_RETURN(const std::string transform, entry.Text(5));
    ASSIGN_OR_RETURN(field.transform, ParseTransform(transform));
    RETURN_IF_ERROR(entry.Finish());
    field.id = static_cast<int32_t>(field_id);
    field.source_id = static_cast<int32_t>(source_id);
    spec.fields.push_back(std::move(field));
  }
  return spec;
}

}  // namespace iceberg
