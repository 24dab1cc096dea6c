#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "iceberg/json_depth.h"
#include "iceberg/reasons.h"
#include "iceberg/schema_json_internal.h"
#include "iceberg/table_metadata.h"

namespace iceberg {
namespace {

using Json = nlohmann::json;
using columnar::Field;
using columnar::Schema;
using columnar::Type;
using columnar::TypeId;

constexpr int kJsonDepthMax = 256;

struct Named {
  const char* name;
  TypeId id;
};

constexpr std::array<Named, 12> kPrimitives = {{
    {"boolean", TypeId::kBoolean},
    {"int", TypeId::kInt},
    {"long", TypeId::kLong},
    {"float", TypeId::kFloat},
    {"double", TypeId::kDouble},
    {"date", TypeId::kDate},
    {"time", TypeId::kTime},
    {"timestamp", TypeId::kTimestamp},
    {"timestamptz", TypeId::kTimestamptz},
    {"string", TypeId::kString},
    {"uuid", TypeId::kUuid},
    {"binary", TypeId::kBinary},
}};

Json TypeToJson(const Type& type, const Defaults& defaults);

Json FieldToJson(const Field& field, const Defaults& defaults) {
  Json json = {{"id", field.id},
               {"name", field.name},
               {"required", field.required},
               {"type", TypeToJson(field.type, defaults)}};
  if (!field.doc.empty()) json["doc"] = field.doc;
  if (const auto found = defaults.find(field.id); found != defaults.end()) {
    const auto put = [&](const char* key, const std::string& text) {
      if (!text.empty()) json[key] = Json::parse(text, nullptr, false);
    };
    put("initial-default", found->second.initial);
    put("write-default", found->second.write);
  }
  return json;
}

Json FieldsToJson(const std::vector<Field>& fields, const Defaults& defaults) {
  Json list = Json::array();
  for (const Field& field : fields) list.push_back(FieldToJson(field, defaults));
  return list;
}

Json TypeToJson(const Type& type, const Defaults& defaults) {
  switch (type.id) {
    case TypeId::kDecimal:
      return "decimal(" + std::to_string(type.precision) + ", " + std::to_string(type.scale) + ")";
    case TypeId::kFixed:
      return "fixed[" + std::to_string(type.length) + "]";
    case TypeId::kStruct:
      return {{"type", "struct"}, {"fields", FieldsToJson(type.children, defaults)}};
    case TypeId::kList: {
      const Field& element = type.children.at(0);
      return {{"type", "list"},
              {"element-id", element.id},
              {"element", TypeToJson(element.type, defaults)},
              {"element-required", element.required}};
    }
    case TypeId::kMap: {
      const Field& key = type.children.at(0);
      const Field& value = type.children.at(1);
      return {{"type", "map"},
              {"key-id", key.id},
              {"key", TypeToJson(key.type, defaults)},
              {"value-id", value.id},
              {"value", TypeToJson(value.type, defaults)},
              {"value-required", value.required}};
    }
    default:
      break;
  }
  for (const Named& primitive : kPrimitives) {
    if (primitive.id == type.id) return primitive.name;
  }
  CHECK(false && "a type without a name");
}

/// The whole numbers between two marks: "decimal(9, 2)" → {9, 2}.
std::vector<int32_t> NumbersIn(std::string_view text, char open, char close) {
  std::vector<int32_t> numbers;
  const size_t start = text.find(open);
  if (start == std::string_view::npos || text.back() != close) return numbers;
  const char* at = text.data() + start + 1;
  const char* const end = text.data() + text.size() - 1;
  while (at < end) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    int32_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return {};
    numbers.push_back(number);
    at = next;
  }
  return numbers;
}

base::Result<Type> PrimitiveFromText(const std::string& text) {
  for (const Named& primitive : kPrimitives) {
    if (text == primitive.name) return Type(primitive.id);
  }
  if (text.starts_with("decimal(")) {
    const auto numbers = NumbersIn(text, '(', ')');
    if (numbers.size() == 2 && numbers[0] >= 1 && numbers[0] <= 38 && numbers[1] >= 0 &&
        numbers[1] <= numbers[0]) {
      return Type::Decimal(numbers[0], numbers[1]);
    }
  }
  if (text.starts_with("fixed[")) {
    const auto numbers = NumbersIn(text, '[', ']');
    if (numbers.size() == 1 && numbers[0] >= 0) return Type::Fixed(numbers[0]);
  }
  return base::Error(base::Code::kUnimplemented, kUnsupported,
                     "column type \"" + text + "\" is not supported");
}

base::Result<Type> TypeFromJson(const Json& json, Defaults* defaults);

base::Result<bool> RequiredBool(const Json& json, const char* key) {
  ASSIGN_OR_RETURN(const Json* member, RequiredMember(json, key));
  if (!member->is_boolean()) return BadMetadata(std::string("\"") + key + "\" is not a boolean");
  return member->get<bool>();
}

base::Result<Field> ChildFromJson(const Json& json, const std::string& name, Defaults* defaults) {
  Field field;
  field.name = name;
  ASSIGN_OR_RETURN(field.id, RequiredInt(json, (name + "-id").c_str()));
  ASSIGN_OR_RETURN(const Json* type, RequiredMember(json, name.c_str()));
  ASSIGN_OR_RETURN(field.type, TypeFromJson(*type, defaults));
  field.required = true;
  if (name != "key") {
    ASSIGN_OR_RETURN(field.required, RequiredBool(json, (name + "-required").c_str()));
  }
  return field;
}

void ReadDefault(const Json& json, int32_t field_id, Defaults& defaults) {
  ColumnDefault found;
  const auto read = [&](const char* key, std::string& text) {
    const auto value = json.find(key);
    if (value != json.end() && !value->is_null()) text = value->dump();
  };
  read("initial-default", found.initial);
  read("write-default", found.write);
  if (found != ColumnDefault()) defaults[field_id] = std::move(found);
}

base::Result<std::vector<Field>> FieldsFromJson(const Json& json, Defaults* defaults) {
  ASSIGN_OR_RETURN(const Json* list, RequiredMember(json, "fields"));
  if (!list->is_array()) return BadMetadata("\"fields\" is not a list");
  std::vector<Field> fields;
  for (const Json& item : *list) {
    Field field;
    ASSIGN_OR_RETURN(field.id, RequiredInt(item, "id"));
    ASSIGN_OR_RETURN(field.name, RequiredText(item, "name"));
    ASSIGN_OR_RETURN(field.required, RequiredBool(item, "required"));
    ASSIGN_OR_RETURN(const Json* type, RequiredMember(item, "type"));
    ASSIGN_OR_RETURN(field.type, TypeFromJson(*type, defaults));
    const auto doc = item.find("doc");
    if (doc != item.end() && doc->is_string()) field.doc = doc->get<std::string>();
    if (defaults != nullptr) ReadDefault(item, field.id, *defaults);
    fields.push_back(std::move(field));
  }
  return fields;
}

base::Result<Type> TypeFromJson(const Json& json, Defaults* defaults) {
  if (json.is_string()) return PrimitiveFromText(json.get<std::string>());
  ASSIGN_OR_RETURN(const std::string kind, RequiredText(json, "type"));
  if (kind == "struct") {
    ASSIGN_OR_RETURN(std::vector<Field> fields, FieldsFromJson(json, defaults));
    return Type::Struct(std::move(fields));
  }
  if (kind == "list") {
    ASSIGN_OR_RETURN(Field element, ChildFromJson(json, "element", defaults));
    return Type::List(std::move(element));
  }
  if (kind == "map") {
    ASSIGN_OR_RETURN(Field key, ChildFromJson(json, "key", defaults));
    ASSIGN_OR_RETURN(Field value, ChildFromJson(json, "value", defaults));
    return Type::Map(std::move(key), std::move(value));
  }
  return BadMetadata("unknown kind of type \"" + kind + "\"");
}

}  // namespace

