#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "iceberg/field_ids.h"
#include "iceberg/reasons.h"
#include "iceberg/rest_updates.h"
#include "iceberg/schema_json_internal.h"
#include "iceberg/table_change.h"

namespace iceberg {
namespace {

using Json = nlohmann::json;
using columnar::Field;
using columnar::Schema;
using columnar::TypeId;

constexpr char kMainRef[] = "main";
constexpr int32_t kLastAdded = -1;

base::Error BadUpdate(const std::string& message) {
  return base::Error(base::Code::kInvalidArgument, kBadUpdate, "update: " + message);
}

base::Error Taken(const std::string& what) {
  return base::Error(base::Code::kConflict, kIdTaken,
                     what +
                         " was given to something else meanwhile: load the table again and "
                         "retry");
}

/// Whether files of `from` may be read as `to`.
bool MayBecome(const columnar::Type& from, const columnar::Type& to) {
  if (from.id == TypeId::kInt && to.id == TypeId::kLong) return true;
  if (from.id == TypeId::kFloat && to.id == TypeId::kDouble) return true;
  if (from.id == TypeId::kDecimal && to.id == TypeId::kDecimal)
    return from.scale == to.scale && from.precision <= to.precision;
  return from.id == to.id && from.length == to.length;
}

template <class Each>
base::Status EachField(const std::vector<Field>& fields, const Each& each) {
  for (const Field& field : fields) {
    RETURN_IF_ERROR(each(field));
    RETURN_IF_ERROR(EachField(field.type.children, each));
  }
  return base::Ok();
}

template <class T>
bool Holds(const std::vector<T>& items, int32_t id) {
  return std::any_of(items.begin(), items.end(), [&](const T& item) { return item.id == id; });
}

/// The list of updates, applied one after the other.
class Updater {
 public:
  explicit Updater(const UpdateInput& input) : input_(input) {
    if (input.table != nullptr) out_.metadata = *input.table;
    schema_taken_ = input.taken.schema;
    spec_taken_ = input.taken.spec;
    order_taken_ = input.taken.sort_order;
    for (const Schema& schema : metadata().schemas)
      schema_taken_ = std::max(schema_taken_, schema.id);
    for (const PartitionSpec& spec : metadata().specs) spec_taken_ = std::max(spec_taken_, spec.id);
    for (const SortOrder& order : metadata().sort_orders)
      order_taken_ = std::max(order_taken_, order.id);
  }

  base::Status Apply(const Json& json) {
    ASSIGN_OR_RETURN(const std::string action, RequiredText(json, "action"));
    static const std::map<std::string, base::Status (Updater::*)(const Json&)> kActions = {
        {"assign-uuid", &Updater::AssignUuid},
        {"upgrade-format-version", &Updater::Upgrade},
        {"add-schema", &Updater::AddSchema},
        {"set-current-schema", &Updater::SetSchema},
        {"add-spec", &Updater::AddSpec},
        {"set-default-spec", &Updater::SetSpec},
        {"add-sort-order", &Updater::AddOrder},
        {"set-default-sort-order", &Updater::SetOrder},
        {"add-snapshot", &Updater::AddSnapshot},
        {"set-snapshot-ref", &Updater::SetRef},
        {"remove-snapshots", &Updater::RemoveSnapshots},
        {"remove-snapshot-ref", &Updater::RemoveRef},
        {"set-location", &Updater::SetLocation},
        {"set-properties", &Updater::SetProperties},
        {"remove-properties", &Updater::RemoveProperties},
        {"set-statistics", &Updater::SetStatistics},
        {"remove-statistics", &Updater::RemoveStatistics},
        {"set-partition-statistics", &Updater::SetPartitionStatistics},
        {"remove-partition-statistics", &Updater::RemovePartitionStatistics},
        {"remove-schemas", &Updater::RemoveSchemas},
        {"remove-partition-specs", &Updater::RemoveSpecs},
        {"add-encryption-key", &Updater::AddKey},
        {"remove-encryption-key", &Updater::RemoveKey},
        {"enable-row-lineage", &Updater::Nothing},
    };
    const auto found = kActions.find(action);
    if (found == kActions.end()) return BadUpdate("\"" + action + "\" is not known");
    return (this->*found->second)(json);
  }

