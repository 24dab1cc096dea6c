#include "columnar/literal.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "columnar/literal_text.h"

namespace columnar {
namespace {

constexpr int64_t kMicrosPerDay = 86'400'000'000;

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

std::string BlobSql(std::string_view bytes) {
  const std::string hex = base::ToHex(bytes);
  std::string text;
  for (size_t i = 0; i < hex.size(); i += 2) text += "\\x" + hex.substr(i, 2);
  return "'" + text + "'::BLOB";
}

std::string FloatingSql(double value, bool single) {
  const char* type = single ? "FLOAT" : "DOUBLE";
  const std::string text = single ? FloatText(static_cast<float>(value)) : DoubleText(value);
  if (!std::isfinite(value)) return Quoted(text) + "::" + type;
  // An exponent makes it a DOUBLE; without one SQL reads a DECIMAL.
  const std::string number = text.find('e') == std::string::npos ? text + "e0" : text;
  return single ? "CAST(" + number + " AS FLOAT)" : number;
}

int64_t Whole(const Literal& literal) {
  return std::get<int64_t>(literal.value);
}

const std::string& TextOf(const Literal& literal) {
  return std::get<std::string>(literal.value);
}

}  // namespace

std::string Literal::ToString() const {
  switch (type.id) {
    case TypeId::kBoolean:
      return std::get<bool>(value) ? "true" : "false";
    case TypeId::kInt:
    case TypeId::kLong:
      return std::to_string(Whole(*this));
    case TypeId::kFloat:
      return FloatText(static_cast<float>(std::get<double>(value)));
    case TypeId::kDouble:
      return DoubleText(std::get<double>(value));
    case TypeId::kDecimal:
      return DecimalText(std::get<Int128>(value), type.scale);
    case TypeId::kDate:
      return DateText(Whole(*this));
    case TypeId::kTime:
      return TimeText(Whole(*this));
    case TypeId::kTimestamp:
      return TimestampText(Whole(*this), 'T');
    case TypeId::kTimestamptz:
      return TimestampText(Whole(*this), 'T') + "+00:00";
    case TypeId::kString:
      return TextOf(*this);
    case TypeId::kUuid:
      return UuidText(TextOf(*this));
    case TypeId::kFixed:
    case TypeId::kBinary:
      return "0x" + base::ToHex(TextOf(*this));
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      break;
  }
  CHECK(!type.is_nested());
  return "";
}

std::string Literal::ToSql() const {
  switch (type.id) {
    case TypeId::kBoolean:
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDecimal:
      return ToString();
    case TypeId::kFloat:
    case TypeId::kDouble:
      return FloatingSql(std::get<double>(value), type.id == TypeId::kFloat);
    case TypeId::kDate:
      return "DATE '" + ToString() + "'";
    case TypeId::kTime:
      return "TIME '" + ToString() + "'";
    case TypeId::kTimestamp:
      return "TIMESTAMP '" + TimestampText(Whole(*this), ' ') + "'";
    case TypeId::kTimestamptz:
      return "TIMESTAMPTZ '" + TimestampText(Whole(*this), ' ') + "+00:00'";
    case TypeId::kString:
      return Quoted(TextOf(*this));
    case TypeId::kUuid:
      return "UUID '" + ToString() + "'";
    case TypeId::kFixed:
    case TypeId::kBinary:
      return BlobSql(TextOf(*this));
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      break;
  }
  CHECK(!type.is_nested());
  return "";
}

std::weak_ordering Compare(const Literal& a, const Literal& b) {
  CHECK(a.value.index() == b.value.index());
  if (const auto* left = std::get_if<double>(&a.value)) {
    const double right = std::get<double>(b.value);
    if (std::isnan(*left) || std::isnan(right)) return std::isnan(*left) <=> std::isnan(right);
    if (*left < right) return std::weak_ordering::less;
    return *left > right ? std::weak_ordering::greater : std::weak_ordering::equivalent;
  }
  if (const auto* left = std::get_if<Int128>(&a.value)) {
    const Int128 right = std::get<Int128>(b.value);
    if (*left < right) return std::weak_ordering::less;
    return *left > right ? std::weak_ordering::greater : std::weak_ordering::equivalent;
  }
  if (const auto* left = std::get_if<bool>(&a.value)) return *left <=> std::get<bool>(b.value);
  if (const auto* left = std::get_if<int64_t>(&a.value)) {
    return *left <=> std::get<int64_t>(b.value);
  }
  // std::string compares its bytes as unsigned.
  return TextOf(a).compare(TextOf(b)) <=> 0;
}

namespace {

std::optional<Literal> FromWhole(int64_t number, const Type& to) {
  switch (to.id) {
    case TypeId::kInt:
      if (number < std::numeric_limits<int32_t>::min()) return std::nullopt;
      if (number > std::numeric_limits<int32_t>::max()) return std::nullopt;
      return Literal{to, number};
    case TypeId::kLong:
      return Literal{to, number};
    case TypeId::kFloat:
    case TypeId::kDouble: {
      const int64_t exact = to.id == TypeId::kFloat ? 1ll << 24 : 1ll << 53;
      if (number < -exact || number > exact) return std::nullopt;
      return Literal{to, static_cast<double>(number)};
    }
    case TypeId::kDecimal: {
      const auto unscaled = ParseDecimal(std::to_string(number), to.precision, to.scale);
      if (!unscaled) return std::nullopt;
      return Literal{to, *unscaled};
    }
    default:
      return std::nullopt;
  }
}

std::optional<int64_t> WholeOfText(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Literal> FromDouble(double number, const Type& to) {
  switch (to.id) {
    case TypeId::kDouble:
      return Literal{to, number};
    case TypeId::kFloat: {
      if (std::isfinite(number) && std::abs(number) > std::numeric_limits<float>::max()) {
        return std::nullopt;
      }
      const double single = static_cast<float>(number);
      if (single != number && !std::isnan(number)) return std::nullopt;
      return Literal{to, number};
    }
    case TypeId::kInt:
    case TypeId::kLong:
      // From 2^53 on, several whole numbers are one double, and SQL compares as doubles.
      if (!(std::abs(number) < 9007199254740992.0) || std::trunc(number) != number) {
        return std::nullopt;
      }
      return FromWhole(static_cast<int64_t>(number), to);
    case TypeId::kDecimal: {
      const auto unscaled = ParseDecimal(DoubleText(number), to.precision, to.scale);
      if (!unscaled) return std::nullopt;
      return Literal{to, *unscaled};
    }
    default:
      return std::nullopt;
  }
}

std::optional<Literal> FromDecimal(const Literal& from, const Type& to) {
  const std::string text = from.ToString();
  switch (to.id) {
    case TypeId::kDecimal: {
      const auto unscaled = ParseDecimal(text, to.precision, to.scale);
      if (!unscaled) return std::nullopt;
      return Literal{to, *unscaled};
    }
    case TypeId::kInt:
    case TypeId::kLong: {
      const auto whole = ParseDecimal(text, 38, 0);
      if (!whole || *whole > std::numeric_limits<int64_t>::max() ||
          *whole < std::numeric_limits<int64_t>::min()) {
        return std::nullopt;
      }
      return FromWhole(static_cast<int64_t>(*whole), to);
    }
    case TypeId::kFloat:
    case TypeId::kDouble: {
      double number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return FromDouble(number, to);
    }
    default:
      return std::nullopt;
  }
}

std::optional<Literal> FromMicros(int64_t micros, const Type& to) {
  if (to.id == TypeId::kTimestamp || to.id == TypeId::kTimestamptz) return Literal{to, micros};
  if (to.id != TypeId::kDate || micros % kMicrosPerDay != 0) return std::nullopt;
  return Literal{to, micros / kMicrosPerDay};
}

std::optional<Literal> FromTimestampText(std::string_view text, const Type& to) {
  const auto parsed = ParseTimestamp(text);
  if (!parsed) return std::nullopt;
  // A zone other than UTC against a column without zone has no one meaning.
  if (to.id != TypeId::kTimestamptz && parsed->offset_minutes != 0) return std::nullopt;
  return FromMicros(parsed->micros, to);
}

std::optional<Literal> FromText(const std::string& text, const Type& to) {
  switch (to.id) {
    case TypeId::kString:
      return Literal{to, text};
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return FromTimestampText(text, to);
    case TypeId::kTime: {
      const auto micros = ParseTime(text);
      if (!micros) return std::nullopt;
      return Literal{to, *micros};
    }
    case TypeId::kUuid: {
      auto bytes = ParseUuid(text);
      if (!bytes) return std::nullopt;
      return Literal{to, *std::move(bytes)};
    }
    case TypeId::kInt:
    case TypeId::kLong: {
      const auto whole = WholeOfText(text);
      return whole ? FromWhole(*whole, to) : std::nullopt;
    }
    case TypeId::kFloat:
    case TypeId::kDouble: {
      double number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
      return FromDouble(number, to);
    }
    case TypeId::kDecimal: {
      const auto unscaled = ParseDecimal(text, to.precision, to.scale);
      if (!unscaled) return std::nullopt;
      return Literal{to, *unscaled};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Literal> ConvertLiteral(const Literal& literal, const Type& to) {
  if (to.is_nested() || literal.type.is_nested()) return std::nullopt;
  if (literal.type == to) return literal;
  switch (literal.type.id) {
    case TypeId::kInt:
    case TypeId::kLong:
      return FromWhole(Whole(literal), to);
    case TypeId::kFloat:
    case TypeId::kDouble:
      return FromDouble(std::get<double>(literal.value), to);
    case TypeId::kDecimal:
      return FromDecimal(literal, to);
    case TypeId::kDate:
      if (std::abs(Whole(literal)) > 100'000'000) return std::nullopt;
      return FromMicros(Whole(literal) * kMicrosPerDay, to);
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return FromMicros(Whole(literal), to);
    case TypeId::kString:
      return FromText(TextOf(literal), to);
    case TypeId::kUuid:
      if (to.id == TypeId::kString) return Literal::String(literal.ToString());
      return std::nullopt;
    case TypeId::kFixed:
    case TypeId::kBinary:
      if (to.id != TypeId::kBinary && to.id != TypeId::kFixed) return std::nullopt;
      if (to.id == TypeId::kFixed && TextOf(literal).size() != static_cast<size_t>(to.length)) {
        return std::nullopt;
      }
      return Literal{to, TextOf(literal)};
    default:
      return std::nullopt;
  }
}

}  // namespace columnar
