// One value of a primitive type, outside of any batch: partition values, bounds, predicate
// constants, parameters.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "columnar/type.h"

namespace columnar {

__extension__ typedef __int128 Int128;

/// int64 holds int, long, date, time, timestamp, timestamptz; double holds float and double; Int128
/// a decimal's unscaled value; string the bytes of string, uuid (16), fixed, binary. Never null:
/// absence is std::optional.
struct Literal {
  Type type;
  std::variant<bool, int64_t, double, Int128, std::string> value;

  static Literal Boolean(bool v) { return {TypeId::kBoolean, v}; }
  static Literal Int(int32_t v) { return {TypeId::kInt, static_cast<int64_t>(v)}; }
  static Literal Long(int64_t v) { return {TypeId::kLong, v}; }
  static Literal Double(double v) { return {TypeId::kDouble, v}; }
  static Literal String(std::string v) { return {TypeId::kString, std::move(v)}; }

  /// As a person would write it: 3, 2013-01-31, text without quotes.
  std::string ToString() const;
  /// As an SQL literal with its type: 3, DATE '2013-01-31', 'it''s'.
  std::string ToSql() const;
  bool operator==(const Literal&) const = default;
};

/// Order of two literals of the same type (NaN sorts last, strings by bytes).
std::weak_ordering Compare(const Literal& a, const Literal& b);

/// The literal as another type, when it means the same value there: 3 → 3.0, '2013-01-01' → date,
/// timestamp text with offset → timestamptz, 300 → decimal. Nothing when it does not fit exactly.
std::optional<Literal> ConvertLiteral(const Literal& literal, const Type& to);

/// Iceberg's single-value binary serialisation (specification, appendix D). kCorrupt
/// "columnar.bad_literal".
base::Bytes EncodeSingleValue(const Literal& literal);
base::Result<Literal> DecodeSingleValue(base::BytesView bytes, const Type& type);

}  // namespace columnar
