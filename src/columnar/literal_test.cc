#include "columnar/literal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/testing/matchers.h"

namespace columnar {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

Literal Of(Type type, int64_t value) {
  return {std::move(type), value};
}

TEST(Literal, WritesTextAndSql) {
  EXPECT_EQ(Literal::Long(3).ToString(), "3");
  EXPECT_EQ(Literal::String("it's").ToSql(), "'it''s'");
  EXPECT_EQ(Of(TypeId::kDate, 15736).ToSql(), "DATE '2013-01-31'");
  EXPECT_EQ(Of(TypeId::kDate, -1).ToString(), "1969-12-31");
  EXPECT_EQ(Of(TypeId::kTimestamp, -1).ToString(), "1969-12-31T23:59:59.999999");
  EXPECT_EQ(Of(TypeId::kTimestamptz, 0).ToSql(), "TIMESTAMPTZ '1970-01-01 00:00:00+00:00'");
  EXPECT_EQ((Literal{Type::Decimal(10, 2), Int128{-5}}.ToString()), "-0.05");
  EXPECT_EQ((Literal{Type::Decimal(10, 2), Int128{12345}}.ToString()), "123.45");
  EXPECT_EQ(Literal::Double(0.1).ToSql(), "0.1e0");
  EXPECT_EQ((Literal{TypeId::kBinary, std::string("\x00\xAB", 2)}.ToSql()), "'\\x00\\xab'::BLOB");
}

TEST(Literal, UuidHasItsUsualText) {
  const auto uuid =
      ConvertLiteral(Literal::String("f79c3e09-677c-4bbd-a479-3f349cb785e7"), TypeId::kUuid);
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->ToString(), "f79c3e09-677c-4bbd-a479-3f349cb785e7");
}

TEST(CompareLiterals, SortsNanLastAndTextByBytes) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(Compare(Literal::Double(nan), Literal::Double(INFINITY)) > 0);
  EXPECT_TRUE(Compare(Literal::Double(nan), Literal::Double(nan)) == 0);
  EXPECT_TRUE(Compare(Literal::String("\xFF"), Literal::String("a")) > 0);
  EXPECT_TRUE(Compare(Literal::Long(-1), Literal::Long(2)) < 0);
}

TEST(ConvertLiteral, KeepsTheMeaningOrGivesNothing) {
  EXPECT_EQ(ConvertLiteral(Literal::Long(3), TypeId::kDouble), Literal::Double(3.0));
  EXPECT_EQ(ConvertLiteral(Literal::Long(1ll << 40), TypeId::kInt), std::nullopt);
  EXPECT_EQ(ConvertLiteral(Literal::Double(3.5), TypeId::kLong), std::nullopt);
  EXPECT_EQ(ConvertLiteral(Literal::Double(0.1), TypeId::kFloat), std::nullopt);
  const Type money = Type::Decimal(10, 2);
  EXPECT_EQ(ConvertLiteral(Literal::Long(300), money), (Literal{money, Int128{30000}}));
  EXPECT_EQ(ConvertLiteral(Literal::Double(1.25), money), (Literal{money, Int128{125}}));
  EXPECT_EQ(ConvertLiteral(Literal::Double(1.255), money), std::nullopt);
  EXPECT_EQ(ConvertLiteral(Literal::String("2013-01-01"), TypeId::kDate), Of(TypeId::kDate, 15706));
  EXPECT_EQ(ConvertLiteral(Literal::String("2013-02-30"), TypeId::kDate), std::nullopt);
  EXPECT_EQ(ConvertLiteral(Literal::Long(1), TypeId::kString), std::nullopt);
}

TEST(ConvertLiteral, ReadsTimestampsWithAndWithoutOffset) {
  const int64_t noon = 15706 * 86'400'000'000ll + 12 * 3'600'000'000ll;
  EXPECT_EQ(ConvertLiteral(Literal::String("2013-01-01T12:00:00"), TypeId::kTimestamp),
            Of(TypeId::kTimestamp, noon));
  EXPECT_EQ(ConvertLiteral(Literal::String("2013-01-01 14:00:00+02:00"), TypeId::kTimestamptz),
            Of(TypeId::kTimestamptz, noon));
  EXPECT_EQ(ConvertLiteral(Literal::String("2013-01-01T07:00:00.000000-05"), TypeId::kTimestamptz),
            Of(TypeId::kTimestamptz, noon));
  EXPECT_EQ(ConvertLiteral(Literal::String("2013-01-01 14:00:00+02:00"), TypeId::kTimestamp),
            std::nullopt);
  EXPECT_EQ(ConvertLiteral(Literal::String("2013-01-01"), TypeId::kTimestamptz),
            Of(TypeId::kTimestamptz, noon - 12 * 3'600'000'000ll));
}

// The examples of the table specification's appendix D and of its decimal rules.
TEST(SingleValue, IsTheSpecificationsBytes) {
  EXPECT_EQ(EncodeSingleValue(Literal::Boolean(true)), std::string("\x01", 1));
  EXPECT_EQ(EncodeSingleValue(Literal::Int(34)), std::string("\x22\0\0\0", 4));
  EXPECT_EQ(EncodeSingleValue(Literal::Long(34)), std::string("\x22\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(EncodeSingleValue({Type::Decimal(9, 2), Int128{1420}}), std::string("\x05\x8C", 2));
  EXPECT_EQ(EncodeSingleValue({Type::Decimal(9, 2), Int128{-1}}), "\xFF");
  EXPECT_EQ(EncodeSingleValue({Type::Decimal(9, 2), Int128{128}}), std::string("\x00\x80", 2));
  EXPECT_EQ(EncodeSingleValue({Type::Decimal(9, 2), Int128{-128}}), "\x80");
  EXPECT_EQ(EncodeSingleValue({Type::Decimal(9, 2), Int128{0}}), std::string(1, '\0'));
  EXPECT_EQ(EncodeSingleValue(Literal::String("iceberg")), "iceberg");
}

TEST(SingleValue, ComesBackTheSame) {
  const Int128 large = (Int128{1} << 120) + 12345;
  const Literal literals[] = {Literal::Boolean(false),
                              Literal::Int(-7),
                              Literal::Long(1ll << 60),
                              Literal::Double(-0.25),
                              {TypeId::kFloat, 0.5},
                              {Type::Decimal(38, 4), large},
                              {Type::Decimal(38, 4), -large},
                              Of(TypeId::kDate, -3),
                              Of(TypeId::kTime, 5),
                              Of(TypeId::kTimestamp, -9),
                              Of(TypeId::kTimestamptz, 9),
                              {TypeId::kUuid, std::string(16, 'u')},
                              {Type::Fixed(3), std::string("abc")},
                              {TypeId::kBinary, std::string("\0x", 2)},
                              Literal::String("")};
  for (const Literal& literal : literals) {
    const auto back = DecodeSingleValue(EncodeSingleValue(literal), literal.type);
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ(*back, literal);
  }
}

TEST(SingleValue, RefusesAnotherLengthAndReadsPromotedBounds) {
  EXPECT_EQ(DecodeSingleValue(std::string("\x22\0\0\0", 4), TypeId::kLong).value(),
            Literal::Long(34));
  for (const auto& type : {Type(TypeId::kInt), Type(TypeId::kUuid), Type::Decimal(9, 2),
                           Type(TypeId::kTimestamp), Type::Fixed(3)}) {
    EXPECT_THAT(DecodeSingleValue(std::string(17, 'x'), type),
                IsError(base::Code::kCorrupt, "columnar.bad_literal"));
  }
}

}  // namespace
}  // namespace columnar
