#include "iceberg/deletion_vector.h"

#include <zlib.h>

#include <bit>
#include <optional>
#include <string>

#include "iceberg/reasons.h"

namespace iceberg {
namespace {

constexpr uint32_t kMagic = 0x6439d3d1;  // the bytes D1 D3 39 64
constexpr uint32_t kCookieWithoutRuns = 12346;
constexpr uint32_t kCookieWithRuns = 12347;
constexpr uint32_t kOffsetsFrom = 4;  // containers, where some are runs
constexpr uint32_t kArrayMax = 4096;  // values; more of them are a bitmap
constexpr size_t kBitmapWords = 1024;
constexpr size_t kFrameBytes = 8;  // length before and checksum behind

base::Error Bad(const std::string& message) {
  return base::Error(base::Code::kCorrupt, kBadVector, "deletion vector: " + message);
}

/// Little-endian numbers, never beyond the end.
class Cursor {
 public:
  explicit Cursor(base::BytesView bytes) : bytes_(bytes) {}

  std::optional<uint64_t> Number(size_t size) {
    if (bytes_.size() - at_ < size) return std::nullopt;
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i)
      value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[at_ + i])) << (8 * i);
    at_ += size;
    return value;
  }
  bool Skip(size_t size) {
    if (bytes_.size() - at_ < size) return false;
    at_ += size;
    return true;
  }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  base::BytesView bytes_;
  size_t at_ = 0;
};

struct Container {
  uint64_t high = 0;  // of each value
  uint32_t count = 0;
  bool runs = false;
};

bool ReadContainer(Cursor& cursor, const Container& container, std::vector<int64_t>& out) {
  const auto put = [&](uint64_t low) { out.push_back(static_cast<int64_t>(container.high | low)); };
  if (container.runs) {
    const auto runs = cursor.Number(2);
    if (!runs) return false;
    for (uint64_t i = 0; i < *runs; ++i) {
      const auto start = cursor.Number(2);
      const auto more = cursor.Number(2);
      if (!start || !more || *start + *more > UINT16_MAX) return false;
      for (uint64_t low = *start; low <= *start + *more; ++low) put(low);
    }
    return true;
  }
  if (container.count <= kArrayMax) {
    for (uint32_t i = 0; i < container.count; ++i) {
      const auto low = cursor.Number(2);
      if (!low) return false;
      put(*low);
    }
    return true;
  }
  for (uint64_t word = 0; word < kBitmapWords; ++word) {
    auto bits = cursor.Number(8);
    if (!bits) return false;
    for (; *bits != 0; *bits &= *bits - 1)
      put(word * 64 + static_cast<uint64_t>(std::countr_zero(*bits)));
  }
  return true;
}

/// One bitmap of 32-bit values; `high` is what all of them begin with.
bool ReadBitmap(Cursor& cursor, uint64_t high, std::vector<int64_t>& out) {
  const auto cookie = cursor.Number(4);
  if (!cookie) return false;
  const bool has_runs = (*cookie & 0xffff) == kCookieWithRuns;
  if (!has_runs && *cookie != kCookieWithoutRuns) return false;
  uint64_t size = (*cookie >> 16) + 1;
  std::vector<bool> runs;
  if (has_runs) {
    for (uint64_t i = 0; i < (size + 7) / 8; ++i) {
      const auto flags = cursor.Number(1);
      if (!flags) return false;
      for (int bit = 0; bit < 8; ++bit) runs.push_back(((*flags >> bit) & 1) != 0);
    }
  } else {
    const auto written = cursor.Number(4);
    if (!written || *written > UINT16_MAX + 1ULL) return false;
    size = *written;
    runs.assign(size, false);
  }
  std::vector<Container> containers;
  for (uint64_t i = 0; i < size; ++i) {
    const auto key = cursor.Number(2);
    const auto count = cursor.Number(2);
    if (!key || !count) return false;
    containers.push_back({high | (*key << 16), static_cast<uint32_t>(*count) + 1, runs[i]});
  }
  const bool has_offsets = !has_runs || size >= kOffsetsFrom;
  if (has_offsets && !cursor.Skip(size * 4)) return false;
  for (const Container& container : containers) {
    if (!ReadContainer(cursor, container, out)) return false;
  }
  return true;
}

uint32_t BigEndian(base::BytesView bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = (value << 8) | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

base::Result<std::vector<int64_t>> DecodeDeletionVector(base::BytesView blob) {
  if (blob.size() < kFrameBytes || BigEndian(blob) != blob.size() - kFrameBytes)
    return Bad("its length is not what it says");
  const base::BytesView body = blob.substr(4, blob.size() - kFrameBytes);
  const auto checksum =
      ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  if (checksum != BigEndian(blob.substr(blob.size() - 4))) return Bad("its checksum is wrong");
  Cursor cursor(body);
  if (cursor.Number(4) != kMagic) return Bad("it does not begin as one");
  const auto bitmaps = cursor.Number(8);
  if (!bitmaps) return Bad("it ends too early");
  std::vector<int64_t> positions;
  for (uint64_t i = 0; i < *bitmaps; ++i) {
    const auto key = cursor.Number(4);
    // Positions are below 2^63.
    if (!key || *key > INT32_MAX || !ReadBitmap(cursor, *key << 32, positions))
      return Bad("a bitmap in it is broken");
  }
  if (!cursor.at_end()) return Bad("something follows its bitmaps");
  for (size_t i = 1; i < positions.size(); ++i) {
    if (positions[i - 1] >= positions[i]) return Bad("its positions do not ascend");
  }
  return positions;
}

}  // namespace iceberg
