// Predicates over columns by name: what filters, overwrite filters and pruning speak. A tree of
// plain values.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/literal.h"
#include "columnar/type.h"

namespace columnar {

struct Predicate {
  enum class Op {
    kTrue,
    kFalse,
    kUnknown,  // something this vocabulary cannot say: may be true or false; pruning must keep the
               // rows
    kAnd,
    kOr,
    kNot,
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kIn,
    kNotIn,
    kIsNull,
    kIsNotNull,
    kStartsWith,
  };
  Op op = Op::kTrue;
  std::string column;               // leaves only; a top-level column
  std::vector<Literal> literals;    // one, or the list of kIn / kNotIn
  std::vector<Predicate> children;  // kAnd, kOr: any number; kNot: one

  static Predicate And(std::vector<Predicate> children);
  static Predicate Compare(Op op, std::string column, Literal literal);
  static Predicate Unknown() { return Predicate{Op::kUnknown, {}, {}, {}}; }
  bool operator==(const Predicate&) const = default;
};

/// What NOT makes of an operator: = and <>, < and >=, AND and OR. kUnknown where there is no such
/// operator.
Predicate::Op Opposite(Predicate::Op op);

/// The same predicate with every literal converted to its column's type and NOT pushed to the
/// leaves. A leaf whose literal does not convert becomes kUnknown. kInvalidArgument
/// "columnar.unknown_column" (with the nearest name) for a column not in `schema`.
base::Result<Predicate> Bind(const Predicate& predicate, const Schema& schema);

/// The names of the columns it reads, each once, in order of appearance.
std::vector<std::string> ColumnsOf(const Predicate& predicate);

/// For messages and tests: "(a >= 3 AND b IS NOT NULL)".
std::string ToString(const Predicate& predicate);

}  // namespace columnar
