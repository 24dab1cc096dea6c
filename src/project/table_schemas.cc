#include <algorithm>
#include <charconv>

#include "project/python_project_internal.h"

namespace project {
namespace {
using Kind = PyExpr::Kind;
using columnar::Type;
using columnar::TypeId;

constexpr int kDepthMax = 20;

struct NamedType {
  std::string_view name;
  TypeId id;
};
/// The types of contracts (F-073), those of ours beyond them, and Python's own.
constexpr NamedType kTypes[] = {
    {"Bool", TypeId::kBoolean},
    {"Int32", TypeId::kInt},
    {"Int64", TypeId::kLong},
    {"Float32", TypeId::kFloat},
    {"Float64", TypeId::kDouble},
    {"String", TypeId::kString},
    {"Binary", TypeId::kBinary},
    {"Date32", TypeId::kDate},
    {"Date64", TypeId::kDate},
    {"Time64", TypeId::kTime},
    {"TimestampMicro", TypeId::kTimestamp},
    {"TimestampNano", TypeId::kTimestamp},
    {"TimestampMicroUTC", TypeId::kTimestamptz},
    {"TimestampNanoUTC", TypeId::kTimestamptz},
};
constexpr NamedType kPythonTypes[] = {{"bool", TypeId::kBoolean},
                                      {"int", TypeId::kLong},
                                      {"float", TypeId::kDouble},
                                      {"str", TypeId::kString},
                                      {"bytes", TypeId::kBinary},
                                      {"datetime.date", TypeId::kDate},
                                      {"datetime.datetime", TypeId::kTimestamp}};

std::vector<std::string> TypeNames() {
  std::vector<std::string> names = {"Any", "Decimal128"};
  for (const NamedType& type : kTypes) names.emplace_back(type.name);
  return names;
}

/// One column while its annotation is taken apart.
struct Column {
  std::string name;
  std::optional<Type> type;
  bool any = false;
  bool nullable = false;
  std::string doc;
  std::string lineage;
  base::Place place;
};

class ColumnReader {
 public:
  ColumnReader(const PyModule& module, const PythonNames& names, Findings& findings)
      : module_(module), names_(names), findings_(findings) {}

  bool Read(const PyExpr& annotation, Column& column, int depth = 0) {
    if (depth > kDepthMax) return Bad(annotation);
    if (annotation.kind == Kind::kNone) return column.nullable = true;
    if (annotation.kind == Kind::kUnion) {
      return std::all_of(annotation.children.begin(), annotation.children.end(),
                         [&](const PyExpr& side) { return Read(side, column, depth + 1); });
    }
    if (annotation.kind == Kind::kSubscript) return Subscript(annotation, column, depth);
    if (annotation.kind == Kind::kCall) return Decimal(annotation, column);
    return Named(annotation, column);
  }

 private:
  bool Bad(const PyExpr& at) {
    const std::string name = at.text.substr(0, 60);
    findings_.Bad(at.place, reasons::kBadSchema,
                  "unknown column type \"" + name + "\"" + base::DidYouMean(name, TypeNames()));
    return false;
  }

  bool Subscript(const PyExpr& annotation, Column& column, int depth) {
    const std::string path = names_.PathOf(module_, annotation.children[0]);
    if (path == "typing.Optional" && annotation.children.size() == 2) {
      column.nullable = true;
      return Read(annotation.children[1], column, depth + 1);
    }
    if (path != "typing.Annotated" || annotation.children.size() < 2) return Bad(annotation);
    if (!Read(annotation.children[1], column, depth + 1)) return false;
    for (size_t i = 2; i < annotation.children.size(); ++i) {
      const PyExpr& extra = annotation.children[i];
      if (extra.kind != Kind::kCall || !names_.IsOurs(module_, extra.children[0], "TableField")) {
        continue;
      }
      for (const PyKeyword& keyword : extra.keywords) Keyword(keyword, column);
      if (extra.children.size() > 1) Text(extra.children[1], "name", column.name);
    }
    return true;
  }

  void Text(const PyExpr& expr, const std::string& what, std::string& into) {
    const PyExpr* value = names_.Resolve(module_, expr);
    if (value != nullptr && value->kind == Kind::kNone) return;
    if (value == nullptr || value->kind != Kind::kString) {
      findings_.Bad(expr.place, reasons::kNotLiteral, what + "= of TableField must be a text");
      return;
    }
    into = value->text;
  }

  void Keyword(const PyKeyword& keyword, Column& column) {
    if (keyword.name == "name") return Text(keyword.value, keyword.name, column.name);
    if (keyword.name == "doc") return Text(keyword.value, keyword.name, column.doc);
    if (keyword.name == "nullable") {
      column.nullable = keyword.value.kind == Kind::kTrue;
    } else if (keyword.name == "lineage") {
      column.lineage = keyword.value.text;  // text, or Schema['col'] as written
    } else if (keyword.name == "title") {
      if (column.doc.empty()) Text(keyword.value, keyword.name, column.doc);
    } else {
      findings_.WarnUnknown(keyword.place, reasons::kUnknownKeyword, "keyword of TableField",
                            keyword.name, {"name", "doc", "lineage"});
    }
  }