  base::Result<UpdatedTable> Finish() && {
    TableMetadata& table = metadata();
    const bool unsorted = Holds(table.sort_orders, 0);
    if (!unsorted) table.sort_orders.push_back({});
    if (table.location.empty()) return BadUpdate("a table needs a location");
    if (table.table_uuid.empty()) return BadUpdate("a table needs a uuid");
    if (!Holds(table.schemas, table.current_schema_id)) return BadUpdate("a table needs a schema");
    if (!Holds(table.specs, table.default_spec_id)) return BadUpdate("a table needs a spec");
    if (!Holds(table.sort_orders, table.default_sort_order_id))
      return BadUpdate("a table needs a sort order");
    if (spec_renumbered_ && !out_.added_snapshots.empty()) {
      return BadUpdate(
          "its partition spec gets another id than the files were written with, since another "
          "branch has taken that: change the partitioning in a commit of its own, then write");
    }
    for (Snapshot& snapshot : table.snapshots) {
      if (!snapshot.schema_id || !out_.added_snapshots.contains(snapshot.id)) continue;
      const auto renumbered = schema_ids_.find(*snapshot.schema_id);
      if (renumbered != schema_ids_.end()) snapshot.schema_id = renumbered->second;
    }
    table.last_updated_ms = std::max(table.last_updated_ms, input_.now_ms);
    ForbidFileRemoval(table);
    TrimSnapshots(table);
    return std::move(out_);
  }

 private:
  TableMetadata& metadata() { return out_.metadata; }

  base::Status Nothing(const Json&) { return base::Ok(); }

  base::Status AssignUuid(const Json& json) {
    ASSIGN_OR_RETURN(const std::string uuid, RequiredText(json, "uuid"));
    if (!metadata().table_uuid.empty() && metadata().table_uuid != uuid)
      return BadUpdate("a table keeps its uuid");
    metadata().table_uuid = uuid;
    return base::Ok();
  }

  base::Status UpgradeTo(int32_t version) {
    if (version < metadata().format_version && (input_.table != nullptr || version < 1)) {
      return BadUpdate("format version " + std::to_string(metadata().format_version) +
                       " cannot go back to " + std::to_string(version));
    }
    if (version > 3) {
      return base::Error(
          base::Code::kUnimplemented, kNewerFormat,
          "format version " + std::to_string(version) + " is not supported, only 1 to 3 are");
    }
    metadata().format_version = version;
    return base::Ok();
  }

  base::Status Upgrade(const Json& json) {
    ASSIGN_OR_RETURN(const int32_t version, RequiredInt(json, "format-version"));
    return UpgradeTo(version);
  }

  /// A column is new, or it is the one that this lineage knows by its id.
  base::Status CheckColumn(const Field& field) {
    if (input_.table == nullptr) return base::Ok();
    const Field* known = nullptr;
    for (const Schema& schema : input_.table->schemas) {
      const Field* found = schema.FindById(field.id);
      if (found != nullptr && (known == nullptr || schema.id == input_.table->current_schema_id))
        known = found;
    }
    if (known == nullptr) {
      if (field.id > input_.table->last_column_id) return base::Ok();
      return Taken("the id " + std::to_string(field.id) + " of column \"" + field.name + "\"");
    }
    if (MayBecome(known->type, field.type) || MayBecome(field.type, known->type)) return base::Ok();
    return BadUpdate("column \"" + field.name + "\" cannot change from " + known->type.ToString() +
                     " to " + field.type.ToString());
  }

