// Arrow schemas of the C data interface to our types and back.
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "columnar/reasons.h"
#include "columnar/stream.h"

namespace columnar {
namespace {

constexpr char kFieldIdKey[] = "PARQUET:field_id";
constexpr char kDocKey[] = "doc";
constexpr char kExtensionKey[] = "ARROW:extension:name";
constexpr char kUuidExtension[] = "arrow.uuid";

int32_t TakeInt32(const char*& at) {
  int32_t value = 0;
  std::memcpy(&value, at, sizeof(value));
  at += sizeof(value);
  return value;
}

std::map<std::string, std::string> ReadMetadata(const char* at) {
  std::map<std::string, std::string> metadata;
  if (at == nullptr) return metadata;
  for (int32_t left = TakeInt32(at); left > 0; --left) {
    std::string pair[2];
    for (std::string& text : pair) {
      const int32_t length = TakeInt32(at);
      text.assign(at, static_cast<size_t>(length));
      at += length;
    }
    metadata.emplace(std::move(pair[0]), std::move(pair[1]));
  }
  return metadata;
}

void AppendInt32(std::string& out, size_t value) {
  const auto number = static_cast<int32_t>(value);
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

std::string WriteMetadata(const std::map<std::string, std::string>& metadata) {
  if (metadata.empty()) return "";
  std::string out;
  AppendInt32(out, metadata.size());
  for (const auto& [key, value] : metadata) {
    AppendInt32(out, key.size());
    out += key;
    AppendInt32(out, value.size());
    out += value;
  }
  return out;
}

base::Error Unsupported(const std::string& column, std::string_view what) {
  return base::Error(base::Code::kInvalidArgument, reasons::kUnsupportedType,
                     "column \"" + column + "\" has the type " + std::string(what) +
                         ", which no table can hold")
      .Set("column", column)
      .Set("type", std::string(what));
}

base::Error BadArrow(const std::string& column, std::string_view format) {
  return base::Error(
      base::Code::kCorrupt, reasons::kBadArrow,
      "column \"" + column + "\" has the malformed Arrow format \"" + std::string(format) + "\"");
}

base::Result<Field> FieldOf(const ArrowSchema& schema, const std::string& path);
base::Result<Type> TypeOf(const ArrowSchema& schema, const std::string& path);

base::Result<Field> ChildOf(const ArrowSchema& schema, int64_t at, const std::string& path,
                            const char* name) {
  if (at >= schema.n_children) return BadArrow(path, schema.format);
  ASSIGN_OR_RETURN(Field field, FieldOf(*schema.children[at], path + "." + name));
  field.name = name;
  return field;
}

base::Result<Type> NestedOf(const ArrowSchema& schema, const std::string& path) {
  const std::string_view format = schema.format;
  if (format == "+s") {
    std::vector<Field> fields;
    std::set<std::string> seen;
    for (int64_t i = 0; i < schema.n_children; ++i) {
      const char* name = schema.children[i]->name == nullptr ? "" : schema.children[i]->name;
      ASSIGN_OR_RETURN(Field field, FieldOf(*schema.children[i], path + "." + name));
      if (!seen.insert(field.name).second) {
        return base::Error(base::Code::kInvalidArgument, reasons::kDuplicateColumn,
                           "two fields of column \"" + path + "\" are named \"" + field.name + "\"")
            .Set("column", path + "." + field.name);
      }
      fields.push_back(std::move(field));
    }
    return Type::Struct(std::move(fields));
  }
  if (format == "+m") {
    if (schema.n_children != 1) return BadArrow(path, format);
    const ArrowSchema& entries = *schema.children[0];
    ASSIGN_OR_RETURN(Field key, ChildOf(entries, 0, path, "key"));
    ASSIGN_OR_RETURN(Field value, ChildOf(entries, 1, path, "value"));
    key.required = true;
    return Type::Map(std::move(key), std::move(value));
  }
  if (format == "+r") {  // run ends, then values
    if (schema.n_children != 2) return BadArrow(path, format);
    return TypeOf(*schema.children[1], path);
  }
  const bool is_list = format == "+l" || format == "+L" || format == "+vl" || format == "+vL";
  if (!is_list && !format.starts_with("+w:")) return Unsupported(path, "union");
  ASSIGN_OR_RETURN(Field element, ChildOf(schema, 0, path, "element"));
  return Type::List(std::move(element));
}

/// "d:10,2" or "d:10,2,256".
base::Result<Type> DecimalOf(std::string_view format, const std::string& path) {
  int32_t numbers[3] = {0, 0, 128};
  const char* at = format.data() + 2;
  const char* end = format.data() + format.size();
  for (int i = 0; i < 3 && at < end; ++i) {
    const auto parsed = std::from_chars(at, end, numbers[i]);
    if (parsed.ec != std::errc()) return BadArrow(path, format);
    at = parsed.ptr + 1;
  }
  const bool fits =
      numbers[0] >= 1 && numbers[0] <= 38 && numbers[1] >= 0 && numbers[1] <= numbers[0];
  if (!fits) {
    return Unsupported(
        path, "decimal(" + std::to_string(numbers[0]) + ", " + std::to_string(numbers[1]) + ")");
  }
  return Type::Decimal(numbers[0], numbers[1]);
}

base::Result<Type> TemporalOf(std::string_view format, const std::string& path) {
  if (format.starts_with("td")) return Type(TypeId::kDate);
  if (format.starts_with("tt")) return Type(TypeId::kTime);
  if (format.starts_with("ts") && format.size() >= 4 && format[3] == ':') {
    return Type(format.size() > 4 ? TypeId::kTimestamptz : TypeId::kTimestamp);
  }
  if (format.starts_with("tD")) return Unsupported(path, "duration");
  if (format.starts_with("ti")) return Unsupported(path, "interval");
  return BadArrow(path, format);
}

base::Result<Type> FixedOf(const ArrowSchema& schema, const std::string& path) {
  const std::string_view format = schema.format;
  int32_t length = 0;
  const auto parsed = std::from_chars(format.data() + 2, format.data() + format.size(), length);
  if (parsed.ec != std::errc() || length < 0) return BadArrow(path, format);
  const auto metadata = ReadMetadata(schema.metadata);
  const auto extension = metadata.find(kExtensionKey);
  const bool is_uuid = extension != metadata.end() && extension->second == kUuidExtension;
  if (is_uuid && length == 16) return Type(TypeId::kUuid);
  return Type::Fixed(length);
}

base::Result<Type> TypeOf(const ArrowSchema& schema, const std::string& path) {
  if (schema.dictionary != nullptr) return TypeOf(*schema.dictionary, path);
  const std::string_view format = schema.format == nullptr ? "" : schema.format;
  if (format.empty()) return BadArrow(path, format);
  if (format == "vu") return Type(TypeId::kString);
  if (format == "vz") return Type(TypeId::kBinary);
  switch (format[0]) {
    case 'n':
      return Unsupported(path, "null");
    case 'b':
      return Type(TypeId::kBoolean);
    case 'c':
    case 'C':
    case 's':
    case 'S':
    case 'i':
      return Type(TypeId::kInt);
    case 'I':
    case 'l':
      return Type(TypeId::kLong);
    case 'L':
      return Type::Decimal(20, 0);
    case 'e':
    case 'f':
      return Type(TypeId::kFloat);
    case 'g':
      return Type(TypeId::kDouble);
    case 'z':
    case 'Z':
      return Type(TypeId::kBinary);
    case 'u':
    case 'U':
      return Type(TypeId::kString);
    case 'd':
      return DecimalOf(format, path);
    case 'w':
      return FixedOf(schema, path);
    case 't':
      return TemporalOf(format, path);
    case '+':
      return NestedOf(schema, path);
    default:
      return BadArrow(path, format);
  }
}

base::Result<Field> FieldOf(const ArrowSchema& schema, const std::string& path) {
  Field field;
  field.name = schema.name == nullptr ? "" : schema.name;
  ASSIGN_OR_RETURN(field.type, TypeOf(schema, path));
  field.required = (schema.flags & ARROW_FLAG_NULLABLE) == 0;
  const auto metadata = ReadMetadata(schema.metadata);
  if (const auto id = metadata.find(kFieldIdKey); id != metadata.end()) {
    const std::string& text = id->second;
    std::from_chars(text.data(), text.data() + text.size(), field.id);
  }
  if (const auto doc = metadata.find(kDocKey); doc != metadata.end()) field.doc = doc->second;
  return field;
}

/// What a schema of ours points to: it owns its texts and its children.
struct OwnedSchema {
  std::string format;
  std::string name;
  std::string metadata;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
};

void ReleaseSchema(ArrowSchema* schema) {
  auto* owned = static_cast<OwnedSchema*>(schema->private_data);
  for (ArrowSchema& child : owned->children) {
    if (child.release != nullptr) child.release(&child);
  }
  delete owned;
  schema->release = nullptr;
}

std::string FormatOf(const Type& type) {
  switch (type.id) {
    case TypeId::kBoolean:
      return "b";
    case TypeId::kInt:
      return "i";
    case TypeId::kLong:
      return "l";
    case TypeId::kFloat:
      return "f";
    case TypeId::kDouble:
      return "g";
    case TypeId::kDecimal:
      return "d:" + std::to_string(type.precision) + "," + std::to_string(type.scale);
    case TypeId::kDate:
      return "tdD";
    case TypeId::kTime:
      return "ttu";
    case TypeId::kTimestamp:
      return "tsu:";
    case TypeId::kTimestamptz:
      return "tsu:UTC";
    case TypeId::kString:
      return "u";
    case TypeId::kUuid:
      return "w:16";
    case TypeId::kFixed:
      return "w:" + std::to_string(type.length);
    case TypeId::kBinary:
      return "z";
    case TypeId::kStruct:
      return "+s";
    case TypeId::kList:
      return "+l";
    case TypeId::kMap:
      return "+m";
  }
  return "";
}

void WriteSchema(const Field& field, bool with_field_ids, ArrowSchema* out) {
  auto owned = std::make_unique<OwnedSchema>();
  owned->format = FormatOf(field.type);
  owned->name = field.name;
  std::map<std::string, std::string> metadata;
  if (with_field_ids && field.id != kNoFieldId) metadata[kFieldIdKey] = std::to_string(field.id);
  if (with_field_ids && !field.doc.empty()) metadata[kDocKey] = field.doc;
  if (field.type.id == TypeId::kUuid) {
    metadata[kExtensionKey] = kUuidExtension;
    metadata["ARROW:extension:metadata"] = "";
  }
  owned->metadata = WriteMetadata(metadata);
  if (field.type.id == TypeId::kMap) {
    Field entries;
    entries.name = "entries";
    entries.required = true;
    entries.type = Type::Struct(field.type.children);
    entries.type.children.at(0).required = true;
    owned->children.resize(1);
    WriteSchema(entries, with_field_ids, owned->children.data());
  } else {
    owned->children.resize(field.type.children.size());
    for (size_t i = 0; i < owned->children.size(); ++i) {
      WriteSchema(field.type.children[i], with_field_ids, &owned->children[i]);
    }
  }
  for (ArrowSchema& child : owned->children) owned->pointers.push_back(&child);
  *out = ArrowSchema{};
  out->format = owned->format.c_str();
  out->name = owned->name.c_str();
  out->metadata = owned->metadata.empty() ? nullptr : owned->metadata.data();
  out->flags = field.required ? 0 : ARROW_FLAG_NULLABLE;
  out->n_children = static_cast<int64_t>(owned->pointers.size());
  out->children = owned->pointers.data();
  out->release = ReleaseSchema;
  out->private_data = owned.release();
}

}  // namespace

base::Result<Schema> FromArrow(const ArrowSchema& schema) {
  if (schema.format == nullptr || std::string_view(schema.format) != "+s") {
    return BadArrow("", schema.format == nullptr ? "" : schema.format);
  }
  Schema result;
  std::set<std::string> seen;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    const ArrowSchema& child = *schema.children[i];
    const std::string name = child.name == nullptr ? "" : child.name;
    ASSIGN_OR_RETURN(Field field, FieldOf(child, name));
    if (!seen.insert(name).second) {
      return base::Error(base::Code::kInvalidArgument, reasons::kDuplicateColumn,
                         "two columns are named \"" + name + "\", rename one of them")
          .Set("column", name);
    }
    result.fields.push_back(std::move(field));
  }
  return result;
}

base::Status ToArrow(const Schema& schema, bool with_field_ids, ArrowSchema* out) {
  Field root;
  root.required = true;
  root.type = Type::Struct(schema.fields);
  WriteSchema(root, with_field_ids, out);
  return base::Ok();
}

}  // namespace columnar