  bool Decimal(const PyExpr& call, Column& column) {
    if (!names_.IsOurs(module_, call.children[0], "Decimal128") || call.children.size() != 3) {
      return Bad(call);
    }
    int32_t numbers[2] = {0, 0};
    for (size_t i = 0; i < 2; ++i) {
      const std::string& text = call.children[i + 1].text;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
      if (read.ec != std::errc()) return Bad(call);
    }
    if (numbers[0] < 1 || numbers[0] > 38 || numbers[1] < 0 || numbers[1] > numbers[0]) {
      return Bad(call);
    }
    column.type = Type::Decimal(numbers[0], numbers[1]);
    return true;
  }

  bool Named(const PyExpr& annotation, Column& column) {
    const std::string path = names_.PathOf(module_, annotation);
    for (const NamedType& type : kPythonTypes) {
      if (path != type.name) continue;
      column.type = Type(type.id);
      return true;
    }
    if (path == "typing.Any" || names_.IsOurs(module_, annotation, "Any")) return column.any = true;
    for (const NamedType& type : kTypes) {
      if (!names_.IsOurs(module_, annotation, type.name)) continue;
      column.type = Type(type.id);
      return true;
    }
    return Bad(annotation);
  }

  const PyModule& module_;
  const PythonNames& names_;
  Findings& findings_;
};

}  // namespace

bool TableSchemas::IsSchemaClass(const PyModule& module, const PyClass& found, int depth) const {
  if (depth > kDepthMax) return false;
  return std::any_of(found.bases.begin(), found.bases.end(), [&](const PyExpr& base) {
    if (names_.IsOurs(module, base, "TableSchema")) return true;
    const auto [home, parent] = names_.FindClass(module, base);
    return parent != nullptr && IsSchemaClass(*home, *parent, depth + 1);
  });
}

bool TableSchemas::IsSchema(const PyModule& module, const PyExpr& expr) const {
  const auto [home, found] = names_.FindClass(module, expr);
  return found != nullptr && IsSchemaClass(*home, *found, 0);
}

std::optional<Contract> TableSchemas::Read(const PyModule& module, const PyExpr& expr) {
  const auto [home, found] = names_.FindClass(module, expr);
  if (found != nullptr && IsSchemaClass(*home, *found, 0)) return ReadClass(*home, *found, 0);
  return Read(PlacedText{expr.text, expr.place});
}

std::optional<Contract> TableSchemas::Read(const PlacedText& name) {
  std::vector<std::string> known;
  for (const auto& [file, module] : names_.modules()) {
    for (const PyClass& found : module.classes) {
      if (!IsSchemaClass(module, found, 0)) continue;
      // Python sees only what it imported; a class elsewhere is found for SQL files alone.
      if (found.name == name.text && !name.place.file.ends_with(".py")) {
        return ReadClass(module, found, 0);
      }
      known.push_back(found.name);
    }
  }
  findings_.Add(base::Error(base::Code::kNotFound, std::string(reasons::kUnknownSchema),
                            "\"" + name.text + "\" is no TableSchema that is known here" +
                                base::DidYouMean(name.text, known))
                    .At(name.place));
  return std::nullopt;
}

void TableSchemas::ReadAll() {
  for (const auto& [file, module] : names_.modules()) {
    for (const PyClass& found : module.classes) {
      if (IsSchemaClass(module, found, 0)) ReadClass(module, found, 0);
    }
  }
}

const Contract& TableSchemas::ReadClass(const PyModule& module, const PyClass& found, int depth) {
  if (const auto known = read_.find(&found); known != read_.end()) return known->second;
  Contract contract;
  contract.name = found.name;
  contract.place = found.place;
  for (const PyExpr& base : found.bases) {
    const auto [home, parent] = names_.FindClass(module, base);
    if (parent == nullptr || depth > kDepthMax) continue;
    const Contract inherited = ReadClass(*home, *parent, depth + 1);
    contract.columns = inherited.columns;
    contract.schema = inherited.schema;
    contract.any_columns = inherited.any_columns;
    contract.lineage = inherited.lineage;
    contract.places = inherited.places;
  }
  for (const PyField& field : found.fields) ReadField(module, field, contract);
  return read_.emplace(&found, std::move(contract)).first->second;
}

void TableSchemas::ReadField(const PyModule& module, const PyField& field, Contract& contract) {
  Column column;
  column.name = field.name;
  column.place = field.place;
  if (!ColumnReader(module, names_, findings_).Read(field.annotation, column)) return;
  if (!column.any && !column.type) {
    findings_.Bad(field.place, reasons::kBadSchema, "column \"" + field.name + "\" has no type");
    return;
  }
  if (contract.places.contains(column.name)) {
    findings_.Bad(field.place, reasons::kBadSchema,
                  "column \"" + column.name + "\" is there twice in \"" + contract.name + "\"");
    return;
  }
  contract.columns.push_back(column.name);
  contract.places[column.name] = field.place;
  if (!column.lineage.empty()) contract.lineage[column.name] = column.lineage;
  if (column.any) {
    contract.any_columns.push_back(column.name);
    return;
  }
  contract.schema.fields.push_back(
      {columnar::kNoFieldId, column.name, *std::move(column.type), !column.nullable, column.doc});
}

}  // namespace project