  base::Status AddSchema(const Json& json) {
    ASSIGN_OR_RETURN(const Json* item, RequiredMember(json, "schema"));
    Defaults defaults;
    ASSIGN_OR_RETURN(Schema schema, SchemaFromJson(*item, &defaults));
    if (!defaults.empty() && metadata().format_version < 3)
      return BadUpdate("defaults of columns need format version 3");
    RETURN_IF_ERROR(
        EachField(schema.fields, [&](const Field& field) { return CheckColumn(field); }));
    const int32_t asked = schema.id;
    for (const Schema& known : metadata().schemas) {
      schema.id = known.id;
      const auto has = metadata().defaults.find(known.id);
      const bool alike =
          has == metadata().defaults.end() ? defaults.empty() : has->second == defaults;
      if (!(schema == known) || !alike) continue;
      last_schema_ = schema_ids_[asked] = known.id;
      return base::Ok();
    }
    schema.id = ++schema_taken_;
    last_schema_ = schema_ids_[asked] = schema.id;
    metadata().last_column_id = std::max(metadata().last_column_id, schema.HighestFieldId());
    if (!defaults.empty()) metadata().defaults[schema.id] = std::move(defaults);
    metadata().schemas.push_back(std::move(schema));
    return base::Ok();
  }

  base::Result<int32_t> Named(const Json& json, const char* key,
                              const std::map<int32_t, int32_t>& renumbered,
                              const std::optional<int32_t>& last) {
    ASSIGN_OR_RETURN(const int32_t id, RequiredInt(json, key));
    if (id == kLastAdded) {
      if (last) return *last;
      return BadUpdate(std::string("nothing was added for \"") + key + "\" -1");
    }
    const auto found = renumbered.find(id);
    return found == renumbered.end() ? id : found->second;
  }

  base::Status SetSchema(const Json& json) {
    ASSIGN_OR_RETURN(const int32_t id, Named(json, "schema-id", schema_ids_, last_schema_));
    if (!Holds(metadata().schemas, id))
      return BadUpdate("there is no schema " + std::to_string(id));
    metadata().current_schema_id = id;
    return base::Ok();
  }

  base::Status CheckPartitionField(const PartitionField& field) {
    if (input_.table == nullptr) return base::Ok();
    for (const PartitionSpec& spec : input_.table->specs) {
      for (const PartitionField& known : spec.fields) {
        if (known.id != field.id) continue;
        // A field that version 1 dropped stays as void.
        if (known.source_id == field.source_id) return base::Ok();
        return BadUpdate("partition field id " + std::to_string(field.id) +
                         " belongs to another column");
      }
    }
    if (field.id > input_.table->last_partition_id) return base::Ok();
    return Taken("the id " + std::to_string(field.id) + " of partition field \"" + field.name +
                 "\"");
  }

  base::Status AddSpec(const Json& json) {
    ASSIGN_OR_RETURN(const Json* item, RequiredMember(json, "spec"));
    ASSIGN_OR_RETURN(const int32_t asked, IntOr(*item, "spec-id", 0));
    ASSIGN_OR_RETURN(const Json* fields, RequiredMember(*item, "fields"));
    ASSIGN_OR_RETURN(PartitionSpec spec, PartitionFieldsFromJson(*fields, asked));
    for (const PartitionField& field : spec.fields) {
      RETURN_IF_ERROR(CheckPartitionField(field));
      const bool known = std::any_of(
          metadata().schemas.begin(), metadata().schemas.end(),
          [&](const Schema& schema) { return schema.FindById(field.source_id) != nullptr; });
      if (!known && field.transform.kind != Transform::Kind::kVoid)
        return BadUpdate("partition field \"" + field.name + "\" has no column");
    }
    for (const PartitionSpec& known : metadata().specs) {
      if (known.fields != spec.fields) continue;
      last_spec_ = spec_ids_[asked] = known.id;
      spec_renumbered_ |= known.id != asked;
      return base::Ok();
    }
    spec.id = ++spec_taken_;
    spec_renumbered_ |= spec.id != asked;
    last_spec_ = spec_ids_[asked] = spec.id;
    for (const PartitionField& field : spec.fields)
      metadata().last_partition_id = std::max(metadata().last_partition_id, field.id);
    metadata().specs.push_back(std::move(spec));
    return base::Ok();
  }

