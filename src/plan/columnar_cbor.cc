#include "plan/columnar_cbor.h"

#include <cstring>

#include "plan/cbor_parts_internal.h"

namespace plan {
namespace {
using base::Cbor;
using base::CborFields;
using base::Code;
using base::Error;
using base::Result;
using columnar::Field;
using columnar::Int128;
using columnar::Literal;
using columnar::Predicate;
using columnar::Schema;
using columnar::Type;
using columnar::TypeId;

Error TooDeep(const std::string& what) {
  return Error(Code::kCorrupt, std::string(reasons::kTooDeep),
               what + " is nested deeper than " + std::to_string(kDepthMax) + " levels");
}

Result<Field> ReadField(const Cbor& value, int depth);

Result<Type> ReadType(const Cbor& value, int depth) {
  if (depth > kDepthMax) return TooDeep("type");
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "type"));
  Type type;
  ASSIGN_OR_RETURN(type.id, ReadEnum(fields, 0, TypeId::kMap));
  if (fields.Has(1)) {
    ASSIGN_OR_RETURN(type.precision, ReadInt32(fields, 1));
  }
  if (fields.Has(2)) {
    ASSIGN_OR_RETURN(type.scale, ReadInt32(fields, 2));
  }
  if (fields.Has(3)) {
    ASSIGN_OR_RETURN(type.length, ReadInt32(fields, 3));
  }
  if (fields.Has(4)) {
    ASSIGN_OR_RETURN(type.children, ReadList<Field>(fields, 4, [depth](const Cbor& child) {
                       return ReadField(child, depth + 1);
                     }));
  }
  RETURN_IF_ERROR(fields.Finish());
  const size_t wanted = type.id == TypeId::kList ? 1 : type.id == TypeId::kMap ? 2 : 0;
  if (type.id != TypeId::kStruct && type.children.size() != wanted) {
    return BadValue("number of children of a type");
  }
  return type;
}

Result<Field> ReadField(const Cbor& value, int depth) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "field"));
  Field field;
  ASSIGN_OR_RETURN(field.id, ReadInt32(fields, 0));
  ASSIGN_OR_RETURN(field.name, fields.Text(1));
  ASSIGN_OR_RETURN(const Cbor* type, fields.Any(2));
  ASSIGN_OR_RETURN(field.type, ReadType(*type, depth));
  ASSIGN_OR_RETURN(field.required, fields.Bool(3));
  ASSIGN_OR_RETURN(field.doc, fields.TextOr(4, ""));
  RETURN_IF_ERROR(fields.Finish());
  return field;
}

/// 16 bytes, most significant first.
base::Bytes Int128Bytes(Int128 value) {
  base::Bytes bytes(16, '\0');
  for (int i = 15; i >= 0; --i) {
    bytes[static_cast<size_t>(i)] = static_cast<char>(static_cast<unsigned char>(value & 0xff));
    value >>= 8;
  }
  return bytes;
}

Int128 Int128From(const base::Bytes& bytes) {
  Int128 value = static_cast<signed char>(bytes[0]);
  for (size_t i = 1; i < 16; ++i) value = value * 256 + static_cast<unsigned char>(bytes[i]);
  return value;
}

/// Which alternative of a literal's value its type stands for.
size_t AlternativeOf(TypeId id) {
  switch (id) {
    case TypeId::kBoolean:
      return 0;
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return 1;
    case TypeId::kFloat:
    case TypeId::kDouble:
      return 2;
    case TypeId::kDecimal:
      return 3;
    case TypeId::kString:
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kBinary:
      return 4;
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      return std::variant_npos;
  }
  return std::variant_npos;
}

Cbor ValueToCbor(const Literal& literal) {
  switch (literal.value.index()) {
    case 0:
      return Cbor(std::get<0>(literal.value));
    case 1:
      return Cbor(std::get<1>(literal.value));
    case 2:
      return Cbor(std::get<2>(literal.value));
    case 3:
      return Cbor::OfBytes(Int128Bytes(std::get<3>(literal.value)));
    default:
      return Cbor::OfBytes(std::get<4>(literal.value));
  }
}

