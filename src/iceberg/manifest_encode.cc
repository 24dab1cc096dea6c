// Manifests and manifest lists written as Avro under the specification's schemas.
#include <cctype>
#include <cstdio>

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

/// The least number of bytes that hold every unscaled value of this precision.
int32_t DecimalBytes(int32_t precision) {
  Int128 limit = 1;  // 10^precision
  for (int32_t i = 0; i < precision; ++i) limit *= 10;
  int32_t bytes = 1;
  while (bytes < 16 && (static_cast<Int128>(1) << (8 * bytes - 1)) < limit) ++bytes;
  return bytes;
}

std::string BigEndian(Int128 value, int32_t bytes) {
  std::string out(static_cast<size_t>(bytes), '\0');
  for (auto it = out.rbegin(); it != out.rend(); ++it) {
    *it = static_cast<char>(value & 0xff);
    value >>= 8;
  }
  return out;
}

/// Avro names are letters, digits and underscores; readers go by field id anyway.
std::string AvroName(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) || c == '_');
    if (out.empty() && (!plain || std::isdigit(byte))) out.push_back('_');
    if (plain) {
      out.push_back(c);
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "_x%02X", byte);
      out += code;
    }
  }
  return out.empty() ? "_" : out;
}

/// `text` with every placeholder replaced.
std::string Filled(std::string text,
                   const std::vector<std::pair<std::string_view, std::string>>& values) {
  for (const auto& [placeholder, value] : values) {
    for (size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos;) {
      text.replace(at, placeholder.size(), value);
      at += value.size();
    }
  }
  return text;
}

std::string AvroType(const Type& type, const std::string& unique) {
  switch (type.id) {
    case TypeId::kBoolean:
      return "\"boolean\"";
    case TypeId::kInt:
      return "\"int\"";
    case TypeId::kLong:
      return "\"long\"";
    case TypeId::kFloat:
      return "\"float\"";
    case TypeId::kDouble:
      return "\"double\"";
    case TypeId::kString:
      return "\"string\"";
    case TypeId::kBinary:
      return "\"bytes\"";
    case TypeId::kDate:
      return R"({"type":"int","logicalType":"date"})";
    case TypeId::kTime:
      return R"({"type":"long","logicalType":"time-micros"})";
    case TypeId::kTimestamp:
      return R"({"type":"long","logicalType":"timestamp-micros","adjust-to-utc":false})";
    case TypeId::kTimestamptz:
      return R"({"type":"long","logicalType":"timestamp-micros","adjust-to-utc":true})";
    case TypeId::kUuid:
      return Filled(R"({"type":"fixed","size":16,"logicalType":"uuid","name":"uuid_$id"})",
                    {{"$id", unique}});
    case TypeId::kFixed:
      return Filled(R"({"type":"fixed","size":$size,"name":"fixed_$id"})",
                    {{"$size", std::to_string(type.length)}, {"$id", unique}});
    case TypeId::kDecimal: {
      constexpr char kTemplate[] = R"({"type":"fixed","size":$size,"logicalType":"decimal",)"
                                   R"("precision":$precision,"scale":$scale,"name":"decimal_$id"})";
      return Filled(kTemplate, {{"$size", std::to_string(DecimalBytes(type.precision))},
                                {"$precision", std::to_string(type.precision)},
                                {"$scale", std::to_string(type.scale)},
                                {"$id", unique}});
    }
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      break;
  }
  CHECK(false && "a nested partition value");
}

std::string PartitionFieldsJson(const PartitionSpec& spec, const std::vector<Type>& types) {
  std::string json;
  for (size_t i = 0; i < types.size(); ++i) {
    const std::string id = std::to_string(spec.fields[i].id);
    if (i > 0) json += ",";
    // The id keeps names apart that differ only in replaced characters.
    std::string name = AvroName(spec.fields[i].name);
    if (name != spec.fields[i].name) name += "_" + id;
    json += Filled(R"({"name":"$name","type":["null",$type],"default":null,"field-id":$id})",
                   {{"$name", name}, {"$type", AvroType(types[i], id)}, {"$id", id}});
  }
  return json;
}

std::string CountMap(const char* name, int id, int key, const char* value_type) {
  constexpr char kTemplate[] = R"({"name":"$name","type":["null",{"type":"array","items":)"
                               R"({"type":"record","name":"k$key_v$value","fields":)"
                               R"([{"name":"key","type":"int","field-id":$key},)"
                               R"({"name":"value","type":"$type","field-id":$value}]},)"
                               R"("logicalType":"map"}],"default":null,"field-id":$id},)";
  return Filled(kTemplate, {{"$name", name},
                            {"$id", std::to_string(id)},
                            {"$key", std::to_string(key)},
                            {"$value", std::to_string(key + 1)},
                            {"$type", value_type}});
}

