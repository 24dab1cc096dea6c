// Thrift's compact protocol, as far as a Parquet footer needs it: structs as fields whose values
// stay bytes, so that what nobody asks about is passed on as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace engine::internal {

enum class ThriftType : uint8_t {
  kTrue = 1,
  kFalse = 2,
  kByte = 3,
  kI16 = 4,
  kI32 = 5,
  kI64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
  kUuid = 13,
};

/// One field of a struct; the value borrows from the bytes that were read.
struct ThriftField {
  int16_t id = 0;
  ThriftType type = ThriftType::kTrue;
  base::BytesView value;
};

/// Reads from the front of borrowed bytes. Nothing = the bytes end early or are not Thrift; the
/// reader is of no use afterwards. Never reads beyond the bytes, nests 32 levels at most.
class ThriftReader {
 public:
  explicit ThriftReader(base::BytesView bytes) : rest_(bytes) {}

  std::optional<std::vector<ThriftField>> Struct();
  /// How many elements a list has, which follow.
  std::optional<uint32_t> ListOf(ThriftType element);
  std::optional<int64_t> Integer();  // zigzag, as i16, i32 and i64 are written
  std::optional<base::BytesView> Binary();
  base::BytesView rest() const { return rest_; }

 private:
  std::optional<uint8_t> Byte();
  std::optional<uint64_t> Varint();
  bool Skip(ThriftType type, int depth);
  bool SkipBytes(uint64_t count);
  bool SkipElements(int depth);
  bool SkipMap(int depth);
  std::optional<std::vector<ThriftField>> StructAt(int depth);

  base::BytesView rest_;
};

/// The value of a field of this id and type in a struct.
const ThriftField* FindField(const std::vector<ThriftField>& fields, int16_t id, ThriftType type);
std::optional<int64_t> IntegerOf(const std::vector<ThriftField>& fields, int16_t id,
                                 ThriftType type);

void AppendStruct(const std::vector<ThriftField>& fields, base::Bytes* out);
void AppendListHeader(uint32_t count, ThriftType element, base::Bytes* out);
void AppendInteger(int64_t value, base::Bytes* out);

}  // namespace engine::internal
