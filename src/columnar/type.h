// The types of columns: Iceberg's list is ours. Field ids are Iceberg's too; kNoFieldId where none
// is given yet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace columnar {

enum class TypeId {
  kBoolean,
  kInt,   // 32 bits
  kLong,  // 64 bits
  kFloat,
  kDouble,
  kDecimal,      // precision <= 38, scale
  kDate,         // days since 1970-01-01
  kTime,         // microseconds since midnight
  kTimestamp,    // microseconds, no zone
  kTimestamptz,  // microseconds, UTC
  kString,
  kUuid,
  kFixed,  // length bytes
  kBinary,
  kStruct,  // children = its fields
  kList,    // children = {element}
  kMap,     // children = {key, value}
};

inline constexpr int32_t kNoFieldId = -1;

struct Field;

struct Type {
  TypeId id = TypeId::kLong;
  int32_t precision = 0;
  int32_t scale = 0;
  int32_t length = 0;
  std::vector<Field> children;

  Type() = default;
  Type(TypeId type_id) : id(type_id) {}  // NOLINT: implicit by design, for primitive types
  static Type Decimal(int32_t precision, int32_t scale);
  static Type Fixed(int32_t length);
  static Type List(Field element);
  static Type Map(Field key, Field value);
  static Type Struct(std::vector<Field> fields);

  bool is_nested() const {
    return id == TypeId::kStruct || id == TypeId::kList || id == TypeId::kMap;
  }
  /// "long", "decimal(10, 2)", "list<string>", "struct<a: int, b: string>": the names users see
  /// (F-056).
  std::string ToString() const;
  bool operator==(const Type&) const;
};

struct Field {
  int32_t id = kNoFieldId;
  std::string name;
  Type type;
  bool required = false;
  std::string doc;
  bool operator==(const Field&) const = default;
};

struct Schema {
  int32_t id = 0;
  std::vector<Field> fields;
  std::vector<int32_t> identifier_field_ids;

  /// The top-level field with this exact name, or null.
  const Field* Find(std::string_view name) const;
  /// The field with this id at any depth, or null.
  const Field* FindById(int32_t field_id) const;
  std::vector<std::string> Names() const;
  int32_t HighestFieldId() const;
  bool operator==(const Schema&) const = default;
};

/// Same names, types and nullability in the same order; ids and docs may differ.
bool SameShape(const Schema& a, const Schema& b);

/// Reads what ToString writes for primitive types, and the aliases of X-16 ("Int64", "bigint",
/// "str", "TimestampMicroUTC", ...). kInvalidArgument "columnar.unknown_type".
base::Result<Type> ParseType(std::string_view text);

}  // namespace columnar
