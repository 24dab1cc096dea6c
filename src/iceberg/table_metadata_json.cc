#include <algorithm>
#include <nlohmann/json.hpp>

#include "iceberg/reasons.h"
#include "iceberg/schema_json_internal.h"
#include "iceberg/table_metadata.h"

namespace iceberg {
namespace {

using Json = nlohmann::json;

constexpr int32_t kFormatVersionMax = 3;

/// Calls `each` with every item of a list; an absent list is an empty one.
template <class Each>
base::Status ForEach(const Json& json, const char* key, Each each) {
  const auto list = json.find(key);
  if (list == json.end() || list->is_null()) return base::Ok();
  if (!list->is_array()) return BadMetadata(std::string("\"") + key + "\" is not a list");
  for (const Json& item : *list) RETURN_IF_ERROR(each(item));
  return base::Ok();
}

base::Status ReadOptional(const Json& json, const char* key, std::optional<int64_t>& out) {
  if (!json.contains(key) || json.find(key)->is_null()) return base::Ok();
  ASSIGN_OR_RETURN(out, RequiredLong(json, key));
  return base::Ok();
}

}  // namespace

base::Result<std::map<std::string, std::string>> TextMap(const Json& json, const char* key) {
  std::map<std::string, std::string> texts;
  const auto member = json.find(key);
  if (member == json.end() || member->is_null()) return texts;
  if (!member->is_object()) return BadMetadata(std::string("\"") + key + "\" is not an object");
  for (const auto& [name, value] : member->items()) {
    if (!value.is_string())
      return BadMetadata(std::string("\"") + key + "\" holds other than text");
    texts[name] = value.get<std::string>();
  }
  return texts;
}

base::Result<SortOrder> SortOrderFromJson(const Json& json) {
  SortOrder order;
  ASSIGN_OR_RETURN(order.id, RequiredInt(json, "order-id"));
  RETURN_IF_ERROR(ForEach(json, "fields", [&](const Json& item) -> base::Status {
    SortField field;
    ASSIGN_OR_RETURN(field.source_id, RequiredInt(item, "source-id"));
    ASSIGN_OR_RETURN(const std::string transform, RequiredText(item, "transform"));
    ASSIGN_OR_RETURN(field.transform, ParseTransform(transform));
    ASSIGN_OR_RETURN(const std::string direction, RequiredText(item, "direction"));
    ASSIGN_OR_RETURN(const std::string nulls, RequiredText(item, "null-order"));
    field.descending = direction == "desc";
    field.nulls_last = nulls == "nulls-last";
    order.fields.push_back(std::move(field));
    return base::Ok();
  }));
  return order;
}

Json SortOrderToJson(const SortOrder& order) {
  Json fields = Json::array();
  for (const SortField& field : order.fields) {
    fields.push_back({{"source-id", field.source_id},
                      {"transform", field.transform.ToString()},
                      {"direction", field.descending ? "desc" : "asc"},
                      {"null-order", field.nulls_last ? "nulls-last" : "nulls-first"}});
  }
  return {{"order-id", order.id}, {"fields", std::move(fields)}};
}

base::Result<Snapshot> SnapshotFromJson(const Json& json) {
  Snapshot snapshot;
  ASSIGN_OR_RETURN(snapshot.id, RequiredLong(json, "snapshot-id"));
  ASSIGN_OR_RETURN(const int64_t parent, LongOr(json, "parent-snapshot-id", -1));
  if (parent != -1) snapshot.parent_id = parent;
  ASSIGN_OR_RETURN(snapshot.sequence_number, LongOr(json, "sequence-number", 0));
  ASSIGN_OR_RETURN(snapshot.timestamp_ms, RequiredLong(json, "timestamp-ms"));
  ASSIGN_OR_RETURN(snapshot.summary, TextMap(json, "summary"));
  ASSIGN_OR_RETURN(const int64_t schema_id, LongOr(json, "schema-id", -1));
  if (schema_id >= 0) snapshot.schema_id = static_cast<int32_t>(schema_id);
  RETURN_IF_ERROR(ReadOptional(json, "first-row-id", snapshot.first_row_id));
  RETURN_IF_ERROR(ReadOptional(json, "added-rows", snapshot.added_rows));
  if (const auto key = json.find("key-id"); key != json.end() && key->is_string())
    snapshot.key_id = key->get<std::string>();
  if (json.contains("manifest-list")) {
    ASSIGN_OR_RETURN(snapshot.manifest_list, RequiredText(json, "manifest-list"));
    return snapshot;
  }
  RETURN_IF_ERROR(ForEach(json, "manifests", [&](const Json& item) -> base::Status {
    if (!item.is_string()) return BadMetadata("a manifest's path is not text");
    snapshot.manifests.push_back(item.get<std::string>());
    return base::Ok();
  }));
  return snapshot;
}

Json SnapshotToJson(const Snapshot& snapshot, int32_t format_version) {
  Json json = {{"snapshot-id", snapshot.id},
               {"timestamp-ms", snapshot.timestamp_ms},
               {"summary", snapshot.summary}};
  if (format_version >= 2) json["sequence-number"] = snapshot.sequence_number;
  if (snapshot.manifest_list.empty() && !snapshot.manifests.empty()) {
    json["manifests"] = snapshot.manifests;
  } else {
    json["manifest-list"] = snapshot.manifest_list;
  }
  if (snapshot.parent_id) json["parent-snapshot-id"] = *snapshot.parent_id;
  if (snapshot.schema_id) json["schema-id"] = *snapshot.schema_id;
  if (snapshot.first_row_id) json["first-row-id"] = *snapshot.first_row_id;
  if (snapshot.added_rows) json["added-rows"] = *snapshot.added_rows;
  if (!snapshot.key_id.empty()) json["key-id"] = snapshot.key_id;
  return json;
}

base::Result<SnapshotRef> SnapshotRefFromJson(const Json& json) {
  SnapshotRef ref;
  ASSIGN_OR_RETURN(ref.snapshot_id, RequiredLong(json, "snapshot-id"));
  ASSIGN_OR_RETURN(ref.type, RequiredText(json, "type"));
  std::optional<int64_t> keep;
  RETURN_IF_ERROR(ReadOptional(json, "min-snapshots-to-keep", keep));
  if (keep && *keep > 0 && *keep <= INT32_MAX)
    ref.min_snapshots_to_keep = static_cast<int32_t>(*keep);
  RETURN_IF_ERROR(ReadOptional(json, "max-snapshot-age-ms", ref.max_snapshot_age_ms));
  RETURN_IF_ERROR(ReadOptional(json, "max-ref-age-ms", ref.max_ref_age_ms));
  return ref;
}

Json SnapshotRefToJson(const SnapshotRef& ref) {
  Json json = {{"snapshot-id", ref.snapshot_id}, {"type", ref.type}};
  if (ref.min_snapshots_to_keep) json["min-snapshots-to-keep"] = *ref.min_snapshots_to_keep;
  if (ref.max_snapshot_age_ms) json["max-snapshot-age-ms"] = *ref.max_snapshot_age_ms;
  if (ref.max_ref_age_ms) json["max-ref-age-ms"] = *ref.max_ref_age_ms;
  return json;
}

namespace {

base::Status ReadSchemas(const Json& json, TableMetadata& out) {
  RETURN_IF_ERROR(ForEach(json, "schemas", [&](const Json& item) -> base::Status {
    Defaults defaults;
    ASSIGN_OR_RETURN(columnar::Schema schema, SchemaFromJson(item, &defaults));
    if (!defaults.empty()) out.defaults[schema.id] = std::move(defaults);
    out.schemas.push_back(std::move(schema));
    return base::Ok();
  }));
  if (out.schemas.empty()) {  // version 1
    ASSIGN_OR_RETURN(const Json* schema, RequiredMember(json, "schema"));
    ASSIGN_OR_RETURN(columnar::Schema parsed, SchemaFromJson(*schema));
    out.schemas.push_back(std::move(parsed));
  }
  ASSIGN_OR_RETURN(out.current_schema_id, IntOr(json, "current-schema-id", out.schemas.front().id));
  return base::Ok();
}

base::Status ReadSpecs(const Json& json, TableMetadata& out) {
  RETURN_IF_ERROR(ForEach(json, "partition-specs", [&](const Json& item) -> base::Status {
    ASSIGN_OR_RETURN(const int32_t id, RequiredInt(item, "spec-id"));
    ASSIGN_OR_RETURN(const Json* fields, RequiredMember(item, "fields"));
    ASSIGN_OR_RETURN(PartitionSpec spec, PartitionFieldsFromJson(*fields, id));
    out.specs.push_back(std::move(spec));
    return base::Ok();
  }));
  if (out.specs.empty()) {  // version 1
    ASSIGN_OR_RETURN(const Json* fields, RequiredMember(json, "partition-spec"));
    ASSIGN_OR_RETURN(PartitionSpec spec, PartitionFieldsFromJson(*fields, 0));
    out.specs.push_back(std::move(spec));
  }
  int32_t highest = kFirstPartitionFieldId - 1;
  for (const PartitionSpec& spec : out.specs) {
    for (const PartitionField& field : spec.fields) highest = std::max(highest, field.id);
  }
  ASSIGN_OR_RETURN(out.default_spec_id, IntOr(json, "default-spec-id", out.specs.front().id));
  ASSIGN_OR_RETURN(out.last_partition_id, IntOr(json, "last-partition-id", highest));
  RETURN_IF_ERROR(ForEach(json, "sort-orders", [&](const Json& item) -> base::Status {
    ASSIGN_OR_RETURN(SortOrder order, SortOrderFromJson(item));
    out.sort_orders.push_back(std::move(order));
    return base::Ok();
  }));
  ASSIGN_OR_RETURN(out.default_sort_order_id, IntOr(json, "default-sort-order-id", 0));
  return base::Ok();
}

/// Lists of objects that only their writers understand.
base::Status KeepObjects(const Json& json, const char* key, std::vector<std::string>& out) {
  return ForEach(json, key, [&](const Json& item) -> base::Status {
    if (!item.is_object()) return BadMetadata(std::string("\"") + key + "\" holds no objects");
    out.push_back(item.dump(-1, ' ', false, Json::error_handler_t::replace));
    return base::Ok();
  });
}

base::Status ReadHistory(const Json& json, TableMetadata& out) {
  ASSIGN_OR_RETURN(const int64_t current, LongOr(json, "current-snapshot-id", -1));
  if (current != -1) out.current_snapshot_id = current;
  RETURN_IF_ERROR(ForEach(json, "snapshots", [&](const Json& item) -> base::Status {
    ASSIGN_OR_RETURN(Snapshot snapshot, SnapshotFromJson(item));
    out.snapshots.push_back(std::move(snapshot));
    return base::Ok();
  }));
  RETURN_IF_ERROR(ForEach(json, "snapshot-log", [&](const Json& item) -> base::Status {
    SnapshotLogEntry entry;
    ASSIGN_OR_RETURN(entry.snapshot_id, RequiredLong(item, "snapshot-id"));
    ASSIGN_OR_RETURN(entry.timestamp_ms, RequiredLong(item, "timestamp-ms"));
    out.snapshot_log.push_back(entry);
    return base::Ok();
  }));
  RETURN_IF_ERROR(ForEach(json, "metadata-log", [&](const Json& item) -> base::Status {
    MetadataLogEntry entry;
    ASSIGN_OR_RETURN(entry.metadata_file, RequiredText(item, "metadata-file"));
    ASSIGN_OR_RETURN(entry.timestamp_ms, RequiredLong(item, "timestamp-ms"));
    out.metadata_log.push_back(std::move(entry));
    return base::Ok();
  }));
  const auto refs = json.find("refs");
  if (refs != json.end() && refs->is_object()) {
    for (const auto& [name, item] : refs->items()) {
      ASSIGN_OR_RETURN(out.refs[name], SnapshotRefFromJson(item));
    }
  }
  return base::Ok();
}

}  // namespace

base::Result<TableMetadata> ParseTableMetadata(base::BytesView text) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text));
  TableMetadata out;
  ASSIGN_OR_RETURN(out.format_version, RequiredInt(json, "format-version"));
  if (out.format_version < 1 || out.format_version > kFormatVersionMax) {
    return base::Error(base::Code::kUnimplemented, kNewerFormat,
                       "table format version " + std::to_string(out.format_version) +
                           " is not supported, only versions 1 to 3 are");
  }
  const bool second = out.format_version >= 2;
  if (second || json.contains("table-uuid")) {
    ASSIGN_OR_RETURN(out.table_uuid, RequiredText(json, "table-uuid"));
  }
  ASSIGN_OR_RETURN(out.location, RequiredText(json, "location"));
  if (second) {
    ASSIGN_OR_RETURN(out.last_sequence_number, RequiredLong(json, "last-sequence-number"));
  }
  ASSIGN_OR_RETURN(out.last_updated_ms, RequiredLong(json, "last-updated-ms"));
  ASSIGN_OR_RETURN(out.last_column_id, RequiredInt(json, "last-column-id"));
  RETURN_IF_ERROR(ReadSchemas(json, out));
  RETURN_IF_ERROR(ReadSpecs(json, out));
  ASSIGN_OR_RETURN(out.properties, TextMap(json, "properties"));
  RETURN_IF_ERROR(ReadHistory(json, out));
  if (out.format_version >= 3) {
    ASSIGN_OR_RETURN(out.next_row_id, LongOr(json, "next-row-id", 0));
  }
  RETURN_IF_ERROR(KeepObjects(json, "statistics", out.statistics));
  RETURN_IF_ERROR(KeepObjects(json, "partition-statistics", out.partition_statistics));
  RETURN_IF_ERROR(KeepObjects(json, "encryption-keys", out.encryption_keys));
  return out;
}