  base::Status SetSpec(const Json& json) {
    ASSIGN_OR_RETURN(const int32_t id, Named(json, "spec-id", spec_ids_, last_spec_));
    if (!Holds(metadata().specs, id))
      return BadUpdate("there is no partition spec " + std::to_string(id));
    metadata().default_spec_id = id;
    return base::Ok();
  }

  base::Status AddOrder(const Json& json) {
    ASSIGN_OR_RETURN(const Json* item, RequiredMember(json, "sort-order"));
    ASSIGN_OR_RETURN(SortOrder order, SortOrderFromJson(*item));
    const int32_t asked = order.id;
    for (const SortOrder& known : metadata().sort_orders) {
      if (known.fields != order.fields) continue;
      last_order_ = order_ids_[asked] = known.id;
      return base::Ok();
    }
    // 0 is the order of none.
    order.id = order.fields.empty() ? 0 : std::max(order_taken_ + 1, 1);
    order_taken_ = std::max(order_taken_, order.id);
    last_order_ = order_ids_[asked] = order.id;
    metadata().sort_orders.push_back(std::move(order));
    return base::Ok();
  }

  base::Status SetOrder(const Json& json) {
    ASSIGN_OR_RETURN(const int32_t id, Named(json, "sort-order-id", order_ids_, last_order_));
    if (id != 0 && !Holds(metadata().sort_orders, id))
      return BadUpdate("there is no sort order " + std::to_string(id));
    metadata().default_sort_order_id = id;
    return base::Ok();
  }

  base::Status AddSnapshot(const Json& json) {
    ASSIGN_OR_RETURN(const Json* item, RequiredMember(json, "snapshot"));
    ASSIGN_OR_RETURN(Snapshot snapshot, SnapshotFromJson(*item));
    TableMetadata& table = metadata();
    if (table.FindSnapshot(snapshot.id).ok())
      return BadUpdate("snapshot " + std::to_string(snapshot.id) + " exists already");
    if (snapshot.manifest_list.empty()) return BadUpdate("a snapshot needs a manifest list");
    if (table.format_version >= 2) {
      if (snapshot.sequence_number <= table.last_sequence_number)
        return Taken("the sequence number " + std::to_string(snapshot.sequence_number));
      table.last_sequence_number = snapshot.sequence_number;
    }
    if (table.format_version >= 3) {
      if (!snapshot.first_row_id || !snapshot.added_rows || *snapshot.added_rows < 0)
        return BadUpdate(
            "a snapshot of format version 3 needs \"first-row-id\" and \"added-rows\"");
      if (*snapshot.first_row_id < table.next_row_id)
        return Taken("the row id " + std::to_string(*snapshot.first_row_id));
      table.next_row_id =
          std::max(table.next_row_id, *snapshot.first_row_id) + *snapshot.added_rows;
    }
    table.last_updated_ms = std::max(table.last_updated_ms, snapshot.timestamp_ms);
    out_.added_snapshots.insert(snapshot.id);
    table.snapshots.push_back(std::move(snapshot));
    return base::Ok();
  }

  base::Status SetRef(const Json& json) {
    ASSIGN_OR_RETURN(const std::string name, RequiredText(json, "ref-name"));
    ASSIGN_OR_RETURN(SnapshotRef ref, SnapshotRefFromJson(json));
    if (ref.type != "branch" && ref.type != "tag")
      return BadUpdate("a ref is a branch or a tag, not \"" + ref.type + "\"");
    TableMetadata& table = metadata();
    const auto snapshot = table.FindSnapshot(ref.snapshot_id);
    if (!snapshot.ok())
      return BadUpdate("ref \"" + name + "\" names snapshot " + std::to_string(ref.snapshot_id) +
                       ", which the table does not have");
    if (name == kMainRef) {
      if (ref.type != "branch") return BadUpdate("\"main\" is a branch");
      if (table.current_snapshot_id != ref.snapshot_id) {
        const bool added = out_.added_snapshots.contains(ref.snapshot_id);
        table.snapshot_log.push_back(
            {ref.snapshot_id, added ? (*snapshot)->timestamp_ms : input_.now_ms});
      }
      table.current_snapshot_id = ref.snapshot_id;
    }
    table.refs[name] = std::move(ref);
    return base::Ok();
  }

