#include "columnar/predicate.h"

#include <algorithm>
#include <utility>

#include "base/nearest.h"
#include "columnar/reasons.h"

namespace columnar {
namespace {

using Op = Predicate::Op;

base::Result<Predicate> BindLeaf(const Predicate& leaf, const Schema& schema, bool negated) {
  const Op op = negated ? Opposite(leaf.op) : leaf.op;
  if (op == Op::kTrue || op == Op::kFalse || leaf.op == Op::kUnknown) {
    return Predicate{op, {}, {}, {}};
  }
  const Field* field = schema.Find(leaf.column);
  if (field == nullptr) {
    return base::Error(
               base::Code::kInvalidArgument, reasons::kUnknownColumn,
               "no column \"" + leaf.column + "\"" + base::DidYouMean(leaf.column, schema.Names()))
        .Set("column", leaf.column);
  }
  if (op == Op::kUnknown) return Predicate::Unknown();
  Predicate bound{op, leaf.column, {}, {}};
  for (const Literal& literal : leaf.literals) {
    auto converted = ConvertLiteral(literal, field->type);
    if (!converted) return Predicate::Unknown();
    bound.literals.push_back(*std::move(converted));
  }
  const bool needs_text = op == Op::kStartsWith && field->type.id != TypeId::kString;
  return needs_text ? Predicate::Unknown() : bound;
}

base::Result<Predicate> BindWith(const Predicate& predicate, const Schema& schema, bool negated) {
  if (predicate.op == Op::kNot) {
    CHECK(predicate.children.size() == 1);
    return BindWith(predicate.children[0], schema, !negated);
  }
  if (predicate.op != Op::kAnd && predicate.op != Op::kOr) {
    return BindLeaf(predicate, schema, negated);
  }
  const bool is_and = (predicate.op == Op::kAnd) != negated;
  Predicate bound{is_and ? Op::kAnd : Op::kOr, {}, {}, {}};
  for (const Predicate& child : predicate.children) {
    ASSIGN_OR_RETURN(auto bound_child, BindWith(child, schema, negated));
    bound.children.push_back(std::move(bound_child));
  }
  return bound;
}

void AddColumns(const Predicate& predicate, std::vector<std::string>& columns) {
  const bool known = std::find(columns.begin(), columns.end(), predicate.column) != columns.end();
  if (!predicate.column.empty() && !known) columns.push_back(predicate.column);
  for (const Predicate& child : predicate.children) AddColumns(child, columns);
}

std::string Joined(const std::vector<Predicate>& children, const char* word, const char* empty) {
  if (children.empty()) return empty;
  std::string text = "(";
  for (size_t i = 0; i < children.size(); ++i) {
    if (i > 0) text += std::string(" ") + word + " ";
    text += ToString(children[i]);
  }
  return text + ")";
}

std::string Listed(const Predicate& predicate, const char* word) {
  std::string text = predicate.column + " " + word + " (";
  for (size_t i = 0; i < predicate.literals.size(); ++i) {
    if (i > 0) text += ", ";
    text += predicate.literals[i].ToSql();
  }
  return text + ")";
}

std::string Compared(const Predicate& predicate, const char* word) {
  const std::string literal = predicate.literals.empty() ? "?" : predicate.literals.front().ToSql();
  return predicate.column + " " + word + " " + literal;
}

}  // namespace

Predicate::Op Opposite(Predicate::Op op) {
  using Op = Predicate::Op;
  switch (op) {
    case Op::kTrue:
      return Op::kFalse;
    case Op::kFalse:
      return Op::kTrue;
    case Op::kEqual:
      return Op::kNotEqual;
    case Op::kNotEqual:
      return Op::kEqual;
    case Op::kLess:
      return Op::kGreaterOrEqual;
    case Op::kLessOrEqual:
      return Op::kGreater;
    case Op::kGreater:
      return Op::kLessOrEqual;
    case Op::kGreaterOrEqual:
      return Op::kLess;
    case Op::kIn:
      return Op::kNotIn;
    case Op::kNotIn:
      return Op::kIn;
    case Op::kIsNull:
      return Op::kIsNotNull;
    case Op::kIsNotNull:
      return Op::kIsNull;
    case Op::kAnd:
      return Op::kOr;
    case Op::kOr:
      return Op::kAnd;
    case Op::kStartsWith:
    case Op::kUnknown:
    case Op::kNot:
      return Op::kUnknown;
  }
  return Op::kUnknown;
}

Predicate Predicate::And(std::vector<Predicate> children) {
  if (children.size() == 1) return std::move(children.front());
  if (children.empty()) return Predicate{};
  return Predicate{Op::kAnd, {}, {}, std::move(children)};
}

Predicate Predicate::Compare(Op op, std::string column, Literal literal) {
  return Predicate{op, std::move(column), {std::move(literal)}, {}};
}

base::Result<Predicate> Bind(const Predicate& predicate, const Schema& schema) {
  return BindWith(predicate, schema, false);
}

std::vector<std::string> ColumnsOf(const Predicate& predicate) {
  std::vector<std::string> columns;
  AddColumns(predicate, columns);
  return columns;
}

std::string ToString(const Predicate& predicate) {
  switch (predicate.op) {
    case Op::kTrue:
      return "TRUE";
    case Op::kFalse:
      return "FALSE";
    case Op::kUnknown:
      return "UNKNOWN";
    case Op::kAnd:
      return Joined(predicate.children, "AND", "TRUE");
    case Op::kOr:
      return Joined(predicate.children, "OR", "FALSE");
    case Op::kNot:
      return "NOT " + Joined(predicate.children, "AND", "TRUE");
    case Op::kEqual:
      return Compared(predicate, "=");
    case Op::kNotEqual:
      return Compared(predicate, "!=");
    case Op::kLess:
      return Compared(predicate, "<");
    case Op::kLessOrEqual:
      return Compared(predicate, "<=");
    case Op::kGreater:
      return Compared(predicate, ">");
    case Op::kGreaterOrEqual:
      return Compared(predicate, ">=");
    case Op::kIn:
      return Listed(predicate, "IN");
    case Op::kNotIn:
      return Listed(predicate, "NOT IN");
    case Op::kIsNull:
      return predicate.column + " IS NULL";
    case Op::kIsNotNull:
      return predicate.column + " IS NOT NULL";
    case Op::kStartsWith:
      return Compared(predicate, "STARTS WITH");
  }
  return "";
}

}  // namespace columnar