namespace {

void PutObjects(Json& json, const char* key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json[key] = Json::array();
  for (const std::string& text : texts) json[key].push_back(Json::parse(text, nullptr, false));
}

/// What one version has and another has not.
void PutVersioned(Json& json, const TableMetadata& metadata) {
  if (metadata.format_version >= 2) {
    json["last-sequence-number"] = metadata.last_sequence_number;
  } else {  // readers of version 1 alone look here
    const auto schema = metadata.FindSchema(metadata.current_schema_id);
    if (schema.ok()) json["schema"] = SchemaToJson(**schema);
    const auto spec = metadata.FindSpec(metadata.default_spec_id);
    if (spec.ok()) json["partition-spec"] = PartitionFieldsToJson(**spec);
  }
  if (metadata.format_version >= 3) json["next-row-id"] = metadata.next_row_id;
  PutObjects(json, "statistics", metadata.statistics);
  PutObjects(json, "partition-statistics", metadata.partition_statistics);
  PutObjects(json, "encryption-keys", metadata.encryption_keys);
}

}  // namespace

base::Bytes WriteTableMetadata(const TableMetadata& metadata) {
  Json json = {{"format-version", metadata.format_version},
               {"table-uuid", metadata.table_uuid},
               {"location", metadata.location},
               {"last-updated-ms", metadata.last_updated_ms},
               {"last-column-id", metadata.last_column_id},
               {"current-schema-id", metadata.current_schema_id},
               {"default-spec-id", metadata.default_spec_id},
               {"last-partition-id", metadata.last_partition_id},
               {"default-sort-order-id", metadata.default_sort_order_id},
               {"properties", metadata.properties}};
  // Readers of version 2 take -1 as "none", and some insist on the field.
  json["current-snapshot-id"] = metadata.current_snapshot_id.value_or(-1);
  for (const char* list :
       {"schemas", "partition-specs", "sort-orders", "snapshots", "snapshot-log", "metadata-log"}) {
    json[list] = Json::array();
  }
  PutVersioned(json, metadata);
  for (const auto& schema : metadata.schemas) {
    const auto defaults = metadata.defaults.find(schema.id);
    json["schemas"].push_back(
        SchemaToJson(schema, defaults == metadata.defaults.end() ? Defaults() : defaults->second));
  }
  for (const auto& spec : metadata.specs) {
    json["partition-specs"].push_back(
        {{"spec-id", spec.id}, {"fields", PartitionFieldsToJson(spec)}});
  }
  for (const auto& order : metadata.sort_orders) {
    json["sort-orders"].push_back(SortOrderToJson(order));
  }
  for (const auto& snapshot : metadata.snapshots) {
    json["snapshots"].push_back(SnapshotToJson(snapshot, metadata.format_version));
  }
  for (const auto& entry : metadata.snapshot_log) {
    json["snapshot-log"].push_back(
        {{"snapshot-id", entry.snapshot_id}, {"timestamp-ms", entry.timestamp_ms}});
  }
  for (const auto& entry : metadata.metadata_log) {
    json["metadata-log"].push_back(
        {{"metadata-file", entry.metadata_file}, {"timestamp-ms", entry.timestamp_ms}});
  }
  json["refs"] = Json::object();
  for (const auto& [name, ref] : metadata.refs) {
    json["refs"][name] = SnapshotRefToJson(ref);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace iceberg
