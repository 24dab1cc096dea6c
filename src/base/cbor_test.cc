#include "base/cbor.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/testing/matchers.h"

namespace base {
namespace {
using base::testing::IsError;
using base::testing::IsOk;

TEST(Cbor, HasTheBytesOfTheSpecification) {
  EXPECT_EQ(ToHex(EncodeCbor(Cbor(1000))), "1903e8");
  EXPECT_EQ(ToHex(EncodeCbor(Cbor(-100))), "3863");
  EXPECT_EQ(ToHex(EncodeCbor(Cbor("IETF"))), "6449455446");
  EXPECT_EQ(ToHex(EncodeCbor(Cbor(Cbor::Map{{1, 2}, {3, 4}}))), "a201020304");
  EXPECT_EQ(ToHex(EncodeCbor(Cbor(1.1))), "fb3ff199999999999a");
  EXPECT_EQ(ToHex(EncodeCbor(Cbor(Cbor::Array{Cbor(true), Cbor()}))), "82f5f6");
}

Cbor RandomItem(Rng& rng, int depth) {
  switch (rng.Next() % (depth > 3 ? 6 : 9)) {
    case 0:
      return Cbor();
    case 1:
      return Cbor(rng.Next() % 2 == 0);
    case 2:
      return Cbor(static_cast<int64_t>(rng.Next() >> (rng.Next() % 64)));
    case 3:
      return Cbor(static_cast<double>(rng.Next()) / 3);
    case 4:
      return Cbor(std::string(rng.Next() % 300, 'x'));
    case 5:
      return Cbor::OfBytes(Bytes(rng.Next() % 40, '\0'));
    case 6: {
      Cbor::Array array;
      for (uint64_t i = rng.Next() % 5; i > 0; --i) array.push_back(RandomItem(rng, depth + 1));
      return Cbor(std::move(array));
    }
    case 7: {
      Cbor::Map map;
      for (uint64_t i = rng.Next() % 5; i > 0; --i) {
        map.emplace(static_cast<int64_t>(rng.Next() % 2000) - 1000, RandomItem(rng, depth + 1));
      }
      return Cbor(std::move(map));
    }
    default: {
      Cbor::TextMap map;
      for (uint64_t i = 1 + rng.Next() % 5; i > 0; --i) {
        map.emplace(std::string(rng.Next() % 30, static_cast<char>('a' + i)),
                    RandomItem(rng, depth + 1));
      }
      return Cbor(std::move(map));
    }
  }
}

TEST(Cbor, ReadsBackWhatItWroteAndOnlyThat) {
  SeededRng rng(7);
  for (int round = 0; round < 2000; ++round) {
    const Cbor value = RandomItem(rng, 0);
    const Bytes bytes = EncodeCbor(value);
    const auto read = DecodeCbor(bytes);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(EncodeCbor(read.value()), bytes);
    if (bytes.size() > 1)
      EXPECT_FALSE(DecodeCbor(BytesView(bytes).substr(0, bytes.size() - 1)).ok());
  }
}

TEST(Cbor, SurvivesAnyBytes) {
  SeededRng rng(11);
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes;
    for (uint64_t i = rng.Next() % 24; i > 0; --i) bytes.push_back(static_cast<char>(rng.Next()));
    const auto read = DecodeCbor(bytes);
    if (read.ok()) EXPECT_EQ(EncodeCbor(read.value()), bytes);
  }
}

TEST(Cbor, RefusesLongFormsAndDisorder) {
  EXPECT_THAT(DecodeCbor("\x18\x01"), IsError(Code::kCorrupt, "base.bad_cbor"));
  EXPECT_THAT(DecodeCbor("\xa2\x02\x00\x01\x00"), IsError(Code::kCorrupt, "base.bad_cbor"));
}

TEST(CborFields, RefusesCriticalKeysNobodyAskedFor) {
  const Cbor object(Cbor::Map{{0, "thing"}, {1, 1}, {2, "x"}, {-1, "ignored"}});
  auto fields = CborFields::OfObject(object, "thing", 1);
  ASSERT_THAT(fields, IsOk());
  EXPECT_THAT(fields->Finish(), IsError(Code::kUnimplemented, "base.unknown_field"));
  EXPECT_EQ(fields->Text(2).value(), "x");
  EXPECT_THAT(fields->Finish(), IsOk());
}

TEST(CborFields, RefusesNewerVersions) {
  const Cbor object(Cbor::Map{{0, "thing"}, {1, 2}});
  EXPECT_THAT(CborFields::OfObject(object, "thing", 1),
              IsError(Code::kUnimplemented, "base.newer_version"));
}

}  // namespace
}  // namespace base