std::string ManifestSchemaJson(const PartitionSpec& spec, const std::vector<Type>& types) {
  constexpr char kTemplate[] =
      R"({"type":"record","name":"manifest_entry","fields":[)"
      R"({"name":"status","type":"int","field-id":0},)"
      R"({"name":"snapshot_id","type":["null","long"],"default":null,"field-id":1},)"
      R"({"name":"sequence_number","type":["null","long"],"default":null,"field-id":3},)"
      R"({"name":"file_sequence_number","type":["null","long"],"default":null,"field-id":4},)"
      R"({"name":"data_file","field-id":2,"type":{"type":"record","name":"r2","fields":[)"
      R"({"name":"content","type":"int","field-id":134},)"
      R"({"name":"file_path","type":"string","field-id":100},)"
      R"({"name":"file_format","type":"string","field-id":101},)"
      R"({"name":"partition","field-id":102,)"
      R"("type":{"type":"record","name":"r102","fields":[$partition]}},)"
      R"({"name":"record_count","type":"long","field-id":103},)"
      R"({"name":"file_size_in_bytes","type":"long","field-id":104},)"
      R"($counts)"
      R"({"name":"key_metadata","type":["null","bytes"],"default":null,"field-id":131},)"
      R"({"name":"split_offsets","type":["null",{"type":"array","items":"long",)"
      R"("element-id":133}],"default":null,"field-id":132},)"
      R"({"name":"equality_ids","type":["null",{"type":"array","items":"int",)"
      R"("element-id":136}],"default":null,"field-id":135},)"
      R"({"name":"sort_order_id","type":["null","int"],"default":null,"field-id":140}]}}]})";
  const std::string counts =
      CountMap("column_sizes", 108, 117, "long") + CountMap("value_counts", 109, 119, "long") +
      CountMap("null_value_counts", 110, 121, "long") +
      CountMap("nan_value_counts", 137, 138, "long") + CountMap("lower_bounds", 125, 126, "bytes") +
      CountMap("upper_bounds", 128, 129, "bytes");
  return Filled(kTemplate, {{"$counts", counts}, {"$partition", PartitionFieldsJson(spec, types)}});
}

void EncodeLiteral(const Literal& value, const Type& type, avro::Encoder& out) {
  if (const auto* boolean = std::get_if<bool>(&value.value)) {
    out.Boolean(*boolean);
  } else if (const auto* number = std::get_if<int64_t>(&value.value)) {
    out.Long(*number);
  } else if (const auto* real = std::get_if<double>(&value.value)) {
    if (type.id == TypeId::kFloat) {
      out.Float(static_cast<float>(*real));
    } else {
      out.Double(*real);
    }
  } else if (const auto* unscaled = std::get_if<Int128>(&value.value)) {
    out.Fixed(BigEndian(*unscaled, DecimalBytes(type.precision)));
  } else {
    const std::string& bytes = std::get<std::string>(value.value);
    if (type.id == TypeId::kUuid || type.id == TypeId::kFixed) {
      out.Fixed(bytes);
    } else {
      out.Bytes(bytes);
    }
  }
}

/// A list as one block; an empty one as null, which readers take for "not known".
template <class Items, class Each>
void EncodeOptionalItems(const Items& items, avro::Encoder& out, Each each) {
  out.Branch(!items.empty());
  if (items.empty()) return;
  out.Long(static_cast<int64_t>(items.size()));
  for (const auto& item : items) each(item);
  out.Long(0);
}

void EncodeCounts(const std::map<int32_t, int64_t>& counts, avro::Encoder& out) {
  EncodeOptionalItems(counts, out, [&](const auto& item) {
    out.Long(item.first);
    out.Long(item.second);
  });
}

void EncodeBounds(const std::map<int32_t, base::Bytes>& bounds, avro::Encoder& out) {
  EncodeOptionalItems(bounds, out, [&](const auto& item) {
    out.Long(item.first);
    out.Bytes(item.second);
  });
}

void EncodeEntry(const ManifestEntry& entry, const std::vector<Type>& types, avro::Encoder& out) {
  out.Long(static_cast<int64_t>(entry.status));
  out.OptionalLong(entry.snapshot_id);
  out.OptionalLong(entry.sequence_number);
  out.OptionalLong(entry.file_sequence_number);
  const DataFile& file = entry.file;
  out.Long(static_cast<int64_t>(file.content));
  out.Bytes(file.path);
  out.Bytes(file.format);
  for (size_t i = 0; i < types.size(); ++i) {
    out.Branch(file.partition[i].has_value());
    if (file.partition[i]) EncodeLiteral(*file.partition[i], types[i], out);
  }
  out.Long(file.record_count);
  out.Long(file.file_size_bytes);
  EncodeCounts(file.column_sizes, out);
  EncodeCounts(file.value_counts, out);
  EncodeCounts(file.null_value_counts, out);
  EncodeCounts(file.nan_value_counts, out);
  EncodeBounds(file.lower_bounds, out);
  EncodeBounds(file.upper_bounds, out);
  out.OptionalBytes(file.key_metadata);
  const auto each = [&](int64_t item) { out.Long(item); };
  EncodeOptionalItems(file.split_offsets, out, each);
  EncodeOptionalItems(file.equality_ids, out, each);
  out.Branch(file.sort_order_id.has_value());
  if (file.sort_order_id) out.Long(*file.sort_order_id);
}

