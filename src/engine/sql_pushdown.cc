#include <algorithm>

#include "engine/sql_rewrite_internal.h"

namespace engine::internal {
namespace {

using columnar::Literal;
using columnar::Predicate;
using columnar::Schema;
using columnar::TypeId;
using Op = Predicate::Op;

std::vector<std::string> SplitParts(const std::string& joined) {
  std::vector<std::string> parts;
  size_t at = 0;
  while (at <= joined.size()) {
    const size_t cut = std::min(joined.find(kPartSeparator, at), joined.size());
    parts.push_back(joined.substr(at, cut - at));
    at = cut + 1;
  }
  return parts;
}

// Exactly one column by folded name; columns that differ by case only are left alone.
const columnar::Field* FindFolded(const Schema& schema, const std::string& name) {
  const columnar::Field* found = nullptr;
  for (const columnar::Field& field : schema.fields) {
    if (!EqualsFolded(field.name, name)) continue;
    if (found != nullptr) return nullptr;
    found = &field;
  }
  return found;
}

class Resolver {
 public:
  Resolver(const ParsedSql& parsed, const std::vector<const Schema*>& schemas, const Scope& scope)
      : parsed_(parsed), schemas_(schemas), scope_(scope) {}

  struct Found {
    size_t table;
    const columnar::Field* field;
  };

  // The one table of the scope that the column can only mean.
  std::optional<Found> Find(const std::string& joined) const {
    const std::vector<std::string> parts = SplitParts(joined);
    std::optional<Found> found;
    for (const size_t table : scope_.tables) {
      if (!Qualifies(parsed_.tables[table], parts)) continue;
      const columnar::Field* field = FindFolded(*schemas_[table], parts.back());
      if (field == nullptr) continue;
      if (found) return std::nullopt;
      found = Found{table, field};
    }
    if (found && parsed_.tables[found->table].nullable) return std::nullopt;
    return found;
  }

 private:
  static bool Qualifies(const TableUse& table, const std::vector<std::string>& parts) {
    if (parts.size() == 1) return true;
    if (parts.size() == 2) {
      return EqualsFolded(parts[0], table.alias.empty() ? table.parts.back() : table.alias);
    }
    return table.alias.empty() && parts.size() == table.parts.size() + 1 &&
           std::equal(table.parts.begin(), table.parts.end(), parts.begin(), EqualsFolded);
  }

