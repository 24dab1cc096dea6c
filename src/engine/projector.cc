#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/initialize.h>
#include <arrow/extension_type.h>
#include <arrow/scalar.h>
#include <arrow/util/bitmap_ops.h>
#include <arrow/util/key_value_metadata.h>

#include <charconv>

#include "engine/arrow_bridge_internal.h"
#include "engine/projector_internal.h"
#include "engine/reasons.h"

namespace engine::internal {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;
using columnar::TypeId;

bool ComputeIsReady() {
  static const bool kReady = arrow::compute::Initialize().ok();
  return kReady;
}

base::Error Incompatible(const columnar::Field& target, const arrow::DataType& found,
                         const std::string& words) {
  return base::Error(base::Code::kUserCode, reason::kIncompatibleColumn,
                     "column \"" + target.name + "\" is " + found.ToString() +
                         " in the file and cannot be read as " + target.type.ToString() + ": " +
                         words)
      .Set("column", target.name);
}

// Iceberg's promotions, and the spellings of one type that files differ in.
bool MayCast(const arrow::DataType& from, const columnar::Type& to) {
  switch (to.id) {
    case TypeId::kLong:
    case TypeId::kInt:
      return arrow::is_integer(from.id());
    case TypeId::kDouble:
      return from.id() == arrow::Type::FLOAT || from.id() == arrow::Type::DOUBLE ||
             from.id() == arrow::Type::HALF_FLOAT;
    case TypeId::kFloat:
      return from.id() == arrow::Type::FLOAT || from.id() == arrow::Type::HALF_FLOAT;
    case TypeId::kDecimal:
      return arrow::is_decimal(from.id()) || arrow::is_integer(from.id());
    case TypeId::kString:
    case TypeId::kBinary:
      return arrow::is_base_binary_like(from.id()) || arrow::is_binary_view_like(from.id());
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return from.id() == arrow::Type::TIMESTAMP;
    case TypeId::kTime:
      return from.id() == arrow::Type::TIME32 || from.id() == arrow::Type::TIME64;
    default:
      return false;
  }
}

base::Result<ArrayPtr> CastLeaf(ArrayPtr array, const columnar::Field& target,
                                const TypePtr& type) {
  TypePtr wanted = type;
  if (type->id() == arrow::Type::EXTENSION) {
    wanted = static_cast<const arrow::ExtensionType&>(*type).storage_type();
  }
  if (array->type_id() == arrow::Type::EXTENSION) {
    array = static_cast<const arrow::ExtensionArray&>(*array).storage();
  }
  if (array->type_id() == arrow::Type::DICTIONARY) {
    const auto& values = *static_cast<const arrow::DictionaryType&>(*array->type()).value_type();
    auto decoded = arrow::compute::Cast(*array, values.GetSharedPtr());
    if (!decoded.ok()) return Incompatible(target, *array->type(), decoded.status().message());
    array = *decoded;
  }
  if (!array->type()->Equals(*wanted)) {
    CHECK(ComputeIsReady());
    if (!MayCast(*array->type(), target.type)) {
      return Incompatible(target, *array->type(), "these are different types");
    }
    auto cast = arrow::compute::Cast(*array, wanted);
    if (!cast.ok()) return Incompatible(target, *array->type(), cast.status().message());
    array = *cast;
  }
  if (type->id() == arrow::Type::EXTENSION) {
    return arrow::ExtensionType::WrapArray(type, array);
  }
  return array;
}

// The validity bits of an array, starting at bit 0.
base::Result<std::shared_ptr<arrow::Buffer>> Validity(const arrow::Array& array) {
  if (array.null_bitmap() == nullptr || array.null_count() == 0) {
    return std::shared_ptr<arrow::Buffer>();
  }
  if (array.offset() == 0) return array.null_bitmap();
  auto copy = arrow::internal::CopyBitmap(arrow::default_memory_pool(), array.null_bitmap_data(),
                                          array.offset(), array.length());
  if (!copy.ok()) return FromStatus(copy.status(), "copy validity bits");
  return *copy;
}

base::Result<ArrayPtr> ProjectStruct(const ArrayPtr& array, const columnar::Field& target,
                                     const TypePtr& type, MatchBy by) {
  if (array->type_id() != arrow::Type::STRUCT) {
    return Incompatible(target, *array->type(), "it is not a struct");
  }
  const auto& source = static_cast<const arrow::StructArray&>(*array);
  arrow::ArrayVector children;
  for (size_t i = 0; i < target.type.children.size(); ++i) {
    const columnar::Field& child = target.type.children[i];
    const TypePtr& child_type = type->field(static_cast<int>(i))->type();
    ArrayPtr found;
    for (int s = 0; s < source.num_fields() && found == nullptr; ++s) {
      const auto& field = source.type()->field(s);
      if (!Matches(*field, child, by)) continue;
      ASSIGN_OR_RETURN(found, ProjectArray(source.field(s), *field, child, child_type, by));
    }
    if (found == nullptr) {
      ASSIGN_OR_RETURN(found, Nulls(child_type, array->length()));
    }
    children.push_back(std::move(found));
  }
  ASSIGN_OR_RETURN(auto validity, Validity(*array));
  return ArrayPtr(std::make_shared<arrow::StructArray>(type, array->length(), std::move(children),
                                                       std::move(validity)));
}

base::Result<ArrayPtr> ProjectList(ArrayPtr array, const columnar::Field& target,
                                   const TypePtr& type, MatchBy by) {
  if (array->type_id() == arrow::Type::LARGE_LIST) {
    const auto& large = static_cast<const arrow::LargeListType&>(*array->type());
    auto cast = arrow::compute::Cast(*array, arrow::list(large.value_field()));
    if (!cast.ok()) return Incompatible(target, *array->type(), cast.status().message());
    array = *cast;
  }
  if (array->type_id() != arrow::Type::LIST) {
    return Incompatible(target, *array->type(), "it is not a list");
  }
  const auto& source = static_cast<const arrow::ListArray&>(*array);
  ASSIGN_OR_RETURN(ArrayPtr values,
                   ProjectArray(source.values(), *source.list_type()->value_field(),
                                target.type.children[0], type->field(0)->type(), by));
  return ArrayPtr(std::make_shared<arrow::ListArray>(type, source.length(), source.value_offsets(),
                                                     std::move(values), source.null_bitmap(),
                                                     source.null_count(), source.offset()));
}

base::Result<ArrayPtr> ProjectMap(const ArrayPtr& array, const columnar::Field& target,
                                  const TypePtr& type, MatchBy by) {
  if (array->type_id() != arrow::Type::MAP) {
    return Incompatible(target, *array->type(), "it is not a map");
  }
  const auto& source = static_cast<const arrow::MapArray&>(*array);
  const auto& map = static_cast<const arrow::MapType&>(*type);
  ASSIGN_OR_RETURN(ArrayPtr keys, ProjectArray(source.keys(), *source.map_type()->key_field(),
                                               target.type.children[0], map.key_type(), by));
  ASSIGN_OR_RETURN(ArrayPtr items, ProjectArray(source.items(), *source.map_type()->item_field(),
                                                target.type.children[1], map.item_type(), by));
  return ArrayPtr(std::make_shared<arrow::MapArray>(
      type, source.length(), source.value_offsets(), std::move(keys), std::move(items),
      source.null_bitmap(), source.null_count(), source.offset()));
}

}  // namespace

