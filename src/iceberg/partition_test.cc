#include "iceberg/partition.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/testing/matchers.h"
#include "iceberg/reasons.h"

namespace iceberg {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Literal;
using columnar::Type;
using columnar::TypeId;
using Kind = Transform::Kind;

constexpr int64_t kSecond = 1'000'000;

columnar::Schema Columns() {
  columnar::Schema schema;
  schema.fields = {{1, "id", TypeId::kLong, false, ""},
                   {2, "ts", TypeId::kTimestamp, false, ""},
                   {3, "name", TypeId::kString, false, ""},
                   {4, "day", TypeId::kDate, false, ""},
                   {5, "odd, (name)", TypeId::kString, false, ""},
                   {6, "real", TypeId::kDouble, false, ""},
                   {7, "id_bucket", TypeId::kLong, false, ""}};
  return schema;
}

std::optional<Literal> Apply(Kind kind, int32_t argument, Literal literal) {
  return ApplyTransform({kind, argument}, std::move(literal));
}

int64_t Number(const std::optional<Literal>& literal) {
  return std::get<int64_t>(literal->value);
}

/// The bucket among 2^31 - 1 is the hash without its sign, but for one value.
int64_t HashOf(const Literal& literal) {
  return Number(ApplyTransform({Kind::kBucket, INT32_MAX}, literal));
}

// Hash values of the specification, appendix B.
TEST(Transform, HashesAsTheSpecificationSays) {
  const auto positive = [](int32_t hash) { return (hash & INT32_MAX) % INT32_MAX; };
  EXPECT_EQ(HashOf(Literal::Int(34)), positive(2017239379));
  EXPECT_EQ(HashOf(Literal::Long(34)), positive(2017239379));
  EXPECT_EQ(HashOf({Type::Decimal(9, 2), columnar::Int128(1420)}), positive(-500754589));
  EXPECT_EQ(HashOf({TypeId::kDate, int64_t{17486}}), positive(-653330422));
  EXPECT_EQ(HashOf({TypeId::kTime, 81068 * kSecond}), positive(-662762989));
  EXPECT_EQ(HashOf({TypeId::kTimestamp, 1510871468 * kSecond}), positive(-2047944441));
  EXPECT_EQ(HashOf(Literal::String("iceberg")), positive(1210000089));
  const auto uuid = *base::FromHex("f79c3e09677c4bbda4793f349cb785e7");
  EXPECT_EQ(HashOf({TypeId::kUuid, uuid}), positive(1488055340));
  EXPECT_EQ(HashOf({Type::Fixed(4), std::string("\0\1\2\3", 4)}), positive(-188683207));
  EXPECT_EQ(HashOf({TypeId::kBinary, std::string("\0\1\2\3", 4)}), positive(-188683207));
}

TEST(Transform, TruncatesAsTheSpecificationSays) {
  EXPECT_EQ(Number(Apply(Kind::kTruncate, 10, Literal::Int(1))), 0);
  EXPECT_EQ(Number(Apply(Kind::kTruncate, 10, Literal::Int(-1))), -10);
  EXPECT_EQ(Number(Apply(Kind::kTruncate, 10, Literal::Long(-10))), -10);
  const auto decimal = Apply(Kind::kTruncate, 50, {Type::Decimal(9, 2), columnar::Int128(1065)});
  EXPECT_TRUE(std::get<columnar::Int128>(decimal->value) == 1050);
  EXPECT_EQ(std::get<std::string>(Apply(Kind::kTruncate, 3, Literal::String("iceberg"))->value),
            "ice");
  EXPECT_EQ(std::get<std::string>(Apply(Kind::kTruncate, 2, Literal::String("ä漢😀"))->value),
            "ä漢");
}

TEST(Transform, TimeBeforeTheEpochRoundsDown) {
  const Literal before{TypeId::kTimestamp, int64_t{-1}};
  EXPECT_EQ(Number(Apply(Kind::kYear, 0, before)), -1);
  EXPECT_EQ(Number(Apply(Kind::kMonth, 0, before)), -1);
  EXPECT_EQ(Number(Apply(Kind::kDay, 0, before)), -1);
  EXPECT_EQ(Number(Apply(Kind::kHour, 0, before)), -1);
  EXPECT_EQ(Number(Apply(Kind::kYear, 0, {TypeId::kDate, int64_t{17486}})), 47);
  EXPECT_EQ(Number(Apply(Kind::kMonth, 0, {TypeId::kDate, int64_t{17486}})), 47 * 12 + 10);
}

TEST(Transform, NullStaysNullAndVoidForgets) {
  EXPECT_EQ(ApplyTransform({Kind::kBucket, 4}, std::nullopt), std::nullopt);
  EXPECT_EQ(Apply(Kind::kVoid, 0, Literal::Int(4)), std::nullopt);
}

TEST(Transform, ColumnsGiveWhatValuesGive) {
  base::SeededRng rng(7);
  const std::vector<Transform> transforms = {
      {Kind::kIdentity, 0}, {Kind::kBucket, 16}, {Kind::kTruncate, 1000}, {Kind::kYear, 0},
      {Kind::kMonth, 0},    {Kind::kDay, 0},     {Kind::kHour, 0}};
  std::vector<int64_t> values(500);
  for (int64_t& value : values) value = static_cast<int64_t>(rng.Next()) / 4;
  std::vector<int64_t> out(values.size());
  for (const Transform& transform : transforms) {
    ApplyToLongs(transform, TypeId::kTimestamp, values, out);
    for (size_t i = 0; i < values.size(); ++i) {
      if (transform.kind == Kind::kTruncate) continue;  // not of timestamps
      EXPECT_EQ(out[i], Number(ApplyTransform(transform, Literal{TypeId::kTimestamp, values[i]})))
          << transform.ToString();
    }
  }
}

TEST(Transform, RefusesTypesItDoesNotFit) {
  EXPECT_THAT(ResultType({Kind::kYear, 0}, TypeId::kString),
              IsError(Code::kInvalidArgument, kBadPartition));
  EXPECT_THAT(ResultType({Kind::kBucket, 4}, TypeId::kDouble),
              IsError(Code::kInvalidArgument, kBadPartition));
  EXPECT_THAT(ResultType({Kind::kHour, 0}, TypeId::kDate),
              IsError(Code::kInvalidArgument, kBadPartition));
  EXPECT_THAT(ParseTransform("zorder[3]"), IsError(Code::kUnimplemented, kUnsupported));
  EXPECT_THAT(ParseTransform("bucket[0]"), IsError(Code::kUnimplemented, kUnsupported));
}

TEST(PartitionSpec, ReadsUserText) {
  const auto spec = ParsePartitionSpec(
      {"YEAR(ts), bucket(16, id)", "truncate(name, 4)", " day ", "odd, (name)"}, Columns());
  ASSERT_THAT(spec, IsOk());
  EXPECT_EQ(PartitionTexts(*spec, Columns()),
            (std::vector<std::string>{"year(ts)", "bucket(16, id)", "truncate(4, name)", "day",
                                      "odd, (name)"}));
  EXPECT_EQ(spec->fields[0].name, "ts_year");
  EXPECT_EQ(spec->fields[0].source_id, 2);
  EXPECT_EQ(spec->fields[1].name, "id_bucket_2");  // "id_bucket" is a column
  EXPECT_EQ(spec->fields[3].name, "day");
}

TEST(PartitionSpec, RefusesBadText) {
  for (const char* text : {"", "years(real)", "bucket(id)", "bucket(0, id)", "yaer(ts)",
                           "year(ts, id)", "id, id", "bucket(x, id)"}) {
    EXPECT_THAT(ParsePartitionSpec({text}, Columns()),
                IsError(Code::kInvalidArgument, kBadPartition))
        << text;
  }
  const auto unknown = ParsePartitionSpec({"year(tss)"}, Columns());
  ASSERT_THAT(unknown, IsError(Code::kInvalidArgument, kUnknownColumn));
  EXPECT_EQ(unknown.error().context.at("column"), "tss");
}

TEST(PartitionSpec, PathsAreReadable) {
  auto spec = *ParsePartitionSpec({"month(ts)", "name", "day", "hour(ts)"}, Columns());
  const PartitionValues values = {Literal::Int(516), Literal::String("a/b c"), std::nullopt,
                                  Literal::Int(24 * 365 + 7)};
  EXPECT_EQ(PartitionPath(spec, values),
            "ts_month=2013-01/name=a%2Fb%20c/day=null/ts_hour=1971-01-01-07");
}

TEST(PartitionSpec, BytesReadBackAndRefuseAnother) {
  auto spec = *ParsePartitionSpec({"bucket(16, id)", "name"}, Columns());
  spec.id = 3;
  spec.fields[0].id = 1001;
  EXPECT_EQ(*DecodePartitionSpec(EncodePartitionSpec(spec)), spec);
  EXPECT_THAT(DecodePartitionSpec("nonsense"), IsError(Code::kCorrupt, "base.bad_cbor"));
}

}  // namespace
}  // namespace iceberg