  const ParsedSql& parsed_;
  const std::vector<const Schema*>& schemas_;
  const Scope& scope_;
};

// Whether DuckDB compares the two without converting the column, so that bounds of the column say
// something about the comparison.
bool Comparable(const Literal& literal, const columnar::Type& column) {
  switch (column.id) {
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDouble:
    case TypeId::kDecimal:
      return literal.type.id == TypeId::kLong || literal.type.id == TypeId::kDecimal ||
             literal.type.id == TypeId::kDouble;
    case TypeId::kFloat:
      return literal.type.id == TypeId::kLong;
    case TypeId::kBoolean:
      return literal.type.id == TypeId::kBoolean;
    case TypeId::kString:
      return literal.type.id == TypeId::kString;
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return literal.type.id == TypeId::kString || literal.type.id == TypeId::kDate ||
             literal.type.id == TypeId::kTimestamp || literal.type.id == TypeId::kTimestamptz;
    default:
      return false;
  }
}

// NaN is the greatest number to DuckDB and in no bounds: what it may satisfy cannot be pruned.
bool MayHoldForNan(Op op, bool negated) {
  const bool less = op == Op::kLess || op == Op::kLessOrEqual;
  const bool equal = op == Op::kEqual || op == Op::kIn;
  const bool null_test = op == Op::kIsNull || op == Op::kIsNotNull;
  return !null_test && !((less || equal) && !negated);
}

// Leaves on stored columns of one table; whatever cannot be said becomes kUnknown.
Predicate Fit(const Predicate& predicate, const Resolver& resolver, size_t table, bool negated) {
  if (predicate.op == Op::kAnd || predicate.op == Op::kOr || predicate.op == Op::kNot) {
    Predicate out{predicate.op, {}, {}, {}};
    const bool inner = predicate.op == Op::kNot ? !negated : negated;
    for (const Predicate& child : predicate.children) {
      out.children.push_back(Fit(child, resolver, table, inner));
    }
    return out;
  }
  if (predicate.column.empty()) return predicate;
  const auto found = resolver.Find(predicate.column);
  if (!found || found->table != table) return Predicate::Unknown();
  const columnar::Type& type = found->field->type;
  const bool real = type.id == TypeId::kFloat || type.id == TypeId::kDouble;
  if (real && MayHoldForNan(predicate.op, negated)) return Predicate::Unknown();
  for (const Literal& literal : predicate.literals) {
    if (!Comparable(literal, type)) return Predicate::Unknown();
  }
  Predicate out = predicate;
  out.column = found->field->name;
  return out;
}

// The only table a predicate reads, if every column of it is of that table.
std::optional<size_t> OnlyTable(const Predicate& predicate, const Resolver& resolver) {
  std::optional<size_t> table;
  for (const std::string& column : columnar::ColumnsOf(predicate)) {
    const auto found = resolver.Find(column);
    if (!found || (table && *table != found->table)) return std::nullopt;
    table = found->table;
  }
  return table;
}

bool SaysNothing(const Predicate& predicate) {
  if (predicate.op == Op::kUnknown || predicate.op == Op::kTrue) return true;
  if (predicate.op == Op::kNot) return SaysNothing(predicate.children[0]);
  if (predicate.op == Op::kAnd) {
    return std::all_of(predicate.children.begin(), predicate.children.end(), SaysNothing);
  }
  if (predicate.op == Op::kOr) {
    return std::any_of(predicate.children.begin(), predicate.children.end(), SaysNothing);
  }
  return false;
}

// The column of `derived` inside of it; nothing when it is computed, or may be another source's.
std::optional<std::string> Inside(const Scope& outer, const Derived& derived,
                                  const std::string& joined) {
  const std::vector<std::string> parts = SplitParts(joined);
  const bool named = parts.size() == 2 && EqualsFolded(parts[0], derived.alias);
  if (!named && (parts.size() != 1 || outer.sources != 1)) return std::nullopt;
  const auto found = derived.columns.find(Fold(parts.back()));
  if (found == derived.columns.end()) {
    return derived.all ? std::optional(parts.back()) : std::nullopt;
  }
  if (found->second.empty()) return std::nullopt;
  std::string inside;
  for (const std::string& part : found->second) {
    if (!inside.empty()) inside += kPartSeparator;
    inside += part;
  }
  return inside;
}

bool MoveInside(const Scope& outer, const Derived& derived, Predicate& predicate) {
  if (!predicate.column.empty()) {
    std::optional<std::string> inside = Inside(outer, derived, predicate.column);
    if (!inside) return false;
    predicate.column = *std::move(inside);
  }
  return std::all_of(predicate.children.begin(), predicate.children.end(),
                     [&](Predicate& child) { return MoveInside(outer, derived, child); });
}

// What a scope demands of its subqueries they demand of their tables; outer ones first.
void DemandInside(std::vector<Scope>& scopes, size_t at) {
  const Scope outer = scopes[at];
  for (const Derived& derived : outer.derived) {
    for (const Predicate& conjunct : outer.conjuncts) {
      Predicate moved = conjunct;
      if (!columnar::ColumnsOf(moved).empty() && MoveInside(outer, derived, moved)) {
        scopes[derived.scope].conjuncts.push_back(std::move(moved));
      }
    }
    DemandInside(scopes, derived.scope);
  }
}

std::vector<Scope> WithInnerDemands(const ParsedSql& parsed) {
  std::vector<Scope> scopes = parsed.scopes;
  std::vector<bool> inner(scopes.size(), false);
  for (const Scope& scope : scopes) {
    for (const Derived& derived : scope.derived) inner[derived.scope] = true;
  }
  for (size_t i = 0; i < scopes.size(); ++i) {
    if (!inner[i]) DemandInside(scopes, i);
  }
  return scopes;
}

}  // namespace

std::vector<Predicate> PredicatesOfTables(const ParsedSql& parsed,
                                          const std::vector<const Schema*>& schemas) {
  std::vector<std::vector<Predicate>> terms(parsed.tables.size());
  const std::vector<Scope> scopes = WithInnerDemands(parsed);
  for (const Scope& scope : scopes) {
    const Resolver resolver(parsed, schemas, scope);
    for (const Predicate& conjunct : scope.conjuncts) {
      const auto table = OnlyTable(conjunct, resolver);
      if (!table) continue;
      Predicate fitted = Fit(conjunct, resolver, *table, false);
      auto bound = columnar::Bind(fitted, *schemas[*table]);
      if (bound.ok() && !SaysNothing(*bound)) terms[*table].push_back(std::move(*bound));
    }
  }
  std::vector<Predicate> out;
  for (auto& list : terms) {
    if (list.size() == 1) {
      out.push_back(std::move(list[0]));
    } else {
      out.push_back(list.empty() ? Predicate{} : Predicate::And(std::move(list)));
    }
  }
  return out;
}

}  // namespace engine::internal
