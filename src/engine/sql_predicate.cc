#include "engine/sql_predicate_internal.h"

#include "duckdb/parser/expression/between_expression.hpp"
#include "duckdb/parser/expression/cast_expression.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/comparison_expression.hpp"
#include "duckdb/parser/expression/conjunction_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/expression/operator_expression.hpp"
#include "duckdb/parser/expression/type_expression.hpp"
#include "engine/sql_syntax_internal.h"
#include "engine/sql_tokens_internal.h"

namespace engine::internal {
namespace {

using columnar::Literal;
using columnar::Predicate;
using columnar::TypeId;
using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::ParsedExpression;

std::optional<Literal> ConstantLiteral(const duckdb::Value& value) {
  if (value.IsNull()) return std::nullopt;
  switch (value.type().id()) {
    case duckdb::LogicalTypeId::BOOLEAN:
      return Literal::Boolean(value.GetValue<bool>());
    case duckdb::LogicalTypeId::TINYINT:
    case duckdb::LogicalTypeId::SMALLINT:
    case duckdb::LogicalTypeId::INTEGER:
    case duckdb::LogicalTypeId::BIGINT:
      return Literal::Long(value.GetValue<int64_t>());
    case duckdb::LogicalTypeId::DOUBLE:
      return Literal::Double(value.GetValue<double>());
    case duckdb::LogicalTypeId::VARCHAR:
      return Literal::String(duckdb::StringValue::Get(value));
    case duckdb::LogicalTypeId::DECIMAL: {
      const int32_t width = duckdb::DecimalType::GetWidth(value.type());
      const int32_t scale = duckdb::DecimalType::GetScale(value.type());
      columnar::Int128 unscaled = 0;
      for (const char c : value.ToString()) {
        if (c >= '0' && c <= '9') unscaled = unscaled * 10 + (c - '0');
      }
      if (value.ToString().front() == '-') unscaled = -unscaled;
      return Literal{columnar::Type::Decimal(width, scale), unscaled};
    }
    default:
      return std::nullopt;
  }
}

std::optional<Literal> Negated(Literal literal) {
  if (auto* whole = std::get_if<int64_t>(&literal.value)) {
    if (*whole == INT64_MIN) return std::nullopt;
    *whole = -*whole;
  } else if (auto* real = std::get_if<double>(&literal.value)) {
    *real = -*real;
  } else if (auto* unscaled = std::get_if<columnar::Int128>(&literal.value)) {
    *unscaled = -*unscaled;
  } else {
    return std::nullopt;
  }
  return literal;
}

std::optional<columnar::Type> CastTarget(const duckdb::LogicalType& type) {
  std::string name = Fold(type.ToString());
  std::erase(name, '"');
  if (name == "date") return columnar::Type(TypeId::kDate);
  if (name == "timestamp" || name == "datetime") return columnar::Type(TypeId::kTimestamp);
  if (name == "timestamptz" || name == "timestamp with time zone") {
    return columnar::Type(TypeId::kTimestamptz);
  }
  if (name == "boolean" || name == "bool") return columnar::Type(TypeId::kBoolean);
  return std::nullopt;
}

std::optional<Literal> CastLiteral(const duckdb::CastExpression& cast) {
  if (cast.try_cast || cast.child == nullptr) return std::nullopt;
  const std::optional<Literal> inner = ToLiteral(*cast.child);
  const std::optional<columnar::Type> target = CastTarget(cast.cast_type);
  if (!inner || !target) return std::nullopt;
  if (target->id == TypeId::kBoolean) {
    const auto* text = std::get_if<std::string>(&inner->value);
    if (text == nullptr) return std::nullopt;
    if (*text == "t" || Fold(*text) == "true") return Literal::Boolean(true);
    if (*text == "f" || Fold(*text) == "false") return Literal::Boolean(false);
    return std::nullopt;
  }
  if (inner->type.id != TypeId::kString) return std::nullopt;
  return columnar::ConvertLiteral(*inner, *target);
}

std::optional<std::string> ColumnOf(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::COLUMN_REF) return std::nullopt;
  const auto& names = expression.Cast<duckdb::ColumnRefExpression>().column_names;
  return JoinParts(std::vector<std::string>(names.begin(), names.end()));
}

Predicate::Op Flipped(Predicate::Op op) {
  if (op == Predicate::Op::kLess) return Predicate::Op::kGreater;
  if (op == Predicate::Op::kLessOrEqual) return Predicate::Op::kGreaterOrEqual;
  if (op == Predicate::Op::kGreater) return Predicate::Op::kLess;
  if (op == Predicate::Op::kGreaterOrEqual) return Predicate::Op::kLessOrEqual;
  return op;
}

std::optional<Predicate::Op> OperatorOf(ExpressionType type) {
  if (type == ExpressionType::COMPARE_EQUAL) return Predicate::Op::kEqual;
  if (type == ExpressionType::COMPARE_NOTEQUAL) return Predicate::Op::kNotEqual;
  if (type == ExpressionType::COMPARE_LESSTHAN) return Predicate::Op::kLess;
  if (type == ExpressionType::COMPARE_LESSTHANOREQUALTO) return Predicate::Op::kLessOrEqual;
  if (type == ExpressionType::COMPARE_GREATERTHAN) return Predicate::Op::kGreater;
  if (type == ExpressionType::COMPARE_GREATERTHANOREQUALTO) return Predicate::Op::kGreaterOrEqual;
  return std::nullopt;
}

Predicate CompareOf(Predicate::Op op, const ParsedExpression& left, const ParsedExpression& right) {
  if (auto column = ColumnOf(left)) {
    auto literal = ToLiteral(right);
    return literal ? Predicate::Compare(op, *column, *literal) : Predicate::Unknown();
  }
  if (auto column = ColumnOf(right)) {
    auto literal = ToLiteral(left);
    return literal ? Predicate::Compare(Flipped(op), *column, *literal) : Predicate::Unknown();
  }
  return Predicate::Unknown();
}

Predicate InOf(Predicate::Op op, const duckdb::OperatorExpression& in) {
  auto column = in.children.empty() ? std::nullopt : ColumnOf(*in.children[0]);
  if (!column || in.children.size() < 2) return Predicate::Unknown();
  Predicate out{op, *column, {}, {}};
  for (size_t i = 1; i < in.children.size(); ++i) {
    auto literal = ToLiteral(*in.children[i]);
    if (!literal) return Predicate::Unknown();
    out.literals.push_back(std::move(*literal));
  }
  return out;
}

Predicate OperatorPredicate(const duckdb::OperatorExpression& expression) {
  const auto& children = expression.children;
  switch (expression.GetExpressionType()) {
    case ExpressionType::OPERATOR_NOT:
      return Predicate{Predicate::Op::kNot, {}, {}, {ToPredicate(*children[0])}};
    case ExpressionType::COMPARE_IN:
      return InOf(Predicate::Op::kIn, expression);
    case ExpressionType::COMPARE_NOT_IN:
      return InOf(Predicate::Op::kNotIn, expression);
    case ExpressionType::OPERATOR_IS_NULL:
    case ExpressionType::OPERATOR_IS_NOT_NULL: {
      auto column = ColumnOf(*children[0]);
      if (!column) return Predicate::Unknown();
      const bool is_null = expression.GetExpressionType() == ExpressionType::OPERATOR_IS_NULL;
      return Predicate{
          is_null ? Predicate::Op::kIsNull : Predicate::Op::kIsNotNull, *column, {}, {}};
    }
    default:
      return Predicate::Unknown();
  }
}

// LIKE 'abc%' and starts_with(x, 'abc').
Predicate FunctionPredicate(const duckdb::FunctionExpression& call) {
  if (call.children.size() != 2) return Predicate::Unknown();
  auto column = ColumnOf(*call.children[0]);
  auto literal = ToLiteral(*call.children[1]);
  if (!column || !literal || literal->type.id != TypeId::kString) return Predicate::Unknown();
  std::string text = std::get<std::string>(literal->value);
  if (call.function_name == "~~") {
    const size_t wild = text.find_first_of("%_\\");
    if (wild == std::string::npos || wild == 0) return Predicate::Unknown();
    if (wild + 1 == text.size() && text[wild] == '%') {
      return Predicate::Compare(Predicate::Op::kStartsWith, *column,
                                Literal::String(text.substr(0, wild)));
    }
    return Predicate::Unknown();
  }
  if (call.function_name == "starts_with" || call.function_name == "^@") {
    return Predicate::Compare(Predicate::Op::kStartsWith, *column, *literal);
  }
  return Predicate::Unknown();
}

Predicate ConjunctionPredicate(const duckdb::ConjunctionExpression& expression) {
  Predicate out;
  out.op = expression.GetExpressionType() == ExpressionType::CONJUNCTION_AND ? Predicate::Op::kAnd
                                                                             : Predicate::Op::kOr;
  for (const auto& child : expression.children) out.children.push_back(ToPredicate(*child));
  return out;
}

}  // namespace

