// Manifests and manifest lists of any writer, resolved by field id.
#include <charconv>

#include "base/bytes.h"
#include "iceberg/avro.h"
#include "iceberg/manifest.h"
#include "iceberg/reasons.h"
#include "iceberg/table_metadata.h"

namespace iceberg {
namespace {

using columnar::Int128;
using columnar::Literal;
using columnar::Type;
using columnar::TypeId;

base::Error Bad(const std::string& message) {
  return base::Error(base::Code::kCorrupt, kBadManifest, "manifest: " + message);
}

/// A decoded record with the schema it was written under; both borrowed.
class Record {
 public:
  static base::Result<Record> Of(const avro::Schema& schema, const avro::Value& value) {
    const auto* values = value.As<std::vector<avro::Value>>();
    if (schema.kind != avro::Schema::Kind::kRecord || values == nullptr) {
      return Bad("a record is something else");
    }
    return Record(schema, *values);
  }

  const avro::Value* Find(int32_t id) const {
    const avro::Schema* schema = nullptr;
    return Find(id, schema);
  }
  /// Null when the field is absent or null.
  const avro::Value* Find(int32_t id, const avro::Schema*& schema) const {
    for (size_t i = 0; i < schema_->fields.size(); ++i) {
      if (schema_->fields[i].id != id) continue;
      schema = &schema_->fields[i].schema;
      return (*values_)[i].null() ? nullptr : &(*values_)[i];
    }
    return nullptr;
  }

  base::Result<Record> Sub(int32_t id) const {
    const avro::Schema* schema = nullptr;
    const avro::Value* value = Find(id, schema);
    if (value == nullptr) return Missing(id);
    return Of(*schema, *value);
  }

  template <class T>
  base::Result<T> Get(int32_t id) const {
    const avro::Value* value = Find(id);
    if (value == nullptr) return Missing(id);
    const T* typed = value->As<T>();
    if (typed == nullptr) return WrongType(id);
    return *typed;
  }

  template <class T>
  base::Result<std::optional<T>> Optional(int32_t id) const {
    if (Find(id) == nullptr) return std::optional<T>();
    ASSIGN_OR_RETURN(T value, Get<T>(id));
    return std::optional<T>(std::move(value));
  }

  base::Result<int64_t> LongOr(int32_t id, int64_t absent) const {
    ASSIGN_OR_RETURN(const std::optional<int64_t> value, Optional<int64_t>(id));
    return value.value_or(absent);
  }

  static base::Error Missing(int32_t id) {
    return Bad("field " + std::to_string(id) + " is missing");
  }
  static base::Error WrongType(int32_t id) {
    return Bad("field " + std::to_string(id) + " has another type than it should");
  }