  base::Status RemoveRef(const Json& json) {
    ASSIGN_OR_RETURN(const std::string name, RequiredText(json, "ref-name"));
    metadata().refs.erase(name);
    if (name != kMainRef) return base::Ok();
    metadata().current_snapshot_id.reset();
    metadata().snapshot_log.clear();
    out_.main_removed = true;
    return base::Ok();
  }

  base::Status RemoveSnapshots(const Json& json) {
    ASSIGN_OR_RETURN(const std::set<int64_t> gone, Ids(json, "snapshot-ids"));
    TableMetadata& table = metadata();
    if (table.current_snapshot_id && gone.contains(*table.current_snapshot_id))
      return BadUpdate("the current snapshot cannot be removed");
    std::erase_if(table.snapshots, [&](const Snapshot& item) { return gone.contains(item.id); });
    std::erase_if(table.snapshot_log,
                  [&](const SnapshotLogEntry& entry) { return gone.contains(entry.snapshot_id); });
    std::erase_if(table.refs,
                  [&](const auto& item) { return gone.contains(item.second.snapshot_id); });
    for (const int64_t id : gone) {
      Forget(table.statistics, id);
      Forget(table.partition_statistics, id);
    }
    return base::Ok();
  }

  base::Result<std::set<int64_t>> Ids(const Json& json, const char* key) {
    ASSIGN_OR_RETURN(const Json* list, RequiredMember(json, key));
    std::set<int64_t> ids;
    if (!list->is_array()) return BadUpdate(std::string("\"") + key + "\" is no list");
    for (const Json& item : *list) {
      if (!item.is_number_integer()) return BadUpdate(std::string("\"") + key + "\" holds no ids");
      ids.insert(item.get<int64_t>());
    }
    return ids;
  }

  base::Status SetLocation(const Json& json) {
    ASSIGN_OR_RETURN(metadata().location, RequiredText(json, "location"));
    while (metadata().location.size() > 1 && metadata().location.ends_with('/'))
      metadata().location.pop_back();
    return base::Ok();
  }

  base::Status SetProperties(const Json& json) {
    RETURN_IF_ERROR(RequiredMember(json, "updates"));
    ASSIGN_OR_RETURN(const auto texts, TextMap(json, "updates"));
    for (const auto& [key, value] : texts) {
      if (key != "format-version") {
        metadata().properties[key] = value;
        continue;
      }
      if (value != "1" && value != "2" && value != "3")
        return BadUpdate("\"format-version\" is \"" + value + "\", not 1, 2 or 3");
      RETURN_IF_ERROR(UpgradeTo(value[0] - '0'));
    }
    return base::Ok();
  }

  base::Status RemoveProperties(const Json& json) {
    ASSIGN_OR_RETURN(const Json* list, RequiredMember(json, "removals"));
    if (!list->is_array()) return BadUpdate("\"removals\" is no list");
    for (const Json& item : *list) {
      if (!item.is_string()) return BadUpdate("\"removals\" holds no texts");
      metadata().properties.erase(item.get<std::string>());
    }
    return base::Ok();
  }

  static void Forget(std::vector<std::string>& objects, int64_t snapshot) {
    std::erase_if(objects, [&](const std::string& text) {
      const Json json = Json::parse(text, nullptr, false);
      const auto id = LongOr(json, "snapshot-id", -1);
      return id.ok() && *id == snapshot;
    });
  }

  base::Status Keep(const Json& json, const char* key, std::vector<std::string>& objects) {
    ASSIGN_OR_RETURN(const Json* item, RequiredMember(json, key));
    ASSIGN_OR_RETURN(const int64_t snapshot, RequiredLong(*item, "snapshot-id"));
    Forget(objects, snapshot);
    objects.push_back(item->dump(-1, ' ', false, Json::error_handler_t::replace));
    return base::Ok();
  }

