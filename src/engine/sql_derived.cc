#include "engine/sql_derived_internal.h"

#include <algorithm>

#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/star_expression.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/result_modifier.hpp"
#include "engine/sql_tokens_internal.h"

namespace engine::internal {
namespace {

using duckdb::ExpressionClass;
using duckdb::ParsedExpression;

bool HasWindow(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::WINDOW) return true;
  bool found = false;
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](const ParsedExpression& child) { found = found || HasWindow(child); });
  return found;
}

bool KeepsRowsApart(const duckdb::SelectNode& select) {
  for (const auto& modifier : select.modifiers) {
    const bool distinct = modifier->type == duckdb::ResultModifierType::DISTINCT_MODIFIER &&
                          modifier->Cast<duckdb::DistinctModifier>().distinct_on_targets.empty();
    if (!distinct && modifier->type != duckdb::ResultModifierType::ORDER_MODIFIER) return false;
  }
  if (select.qualify || select.sample || select.groups.grouping_sets.size() > 1) return false;
  if (select.aggregate_handling != duckdb::AggregateHandling::STANDARD_HANDLING) return false;
  return std::none_of(select.select_list.begin(), select.select_list.end(),
                      [](const auto& item) { return HasWindow(*item); });
}

bool IsPlainStar(const ParsedExpression& item) {
  if (item.GetExpressionClass() != ExpressionClass::STAR) return false;
  const auto& star = item.Cast<duckdb::StarExpression>();
  return star.relation_name.empty() && star.exclude_list.empty() && star.replace_list.empty() &&
         star.rename_list.empty() && !star.expr && !star.columns;
}

bool IsGroup(const duckdb::SelectNode& select, const ParsedExpression& item) {
  const auto& groups = select.groups.group_expressions;
  return std::any_of(groups.begin(), groups.end(), [&](const auto& group) {
    return group->GetExpressionClass() == ExpressionClass::COLUMN_REF &&
           group->template Cast<duckdb::ColumnRefExpression>().column_names ==
               item.Cast<duckdb::ColumnRefExpression>().column_names;
  });
}

}  // namespace

std::optional<Derived> DerivedOf(const duckdb::SelectNode& select, size_t scope, size_t sources) {
  if (!KeepsRowsApart(select)) return std::nullopt;
  Derived derived;
  derived.scope = scope;
  const bool grouped = !select.groups.group_expressions.empty();
  for (const auto& item : select.select_list) {
    if (item->GetExpressionClass() == ExpressionClass::STAR) {
      // Two tables may have a column in common, which then has another name in the result.
      if (!IsPlainStar(*item) || sources != 1 || grouped) return std::nullopt;
      derived.all = true;
      continue;
    }
    std::vector<std::string> parts;
    std::string name = item->GetName();
    if (item->GetExpressionClass() == ExpressionClass::COLUMN_REF) {
      const auto& names = item->Cast<duckdb::ColumnRefExpression>().column_names;
      if (!grouped || IsGroup(select, *item)) parts.assign(names.begin(), names.end());
      if (!item->HasAlias()) name = names.back();
    }
    const auto [at, fresh] = derived.columns.emplace(Fold(name), std::move(parts));
    if (!fresh) at->second.clear();  // two of one name: which is meant is DuckDB's affair
  }
  return derived;
}

}  // namespace engine::internal