 private:
  Record(const avro::Schema& schema, const std::vector<avro::Value>& values)
      : schema_(&schema), values_(&values) {}
  const avro::Schema* schema_;
  const std::vector<avro::Value>* values_;
};

/// Maps of Iceberg are arrays of (key, value) records in Avro, as their keys are not text.
template <class T>
base::Result<std::map<int32_t, T>> GetMap(const Record& record, int32_t id) {
  std::map<int32_t, T> out;
  const avro::Value* value = record.Find(id);
  if (value == nullptr) return out;
  const auto* items = value->As<std::vector<avro::Value>>();
  if (items == nullptr) return Record::WrongType(id);
  for (const avro::Value& item : *items) {
    const auto* pair = item.As<std::vector<avro::Value>>();
    if (pair == nullptr || pair->size() < 2) return Record::WrongType(id);
    const auto* key = (*pair)[0].As<int64_t>();
    const auto* mapped = (*pair)[1].As<T>();
    if (key == nullptr || *key < 0 || *key > INT32_MAX) return Record::WrongType(id);
    if (mapped == nullptr) continue;
    out[static_cast<int32_t>(*key)] = *mapped;
  }
  return out;
}

template <class T>
base::Result<std::vector<T>> GetLongs(const Record& record, int32_t id) {
  std::vector<T> out;
  const avro::Value* value = record.Find(id);
  if (value == nullptr) return out;
  const auto* items = value->As<std::vector<avro::Value>>();
  if (items == nullptr) return Record::WrongType(id);
  for (const avro::Value& item : *items) {
    const auto* number = item.As<int64_t>();
    if (number == nullptr) return Record::WrongType(id);
    out.push_back(static_cast<T>(*number));
  }
  return out;
}

/// What the Avro type alone says: for fields whose source column is gone.
Type TypeOf(const avro::Schema& schema) {
  using Kind = avro::Schema::Kind;
  const std::string& logical = schema.logical_type;
  switch (schema.kind) {
    case Kind::kBoolean:
      return TypeId::kBoolean;
    case Kind::kInt:
    case Kind::kEnum:
      return logical == "date" ? TypeId::kDate : TypeId::kInt;
    case Kind::kLong:
      if (logical == "time-micros") return TypeId::kTime;
      if (logical == "timestamp-micros") {
        return schema.adjust_to_utc ? TypeId::kTimestamptz : TypeId::kTimestamp;
      }
      return TypeId::kLong;
    case Kind::kFloat:
      return TypeId::kFloat;
    case Kind::kDouble:
      return TypeId::kDouble;
    case Kind::kString:
      return TypeId::kString;
    case Kind::kFixed:
      if (logical == "decimal") return Type::Decimal(schema.precision, schema.scale);
      if (logical == "uuid") return TypeId::kUuid;
      return Type::Fixed(static_cast<int32_t>(schema.size));
    default:
      if (logical == "decimal") return Type::Decimal(schema.precision, schema.scale);
      return TypeId::kBinary;
  }
}

base::Result<Int128> FromBigEndian(const std::string& bytes) {
  if (bytes.empty() || bytes.size() > sizeof(Int128)) return Bad("a decimal's size is wrong");
  Int128 value = (bytes[0] & 0x80) != 0 ? -1 : 0;
  for (const char c : bytes) {
    value = value * 256 + static_cast<uint8_t>(c);
  }
  return value;
}

base::Result<Literal> LiteralFrom(const avro::Value& value, const Type& type) {
  const auto wrong = [&] { return Bad("a partition value is not of type " + type.ToString()); };
  switch (type.id) {
    case TypeId::kBoolean:
      if (const auto* v = value.As<bool>()) return Literal{type, *v};
      return wrong();
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      if (const auto* v = value.As<int64_t>()) return Literal{type, *v};
      return wrong();
    case TypeId::kFloat:
    case TypeId::kDouble:
      if (const auto* v = value.As<double>()) return Literal{type, *v};
      return wrong();
    case TypeId::kDecimal:
      if (const auto* v = value.As<std::string>()) {
        ASSIGN_OR_RETURN(const Int128 unscaled, FromBigEndian(*v));
        return Literal{type, unscaled};
      }
      return wrong();
    case TypeId::kUuid:
      if (const auto* v = value.As<std::string>()) {
        if (v->size() == 16) return Literal{type, *v};
        std::string digits = *v;
        std::erase(digits, '-');
        auto bytes = base::FromHex(digits);
        if (bytes.ok() && bytes->size() == 16) return Literal{type, *std::move(bytes)};
      }
      return wrong();
    case TypeId::kFixed:
      if (const auto* v = value.As<std::string>()) {
        if (v->size() == static_cast<size_t>(type.length)) return Literal{type, *v};
      }
      return wrong();
    case TypeId::kString:
    case TypeId::kBinary:
      if (const auto* v = value.As<std::string>()) return Literal{type, *v};
      return wrong();
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      break;
  }
  return wrong();
}

base::Result<PartitionValues> GetPartition(const Record& file, const Manifest& manifest) {
  PartitionValues values;
  if (manifest.spec.fields.empty()) return values;
  ASSIGN_OR_RETURN(const Record record, file.Sub(102));
  for (const PartitionField& field : manifest.spec.fields) {
    const avro::Schema* schema = nullptr;
    const avro::Value* value = record.Find(field.id, schema);
    if (value == nullptr) {
      values.emplace_back();
      continue;
    }
    Type type = TypeOf(*schema);
    if (const columnar::Field* source = manifest.schema.FindById(field.source_id)) {
      ASSIGN_OR_RETURN(type, ResultType(field.transform, source->type));
    }
    ASSIGN_OR_RETURN(Literal literal, LiteralFrom(*value, type));
    values.emplace_back(std::move(literal));
  }
  return values;
}

base::Result<DataFile> GetDataFile(const Record& record, const Manifest& manifest) {
  DataFile file;
  ASSIGN_OR_RETURN(const int64_t content, record.LongOr(134, 0));
  if (content < 0 || content > 2) return Bad("unknown content of a file");
  file.content = static_cast<FileContent>(content);
  ASSIGN_OR_RETURN(file.path, record.Get<std::string>(100));
  ASSIGN_OR_RETURN(file.format, record.Get<std::string>(101));
  file.spec_id = manifest.spec.id;
  ASSIGN_OR_RETURN(file.partition, GetPartition(record, manifest));
  ASSIGN_OR_RETURN(file.record_count, record.Get<int64_t>(103));
  ASSIGN_OR_RETURN(file.file_size_bytes, record.Get<int64_t>(104));
  if (file.record_count < 0 || file.file_size_bytes < 0) return Bad("a file's size is negative");
  ASSIGN_OR_RETURN(file.column_sizes, GetMap<int64_t>(record, 108));
  ASSIGN_OR_RETURN(file.value_counts, GetMap<int64_t>(record, 109));
  ASSIGN_OR_RETURN(file.null_value_counts, GetMap<int64_t>(record, 110));
  ASSIGN_OR_RETURN(file.nan_value_counts, GetMap<int64_t>(record, 137));
  ASSIGN_OR_RETURN(file.lower_bounds, GetMap<std::string>(record, 125));
  ASSIGN_OR_RETURN(file.upper_bounds, GetMap<std::string>(record, 128));
  ASSIGN_OR_RETURN(file.key_metadata, record.Optional<std::string>(131));
  ASSIGN_OR_RETURN(file.split_offsets, GetLongs<int64_t>(record, 132));
  ASSIGN_OR_RETURN(file.equality_ids, GetLongs<int32_t>(record, 135));
  ASSIGN_OR_RETURN(const auto sort_order_id, record.Optional<int64_t>(140));
  if (sort_order_id) file.sort_order_id = static_cast<int32_t>(*sort_order_id);
  ASSIGN_OR_RETURN(const auto referenced, record.Optional<std::string>(143));
  file.referenced_data_file = referenced.value_or("");
  ASSIGN_OR_RETURN(file.content_offset, record.Optional<int64_t>(144));
  ASSIGN_OR_RETURN(file.content_size_bytes, record.Optional<int64_t>(145));
  return file;
}

base::Result<ManifestEntry> GetEntry(const Record& record, const Manifest& manifest) {
  ManifestEntry entry;
  ASSIGN_OR_RETURN(const int64_t status, record.Get<int64_t>(0));
  if (status < 0 || status > 2) return Bad("unknown status of an entry");
  entry.status = static_cast<EntryStatus>(status);
  ASSIGN_OR_RETURN(entry.snapshot_id, record.Optional<int64_t>(1));
  ASSIGN_OR_RETURN(entry.sequence_number, record.Optional<int64_t>(3));
  ASSIGN_OR_RETURN(entry.file_sequence_number, record.Optional<int64_t>(4));
  ASSIGN_OR_RETURN(const Record file, record.Sub(2));
  ASSIGN_OR_RETURN(entry.file, GetDataFile(file, manifest));
  return entry;
}

int32_t NumberOr(const std::map<std::string, std::string>& metadata, const char* key,
                 int32_t absent) {
  const auto it = metadata.find(key);
  if (it == metadata.end()) return absent;
  int32_t value = absent;
  std::from_chars(it->second.data(), it->second.data() + it->second.size(), value);
  return value;
}

base::Result<FieldSummary> GetSummary(const avro::Schema& schema, const avro::Value& value) {
  ASSIGN_OR_RETURN(const Record record, Record::Of(schema, value));
  FieldSummary summary;
  ASSIGN_OR_RETURN(summary.contains_null, record.Get<bool>(509));
  ASSIGN_OR_RETURN(summary.contains_nan, record.Optional<bool>(518));
  ASSIGN_OR_RETURN(summary.lower_bound, record.Optional<std::string>(510));
  ASSIGN_OR_RETURN(summary.upper_bound, record.Optional<std::string>(511));
  return summary;
}

base::Result<ManifestFile> GetManifestFile(const Record& record) {
  ManifestFile row;
  ASSIGN_OR_RETURN(row.path, record.Get<std::string>(500));
  ASSIGN_OR_RETURN(row.length_bytes, record.Get<int64_t>(501));
  ASSIGN_OR_RETURN(const int64_t spec_id, record.Get<int64_t>(502));
  row.spec_id = static_cast<int32_t>(spec_id);
  ASSIGN_OR_RETURN(const int64_t content, record.LongOr(517, 0));
  if (content < 0 || content > 1) return Bad("unknown content of a manifest");
  row.content = static_cast<ManifestContent>(content);
  ASSIGN_OR_RETURN(row.sequence_number, record.LongOr(515, 0));
  ASSIGN_OR_RETURN(row.min_sequence_number, record.LongOr(516, 0));
  ASSIGN_OR_RETURN(row.added_snapshot_id, record.Optional<int64_t>(503));
  ASSIGN_OR_RETURN(row.added_files, record.LongOr(504, 0));
  ASSIGN_OR_RETURN(row.existing_files, record.LongOr(505, 0));
  ASSIGN_OR_RETURN(row.deleted_files, record.LongOr(506, 0));
  ASSIGN_OR_RETURN(row.added_rows, record.LongOr(512, 0));
  ASSIGN_OR_RETURN(row.existing_rows, record.LongOr(513, 0));
  ASSIGN_OR_RETURN(row.deleted_rows, record.LongOr(514, 0));
  ASSIGN_OR_RETURN(row.key_metadata, record.Optional<std::string>(519));
  const avro::Schema* schema = nullptr;
  const avro::Value* partitions = record.Find(507, schema);
  if (partitions == nullptr) return row;
  const auto* items = partitions->As<std::vector<avro::Value>>();
  if (items == nullptr || schema->kind != avro::Schema::Kind::kArray) return Record::WrongType(507);
  for (const avro::Value& item : *items) {
    ASSIGN_OR_RETURN(FieldSummary summary, GetSummary(schema->items[0], item));
    row.partitions.push_back(std::move(summary));
  }
  return row;
}

}  // namespace

base::Result<Manifest> DecodeManifest(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const avro::File file, avro::ReadFile(bytes));
  Manifest manifest;
  manifest.format_version = NumberOr(file.metadata, "format-version", 1);
  if (manifest.format_version > 3) {
    return base::Error(base::Code::kUnimplemented, kNewerFormat,
                       "a manifest has format version " + std::to_string(manifest.format_version) +
                           ", only 1 to 3 are known");
  }
  const auto schema = file.metadata.find("schema");
  const auto spec = file.metadata.find("partition-spec");
  if (schema == file.metadata.end() || spec == file.metadata.end()) {
    return Bad("the header has no schema or no partition spec");
  }
  ASSIGN_OR_RETURN(manifest.schema, ParseSchemaJson(schema->second));
  const int32_t spec_id = NumberOr(file.metadata, "partition-spec-id", 0);
  ASSIGN_OR_RETURN(manifest.spec, ParsePartitionFieldsJson(spec->second, spec_id));
  manifest.schema.id = NumberOr(file.metadata, "schema-id", manifest.schema.id);
  const auto content = file.metadata.find("content");
  if (content != file.metadata.end() && content->second == "deletes") {
    manifest.content = ManifestContent::kDeletes;
  }
  for (const avro::Value& value : file.records) {
    ASSIGN_OR_RETURN(const Record record, Record::Of(file.schema, value));
    ASSIGN_OR_RETURN(ManifestEntry entry, GetEntry(record, manifest));
    manifest.entries.push_back(std::move(entry));
  }
  return manifest;
}

base::Result<std::vector<ManifestFile>> DecodeManifestList(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const avro::File file, avro::ReadFile(bytes));
  std::vector<ManifestFile> rows;
  for (const avro::Value& value : file.records) {
    ASSIGN_OR_RETURN(const Record record, Record::Of(file.schema, value));
    ASSIGN_OR_RETURN(ManifestFile row, GetManifestFile(record));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace iceberg
