#include "engine/thrift_compact_internal.h"

namespace engine::internal {
namespace {

constexpr int kDepthMax = 32;
constexpr uint8_t kLongList = 15;
constexpr size_t kDoubleBytes = 8;
constexpr size_t kUuidBytes = 16;

void AppendVarint(uint64_t value, base::Bytes* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

bool IsBoolean(ThriftType type) {
  return type == ThriftType::kTrue || type == ThriftType::kFalse;
}

}  // namespace

std::optional<uint8_t> ThriftReader::Byte() {
  if (rest_.empty()) return std::nullopt;
  const auto byte = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return byte;
}

std::optional<uint64_t> ThriftReader::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = Byte();
    if (!byte) return std::nullopt;
    value |= static_cast<uint64_t>(*byte & 0x7F) << shift;
    if ((*byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

std::optional<int64_t> ThriftReader::Integer() {
  const auto value = Varint();
  if (!value) return std::nullopt;
  return static_cast<int64_t>(*value >> 1) ^ -static_cast<int64_t>(*value & 1);
}

std::optional<base::BytesView> ThriftReader::Binary() {
  const auto size = Varint();
  if (!size || *size > rest_.size()) return std::nullopt;
  const base::BytesView value = rest_.substr(0, *size);
  rest_.remove_prefix(*size);
  return value;
}

std::optional<uint32_t> ThriftReader::ListOf(ThriftType element) {
  const auto header = Byte();
  if (!header || (*header & 0x0F) != static_cast<uint8_t>(element)) return std::nullopt;
  uint64_t count = *header >> 4;
  if (count == kLongList) {
    const auto varint = Varint();
    if (!varint) return std::nullopt;
    count = *varint;
  }
  if (count > rest_.size()) return std::nullopt;  // each element has a byte at least
  return static_cast<uint32_t>(count);
}

bool ThriftReader::SkipBytes(uint64_t count) {
  if (count > rest_.size()) return false;
  rest_.remove_prefix(count);
  return true;
}

bool ThriftReader::SkipElements(int depth) {
  if (rest_.empty()) return false;
  const auto element = static_cast<ThriftType>(rest_.front() & 0x0F);
  const auto count = ListOf(element);
  if (!count) return false;
  for (uint32_t i = 0; i < *count; ++i) {
    if (!(IsBoolean(element) ? SkipBytes(1) : Skip(element, depth))) return false;
  }
  return true;
}

bool ThriftReader::SkipMap(int depth) {
  const auto count = Varint();
  if (!count || *count > rest_.size()) return false;
  if (*count == 0) return true;
  const auto types = Byte();
  if (!types) return false;
  for (uint64_t i = 0; i < 2 * *count; ++i) {
    const auto type = static_cast<ThriftType>(i % 2 == 0 ? *types >> 4 : *types & 0x0F);
    if (!(IsBoolean(type) ? SkipBytes(1) : Skip(type, depth))) return false;
  }
  return true;
}

bool ThriftReader::Skip(ThriftType type, int depth) {
  if (depth > kDepthMax) return false;
  switch (type) {
    case ThriftType::kTrue:
    case ThriftType::kFalse:
      return true;
    case ThriftType::kByte:
      return SkipBytes(1);
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64:
      return Varint().has_value();
    case ThriftType::kDouble:
      return SkipBytes(kDoubleBytes);
    case ThriftType::kBinary:
      return Binary().has_value();
    case ThriftType::kList:
    case ThriftType::kSet:
      return SkipElements(depth + 1);
    case ThriftType::kMap:
      return SkipMap(depth + 1);
    case ThriftType::kStruct:
      return StructAt(depth + 1).has_value();
    case ThriftType::kUuid:
      return SkipBytes(kUuidBytes);
  }
  return false;
}

std::optional<std::vector<ThriftField>> ThriftReader::StructAt(int depth) {
  std::vector<ThriftField> fields;
  int64_t id = 0;
  while (true) {
    const auto header = Byte();
    if (!header) return std::nullopt;
    if (*header == 0) return fields;
    id += *header >> 4;
    if (*header >> 4 == 0) {
      const auto whole = Integer();
      if (!whole) return std::nullopt;
      id = *whole;
    }
    if (id < INT16_MIN || id > INT16_MAX) return std::nullopt;
    const auto type = static_cast<ThriftType>(*header & 0x0F);
    const base::BytesView before = rest_;
    if (!Skip(type, depth)) return std::nullopt;
    fields.push_back(
        {static_cast<int16_t>(id), type, before.substr(0, before.size() - rest_.size())});
  }
}

std::optional<std::vector<ThriftField>> ThriftReader::Struct() {
  return StructAt(0);
}

const ThriftField* FindField(const std::vector<ThriftField>& fields, int16_t id, ThriftType type) {
  for (const ThriftField& field : fields) {
    if (field.id == id && field.type == type) return &field;
  }
  return nullptr;
}

std::optional<int64_t> IntegerOf(const std::vector<ThriftField>& fields, int16_t id,
                                 ThriftType type) {
  const ThriftField* field = FindField(fields, id, type);
  if (field == nullptr) return std::nullopt;
  return ThriftReader(field->value).Integer();
}

void AppendInteger(int64_t value, base::Bytes* out) {
  AppendVarint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63), out);
}

void AppendStruct(const std::vector<ThriftField>& fields, base::Bytes* out) {
  int last = 0;
  for (const ThriftField& field : fields) {
    const int step = field.id - last;
    const bool is_short = step > 0 && step <= 15;
    const int high = is_short ? step << 4 : 0;
    out->push_back(static_cast<char>(high | static_cast<int>(field.type)));
    if (!is_short) AppendInteger(field.id, out);
    out->append(field.value);
    last = field.id;
  }
  out->push_back('\0');
}

void AppendListHeader(uint32_t count, ThriftType element, base::Bytes* out) {
  const uint32_t high = count < kLongList ? count : kLongList;
  out->push_back(static_cast<char>((high << 4) | static_cast<uint32_t>(element)));
  if (high == kLongList) AppendVarint(count, out);
}

}  // namespace engine::internal