base::Error BadMetadata(const std::string& message) {
  return base::Error(base::Code::kCorrupt, kBadMetadata, "table metadata: " + message);
}

base::Result<const Json*> RequiredMember(const Json& json, const char* key) {
  if (!json.is_object()) return BadMetadata(std::string("no object to hold \"") + key + "\"");
  const auto it = json.find(key);
  if (it == json.end()) return BadMetadata(std::string("\"") + key + "\" is missing");
  return &*it;
}

base::Result<int64_t> RequiredLong(const Json& json, const char* key) {
  ASSIGN_OR_RETURN(const Json* member, RequiredMember(json, key));
  if (!member->is_number_integer() ||
      (member->is_number_unsigned() && member->get<uint64_t>() > INT64_MAX)) {
    return BadMetadata(std::string("\"") + key + "\" is not a whole number");
  }
  return member->get<int64_t>();
}

base::Result<int32_t> RequiredInt(const Json& json, const char* key) {
  ASSIGN_OR_RETURN(const int64_t value, RequiredLong(json, key));
  if (value < INT32_MIN || value > INT32_MAX) {
    return BadMetadata(std::string("\"") + key + "\" is out of range");
  }
  return static_cast<int32_t>(value);
}

base::Result<std::string> RequiredText(const Json& json, const char* key) {
  ASSIGN_OR_RETURN(const Json* member, RequiredMember(json, key));
  if (!member->is_string()) return BadMetadata(std::string("\"") + key + "\" is not text");
  return member->get<std::string>();
}