Result<Predicate> ReadPredicate(const Cbor& value, int depth) {
  if (depth > kDepthMax) return TooDeep("predicate");
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "predicate"));
  Predicate predicate;
  ASSIGN_OR_RETURN(predicate.op, ReadEnum(fields, 0, Predicate::Op::kStartsWith));
  ASSIGN_OR_RETURN(predicate.column, fields.TextOr(1, ""));
  if (fields.Has(2)) {
    ASSIGN_OR_RETURN(predicate.literals, ReadList<Literal>(fields, 2, LiteralFromCbor));
  }
  if (fields.Has(3)) {
    ASSIGN_OR_RETURN(predicate.children, ReadList<Predicate>(fields, 3, [depth](const Cbor& child) {
                       return ReadPredicate(child, depth + 1);
                     }));
  }
  RETURN_IF_ERROR(fields.Finish());
  if (predicate.op == Predicate::Op::kNot && predicate.children.size() != 1) {
    return BadValue("number of children of NOT");
  }
  return predicate;
}

Result<DecodedError> ReadError(const Cbor& value, int depth) {
  if (depth > kDepthMax) return TooDeep("cause of an error");
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "error"));
  Error error;
  ASSIGN_OR_RETURN(error.code, ReadEnum(fields, 0, Code::kInternal));
  ASSIGN_OR_RETURN(error.reason, fields.Text(1));
  ASSIGN_OR_RETURN(error.message, fields.Text(2));
  ASSIGN_OR_RETURN(error.context, fields.TextPairs(3));
  ASSIGN_OR_RETURN(error.place.file, fields.TextOr(4, ""));
  if (fields.Has(5)) {
    ASSIGN_OR_RETURN(error.place.line, ReadUint32(fields, 5));
  }
  if (fields.Has(6)) {
    ASSIGN_OR_RETURN(error.place.column, ReadUint32(fields, 6));
  }
  if (fields.Has(7)) {
    ASSIGN_OR_RETURN(const Cbor* cause, fields.Any(7));
    ASSIGN_OR_RETURN(DecodedError inner, ReadError(*cause, depth + 1));
    error.cause = std::make_shared<const Error>(std::move(inner.error));
  }
  RETURN_IF_ERROR(fields.Finish());
  return DecodedError{std::move(error)};
}

}  // namespace

Cbor TypeToCbor(const Type& type) {
  Cbor::Map map{{0, EnumToCbor(type.id)}};
  if (type.precision != 0) map.emplace(1, type.precision);
  if (type.scale != 0) map.emplace(2, type.scale);
  if (type.length != 0) map.emplace(3, type.length);
  if (!type.children.empty()) map.emplace(4, ListToCbor(type.children, FieldToCbor));
  return Cbor(std::move(map));
}

Result<Type> TypeFromCbor(const Cbor& value) {
  return ReadType(value, 0);
}

Cbor FieldToCbor(const Field& field) {
  Cbor::Map map{
      {0, field.id}, {1, field.name}, {2, TypeToCbor(field.type)}, {3, Cbor(field.required)}};
  if (!field.doc.empty()) map.emplace(4, field.doc);
  return Cbor(std::move(map));
}

Result<Field> FieldFromCbor(const Cbor& value) {
  return ReadField(value, 0);
}

Cbor SchemaToCbor(const Schema& schema) {
  Cbor::Map map{{0, schema.id}, {1, ListToCbor(schema.fields, FieldToCbor)}};
  if (!schema.identifier_field_ids.empty()) {
    map.emplace(2, ListToCbor(schema.identifier_field_ids, [](int32_t id) { return Cbor(id); }));
  }
  return Cbor(std::move(map));
}