int32_t FieldIdOf(const arrow::Field& field) {
  if (field.metadata() == nullptr) return columnar::kNoFieldId;
  const auto text = field.metadata()->Get("PARQUET:field_id");
  if (!text.ok()) return columnar::kNoFieldId;
  int32_t id = columnar::kNoFieldId;
  std::from_chars(text->data(), text->data() + text->size(), id);
  return id;
}

bool Matches(const arrow::Field& source, const columnar::Field& target, MatchBy by) {
  if (by == MatchBy::kName) return source.name() == target.name;
  return target.id >= 0 && FieldIdOf(source) == target.id;
}

base::Result<ArrayPtr> ProjectArray(const ArrayPtr& array, const arrow::Field& source,
                                    const columnar::Field& target, const TypePtr& type,
                                    MatchBy by) {
  static_cast<void>(source);
  switch (target.type.id) {
    case TypeId::kStruct:
      return ProjectStruct(array, target, type, by);
    case TypeId::kList:
      return ProjectList(array, target, type, by);
    case TypeId::kMap:
      return ProjectMap(array, target, type, by);
    default:
      return CastLeaf(array, target, type);
  }
}

base::Result<ArrayPtr> Nulls(const TypePtr& type, int64_t rows) {
  auto out = arrow::MakeArrayOfNull(type, rows);
  if (!out.ok()) return FromStatus(out.status(), "make nulls");
  return *out;
}

base::Result<ArrayPtr> RepeatLiteral(const columnar::Literal& literal, const TypePtr& type,
                                     int64_t rows) {
  TypePtr plain = type;
  if (type->id() == arrow::Type::EXTENSION) {
    plain = static_cast<const arrow::ExtensionType&>(*type).storage_type();
  }
  arrow::Result<std::shared_ptr<arrow::Scalar>> scalar = arrow::Status::Invalid("no such type");
  if (const auto* flag = std::get_if<bool>(&literal.value)) {
    scalar = arrow::MakeScalar(plain, *flag);
  } else if (const auto* whole = std::get_if<int64_t>(&literal.value)) {
    if (plain->id() == arrow::Type::INT32 || plain->id() == arrow::Type::DATE32) {
      scalar = arrow::MakeScalar(plain, static_cast<int32_t>(*whole));
    } else {
      scalar = arrow::MakeScalar(plain, *whole);
    }
  } else if (const auto* real = std::get_if<double>(&literal.value)) {
    if (plain->id() == arrow::Type::FLOAT) {
      scalar = arrow::MakeScalar(plain, static_cast<float>(*real));
    } else {
      scalar = arrow::MakeScalar(plain, *real);
    }
  } else if (const auto* unscaled = std::get_if<columnar::Int128>(&literal.value)) {
    const arrow::Decimal128 value(static_cast<int64_t>(*unscaled >> 64),
                                  static_cast<uint64_t>(*unscaled));
    scalar =
        std::shared_ptr<arrow::Scalar>(std::make_shared<arrow::Decimal128Scalar>(value, plain));
  } else {
    scalar =
        arrow::MakeScalar(plain, arrow::Buffer::FromString(std::get<std::string>(literal.value)));
  }
  if (!scalar.ok()) return FromStatus(scalar.status(), "make a constant column");
  auto out = arrow::MakeArrayFromScalar(**scalar, rows);
  if (!out.ok()) return FromStatus(out.status(), "make a constant column");
  if (type->id() == arrow::Type::EXTENSION) return arrow::ExtensionType::WrapArray(type, *out);
  return *out;
}

}  // namespace engine::internal