base::Result<int32_t> IntOr(const Json& json, const char* key, int32_t absent) {
  const auto it = json.find(key);
  if (it == json.end() || it->is_null()) return absent;
  return RequiredInt(json, key);
}

base::Result<int64_t> LongOr(const Json& json, const char* key, int64_t absent) {
  const auto it = json.find(key);
  if (it == json.end() || it->is_null()) return absent;
  return RequiredLong(json, key);
}

base::Result<Json> ParseJson(std::string_view text) {
  if (JsonNestedDeeperThan(text, kJsonDepthMax)) return BadMetadata("nested too deep");
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return BadMetadata("is not json");
  return json;
}

Json SchemaToJson(const Schema& schema, const Defaults& defaults) {
  Json json = {{"type", "struct"},
               {"schema-id", schema.id},
               {"fields", FieldsToJson(schema.fields, defaults)}};
  if (!schema.identifier_field_ids.empty()) {
    json["identifier-field-ids"] = schema.identifier_field_ids;
  }
  return json;
}

base::Result<Schema> SchemaFromJson(const Json& json, Defaults* defaults) {
  Schema schema;
  ASSIGN_OR_RETURN(schema.fields, FieldsFromJson(json, defaults));
  ASSIGN_OR_RETURN(schema.id, IntOr(json, "schema-id", 0));
  const auto ids = json.find("identifier-field-ids");
  if (ids != json.end() && ids->is_array()) {
    for (const Json& id : *ids) {
      if (!id.is_number_integer()) return BadMetadata("an identifier field id is not a number");
      schema.identifier_field_ids.push_back(id.get<int32_t>());
    }
  }
  return schema;
}

Json PartitionFieldsToJson(const PartitionSpec& spec) {
  Json list = Json::array();
  for (const PartitionField& field : spec.fields) {
    list.push_back({{"field-id", field.id},
                    {"source-id", field.source_id},
                    {"name", field.name},
                    {"transform", field.transform.ToString()}});
  }
  return list;
}

base::Result<PartitionSpec> PartitionFieldsFromJson(const Json& json, int32_t spec_id) {
  if (!json.is_array()) return BadMetadata("partition fields are not a list");
  PartitionSpec spec;
  spec.id = spec_id;
  for (const Json& item : json) {
    PartitionField field;
    // Version 1 leaves the ids out: they count up from the first.
    const int32_t counted = kFirstPartitionFieldId + static_cast<int32_t>(spec.fields.size());
    ASSIGN_OR_RETURN(field.source_id, RequiredInt(item, "source-id"));
    ASSIGN_OR_RETURN(field.id, IntOr(item, "field-id", counted));
    ASSIGN_OR_RETURN(field.name, RequiredText(item, "name"));
    ASSIGN_OR_RETURN(const std::string transform, RequiredText(item, "transform"));
    ASSIGN_OR_RETURN(field.transform, ParseTransform(transform));
    spec.fields.push_back(std::move(field));
  }
  return spec;
}

std::optional<columnar::Literal> ParseDefault(std::string_view text, const Type& type) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_boolean() && type.id == TypeId::kBoolean)
    return columnar::Literal::Boolean(json.get<bool>());
  if (json.is_number_integer())
    return columnar::ConvertLiteral(columnar::Literal::Long(json.get<int64_t>()), type);
  if (json.is_number_float())
    return columnar::ConvertLiteral(columnar::Literal::Double(json.get<double>()), type);
  if (!json.is_string() || type.id == TypeId::kBinary || type.id == TypeId::kFixed)
    return std::nullopt;
  return columnar::ConvertLiteral(columnar::Literal::String(json.get<std::string>()), type);
}

std::string WriteSchemaJson(const Schema& schema) {
  return SchemaToJson(schema).dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Result<Schema> ParseSchemaJson(std::string_view text) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text));
  return SchemaFromJson(json);
}

std::string WritePartitionFieldsJson(const PartitionSpec& spec) {
  return PartitionFieldsToJson(spec).dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Result<PartitionSpec> ParsePartitionFieldsJson(std::string_view text, int32_t spec_id) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text));
  return PartitionFieldsFromJson(json, spec_id);
}

}  // namespace iceberg