base::Status CheckPartition(const DataFile& file, const std::vector<Type>& types) {
  bool fits = file.partition.size() == types.size();
  for (size_t i = 0; fits && i < types.size(); ++i) {
    fits = !file.partition[i] || file.partition[i]->type == types[i];
  }
  if (fits) return base::Ok();
  return base::Error(base::Code::kInvalidArgument, kBadPartition,
                     "the partition values of \"" + file.path + "\" do not fit the table's spec");
}

constexpr char kManifestListSchema[] =
    R"({"type":"record","name":"manifest_file","fields":[)"
    R"({"name":"manifest_path","type":"string","field-id":500},)"
    R"({"name":"manifest_length","type":"long","field-id":501},)"
    R"({"name":"partition_spec_id","type":"int","field-id":502},)"
    R"({"name":"content","type":"int","field-id":517},)"
    R"({"name":"sequence_number","type":"long","field-id":515},)"
    R"({"name":"min_sequence_number","type":"long","field-id":516},)"
    R"({"name":"added_snapshot_id","type":"long","field-id":503},)"
    R"({"name":"added_files_count","type":"int","field-id":504},)"
    R"({"name":"existing_files_count","type":"int","field-id":505},)"
    R"({"name":"deleted_files_count","type":"int","field-id":506},)"
    R"({"name":"added_rows_count","type":"long","field-id":512},)"
    R"({"name":"existing_rows_count","type":"long","field-id":513},)"
    R"({"name":"deleted_rows_count","type":"long","field-id":514},)"
    R"({"name":"partitions","type":["null",{"type":"array","items":{"type":"record","name":"r508",)"
    R"("fields":[{"name":"contains_null","type":"boolean","field-id":509},)"
    R"({"name":"contains_nan","type":["null","boolean"],"default":null,"field-id":518},)"
    R"({"name":"lower_bound","type":["null","bytes"],"default":null,"field-id":510},)"
    R"({"name":"upper_bound","type":["null","bytes"],"default":null,"field-id":511}]},)"
    R"("element-id":508}],"default":null,"field-id":507},)"
    R"({"name":"key_metadata","type":["null","bytes"],"default":null,"field-id":519}]})";

}  // namespace

base::Result<base::Bytes> EncodeManifest(const Manifest& manifest) {
  ASSIGN_OR_RETURN(const std::vector<Type> types, PartitionTypes(manifest.spec, manifest.schema));
  const std::map<std::string, std::string> metadata = {
      {"schema", WriteSchemaJson(manifest.schema)},
      {"schema-id", std::to_string(manifest.schema.id)},
      {"partition-spec", WritePartitionFieldsJson(manifest.spec)},
      {"partition-spec-id", std::to_string(manifest.spec.id)},
      {"format-version", "2"},
      {"content", manifest.content == ManifestContent::kData ? "data" : "deletes"},
  };
  avro::FileWriter file(ManifestSchemaJson(manifest.spec, types), metadata);
  avro::Encoder record;
  for (const ManifestEntry& entry : manifest.entries) {
    RETURN_IF_ERROR(CheckPartition(entry.file, types));
    record.Clear();
    EncodeEntry(entry, types, record);
    file.Append(record);
  }
  return std::move(file).Finish();
}

base::Bytes EncodeManifestList(const std::vector<ManifestFile>& manifests,
                               const ManifestListHeader& header) {
  const auto parent = header.parent_snapshot_id;
  const std::map<std::string, std::string> metadata = {
      {"snapshot-id", std::to_string(header.snapshot_id)},
      {"parent-snapshot-id", parent ? std::to_string(*parent) : "null"},
      {"sequence-number", std::to_string(header.sequence_number)},
      {"format-version", "2"},
  };
  avro::FileWriter file(kManifestListSchema, metadata);
  avro::Encoder record;
  for (const ManifestFile& row : manifests) {
    record.Clear();
    record.Bytes(row.path);
    record.Long(row.length_bytes);
    record.Long(row.spec_id);
    record.Long(static_cast<int64_t>(row.content));
    record.Long(row.sequence_number.value_or(header.sequence_number));
    record.Long(row.min_sequence_number.value_or(header.sequence_number));
    record.Long(row.added_snapshot_id.value_or(header.snapshot_id));
    for (const int64_t count : {row.added_files, row.existing_files, row.deleted_files,
                                row.added_rows, row.existing_rows, row.deleted_rows}) {
      record.Long(count);
    }
    EncodeOptionalItems(row.partitions, record, [&](const FieldSummary& summary) {
      record.Boolean(summary.contains_null);
      record.Branch(summary.contains_nan.has_value());
      if (summary.contains_nan) record.Boolean(*summary.contains_nan);
      record.OptionalBytes(summary.lower_bound);
      record.OptionalBytes(summary.upper_bound);
    });
    record.OptionalBytes(row.key_metadata);
    file.Append(record);
  }
  return std::move(file).Finish();
}

}  // namespace iceberg
