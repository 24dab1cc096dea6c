#include "duckdb/parser/expression/cast_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "engine/sql_never_null_internal.h"
#include "engine/sql_tokens_internal.h"

namespace engine::internal {
namespace {

using duckdb::ExpressionClass;
using duckdb::ParsedExpression;

bool IsNeverNull(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::CONSTANT) {
    return !expression.Cast<duckdb::ConstantExpression>().value.IsNull();
  }
  if (expression.GetExpressionClass() == ExpressionClass::CAST) {
    const auto& cast = expression.Cast<duckdb::CastExpression>();
    return !cast.try_cast && cast.child->GetExpressionClass() == ExpressionClass::CONSTANT &&
           IsNeverNull(*cast.child);
  }
  if (expression.GetExpressionClass() != ExpressionClass::FUNCTION) return false;
  const std::string name = Fold(expression.Cast<duckdb::FunctionExpression>().function_name);
  return name == "count" || name == "count_star";
}

}  // namespace

std::vector<bool> NeverNull(const duckdb::QueryNode& node) {
  std::vector<bool> columns;
  if (node.type != duckdb::QueryNodeType::SELECT_NODE) return columns;
  const auto& select = node.Cast<duckdb::SelectNode>();
  if (select.groups.grouping_sets.size() > 1) return columns;  // some leave columns out
  for (const auto& item : select.select_list) {
    if (item->GetExpressionClass() == ExpressionClass::STAR) break;
    columns.push_back(IsNeverNull(*item));
  }
  return columns;
}

}  // namespace engine::internal
