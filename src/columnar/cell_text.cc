#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>

#include <cmath>
#include <cstring>

#include "columnar/cell_text_internal.h"
#include "columnar/literal_text.h"

namespace columnar {
namespace {

std::string Base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<uint8_t>(bytes[i + j]) : 0u);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : kDigits[group >> (18 - 6 * j) & 63];
    }
  }
  return text;
}

template <class A>
const A& As(const arrow::Array& array) {
  return static_cast<const A&>(array);
}

std::string DecimalCell(const arrow::Array& array, int64_t row) {
  const auto& decimals = As<arrow::Decimal128Array>(array);
  Int128 unscaled = 0;
  std::memcpy(&unscaled, decimals.GetValue(row), sizeof(unscaled));
  return DecimalText(unscaled, static_cast<const arrow::Decimal128Type&>(*array.type()).scale());
}

std::string TimestampCell(const arrow::Array& array, int64_t row) {
  const auto& type = static_cast<const arrow::TimestampType&>(*array.type());
  const std::string text = TimestampText(As<arrow::TimestampArray>(array).Value(row), ' ');
  return type.timezone().empty() ? text : text + "+00:00";
}

/// 4 becomes 4.0: a column of doubles that is read back from text must not turn into one of longs.
std::string WithPoint(std::string text) {
  const bool whole = text.find_first_not_of("-0123456789") == std::string::npos;
  return whole ? text + ".0" : text;
}

/// Whether the text form is a JSON value as it stands.
bool IsBareJson(arrow::Type::type id) {
  return id == arrow::Type::BOOL || id == arrow::Type::INT32 || id == arrow::Type::INT64 ||
         id == arrow::Type::DECIMAL128;
}

bool IsFinite(const arrow::Array& array, int64_t row) {
  if (array.type_id() == arrow::Type::FLOAT) {
    return std::isfinite(As<arrow::FloatArray>(array).Value(row));
  }
  return std::isfinite(As<arrow::DoubleArray>(array).Value(row));
}

void AppendStruct(const arrow::StructArray& rows, int64_t row, std::string& out) {
  out += '{';
  for (int i = 0; i < rows.num_fields(); ++i) {
    if (i > 0) out += ", ";
    AppendJsonText(rows.struct_type()->field(i)->name(), out);
    out += ": ";
    AppendJson(*rows.field(i), row, out);
  }
  out += '}';
}

void AppendMap(const arrow::MapArray& maps, int64_t row, std::string& out) {
  out += '{';
  const int64_t begin = maps.value_offset(row);
  for (int64_t i = begin; i < maps.value_offset(row + 1); ++i) {
    if (i > begin) out += ", ";
    AppendJsonText(CellText(*maps.keys(), i), out);
    out += ": ";
    AppendJson(*maps.items(), i, out);
  }
  out += '}';
}

void AppendList(const arrow::ListArray& lists, int64_t row, std::string& out) {
  out += '[';
  const int64_t begin = lists.value_offset(row);
  for (int64_t i = begin; i < lists.value_offset(row + 1); ++i) {
    if (i > begin) out += ", ";
    AppendJson(*lists.values(), i, out);
  }
  out += ']';
}

}  // namespace

void AppendJsonText(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::string CellText(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return As<arrow::BooleanArray>(array).Value(row) ? "true" : "false";
    case arrow::Type::INT32:
      return std::to_string(As<arrow::Int32Array>(array).Value(row));
    case arrow::Type::INT64:
      return std::to_string(As<arrow::Int64Array>(array).Value(row));
    case arrow::Type::FLOAT:
      return WithPoint(FloatText(As<arrow::FloatArray>(array).Value(row)));
    case arrow::Type::DOUBLE:
      return WithPoint(DoubleText(As<arrow::DoubleArray>(array).Value(row)));
    case arrow::Type::DECIMAL128:
      return DecimalCell(array, row);
    case arrow::Type::DATE32:
      return DateText(As<arrow::Date32Array>(array).Value(row));
    case arrow::Type::TIME64:
      return TimeText(As<arrow::Time64Array>(array).Value(row));
    case arrow::Type::TIMESTAMP:
      return TimestampCell(array, row);
    case arrow::Type::STRING:
      return std::string(As<arrow::StringArray>(array).GetView(row));
    case arrow::Type::BINARY:
      return Base64(As<arrow::BinaryArray>(array).GetView(row));
    case arrow::Type::FIXED_SIZE_BINARY:
      return Base64(As<arrow::FixedSizeBinaryArray>(array).GetView(row));
    case arrow::Type::EXTENSION: {
      const auto& storage = *As<arrow::ExtensionArray>(array).storage();
      return UuidText(As<arrow::FixedSizeBinaryArray>(storage).GetView(row));
    }
    default: {
      std::string out;
      AppendJson(array, row, out);
      return out;
    }
  }
}

void AppendJson(const arrow::Array& array, int64_t row, std::string& out) {
  if (array.IsNull(row)) {
    out += "null";
    return;
  }
  switch (array.type_id()) {
    case arrow::Type::STRUCT:
      return AppendStruct(As<arrow::StructArray>(array), row, out);
    case arrow::Type::LIST:
      return AppendList(As<arrow::ListArray>(array), row, out);
    case arrow::Type::MAP:
      return AppendMap(As<arrow::MapArray>(array), row, out);
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
      out += IsFinite(array, row) ? CellText(array, row) : "null";
      return;
    default:
      if (IsBareJson(array.type_id())) {
        out += CellText(array, row);
      } else {
        AppendJsonText(CellText(array, row), out);
      }
  }
}

}  // namespace columnar
