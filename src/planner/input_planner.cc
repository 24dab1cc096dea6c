#include <algorithm>
#include <cctype>

#include "base/nearest.h"
#include "planner/input_planner_internal.h"
#include "planner/reasons.h"
#include "project/sql_text.h"

namespace planner {
namespace {
using base::Code;
using columnar::Predicate;
using columnar::TypeId;
using project::InputDecl;
using project::NodeDecl;
using project::NodeDeclKind;

bool SameFolded(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// The stored spelling of a column that SQL wrote in another case; nothing when there is none, or
/// more than one.
std::optional<std::string> StoredName(const std::string& name,
                                      const std::vector<std::string>& columns) {
  std::optional<std::string> found;
  for (const std::string& column : columns) {
    if (column == name) return column;
    if (!SameFolded(column, name)) continue;
    if (found) return std::nullopt;
    found = column;
  }
  return found;
}

void Rename(Predicate& predicate, const std::string& from, const std::string& to) {
  if (predicate.column == from) predicate.column = to;
  for (Predicate& child : predicate.children) Rename(child, from, to);
}

bool IsText(const columnar::Literal& literal) {
  return literal.type.id == TypeId::kString;
}

/// False where no row could ever compare: a text that is no date with a date, a number with a
/// moment. Numbers that do not fit, and numbers with texts, are left to the engine.
bool Comparable(const columnar::Literal& literal, const columnar::Type& type) {
  if (columnar::ConvertLiteral(literal, type)) return true;
  switch (type.id) {
    case TypeId::kString:
    case TypeId::kBinary:
    case TypeId::kFixed:
    case TypeId::kUuid:
      return true;
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kFloat:
    case TypeId::kDouble:
    case TypeId::kDecimal:
      if (!IsText(literal)) return literal.type.id != TypeId::kBoolean;
      return columnar::ConvertLiteral(literal, TypeId::kDouble).has_value();
    case TypeId::kBoolean:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      break;
  }
  return literal.type.id == TypeId::kDate || literal.type.id == TypeId::kTimestamp ||
         literal.type.id == TypeId::kTimestamptz || type.is_nested();
}

}  // namespace

void Problems::Add(base::Place place, Code code, std::string_view reason, std::string message,
                   std::map<std::string, std::string> context) {
  base::Error error(code, std::string(reason), std::move(message));
  error.context = std::move(context);
  list_.push_back({true, std::move(error).At(std::move(place))});
}

std::vector<project::Diagnostic> Problems::Take() {
  project::SortByPlace(list_);
  return std::move(list_);
}

InputPlanner::InputPlanner(const project::ProjectGraph& graph, TableResolver& tables,
                           const project::SqlAnalyzer& sql, const model::Namespace& ns,
                           const ParameterValues& values, Problems& problems)
    : graph_(graph), tables_(tables), sql_(sql), ns_(ns), values_(values), problems_(problems) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].kind == NodeDeclKind::kExpectation) continue;
    models_.emplace(graph.nodes[i].name, i);
    if (auto table = model::ParseTableName(graph.nodes[i].name, ns); table.ok()) {
      models_.emplace(table->ToString(), i);
    }
  }
}

std::optional<size_t> InputPlanner::ParentOf(const InputDecl& input) const {
  if (!input.ref.empty()) return std::nullopt;  // what the lake holds at that ref
  const auto found = models_.find(input.model);
  if (found == models_.end()) return std::nullopt;
  return found->second;
}

std::optional<InputPlanner::FilterText> InputPlanner::ReadFilter(const project::Filter& filter) {
  if (filter.text.text.empty()) return FilterText{};
  if (filter.predicate) return FilterText{filter.text.text, {*filter.predicate, filter.columns}};
  auto text = project::SubstituteParameters(filter.text.text, values_);
  if (!text.ok()) return std::nullopt;  // reported with the parameters
  auto facts = project::ParseSimpleFilter(*text);
  if (!facts.ok()) facts = sql_.AnalyzeFilter(*text);
  if (!facts.ok()) {
    problems_.Add(filter.text.place, Code::kInvalidArgument, reasons::kBadFilter,
                  "filter \"" + *text + "\": " + facts.error().message);
    return std::nullopt;
  }
  return FilterText{std::move(text).value(), std::move(facts).value()};
}

void InputPlanner::Plan(const InputDecl& input, plan::TaskInput& task, plan::Edge& edge) {
  task.source = input.model;
  edge.from = input.model;
  edge.ref = input.ref;
  for (const project::PlacedText& column : input.columns) task.columns.push_back(column.text);
  edge.columns = task.columns;
  if (input.contract) task.contract = input.contract->schema;
  InputColumns columns;
  if (const std::optional<size_t> parent = ParentOf(input)) {
    columns = ColumnsOfParent(graph_.nodes[*parent]);
    edge.from = graph_.nodes[*parent].name;
  } else if (const ResolvedTable* table = ResolveTable(input, edge)) {
    columns = {true, table->schema.Names(), &table->schema};
    task.from = table->scan;
  }
  CheckColumns(input, columns);
  CheckContract(input, columns);
  if (std::optional<FilterText> filter = ReadFilter(input.filter)) {
    task.filter_sql = edge.filter = filter->sql;
    if (!filter->sql.empty()) task.prune = CheckFilter(input, columns, std::move(filter->facts));
  }
}