Result<Schema> SchemaFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "schema"));
  Schema schema;
  ASSIGN_OR_RETURN(schema.id, ReadInt32(fields, 0));
  ASSIGN_OR_RETURN(schema.fields, ReadList<Field>(fields, 1, FieldFromCbor));
  if (fields.Has(2)) {
    ASSIGN_OR_RETURN(schema.identifier_field_ids,
                     ReadList<int32_t>(fields, 2, [](const Cbor& item) -> Result<int32_t> {
                       const auto* id = item.As<int64_t>();
                       if (id == nullptr || *id < 0 || *id > std::numeric_limits<int32_t>::max()) {
                         return BadValue("identifier field id");
                       }
                       return static_cast<int32_t>(*id);
                     }));
  }
  RETURN_IF_ERROR(fields.Finish());
  return schema;
}

Cbor LiteralToCbor(const Literal& literal) {
  return Cbor(Cbor::Map{{0, TypeToCbor(literal.type)}, {1, ValueToCbor(literal)}});
}

Result<Literal> LiteralFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "literal"));
  Literal literal;
  ASSIGN_OR_RETURN(const Cbor* type, fields.Any(0));
  ASSIGN_OR_RETURN(literal.type, TypeFromCbor(*type));
  switch (AlternativeOf(literal.type.id)) {
    case 0: {
      ASSIGN_OR_RETURN(literal.value, fields.Bool(1));
      break;
    }
    case 1: {
      ASSIGN_OR_RETURN(literal.value, fields.Int(1));
      break;
    }
    case 2: {
      ASSIGN_OR_RETURN(literal.value, fields.Double(1));
      break;
    }
    case 3: {
      ASSIGN_OR_RETURN(const base::Bytes bytes, fields.ByteString(1));
      if (bytes.size() != 16) return BadValue("size of a decimal");
      literal.value = Int128From(bytes);
      break;
    }
    case 4: {
      ASSIGN_OR_RETURN(literal.value, fields.ByteString(1));
      break;
    }
    default:
      return BadValue("type of a literal");
  }
  RETURN_IF_ERROR(fields.Finish());
  return literal;
}

Cbor PredicateToCbor(const Predicate& predicate) {
  Cbor::Map map{{0, EnumToCbor(predicate.op)}};
  if (!predicate.column.empty()) map.emplace(1, predicate.column);
  if (!predicate.literals.empty()) map.emplace(2, ListToCbor(predicate.literals, LiteralToCbor));
  if (!predicate.children.empty()) map.emplace(3, ListToCbor(predicate.children, PredicateToCbor));
  return Cbor(std::move(map));
}

Result<Predicate> PredicateFromCbor(const Cbor& value) {
  return ReadPredicate(value, 0);
}

Cbor ErrorToCbor(const Error& error) {
  Cbor::Map map{{0, EnumToCbor(error.code)}, {1, error.reason}, {2, error.message}};
  if (!error.context.empty()) map.emplace(3, base::CborTextPairs(error.context));
  if (!error.place.file.empty()) map.emplace(4, error.place.file);
  if (error.place.line != 0) map.emplace(5, error.place.line);
  if (error.place.column != 0) map.emplace(6, error.place.column);
  if (error.cause != nullptr) map.emplace(7, ErrorToCbor(*error.cause));
  return Cbor(std::move(map));
}

Result<DecodedError> ErrorFromCbor(const Cbor& value) {
  return ReadError(value, 0);
}

Cbor TextColumnToCbor(const columnar::TextColumn& column) {
  return Cbor(Cbor::Map{{0, column.name}, {1, column.type}, {2, base::CborTexts(column.values)}});
}

Result<columnar::TextColumn> TextColumnFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "preview column"));
  columnar::TextColumn column;
  ASSIGN_OR_RETURN(column.name, fields.Text(0));
  ASSIGN_OR_RETURN(column.type, fields.Text(1));
  ASSIGN_OR_RETURN(column.values, fields.Texts(2));
  RETURN_IF_ERROR(fields.Finish());
  return column;
}

}  // namespace plan
