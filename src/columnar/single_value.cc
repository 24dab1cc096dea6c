// Iceberg's single-value binary serialisation: the specification's appendix D.
#include <bit>
#include <cstring>

#include "columnar/literal.h"
#include "columnar/reasons.h"

namespace columnar {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they are");

template <class T>
base::Bytes LittleEndian(T value) {
  base::Bytes bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

template <class T>
T ReadLittleEndian(base::BytesView bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// Two's complement, big-endian, as few bytes as hold the sign.
base::Bytes ShortestBigEndian(Int128 value) {
  base::Bytes bytes;
  for (int shift = 120; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<uint8_t>(value >> shift));
  }
  size_t skip = 0;
  while (skip < 15) {
    const auto byte = static_cast<uint8_t>(bytes[skip]);
    const bool next_negative = (static_cast<uint8_t>(bytes[skip + 1]) & 0x80) != 0;
    if ((byte == 0x00 && !next_negative) || (byte == 0xFF && next_negative)) {
      ++skip;
    } else {
      break;
    }
  }
  return bytes.substr(skip);
}

Int128 ReadBigEndian(base::BytesView bytes) {
  __extension__ unsigned __int128 value = 0;
  if (!bytes.empty() && (static_cast<uint8_t>(bytes[0]) & 0x80) != 0) value = ~value;
  for (const char byte : bytes) value = (value << 8) | static_cast<uint8_t>(byte);
  return static_cast<Int128>(value);
}

base::Error BadLiteral(base::BytesView bytes, const Type& type) {
  return base::Error(
      base::Code::kCorrupt, reasons::kBadLiteral,
      std::to_string(bytes.size()) + " bytes are no value of type " + type.ToString());
}

}  // namespace

base::Bytes EncodeSingleValue(const Literal& literal) {
  switch (literal.type.id) {
    case TypeId::kBoolean:
      return base::Bytes(1, std::get<bool>(literal.value) ? '\1' : '\0');
    case TypeId::kInt:
    case TypeId::kDate:
      return LittleEndian(static_cast<int32_t>(std::get<int64_t>(literal.value)));
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return LittleEndian(std::get<int64_t>(literal.value));
    case TypeId::kFloat:
      return LittleEndian(static_cast<float>(std::get<double>(literal.value)));
    case TypeId::kDouble:
      return LittleEndian(std::get<double>(literal.value));
    case TypeId::kDecimal:
      return ShortestBigEndian(std::get<Int128>(literal.value));
    case TypeId::kString:
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kBinary:
      return std::get<std::string>(literal.value);
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      break;
  }
  CHECK(!literal.type.is_nested());
  return {};
}

base::Result<Literal> DecodeSingleValue(base::BytesView bytes, const Type& type) {
  switch (type.id) {
    case TypeId::kBoolean:
      if (bytes.size() != 1) return BadLiteral(bytes, type);
      return Literal{type, bytes[0] != '\0'};
    case TypeId::kInt:
    case TypeId::kDate:
      if (bytes.size() != 4) return BadLiteral(bytes, type);
      return Literal{type, static_cast<int64_t>(ReadLittleEndian<int32_t>(bytes))};
    case TypeId::kLong:
      // A column promoted from int keeps the bounds it was written with.
      if (bytes.size() == 4) {
        return Literal{type, static_cast<int64_t>(ReadLittleEndian<int32_t>(bytes))};
      }
      [[fallthrough]];
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      if (bytes.size() != 8) return BadLiteral(bytes, type);
      return Literal{type, ReadLittleEndian<int64_t>(bytes)};
    case TypeId::kFloat:
      if (bytes.size() != 4) return BadLiteral(bytes, type);
      return Literal{type, static_cast<double>(ReadLittleEndian<float>(bytes))};
    case TypeId::kDouble:
      if (bytes.size() == 4) {  // promoted from float
        return Literal{type, static_cast<double>(ReadLittleEndian<float>(bytes))};
      }
      if (bytes.size() != 8) return BadLiteral(bytes, type);
      return Literal{type, ReadLittleEndian<double>(bytes)};
    case TypeId::kDecimal:
      if (bytes.empty() || bytes.size() > 16) return BadLiteral(bytes, type);
      return Literal{type, ReadBigEndian(bytes)};
    case TypeId::kUuid:
      if (bytes.size() != 16) return BadLiteral(bytes, type);
      return Literal{type, std::string(bytes)};
    case TypeId::kFixed:
      if (bytes.size() != static_cast<size_t>(type.length)) return BadLiteral(bytes, type);
      return Literal{type, std::string(bytes)};
    case TypeId::kString:
    case TypeId::kBinary:
      return Literal{type, std::string(bytes)};
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      break;
  }
  return BadLiteral(bytes, type);
}

}  // namespace columnar
