#include <algorithm>
#include <nlohmann/json.hpp>

#include "iceberg/reasons.h"
#include "iceberg/rest_updates.h"
#include "iceberg/schema_json_internal.h"

namespace iceberg {
namespace {

using Json = nlohmann::json;

base::Error BadRequirement(const std::string& message) {
  return base::Error(base::Code::kInvalidArgument, kBadUpdate, "requirement: " + message);
}

base::Error Failed(const std::string& what) {
  return base::Error(
      base::Code::kConflict, kRequirementFailed,
      "the table is not as the commit requires: " + what + "; load it again and retry");
}

base::Status CheckRef(const TableMetadata& table, const Json& json) {
  ASSIGN_OR_RETURN(const std::string name, RequiredText(json, "ref"));
  const auto found = table.refs.find(name);
  const auto wanted = json.find("snapshot-id");
  if (wanted == json.end() || wanted->is_null()) {
    if (found == table.refs.end()) return base::Ok();
    return Failed("its ref \"" + name + "\" exists already");
  }
  ASSIGN_OR_RETURN(const int64_t snapshot, RequiredLong(json, "snapshot-id"));
  if (found == table.refs.end()) return Failed("its ref \"" + name + "\" is gone");
  if (found->second.snapshot_id == snapshot) return base::Ok();
  return Failed("its ref \"" + name + "\" is at snapshot " +
                std::to_string(found->second.snapshot_id) + ", not " + std::to_string(snapshot));
}

base::Status CheckNumber(const Json& json, const char* key, int32_t actual, const char* what) {
  ASSIGN_OR_RETURN(const int32_t wanted, RequiredInt(json, key));
  if (wanted == actual) return base::Ok();
  return Failed(std::string(what) + " is " + std::to_string(actual) + ", not " +
                std::to_string(wanted));
}

base::Status CheckOne(const TableMetadata* table, const Json& json) {
  ASSIGN_OR_RETURN(const std::string type, RequiredText(json, "type"));
  if (type == "assert-create") {
    return table == nullptr ? base::Ok() : base::Status(Failed("it exists already"));
  }
  if (table == nullptr) return Failed("it does not exist");
  if (type == "assert-table-uuid") {
    ASSIGN_OR_RETURN(const std::string uuid, RequiredText(json, "uuid"));
    return uuid == table->table_uuid ? base::Ok() : base::Status(Failed("it is another table now"));
  }
  if (type == "assert-ref-snapshot-id") return CheckRef(*table, json);
  if (type == "assert-last-assigned-field-id") {
    return CheckNumber(json, "last-assigned-field-id", table->last_column_id, "its last column id");
  }
  if (type == "assert-current-schema-id") {
    return CheckNumber(json, "current-schema-id", table->current_schema_id, "its schema");
  }
  if (type == "assert-last-assigned-partition-id") {
    return CheckNumber(json, "last-assigned-partition-id", table->last_partition_id,
                       "its last partition field id");
  }
  if (type == "assert-default-spec-id") {
    return CheckNumber(json, "default-spec-id", table->default_spec_id, "its partition spec");
  }
  if (type == "assert-default-sort-order-id") {
    return CheckNumber(json, "default-sort-order-id", table->default_sort_order_id,
                       "its sort order");
  }
  return BadRequirement("\"" + type + "\" is not known");
}

}  // namespace

bool RequiresCreation(std::string_view requirements) {
  const auto json = ParseJson(requirements);
  if (!json.ok() || !json->is_array()) return false;
  return std::any_of(json->begin(), json->end(), [](const Json& item) {
    const auto type = RequiredText(item, "type");
    return type.ok() && *type == "assert-create";
  });
}

base::Status CheckRequirements(const TableMetadata* table, std::string_view requirements) {
  const auto json = ParseJson(requirements);
  if (!json.ok()) return BadRequirement(json.error().message);
  if (!json->is_array()) return BadRequirement("the list of them is no list");
  for (const Json& item : *json) {
    const base::Status held = CheckOne(table, item);
    if (held.ok()) continue;
    // What cannot be read is the request's fault, not the table's.
    if (held.error().code == base::Code::kCorrupt) return BadRequirement(held.error().message);
    return held;
  }
  return base::Ok();
}

}  // namespace iceberg
