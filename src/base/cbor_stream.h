// CBOR item by item, in the same deterministic form as base/cbor.h but without a value in between:
// for objects of many small items whose shape is known.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace base {

/// Appends to bytes that it borrows. Whoever writes keeps keys in order and counts right.
class CborWriter {
 public:
  explicit CborWriter(Bytes& out) : out_(out) {}
  void Uint(uint64_t value) { Head(0, value); }
  void ByteString(BytesView bytes);
  void Text(BytesView text);
  void ArrayOf(uint64_t items) { Head(4, items); }
  void MapOf(uint64_t entries) { Head(5, entries); }

 private:
  void Head(uint8_t major, uint64_t value);
  Bytes& out_;
};

/// Reads borrowed bytes from the front. Nothing = the next item is another one, not in its shortest
/// form, or cut short; DecodeCbor says which.
class CborReader {
 public:
  explicit CborReader(BytesView bytes) : rest_(bytes) {}
  std::optional<uint64_t> Uint() { return Head(0); }
  std::optional<BytesView> ByteString() { return Taken(Head(2)); }
  std::optional<BytesView> Text() { return Taken(Head(3)); }
  std::optional<uint64_t> ArrayOf() { return Head(4); }
  std::optional<uint64_t> MapOf() { return Head(5); }
  bool at_end() const { return rest_.empty(); }

 private:
  std::optional<uint64_t> Head(uint8_t major);
  std::optional<BytesView> Taken(std::optional<uint64_t> count);
  BytesView rest_;
};

}  // namespace base
