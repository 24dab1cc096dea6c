#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "iceberg/avro.h"
#include "iceberg/json_depth.h"
#include "iceberg/reasons.h"

namespace iceberg::avro {
namespace {

using Json = nlohmann::json;
using Kind = Schema::Kind;

base::Error Bad(const std::string& message) {
  return base::Error(base::Code::kCorrupt, kBadAvro, "avro schema: " + message);
}

const std::map<std::string, Kind>& PrimitiveKinds() {
  static const std::map<std::string, Kind> kKinds = {
      {"null", Kind::kNull},   {"boolean", Kind::kBoolean}, {"int", Kind::kInt},
      {"long", Kind::kLong},   {"float", Kind::kFloat},     {"double", Kind::kDouble},
      {"bytes", Kind::kBytes}, {"string", Kind::kString},
  };
  return kKinds;
}

std::string TextOf(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::optional<int32_t> IntOf(const Json& json, const char* key) {
  const auto it = json.find(key);
  if (it == json.end() || !it->is_number_integer()) return std::nullopt;
  const auto value = it->get<int64_t>();
  if (value < 0 || value > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(value);
}

class Parser {
 public:
  base::Result<Schema> Parse(const Json& json, int depth) {
    if (depth > kSchemaDepthMax || ++nodes_ > kSchemaNodesMax) {
      return Bad("too deep or too large");
    }
    if (json.is_string()) return ParseName(json.get<std::string>());
    if (json.is_array()) return ParseUnion(json, depth);
    if (!json.is_object()) return Bad("a type is neither text, list nor object");
    const auto type = json.find("type");
    if (type == json.end()) return Bad("an object without a type");
    if (!type->is_string()) return Parse(*type, depth + 1);
    return ParseComplex(json, type->get<std::string>(), depth);
  }

 private:
  base::Result<Schema> ParseName(const std::string& name) {
    const auto primitive = PrimitiveKinds().find(name);
    if (primitive != PrimitiveKinds().end()) {
      Schema schema;
      schema.kind = primitive->second;
      return schema;
    }
    const auto named = named_.find(name);
    if (named == named_.end()) return Bad("unknown or recursive type \"" + name + "\"");
    nodes_ += named->second.second;
    if (nodes_ > kSchemaNodesMax) return Bad("too large");
    return named->second.first;
  }

  base::Result<Schema> ParseUnion(const Json& json, int depth) {
    std::optional<Schema> other;
    bool has_null = false;
    bool null_first = false;
    for (const Json& branch : json) {
      ASSIGN_OR_RETURN(Schema parsed, Parse(branch, depth + 1));
      if (parsed.optional || parsed.union_single) return Bad("a union in a union");
      if (parsed.kind == Kind::kNull && !has_null) {
        has_null = true;
        null_first = !other.has_value();
      } else if (!other) {
        other = std::move(parsed);
      } else {
        return base::Error(base::Code::kUnimplemented, kUnsupported,
                           "an avro union of several types");
      }
    }
    if (!other) return Bad("a union without a type");
    other->optional = has_null;
    other->null_first = null_first;
    other->union_single = !has_null;
    return *std::move(other);
  }

  base::Result<Schema> ParseComplex(const Json& json, const std::string& type, int depth) {
    const int nodes_before = nodes_;
    Schema schema;
    if (type == "record") {
      schema.kind = Kind::kRecord;
      RETURN_IF_ERROR(ParseFields(json, depth, schema));
    } else if (type == "array" || type == "map") {
      schema.kind = type == "array" ? Kind::kArray : Kind::kMap;
      const auto items = json.find(type == "array" ? "items" : "values");
      if (items == json.end()) return Bad("\"" + type + "\" without a type of its items");
      ASSIGN_OR_RETURN(Schema item, Parse(*items, depth + 1));
      schema.items.push_back(std::move(item));
    } else if (type == "fixed") {
      schema.kind = Kind::kFixed;
      const auto size = IntOf(json, "size");
      if (!size) return Bad("fixed without a size");
      schema.size = *size;
    } else if (type == "enum") {
      schema.kind = Kind::kEnum;
      const auto symbols = json.find("symbols");
      if (symbols == json.end() || !symbols->is_array()) return Bad("enum without symbols");
      schema.size = static_cast<int64_t>(symbols->size());
    } else {
      ASSIGN_OR_RETURN(schema, ParseName(type));
    }
    schema.logical_type = TextOf(json, "logicalType");
    schema.precision = IntOf(json, "precision").value_or(0);
    schema.scale = IntOf(json, "scale").value_or(0);
    const auto adjust = json.find("adjust-to-utc");
    schema.adjust_to_utc = adjust != json.end() && adjust->is_boolean() && adjust->get<bool>();
    const std::string name = TextOf(json, "name");
    if (!name.empty() && PrimitiveKinds().find(type) == PrimitiveKinds().end()) {
      named_[name] = {schema, nodes_ - nodes_before + 1};
      const std::string space = TextOf(json, "namespace");
      if (!space.empty()) named_[space + "." + name] = named_[name];
    }
    return schema;
  }

  base::Status ParseFields(const Json& json, int depth, Schema& schema) {
    const auto fields = json.find("fields");
    if (fields == json.end() || !fields->is_array()) return Bad("record without fields");
    for (const Json& field : *fields) {
      if (!field.is_object()) return Bad("a record's field is not an object");
      const auto type = field.find("type");
      if (type == field.end()) return Bad("a record's field without a type");
      ASSIGN_OR_RETURN(Schema parsed, Parse(*type, depth + 1));
      schema.fields.push_back({TextOf(field, "name"), IntOf(field, "field-id"), std::move(parsed)});
    }
    return base::Ok();
  }

  int nodes_ = 0;
  std::map<std::string, std::pair<Schema, int>> named_;  // with the number of its nodes
};

}  // namespace

base::Result<Schema> ParseSchema(std::string_view text) {
  if (JsonNestedDeeperThan(text, 8 * kSchemaDepthMax)) return Bad("nested too deep");
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Bad("not json");
  return Parser().Parse(json, 0);
}

}  // namespace iceberg::avro
