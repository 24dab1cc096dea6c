#include "control/table_plan.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "control/reasons.h"
#include "project/yaml_document.h"

namespace control {
namespace {

using columnar::Type;
using columnar::TypeId;
using project::YamlValue;
using Kind = YamlValue::Kind;
using Entries = std::vector<std::pair<std::string, YamlValue>>;

constexpr char kDocument[] = "plan";
constexpr char kVersion[] = "1";
constexpr std::string_view kTransforms[] = {"identity", "bucket", "truncate", "year",
                                            "month",    "day",    "hour"};

// Types, written.

YamlValue FieldToYaml(const columnar::Field& field);

Entries TypeToYaml(const Type& type) {
  switch (type.id) {
    case TypeId::kTimestamp:
      return {{"datatype", YamlValue::Text("timestamp")}, {"unit", YamlValue::Text("us")}};
    case TypeId::kTimestamptz:
      return {{"datatype", YamlValue::Text("timestamp")},
              {"unit", YamlValue::Text("us")},
              {"timezone", YamlValue::Text("UTC")}};
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap: {
      const char* word = type.id == TypeId::kStruct ? "struct"
                         : type.id == TypeId::kList ? "list"
                                                    : "map";
      YamlValue children = YamlValue::List();
      for (const columnar::Field& child : type.children)
        children.items.push_back(FieldToYaml(child));
      return {{"datatype", YamlValue::Text(word)}, {"fields", std::move(children)}};
    }
    default:  // the types that one word says
      return {{"datatype", YamlValue::Text(type.ToString())}};
  }
}

YamlValue FieldToYaml(const columnar::Field& field) {
  Entries entries = {{"name", YamlValue::Text(field.name)}};
  for (auto& entry : TypeToYaml(field.type)) entries.push_back(std::move(entry));
  if (field.required) entries.emplace_back("required", YamlValue::Word("true"));
  return YamlValue::Map(std::move(entries));
}

YamlValue TypesToYaml(const std::vector<Type>& types) {
  YamlValue list = YamlValue::List();
  for (const Type& type : types) list.items.push_back(YamlValue::Map(TypeToYaml(type)));
  return list;
}

YamlValue Texts(const std::vector<std::string>& texts) {
  YamlValue list = YamlValue::List();
  for (const std::string& text : texts) list.items.push_back(YamlValue::Text(text));
  return list;
}

std::string Names(const std::vector<Type>& types) {
  std::string names;
  for (const Type& type : types) names += (names.empty() ? "" : ", ") + type.ToString();
  return names;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// "year(ts)" and "bucket(16, id)" apart; the text is one that iceberg::PartitionTexts wrote.
YamlValue PartitionToYaml(std::string_view text) {
  const size_t open = text.find('(');
  const std::string_view name = text.substr(0, open);
  const bool known =
      std::find(std::begin(kTransforms), std::end(kTransforms), name) != std::end(kTransforms);
  if (open == std::string_view::npos || text.back() != ')' || !known) {
    return YamlValue::Map({{"from_column_name", YamlValue::Text(std::string(text))},
                           {"transform", YamlValue::Map({{"name", YamlValue::Text("identity")}})}});
  }
  std::string_view column = text.substr(open + 1, text.size() - open - 2);
  Entries transform = {{"name", YamlValue::Text(std::string(name))}};
  if (name == "bucket" || name == "truncate") {
    const size_t comma = column.find(',');
    transform.emplace_back("argument", YamlValue::Word(std::string(Trim(column.substr(0, comma)))));
    column = Trim(column.substr(comma + 1));
  }
  return YamlValue::Map({{"from_column_name", YamlValue::Text(std::string(column))},
                         {"transform", YamlValue::Map(std::move(transform))}});
}

YamlValue ConflictToYaml(const TablePlan::Column& column) {
  return YamlValue::Map(
      {{"column_with_conflict", YamlValue::Text(column.name)},
       {"reconcile_step",
        YamlValue::Text("the files have it as " + Names(column.found) +
                        ": leave one entry in its dst_datatype, then remove this conflict")}});
}

// Read back.

base::Error Bad(const YamlValue& at, const std::string& what) {
  return base::Error(base::Code::kInvalidArgument, kBadTablePlan, what).At(at.place);
}

base::Result<const YamlValue*> Member(const YamlValue& map, const char* key, Kind kind) {
  const char* word = kind == Kind::kMap ? "a map" : kind == Kind::kList ? "a list" : "a text";
  const YamlValue* value = map.Find(key);
  if (value == nullptr) return Bad(map, "\"" + std::string(key) + "\" is missing");
  // An empty list may be left as nothing at all.
  if (value->kind != kind && !(kind == Kind::kList && value->kind == Kind::kNull)) {
    return Bad(*value, "\"" + std::string(key) + "\" must be " + word);
  }
  return value;
}

base::Result<std::string> TextOf(const YamlValue& map, const char* key) {
  ASSIGN_OR_RETURN(const YamlValue* value, Member(map, key, Kind::kText));
  return value->text;
}

base::Result<bool> FlagOf(const YamlValue& map, const char* key) {
  const YamlValue* value = map.Find(key);
  if (value == nullptr || value->text == "false") return false;
  if (value->text == "true") return true;
  return Bad(*value, "\"" + std::string(key) + "\" must be true or false");
}

base::Status Known(const YamlValue& map, const std::set<std::string>& keys) {
  for (const auto& [key, value] : map.entries) {
    if (key == "parse_format") {
      return base::Error(base::Code::kUnimplemented, kBadTablePlan,
                         "parse_format is not offered: import the column as string and parse it "
                         "in a model")
          .At(value.place);
    }
    if (!keys.contains(key)) return Bad(value, "\"" + key + "\" says nothing here: remove it");
  }
  return base::Ok();
}

base::Result<Type> TypeOf(const YamlValue& map, int depth = 0);

base::Result<Type> NestedOf(const YamlValue& map, TypeId id, int depth) {
  ASSIGN_OR_RETURN(const YamlValue* fields, Member(map, "fields", Kind::kList));
  Type type(id);
  for (const YamlValue& item : fields->items) {
    RETURN_IF_ERROR(Known(item, {"name", "datatype", "unit", "timezone", "fields", "required"}));
    columnar::Field field;
    ASSIGN_OR_RETURN(field.name, TextOf(item, "name"));
    ASSIGN_OR_RETURN(field.type, TypeOf(item, depth + 1));
    ASSIGN_OR_RETURN(field.required, FlagOf(item, "required"));
    type.children.push_back(std::move(field));
  }
  const size_t wanted = id == TypeId::kList ? 1 : id == TypeId::kMap ? 2 : type.children.size();
  if (type.children.size() != wanted || type.children.empty()) {
    return Bad(*fields, "a list has one field, a map two and a struct at least one");
  }
  return type;
}

base::Result<Type> TypeOf(const YamlValue& map, int depth) {
  constexpr int kNestingMax = 16;
  if (map.kind != Kind::kMap) return Bad(map, "a type must be a map with a \"datatype\"");
  if (depth > kNestingMax) return Bad(map, "types are nested deeper than is taken");
  ASSIGN_OR_RETURN(const YamlValue* name, Member(map, "datatype", Kind::kText));
  if (name->text == "struct") return NestedOf(map, TypeId::kStruct, depth);
  if (name->text == "list") return NestedOf(map, TypeId::kList, depth);
  if (name->text == "map") return NestedOf(map, TypeId::kMap, depth);
  auto type = columnar::ParseType(name->text);
  if (!type.ok()) return Bad(*name, type.error().message);
  const YamlValue* unit = map.Find("unit");
  if (unit != nullptr && unit->text != "us") return Bad(*unit, "the unit must be us");
  if (const YamlValue* zone = map.Find("timezone"); zone != nullptr && zone->kind != Kind::kNull) {
    if (zone->text != "UTC") return Bad(*zone, "the timezone must be UTC");
    if (type->id == TypeId::kTimestamp) return Type(TypeId::kTimestamptz);
    if (type->id != TypeId::kTimestamptz) return Bad(*zone, "only a timestamp has a timezone");
  }
  return type;
}

base::Result<std::vector<Type>> TypesOf(const YamlValue& column, const char* key) {
  ASSIGN_OR_RETURN(const YamlValue* list, Member(column, key, Kind::kList));
  std::vector<Type> types;
  for (const YamlValue& item : list->items) {
    RETURN_IF_ERROR(Known(item, {"datatype", "unit", "timezone", "fields"}));
    ASSIGN_OR_RETURN(Type type, TypeOf(item));
    types.push_back(std::move(type));
  }
  return types;
}

base::Result<TablePlan::Column> ColumnOf(const YamlValue& value) {
  if (value.kind != Kind::kMap) return Bad(value, "a column must be a map");
  RETURN_IF_ERROR(Known(value, {"column_name", "src_datatypes", "dst_datatype", "required"}));
  TablePlan::Column column;
  ASSIGN_OR_RETURN(column.name, TextOf(value, "column_name"));
  ASSIGN_OR_RETURN(column.chosen, TypesOf(value, "dst_datatype"));
  ASSIGN_OR_RETURN(column.required, FlagOf(value, "required"));
  if (column.name.empty()) return Bad(value, "\"column_name\" is empty");
  if (column.chosen.size() == 1) return column;
  return base::Error(base::Code::kFailedPrecondition, kTablePlanConflicts,
                     "column \"" + column.name +
                         "\" needs exactly one entry in dst_datatype, not " +
                         std::to_string(column.chosen.size()))
      .At(value.place)
      .Set("column", column.name);
}

base::Result<std::string> PartitionOf(const YamlValue& value) {
  ASSIGN_OR_RETURN(const std::string column, TextOf(value, "from_column_name"));
  ASSIGN_OR_RETURN(const YamlValue* transform, Member(value, "transform", Kind::kMap));
  ASSIGN_OR_RETURN(const std::string name, TextOf(*transform, "name"));
  if (name == "identity") return column;
  if (transform->Find("argument") == nullptr) return name + "(" + column + ")";
  ASSIGN_OR_RETURN(const std::string argument, TextOf(*transform, "argument"));
  return name + "(" + argument + ", " + column + ")";
}

base::Status ReadSchemaInfo(const YamlValue& info, TablePlan& plan) {
  ASSIGN_OR_RETURN(const YamlValue* conflicts, Member(info, "conflicts", Kind::kList));
  ASSIGN_OR_RETURN(const YamlValue* columns, Member(info, "detected_schemas", Kind::kList));
  ASSIGN_OR_RETURN(const YamlValue* partitions, Member(info, "partitions", Kind::kList));
  if (!conflicts->items.empty()) {
    return base::Error(base::Code::kFailedPrecondition, kTablePlanConflicts,
                       "the plan has conflicts: choose one dst_datatype for each of their columns, "
                       "then empty \"conflicts\"")
        .At(conflicts->place);
  }
  std::set<std::string> names;
  for (const YamlValue& item : columns->items) {
    ASSIGN_OR_RETURN(TablePlan::Column column, ColumnOf(item));
    if (!names.insert(column.name).second) {
      return Bad(item, "column \"" + column.name + "\" is there twice");
    }
    plan.columns.push_back(std::move(column));
  }
  if (plan.columns.empty()) return Bad(*columns, "a table needs at least one column");
  for (const YamlValue& item : partitions->items) {
    ASSIGN_OR_RETURN(std::string text, PartitionOf(item));
    plan.partitioned_by.push_back(std::move(text));
  }
  const auto spec = iceberg::ParsePartitionSpec(plan.partitioned_by, plan.schema());
  if (!spec.ok()) return Bad(*partitions, spec.error().message);
  return base::Ok();
}

// Types of one column in several files.

/// The wider of two when one holds the other's values; none otherwise.
const Type* Wider(const Type& a, const Type& b) {
  const auto holds = [](const Type& wide, const Type& narrow) {
    return wide == narrow || (wide.id == TypeId::kLong && narrow.id == TypeId::kInt) ||
           (wide.id == TypeId::kDouble && narrow.id == TypeId::kFloat);
  };
  if (holds(a, b)) return &a;
  return holds(b, a) ? &b : nullptr;
}

void Choose(TablePlan::Column& column) {
  column.chosen.clear();
  for (const Type& type : column.found) {
    const auto near = std::find_if(column.chosen.begin(), column.chosen.end(),
                                   [&](const Type& one) { return Wider(one, type) != nullptr; });
    if (near == column.chosen.end()) {
      column.chosen.push_back(type);
    } else {
      const Type wider = *Wider(*near, type);
      *near = wider;
    }
  }
}

}  // namespace

bool TablePlan::resolved() const {
  return std::all_of(columns.begin(), columns.end(),
                     [](const Column& column) { return column.chosen.size() == 1; });
}

columnar::Schema TablePlan::schema() const {
  columnar::Schema schema;
  for (const Column& column : columns) {
    columnar::Field field;
    field.name = column.name;
    field.type = column.chosen.front();
    field.required = column.required;
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

std::vector<TablePlan::Column> MergeColumns(const std::vector<columnar::Schema>& schemas) {
  std::vector<TablePlan::Column> columns;
  for (const columnar::Schema& schema : schemas) {
    for (const columnar::Field& field : schema.fields) {
      auto known = std::find_if(columns.begin(), columns.end(),
                                [&](const auto& column) { return column.name == field.name; });
      if (known == columns.end()) {
        known = columns.insert(columns.end(), {field.name, {}, {}, field.required});
      }
      if (std::find(known->found.begin(), known->found.end(), field.type) == known->found.end()) {
        known->found.push_back(field.type);
      }
      known->required = known->required && field.required;
    }
  }
  for (TablePlan::Column& column : columns) Choose(column);
  return columns;
}

std::string WriteTablePlan(const TablePlan& plan) {
  YamlValue conflicts = YamlValue::List();
  YamlValue columns = YamlValue::List();
  YamlValue partitions = YamlValue::List();
  for (const TablePlan::Column& column : plan.columns) {
    if (column.chosen.size() != 1) conflicts.items.push_back(ConflictToYaml(column));
    Entries entries = {{"column_name", YamlValue::Text(column.name)},
                       {"src_datatypes", TypesToYaml(column.found)},
                       {"dst_datatype", TypesToYaml(column.chosen)}};
    if (column.required) entries.emplace_back("required", YamlValue::Word("true"));
    columns.items.push_back(YamlValue::Map(std::move(entries)));
  }
  for (const std::string& text : plan.partitioned_by) {
    partitions.items.push_back(PartitionToYaml(text));
  }
  std::string search;
  for (const std::string& source : plan.sources) search += (search.empty() ? "" : ", ") + source;
  return project::WriteYaml(
      YamlValue::Map({{"version", YamlValue::Word(kVersion)},
                      {"branch_name", YamlValue::Text(plan.branch)},
                      {"namespace", YamlValue::Text(plan.table.ns.ToString())},
                      {"table_name", YamlValue::Text(plan.table.name)},
                      {"table_replace", YamlValue::Word(plan.replace ? "true" : "false")},
                      {"search_string", YamlValue::Text(search)},
                      {"schema_info", YamlValue::Map({{"conflicts", std::move(conflicts)},
                                                      {"detected_schemas", std::move(columns)},
                                                      {"partitions", std::move(partitions)}})},
                      {"files_to_be_imported", Texts(plan.files)}}));
}

base::Result<TablePlan> ReadTablePlan(std::string_view yaml) {
  auto read = project::ReadYaml(yaml, kDocument);
  if (!read.ok()) {
    return base::Error(base::Code::kInvalidArgument, kBadTablePlan, read.error().message)
        .At(read.error().place);
  }
  const YamlValue& root = *read;
  if (root.kind != Kind::kMap) return Bad(root, "a table plan must be a map");
  ASSIGN_OR_RETURN(const std::string version, TextOf(root, "version"));
  if (version != kVersion) return Bad(root, "version " + version + " of table plans is not known");
  TablePlan plan;
  ASSIGN_OR_RETURN(plan.branch, TextOf(root, "branch_name"));
  ASSIGN_OR_RETURN(const std::string ns, TextOf(root, "namespace"));
  ASSIGN_OR_RETURN(const std::string table, TextOf(root, "table_name"));
  ASSIGN_OR_RETURN(const model::Namespace home, model::ParseNamespace(ns));
  ASSIGN_OR_RETURN(plan.table, model::ParseTableName(table, home));
  if (plan.branch.empty()) return Bad(root, "\"branch_name\" is empty");
  if (plan.table.ns != home) return Bad(root, "\"table_name\" names another namespace");
  ASSIGN_OR_RETURN(plan.replace, FlagOf(root, "table_replace"));
  ASSIGN_OR_RETURN(const YamlValue* info, Member(root, "schema_info", Kind::kMap));
  RETURN_IF_ERROR(ReadSchemaInfo(*info, plan));
  return plan;
}

}  // namespace control
