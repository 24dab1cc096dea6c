#include "iceberg/deletion_vector.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/testing/matchers.h"
#include "iceberg/reasons.h"

namespace iceberg {
namespace {

using base::Code;
using base::testing::IsError;

void Put(base::Bytes& out, uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

base::Bytes BigEndian(uint64_t value) {
  base::Bytes out;
  for (int i = 3; i >= 0; --i) out += static_cast<char>((value >> (8 * i)) & 0xff);
  return out;
}

/// Bitmaps of 64-bit values with length, magic and checksum around them.
base::Bytes Framed(uint64_t bitmaps, const base::Bytes& body) {
  base::Bytes inner = "\xd1\xd3\x39\x64";
  Put(inner, bitmaps, 8);
  inner += body;
  const auto crc =
      ::crc32(0, reinterpret_cast<const Bytef*>(inner.data()), static_cast<uInt>(inner.size()));
  return BigEndian(inner.size()) + inner + BigEndian(crc);
}

/// One container without runs that holds 1, 5 and 9, below `key`.
base::Bytes ThreeValues(uint64_t key) {
  base::Bytes out;
  Put(out, key, 4);
  Put(out, 12346, 4);
  Put(out, 1, 4);
  Put(out, 0, 2);
  Put(out, 2, 2);   // one less than there are
  Put(out, 16, 4);  // where the container begins
  for (const int value : {1, 5, 9}) Put(out, static_cast<uint64_t>(value), 2);
  return out;
}

TEST(DeletionVector, HoldsAnArrayBelowEachKey) {
  const auto positions = DecodeDeletionVector(Framed(2, ThreeValues(0) + ThreeValues(1)));
  ASSERT_TRUE(positions.ok());
  constexpr int64_t kHigh = int64_t{1} << 32;
  EXPECT_EQ(*positions, (std::vector<int64_t>{1, 5, 9, kHigh + 1, kHigh + 5, kHigh + 9}));
}

TEST(DeletionVector, HoldsRuns) {
  base::Bytes body;
  Put(body, 0, 4);
  Put(body, 12347, 4);  // one container, and no offsets for so few
  Put(body, 1, 1);      // the first is of runs
  Put(body, 3, 2);      // the high half of its values
  Put(body, 4, 2);
  Put(body, 2, 2);
  for (const int number : {10, 2, 100, 1}) Put(body, static_cast<uint64_t>(number), 2);
  const auto positions = DecodeDeletionVector(Framed(1, body));
  ASSERT_TRUE(positions.ok());
  constexpr int64_t kHigh = 3 << 16;
  EXPECT_EQ(*positions,
            (std::vector<int64_t>{kHigh + 10, kHigh + 11, kHigh + 12, kHigh + 100, kHigh + 101}));
}

TEST(DeletionVector, EveryCutAndEveryFlippedByteIsRefused) {
  const base::Bytes whole = Framed(1, ThreeValues(0));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_THAT(DecodeDeletionVector(whole.substr(0, size)), IsError(Code::kCorrupt, kBadVector));
  for (size_t at = 0; at < whole.size(); ++at) {
    base::Bytes bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    EXPECT_THAT(DecodeDeletionVector(bytes), IsError(Code::kCorrupt, kBadVector)) << at;
  }
}

TEST(DeletionVector, ValuesThatDoNotAscendAreRefused) {
  EXPECT_THAT(DecodeDeletionVector(Framed(2, ThreeValues(1) + ThreeValues(0))),
              IsError(Code::kCorrupt, kBadVector));
}

}  // namespace
}  // namespace iceberg