const ResolvedTable* InputPlanner::ResolveTable(const InputDecl& input, plan::Edge& edge) {
  edge.from_table = true;
  auto name = model::ParseTableName(input.model, ns_);
  if (!name.ok()) {
    problems_.Add(input.place, Code::kInvalidArgument, reasons::kBadName, name.error().message);
    return nullptr;
  }
  edge.from = name->ToString();
  const auto key = std::pair(*name, input.ref);
  if (const auto known = resolved_.find(key); known != resolved_.end()) {
    if (!known->second) MissingTable(input, edge.from);
    return known->second ? &*known->second : nullptr;
  }
  auto table = tables_.Resolve(*name, input.ref);
  if (!table.ok()) {
    const base::Error& error = table.error();
    problems_.Add(input.place, error.code, error.reason, error.message, error.context);
    return nullptr;
  }
  if (!*table) MissingTable(input, edge.from);
  const auto stored = resolved_.emplace(key, std::move(table).value()).first;
  return stored->second ? &*stored->second : nullptr;
}

void InputPlanner::MissingTable(const InputDecl& input, const std::string& table) {
  for (const NodeDecl& node : graph_.nodes) {
    if (node.kind != NodeDeclKind::kExpectation || node.name != input.model) continue;
    problems_.Add(input.place, Code::kInvalidArgument, reasons::kBadExpectation,
                  "\"" + input.model + "\" is an expectation: it gives no table to read");
    return;
  }
  std::vector<std::string> candidates;
  for (const auto& [name, node] : models_) candidates.push_back(graph_.nodes[node].name);
  const std::string prefix = ns_.ToString() + ".";
  for (std::string& name : tables_.ListTables()) {
    if (name.starts_with(prefix)) candidates.push_back(name.substr(prefix.size()));
    candidates.push_back(std::move(name));
  }
  std::map<std::string, std::string> context{{"table", table}};
  if (auto nearest = base::NearestName(input.model, candidates)) context["nearest"] = *nearest;
  const std::string where = input.ref.empty() ? "" : " at \"" + input.ref + "\"";
  problems_.Add(input.place, Code::kNotFound, reasons::kUnknownTable,
                "no table or model \"" + input.model + "\"" + where +
                    base::DidYouMean(input.model, candidates),
                std::move(context));
}

InputColumns InputPlanner::ColumnsOfParent(const NodeDecl& parent) const {
  if (!parent.contract) return {};
  return {true, parent.contract->columns, &parent.contract->schema};
}

void InputPlanner::CheckColumns(const InputDecl& input, const InputColumns& columns) {
  if (!columns.known) return;
  for (const project::PlacedText& column : input.columns) {
    if (std::find(columns.names.begin(), columns.names.end(), column.text) != columns.names.end()) {
      continue;
    }
    problems_.Add(column.place, Code::kNotFound, reasons::kUnknownColumn,
                  "\"" + input.model + "\" has no column \"" + column.text + "\"" +
                      base::DidYouMean(column.text, columns.names),
                  {{"table", input.model}, {"column", column.text}});
  }
}

void InputPlanner::CheckContract(const InputDecl& input, const InputColumns& columns) {
  if (!columns.known || !input.contract || columns.schema == nullptr) return;
  for (const columnar::Field& wanted : input.contract->schema.fields) {
    const columnar::Field* found = columns.schema->Find(wanted.name);
    if (found == nullptr || found->type == wanted.type) continue;
    problems_.Add(input.place, Code::kInvalidArgument, reasons::kContractMismatch,
                  "column \"" + wanted.name + "\" of \"" + input.model + "\" is " +
                      found->type.ToString() + ", but \"" + input.contract->name + "\" says " +
                      wanted.type.ToString(),
                  {{"column", wanted.name}, {"type", found->type.ToString()}});
  }
}

Predicate InputPlanner::CheckFilter(const InputDecl& input, const InputColumns& columns,
                                    project::SqlFilterFacts facts) {
  if (!columns.known) return std::move(facts.predicate);
  bool complete = true;
  for (const std::string& column : facts.columns) {
    const std::optional<std::string> stored = StoredName(column, columns.names);
    if (stored) {
      Rename(facts.predicate, column, *stored);
      continue;
    }
    complete = false;
    problems_.Add(input.filter.text.place, Code::kNotFound, reasons::kUnknownColumn,
                  "filter of \"" + input.model + "\" uses column \"" + column +
                      "\", which it does not have" + base::DidYouMean(column, columns.names),
                  {{"table", input.model}, {"column", column}});
  }
  if (!complete) return Predicate::Unknown();
  CheckTypes(input, *columns.schema, facts.predicate);
  auto bound = columnar::Bind(facts.predicate, *columns.schema);
  return bound.ok() ? std::move(bound).value() : Predicate::Unknown();
}

void InputPlanner::CheckTypes(const InputDecl& input, const columnar::Schema& schema,
                              const Predicate& predicate) {
  for (const Predicate& child : predicate.children) CheckTypes(input, schema, child);
  const columnar::Field* field = schema.Find(predicate.column);
  if (field == nullptr) return;
  for (const columnar::Literal& literal : predicate.literals) {
    if (Comparable(literal, field->type)) continue;
    problems_.Add(input.filter.text.place, Code::kInvalidArgument, reasons::kFilterType,
                  "filter of \"" + input.model + "\" compares \"" + field->name + "\" (" +
                      field->type.ToString() + ") with " + literal.ToSql(),
                  {{"column", field->name}, {"type", field->type.ToString()}});
  }
}

}  // namespace planner
