#include "engine/array_literal_internal.h"

#include <arrow/extension_type.h>
#include <arrow/util/decimal.h>

#include "engine/reasons.h"

namespace engine::internal {

using columnar::Literal;

base::Result<std::optional<Literal>> LiteralAt(const arrow::Array& array, int64_t row,
                                               const columnar::Type& type) {
  if (array.IsNull(row)) return std::optional<Literal>();
  const auto whole = [&](int64_t value) { return std::optional<Literal>(Literal{type, value}); };
  const auto text = [&](std::string_view value) {
    return std::optional<Literal>(Literal{type, std::string(value)});
  };
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return std::optional<Literal>(
          Literal::Boolean(static_cast<const arrow::BooleanArray&>(array).Value(row)));
    case arrow::Type::INT32:
      return whole(static_cast<const arrow::Int32Array&>(array).Value(row));
    case arrow::Type::INT64:
      return whole(static_cast<const arrow::Int64Array&>(array).Value(row));
    case arrow::Type::DATE32:
      return whole(static_cast<const arrow::Date32Array&>(array).Value(row));
    case arrow::Type::TIME64:
      return whole(static_cast<const arrow::Time64Array&>(array).Value(row));
    case arrow::Type::TIMESTAMP:
      return whole(static_cast<const arrow::TimestampArray&>(array).Value(row));
    case arrow::Type::FLOAT:
      return std::optional<Literal>(Literal{
          type, static_cast<double>(static_cast<const arrow::FloatArray&>(array).Value(row))});
    case arrow::Type::DOUBLE:
      return std::optional<Literal>(
          Literal{type, static_cast<const arrow::DoubleArray&>(array).Value(row)});
    case arrow::Type::STRING:
      return text(static_cast<const arrow::StringArray&>(array).GetView(row));
    case arrow::Type::BINARY:
      return text(static_cast<const arrow::BinaryArray&>(array).GetView(row));
    case arrow::Type::FIXED_SIZE_BINARY:
      return text(static_cast<const arrow::FixedSizeBinaryArray&>(array).GetView(row));
    case arrow::Type::DECIMAL128: {
      const arrow::Decimal128 value(
          static_cast<const arrow::Decimal128Array&>(array).GetValue(row));
      const auto wide = (static_cast<columnar::Int128>(value.high_bits()) << 64) |
                        static_cast<columnar::Int128>(value.low_bits());
      return std::optional<Literal>(Literal{type, wide});
    }
    case arrow::Type::EXTENSION:
      return LiteralAt(*static_cast<const arrow::ExtensionArray&>(array).storage(), row, type);
    default:
      return base::Error(base::Code::kUserCode, reason::kIncompatibleColumn,
                         "a column of type " + type.ToString() + " cannot partition a table");
  }
}

}  // namespace engine::internal
