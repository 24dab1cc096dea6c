#include "base/cbor_stream.h"

namespace base {

void CborWriter::Head(uint8_t major, uint64_t value) {
  const int type = major << 5;
  if (value < 24) {
    out_.push_back(static_cast<char>(type | static_cast<int>(value)));
    return;
  }
  const int log2_bytes = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffffffff ? 2 : 3;
  out_.push_back(static_cast<char>(type | (24 + log2_bytes)));
  for (int i = (1 << log2_bytes) - 1; i >= 0; --i) {
    out_.push_back(static_cast<char>(value >> (8 * i)));
  }
}

void CborWriter::ByteString(BytesView bytes) {
  Head(2, bytes.size());
  out_.append(bytes);
}

void CborWriter::Text(BytesView text) {
  Head(3, text.size());
  out_.append(text);
}

std::optional<uint64_t> CborReader::Head(uint8_t major) {
  if (rest_.empty()) return std::nullopt;
  const auto first = static_cast<uint8_t>(rest_.front());
  const uint8_t log = first & 31;
  if (first >> 5 != major || log > 27) return std::nullopt;
  rest_.remove_prefix(1);
  if (log < 24) return log;
  const size_t size = size_t{1} << (log - 24);
  if (size > rest_.size()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : rest_.substr(0, size)) value = value << 8 | static_cast<uint8_t>(c);
  rest_.remove_prefix(size);
  const bool shortest = size == 1 ? value >= 24 : value >> (4 * size) != 0;
  if (!shortest) return std::nullopt;
  return value;
}

std::optional<BytesView> CborReader::Taken(std::optional<uint64_t> count) {
  if (!count || *count > rest_.size()) return std::nullopt;
  const BytesView taken = rest_.substr(0, *count);
  rest_.remove_prefix(*count);
  return taken;
}

}  // namespace base