  base::Status Remove(const Json& json, std::vector<std::string>& objects) {
    ASSIGN_OR_RETURN(const int64_t snapshot, RequiredLong(json, "snapshot-id"));
    Forget(objects, snapshot);
    return base::Ok();
  }

  base::Status SetStatistics(const Json& json) {
    return Keep(json, "statistics", metadata().statistics);
  }
  base::Status RemoveStatistics(const Json& json) { return Remove(json, metadata().statistics); }
  base::Status SetPartitionStatistics(const Json& json) {
    return Keep(json, "partition-statistics", metadata().partition_statistics);
  }
  base::Status RemovePartitionStatistics(const Json& json) {
    return Remove(json, metadata().partition_statistics);
  }

  base::Status RemoveSchemas(const Json& json) {
    ASSIGN_OR_RETURN(const std::set<int64_t> gone, Ids(json, "schema-ids"));
    if (gone.contains(metadata().current_schema_id))
      return BadUpdate("the current schema cannot be removed");
    std::erase_if(metadata().schemas,
                  [&](const Schema& schema) { return gone.contains(schema.id); });
    std::erase_if(metadata().defaults, [&](const auto& item) { return gone.contains(item.first); });
    return base::Ok();
  }

  base::Status RemoveSpecs(const Json& json) {
    ASSIGN_OR_RETURN(const std::set<int64_t> gone, Ids(json, "spec-ids"));
    if (gone.contains(metadata().default_spec_id))
      return BadUpdate("the current partition spec cannot be removed");
    std::erase_if(metadata().specs,
                  [&](const PartitionSpec& spec) { return gone.contains(spec.id); });
    return base::Ok();
  }

  base::Status AddKey(const Json& json) {
    ASSIGN_OR_RETURN(const Json* item, RequiredMember(json, "encryption-key"));
    ASSIGN_OR_RETURN(const std::string id, RequiredText(*item, "key-id"));
    ForgetKey(id);
    metadata().encryption_keys.push_back(
        item->dump(-1, ' ', false, Json::error_handler_t::replace));
    return base::Ok();
  }

  base::Status RemoveKey(const Json& json) {
    ASSIGN_OR_RETURN(const std::string id, RequiredText(json, "key-id"));
    ForgetKey(id);
    return base::Ok();
  }

  void ForgetKey(const std::string& id) {
    std::erase_if(metadata().encryption_keys, [&](const std::string& text) {
      const auto known = RequiredText(Json::parse(text, nullptr, false), "key-id");
      return known.ok() && *known == id;
    });
  }

  const UpdateInput& input_;
  UpdatedTable out_;
  int32_t schema_taken_ = -1;
  int32_t spec_taken_ = -1;
  int32_t order_taken_ = -1;
  std::map<int32_t, int32_t> schema_ids_;  // as the request has them → as they are
  std::map<int32_t, int32_t> spec_ids_;
  std::map<int32_t, int32_t> order_ids_;
  std::optional<int32_t> last_schema_;
  std::optional<int32_t> last_spec_;
  std::optional<int32_t> last_order_;
  bool spec_renumbered_ = false;
};

}  // namespace

void ForbidFileRemoval(TableMetadata& metadata) {
  metadata.properties["gc.enabled"] = "false";
  metadata.properties["write.metadata.delete-after-commit.enabled"] = "false";
}

base::Result<UpdatedTable> ApplyUpdates(const UpdateInput& input, std::string_view updates) {
  const auto json = ParseJson(updates);
  if (!json.ok()) return BadUpdate(json.error().message);
  if (!json->is_array()) return BadUpdate("the list of updates is no list");
  Updater updater(input);
  for (const Json& item : *json) {
    const base::Status applied = updater.Apply(item);
    if (applied.ok()) continue;
    // What cannot be read is the request's fault, not the table's.
    if (applied.error().code == base::Code::kCorrupt) return BadUpdate(applied.error().message);
    return applied.error();
  }
  return std::move(updater).Finish();
}

}  // namespace iceberg
