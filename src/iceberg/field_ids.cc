#include "iceberg/field_ids.h"

#include <algorithm>

namespace iceberg {
namespace {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;

/// Two versions of a field mean the same column: nested ones by kind, their children decide for
/// themselves.
std::string TypeText(const Type& type) {
  switch (type.id) {
    case TypeId::kStruct:
      return "struct";
    case TypeId::kList:
      return "list";
    case TypeId::kMap:
      return "map";
    default:
      return type.ToString();
  }
}

std::string ChildName(const Type& parent, size_t index) {
  switch (parent.id) {
    case TypeId::kList:
      return "element";
    case TypeId::kMap:
      return index == 0 ? "key" : "value";
    default:
      return parent.children[index].name;
  }
}

const Field* FindNamed(const std::vector<Field>* fields, const std::string& name) {
  if (fields == nullptr) return nullptr;
  const auto it = std::find_if(fields->begin(), fields->end(),
                               [&](const Field& field) { return field.name == name; });
  return it == fields->end() ? nullptr : &*it;
}

base::Status AssignField(Field& field, const Field* previous, int32_t parent_id,
                         const ColumnIdSource& source) {
  const std::string type = TypeText(field.type);
  if (previous != nullptr && TypeText(previous->type) != type) previous = nullptr;
  if (previous != nullptr && previous->id != columnar::kNoFieldId) {
    field.id = previous->id;
  } else {
    ASSIGN_OR_RETURN(field.id, source(parent_id, field.name, type));
  }
  for (size_t i = 0; i < field.type.children.size(); ++i) {
    Field& child = field.type.children[i];
    child.name = ChildName(field.type, i);
    const Field* before = nullptr;
    if (previous != nullptr) {
      const auto& children = previous->type.children;
      if (field.type.id == TypeId::kStruct) {
        before = FindNamed(&children, child.name);
      } else if (i < children.size()) {
        before = &children[i];
      }
    }
    RETURN_IF_ERROR(AssignField(child, before, field.id, source));
  }
  return base::Ok();
}

void Collect(const Field& field, const std::string& name, int32_t parent_id,
             std::vector<KnownColumn>& out) {
  out.push_back({parent_id, name, TypeText(field.type), field.id});
  for (size_t i = 0; i < field.type.children.size(); ++i)
    Collect(field.type.children[i], ChildName(field.type, i), field.id, out);
}

}  // namespace

std::vector<KnownColumn> ColumnsOf(const columnar::Schema& schema) {
  std::vector<KnownColumn> columns;
  for (const Field& field : schema.fields) Collect(field, field.name, kRootParentId, columns);
  return columns;
}

base::Result<columnar::Schema> AssignColumnIds(columnar::Schema fresh,
                                               const columnar::Schema* previous,
                                               const ColumnIdSource& source) {
  for (Field& field : fresh.fields) {
    const Field* before = FindNamed(previous == nullptr ? nullptr : &previous->fields, field.name);
    RETURN_IF_ERROR(AssignField(field, before, kRootParentId, source));
  }
  return fresh;
}

base::Result<PartitionSpec> AssignPartitionFieldIds(PartitionSpec fresh,
                                                    const std::vector<PartitionSpec>& previous,
                                                    const PartitionIdSource& source) {
  for (PartitionField& field : fresh.fields) {
    field.id = columnar::kNoFieldId;
    for (const PartitionSpec& spec : previous) {
      for (const PartitionField& known : spec.fields) {
        if (known.source_id == field.source_id && known.transform == field.transform) {
          field.id = known.id;
        }
      }
    }
    if (field.id == columnar::kNoFieldId) {
      ASSIGN_OR_RETURN(field.id, source(field.source_id, field.transform.ToString()));
    }
  }
  return fresh;
}

bool SameFields(const PartitionSpec& a, const PartitionSpec& b) {
  return std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(),
                    [](const PartitionField& x, const PartitionField& y) {
                      return x.source_id == y.source_id && x.transform == y.transform &&
                             x.name == y.name;
                    });
}

}  // namespace iceberg