std::string JoinParts(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += kPartSeparator;
    out += part;
  }
  return out;
}

std::optional<Literal> ToLiteral(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::CONSTANT) {
    return ConstantLiteral(expression.Cast<duckdb::ConstantExpression>().value);
  }
  if (expression.GetExpressionClass() == ExpressionClass::CAST) {
    return CastLiteral(expression.Cast<duckdb::CastExpression>());
  }
  if (expression.GetExpressionClass() == ExpressionClass::FUNCTION) {
    const auto& call = expression.Cast<duckdb::FunctionExpression>();
    if (call.function_name == "-" && call.children.size() == 1) {
      auto inner = ToLiteral(*call.children[0]);
      return inner ? Negated(*inner) : std::nullopt;
    }
  }
  return std::nullopt;
}

Predicate ToPredicate(const ParsedExpression& expression) {
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::COMPARISON: {
      const auto& comparison = expression.Cast<duckdb::ComparisonExpression>();
      const auto op = OperatorOf(expression.GetExpressionType());
      return op ? CompareOf(*op, *comparison.left, *comparison.right) : Predicate::Unknown();
    }
    case ExpressionClass::BETWEEN: {
      const auto& between = expression.Cast<duckdb::BetweenExpression>();
      std::vector<Predicate> both;
      both.push_back(CompareOf(Predicate::Op::kGreaterOrEqual, *between.input, *between.lower));
      both.push_back(CompareOf(Predicate::Op::kLessOrEqual, *between.input, *between.upper));
      return Predicate{Predicate::Op::kAnd, {}, {}, std::move(both)};
    }
    case ExpressionClass::CONJUNCTION:
      return ConjunctionPredicate(expression.Cast<duckdb::ConjunctionExpression>());
    case ExpressionClass::OPERATOR:
      return OperatorPredicate(expression.Cast<duckdb::OperatorExpression>());
    case ExpressionClass::FUNCTION:
      return FunctionPredicate(expression.Cast<duckdb::FunctionExpression>());
    case ExpressionClass::COLUMN_REF:
      return Predicate::Compare(Predicate::Op::kEqual, *ColumnOf(expression),
                                Literal::Boolean(true));
    default:
      break;
  }
  const auto literal = ToLiteral(expression);
  if (literal && literal->type.id == TypeId::kBoolean) {
    const bool value = std::get<bool>(literal->value);
    return Predicate{value ? Predicate::Op::kTrue : Predicate::Op::kFalse, {}, {}, {}};
  }
  return Predicate::Unknown();
}

void SplitConjuncts(const ParsedExpression& expression, std::vector<Predicate>* out) {
  if (expression.GetExpressionClass() == ExpressionClass::CONJUNCTION &&
      expression.GetExpressionType() == ExpressionType::CONJUNCTION_AND) {
    for (const auto& child : expression.Cast<duckdb::ConjunctionExpression>().children) {
      SplitConjuncts(*child, out);
    }
    return;
  }
  out->push_back(ToPredicate(expression));
}

}  // namespace engine::internal
