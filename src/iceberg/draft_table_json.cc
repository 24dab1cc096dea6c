#include <map>
#include <nlohmann/json.hpp>

#include "iceberg/field_ids.h"
#include "iceberg/reasons.h"
#include "iceberg/rest_updates.h"
#include "iceberg/schema_json_internal.h"

// A table that an engine creates: its ids only tell columns apart, ours count up from the first.

namespace iceberg {
namespace {

using Json = nlohmann::json;
using columnar::Field;

base::Error BadDraft(const std::string& message) {
  return base::Error(base::Code::kInvalidArgument, kBadUpdate, "table to create: " + message);
}

using Renumbering = std::map<int32_t, int32_t>;

void Compare(const std::vector<Field>& asked, const std::vector<Field>& given, Renumbering& ids) {
  for (size_t i = 0; i < asked.size(); ++i) {
    ids[asked[i].id] = given[i].id;
    Compare(asked[i].type.children, given[i].type.children, ids);
  }
}

base::Status Renumber(const Renumbering& ids, const char* what, int32_t& id) {
  const auto found = ids.find(id);
  if (found == ids.end())
    return BadDraft(std::string(what) + " names column id " + std::to_string(id) +
                    ", which the schema does not have");
  id = found->second;
  return base::Ok();
}

/// Top-level columns first, then what is in them, as other catalogs number them.
class Numbers {
 public:
  base::Result<columnar::Schema> Assign(const columnar::Schema& asked) {
    columnar::Schema given = asked;
    Level(given.fields);
    return given;
  }
  int32_t last() const { return last_; }

 private:
  void Level(std::vector<Field>& fields) {
    for (Field& field : fields) field.id = ++last_;
    for (Field& field : fields) Level(field.type.children);
  }
  int32_t last_ = 0;
};

base::Status SetSchema(const TableDraft& draft, Renumbering& ids, TableMetadata& table) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(draft.schema));
  Defaults defaults;
  ASSIGN_OR_RETURN(const columnar::Schema asked, SchemaFromJson(json, &defaults));
  if (!defaults.empty() && table.format_version < 3)
    return BadDraft("defaults of columns need format version 3");
  Numbers numbers;
  ASSIGN_OR_RETURN(columnar::Schema given, numbers.Assign(asked));
  Compare(asked.fields, given.fields, ids);
  given.id = 0;
  for (int32_t& id : given.identifier_field_ids)
    RETURN_IF_ERROR(Renumber(ids, "an identifier", id));
  for (auto& [id, value] : defaults) table.defaults[0][ids.at(id)] = std::move(value);
  table.last_column_id = numbers.last();
  table.schemas.push_back(std::move(given));
  return base::Ok();
}

base::Status SetSpec(const TableDraft& draft, const Renumbering& ids, TableMetadata& table) {
  PartitionSpec spec;
  if (!draft.spec.empty()) {
    ASSIGN_OR_RETURN(const Json json, ParseJson(draft.spec));
    ASSIGN_OR_RETURN(const Json* fields, RequiredMember(json, "fields"));
    ASSIGN_OR_RETURN(spec, PartitionFieldsFromJson(*fields, 0));
  }
  for (PartitionField& field : spec.fields) {
    RETURN_IF_ERROR(Renumber(ids, "the partition spec", field.source_id));
    field.id = ++table.last_partition_id;
  }
  table.specs.push_back(std::move(spec));
  return base::Ok();
}

base::Status SetOrder(const TableDraft& draft, const Renumbering& ids, TableMetadata& table) {
  SortOrder order;
  if (!draft.order.empty()) {
    ASSIGN_OR_RETURN(const Json json, ParseJson(draft.order));
    ASSIGN_OR_RETURN(order, SortOrderFromJson(json));
  }
  for (SortField& field : order.fields)
    RETURN_IF_ERROR(Renumber(ids, "the sort order", field.source_id));
  order.id = order.fields.empty() ? 0 : 1;
  table.default_sort_order_id = order.id;
  table.sort_orders.push_back(std::move(order));
  if (table.default_sort_order_id != 0) table.sort_orders.push_back({});
  return base::Ok();
}

base::Status SetProperties(const TableDraft& draft, TableMetadata& table) {
  table.properties = draft.properties;
  const auto version = table.properties.find("format-version");
  if (version != table.properties.end()) {
    if (version->second != "1" && version->second != "2" && version->second != "3") {
      return base::Error(
          base::Code::kUnimplemented, kNewerFormat,
          "format version \"" + version->second + "\" is not supported, only 1 to 3 are");
    }
    table.format_version = version->second[0] - '0';
    table.properties.erase(version);
  }
  ForbidFileRemoval(table);
  return base::Ok();
}

base::Status Fill(const TableDraft& draft, TableMetadata& table) {
  RETURN_IF_ERROR(SetProperties(draft, table));
  Renumbering ids;
  RETURN_IF_ERROR(SetSchema(draft, ids, table));
  RETURN_IF_ERROR(SetSpec(draft, ids, table));
  return SetOrder(draft, ids, table);
}

}  // namespace

base::Result<TableMetadata> DraftTable(const TableDraft& draft) {
  TableMetadata table;
  table.table_uuid = draft.table_uuid;
  table.location = draft.location;
  table.last_updated_ms = draft.now_ms;
  const base::Status filled = Fill(draft, table);
  if (filled.ok()) return table;
  if (filled.error().code == base::Code::kCorrupt) return BadDraft(filled.error().message);
  return filled.error();
}

}  // namespace iceberg
