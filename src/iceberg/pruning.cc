#include "iceberg/pruning.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "iceberg/civil_time.h"
#include "iceberg/prefix_successor.h"

namespace iceberg {
namespace {

using columnar::Literal;
using columnar::Predicate;
using columnar::TypeId;
using Kind = Transform::Kind;
using Op = Predicate::Op;

bool IsNan(const Literal& literal) {
  const auto* real = std::get_if<double>(&literal.value);
  return real != nullptr && std::isnan(*real);
}

/// One column's range with the questions a leaf asks of it.
class Leaf {
 public:
  explicit Leaf(const ColumnRange& range) : range_(range) {}

  bool Empty() const { return range_.value_count == 0; }
  bool AllNull() const {
    return range_.null_count && range_.value_count && *range_.null_count >= *range_.value_count;
  }
  bool NoNull() const { return range_.null_count == 0; }

  /// Whether a row may hold NaN, which is greater than every bound.
  bool MayBeNan(const Literal& like) const {
    const bool real = std::holds_alternative<double>(like.value);
    return real && range_.nan_count != 0;
  }
  bool Below(const Literal& literal) const {  // every number is < literal
    return range_.max && columnar::Compare(*range_.max, literal) < 0;
  }
  bool NotAbove(const Literal& literal) const {
    return range_.max && columnar::Compare(*range_.max, literal) <= 0;
  }
  bool Above(const Literal& literal) const {
    return range_.min && columnar::Compare(*range_.min, literal) > 0;
  }
  bool NotBelow(const Literal& literal) const {
    return range_.min && columnar::Compare(*range_.min, literal) >= 0;
  }
  bool Excludes(const Literal& literal) const {
    return Below(literal) || Above(literal) || OtherBucket(literal);
  }
  bool IsOnly(const Literal& literal) const {
    return NotBelow(literal) && NotAbove(literal) && !MayBeNan(literal);
  }
  const ColumnRange& range() const { return range_; }

 private:
  bool OtherBucket(const Literal& literal) const {
    if (!range_.buckets) return false;
    const Transform bucket{Kind::kBucket, range_.buckets->count};
    if (!ResultType(bucket, literal.type).ok()) return false;
    const int64_t index = std::get<int64_t>(ApplyTransform(bucket, literal)->value);
    return index < range_.buckets->min || index > range_.buckets->max;
  }
  const ColumnRange& range_;
};

struct Verdict {
  bool never = false;
  bool always = false;  // of the rows that are not null
};

Verdict CompareWithOne(Op op, const Leaf& leaf, const Literal& literal) {
  switch (op) {
    case Op::kEqual:
      return {leaf.Excludes(literal), leaf.IsOnly(literal)};
    case Op::kNotEqual:
      return {leaf.IsOnly(literal), leaf.Excludes(literal)};
    case Op::kLess:
      return {leaf.NotBelow(literal), leaf.Below(literal) && !leaf.MayBeNan(literal)};
    case Op::kLessOrEqual:
      return {leaf.Above(literal), leaf.NotAbove(literal) && !leaf.MayBeNan(literal)};
    case Op::kGreater:
      return {leaf.NotAbove(literal) && !leaf.MayBeNan(literal), leaf.Above(literal)};
    case Op::kGreaterOrEqual:
      return {leaf.Below(literal) && !leaf.MayBeNan(literal), leaf.NotBelow(literal)};
    default:
      return {};
  }
}

Verdict CompareWithPrefix(const Leaf& leaf, const Literal& literal) {
  const auto* prefix = std::get_if<std::string>(&literal.value);
  if (prefix == nullptr) return {};
  const auto head = [&](const std::optional<Literal>& bound) {
    return std::string_view(std::get<std::string>(bound->value)).substr(0, prefix->size());
  };
  const auto& [min, max] = std::pair(leaf.range().min, leaf.range().max);
  if (min && head(min) > *prefix) return {true, false};
  if (max && head(max) < *prefix) return {true, false};
  return {false, min && max && head(min) == *prefix && head(max) == *prefix};
}

Verdict CompareLeaf(Op op, const Leaf& leaf, const std::vector<Literal>& literals) {
  if (literals.empty()) return {op == Op::kIn, op == Op::kNotIn};
  if (std::any_of(literals.begin(), literals.end(), IsNan)) return {};
  if (op == Op::kStartsWith) return CompareWithPrefix(leaf, literals[0]);
  if (op != Op::kIn && op != Op::kNotIn) return CompareWithOne(op, leaf, literals[0]);
  const bool none = std::all_of(literals.begin(), literals.end(),
                                [&](const Literal& l) { return leaf.Excludes(l); });
  const bool only = std::any_of(literals.begin(), literals.end(),
                                [&](const Literal& l) { return leaf.IsOnly(l); });
  return op == Op::kIn ? Verdict{none, only} : Verdict{only, none};
}

Match EvaluateLeaf(Op op, const Predicate& predicate, const ColumnRanges& ranges) {
  const std::optional<ColumnRange> range = ranges(predicate.column);
  if (!range) return Match::kMaybe;
  const Leaf leaf(*range);
  if (leaf.Empty()) return Match::kNever;
  if (op == Op::kIsNull || op == Op::kIsNotNull) {
    if (leaf.NoNull()) return op == Op::kIsNull ? Match::kNever : Match::kAlways;
    if (leaf.AllNull()) return op == Op::kIsNull ? Match::kAlways : Match::kNever;
    return Match::kMaybe;
  }
  if (leaf.AllNull()) return Match::kNever;  // comparing with null is never true
  const Verdict verdict = CompareLeaf(op, leaf, predicate.literals);
  if (verdict.never) return Match::kNever;
  return verdict.always && leaf.NoNull() ? Match::kAlways : Match::kMaybe;
}

/// `negated` carries a NOT down to the leaves: NOT a < 3 is true exactly where a >= 3 is, null
/// included.
Match EvaluateAt(const Predicate& predicate, bool negated, const ColumnRanges& ranges) {
  if (predicate.op == Op::kNot) {
    if (predicate.children.size() != 1) return Match::kMaybe;
    return EvaluateAt(predicate.children[0], !negated, ranges);
  }
  const Op op = negated ? columnar::Opposite(predicate.op) : predicate.op;
  switch (op) {
    case Op::kTrue:
      return Match::kAlways;
    case Op::kFalse:
      return Match::kNever;
    case Op::kUnknown:
    case Op::kNot:
      return Match::kMaybe;
    case Op::kAnd:
    case Op::kOr: {
      const Match decisive = op == Op::kAnd ? Match::kNever : Match::kAlways;
      Match all = op == Op::kAnd ? Match::kAlways : Match::kNever;
      for (const Predicate& child : predicate.children) {
        const Match match = EvaluateAt(child, negated, ranges);
        if (match == decisive) return decisive;
        if (match == Match::kMaybe) all = Match::kMaybe;
      }
      return all;
    }
    default:
      return EvaluateLeaf(op, predicate, ranges);
  }
}

/// A value kept under a narrower type (before a promotion) as the type of the column.
std::optional<Literal> Retyped(const Literal& literal, const columnar::Type& type) {
  if (literal.type == type) return literal;
  const bool whole = std::holds_alternative<int64_t>(literal.value) &&
                     literal.type.id == TypeId::kInt && type.id == TypeId::kLong;
  const bool real = std::holds_alternative<double>(literal.value) && type.id == TypeId::kDouble;
  const bool decimal = literal.type.id == TypeId::kDecimal && type.id == TypeId::kDecimal &&
                       literal.type.scale == type.scale;
  if (whole || real || decimal) return Literal{type, literal.value};
  return std::nullopt;
}

std::optional<Literal> DecodeBound(const base::Bytes& bytes, const columnar::Type& type) {
  columnar::Type stored = type;
  if (bytes.size() == 4 && type.id == TypeId::kLong) stored = TypeId::kInt;
  if (bytes.size() == 4 && type.id == TypeId::kDouble) stored = TypeId::kFloat;
  auto literal = columnar::DecodeSingleValue(bytes, stored);
  if (!literal.ok() || IsNan(*literal)) return std::nullopt;
  return Retyped(*literal, type);
}

void Narrow(ColumnRange& range, const ColumnRange& by) {
  if (by.min && (!range.min || columnar::Compare(*by.min, *range.min) > 0)) range.min = by.min;
  if (by.max && (!range.max || columnar::Compare(*by.max, *range.max) < 0)) range.max = by.max;
  if (!range.null_count) range.null_count = by.null_count;
  if (!range.nan_count) range.nan_count = by.nan_count;
  if (!range.value_count) range.value_count = by.value_count;
  if (!range.buckets) range.buckets = by.buckets;
}

std::optional<int64_t> CountOf(const std::map<int32_t, int64_t>& counts, int32_t id) {
  const auto it = counts.find(id);
  return it == counts.end() ? std::nullopt : std::optional<int64_t>(it->second);
}

ColumnRange StatisticsRange(const columnar::Field& column, const DataFile& file) {
  ColumnRange range;
  range.value_count = CountOf(file.value_counts, column.id);
  range.null_count = CountOf(file.null_value_counts, column.id);
  range.nan_count = CountOf(file.nan_value_counts, column.id);
  const auto lower = file.lower_bounds.find(column.id);
  if (lower != file.lower_bounds.end()) range.min = DecodeBound(lower->second, column.type);
  const auto upper = file.upper_bounds.find(column.id);
  if (upper != file.upper_bounds.end()) range.max = DecodeBound(upper->second, column.type);
  return range;
}

ColumnRange PartitionRange(const PartitionField& field, const columnar::Field& column,
                           const DataFile& file, size_t index) {
  if (field.transform.kind == Kind::kVoid || index >= file.partition.size()) return {};
  const std::optional<Literal>& value = file.partition[index];
  if (!value) {  // every transform but void gives null for null only
    ColumnRange range;
    range.null_count = range.value_count = file.record_count;
    return range;
  }
  ColumnRange range = SourceRange(field.transform, column.type, *value, *value);
  range.null_count = 0;
  range.value_count = file.record_count;
  if (field.transform.kind == Kind::kIdentity && !IsNan(*value)) range.nan_count = 0;
  return range;
}

ColumnRange SummaryRange(const PartitionField& field, const columnar::Field& column,
                         const FieldSummary& summary) {
  if (field.transform.kind == Kind::kVoid) return {};
  ColumnRange range;
  const auto type = ResultType(field.transform, column.type);
  if (!type.ok()) return {};
  if (summary.lower_bound && summary.upper_bound) {
    const auto low = DecodeBound(*summary.lower_bound, *type);
    const auto high = DecodeBound(*summary.upper_bound, *type);
    if (low && high) range = SourceRange(field.transform, column.type, *low, *high);
  } else if (summary.contains_null && summary.contains_nan == false) {
    range.null_count = range.value_count = 1;  // nothing but nulls, however many
  }
  if (!summary.contains_null) range.null_count = 0;
  if (summary.contains_nan == false) range.nan_count = 0;
  return range;
}

template <class Number>
ColumnRange NumberRange(const columnar::Type& type, Number low, Number high) {
  ColumnRange range;
  range.min = Literal{type, low};
  range.max = Literal{type, high};
  return range;
}

ColumnRange TruncatedRange(const columnar::Type& source, int32_t width, const Literal& low,
                           const Literal& high) {
  if (const auto* top = std::get_if<int64_t>(&high.value)) {
    const int64_t limit = source.id == TypeId::kInt ? INT32_MAX : INT64_MAX;
    // Values near the least one wrap to the top, so nothing can be said of the last step.
    if (*top > limit - (width - 1)) return {};
    return NumberRange(source, std::get<int64_t>(low.value), *top + width - 1);
  }
  if (const auto* top = std::get_if<columnar::Int128>(&high.value)) {
    return NumberRange(source, std::get<columnar::Int128>(low.value), *top + (width - 1));
  }
  ColumnRange range;
  range.min = low;
  const std::string& prefix = std::get<std::string>(high.value);
  const bool text = source.id == TypeId::kString;
  // A value as long as the width may be the start of a longer one.
  const bool whole = text ? width > 1 && TruncateText(prefix, width - 1) == prefix
                          : prefix.size() < static_cast<size_t>(width);
  std::optional<base::Bytes> upper = prefix;
  if (!whole) upper = text ? NextTextAfter(prefix) : NextBytesAfter(prefix);
  if (upper) range.max = Literal{source, *std::move(upper)};
  return range;
}

/// [first instant of `low`, last of `high`], both counted in `unit`s since 1970.
ColumnRange TimeRange(const columnar::Type& source, int64_t low, int64_t after_high, int64_t unit) {
  int64_t min = 0;
  int64_t after = 0;
  if (__builtin_mul_overflow(low, unit, &min) || __builtin_mul_overflow(after_high, unit, &after) ||
      after == INT64_MIN) {
    return {};
  }
  return NumberRange(source, min, after - 1);
}

}  // namespace

Match Evaluate(const Predicate& bound, const ColumnRanges& ranges) {
  return EvaluateAt(bound, false, ranges);
}

Match EvaluateFile(const Predicate& bound, const columnar::Schema& schema,
                   const PartitionSpec& spec, const DataFile& file) {
  if (file.record_count == 0) return Match::kNever;
  return Evaluate(bound, [&](const std::string& name) -> std::optional<ColumnRange> {
    const columnar::Field* column = schema.Find(name);
    if (column == nullptr || column->type.is_nested()) return std::nullopt;
    ColumnRange range = StatisticsRange(*column, file);
    for (size_t i = 0; i < spec.fields.size(); ++i) {
      if (spec.fields[i].source_id != column->id) continue;
      Narrow(range, PartitionRange(spec.fields[i], *column, file, i));
    }
    return range;
  });
}

Match EvaluateManifest(const Predicate& bound, const columnar::Schema& schema,
                       const PartitionSpec& spec, const ManifestFile& manifest) {
  if (manifest.partitions.size() != spec.fields.size()) return Match::kMaybe;
  const Match match = Evaluate(bound, [&](const std::string& name) -> std::optional<ColumnRange> {
    const columnar::Field* column = schema.Find(name);
    if (column == nullptr || column->type.is_nested()) return std::nullopt;
    ColumnRange range;
    for (size_t i = 0; i < spec.fields.size(); ++i) {
      if (spec.fields[i].source_id != column->id) continue;
      Narrow(range, SummaryRange(spec.fields[i], *column, manifest.partitions[i]));
    }
    return range;
  });
  return match == Match::kNever ? Match::kNever : Match::kMaybe;
}

ColumnRange SourceRange(const Transform& transform, const columnar::Type& source,
                        const Literal& low, const Literal& high) {
  const auto type = ResultType(transform, source);
  if (!type.ok()) return {};
  const auto min = Retyped(low, *type);
  const auto max = Retyped(high, *type);
  if (!min || !max) return {};
  ColumnRange range;
  const auto* first = std::get_if<int64_t>(&min->value);
  const auto* last = std::get_if<int64_t>(&max->value);
  const bool date = source.id == TypeId::kDate;
  switch (transform.kind) {
    case Kind::kVoid:
      return {};
    case Kind::kIdentity:
      range.min = min;
      range.max = max;
      return range;
    case Kind::kBucket:
      range.buckets = ColumnRange::Buckets{transform.argument, *first, *last};
      return range;
    case Kind::kTruncate:
      return TruncatedRange(source, transform.argument, *min, *max);
    case Kind::kYear:
      return TimeRange(source, DayOfMonth(*first * 12), DayOfMonth((*last + 1) * 12),
                       date ? 1 : kMicrosPerDay);
    case Kind::kMonth:
      return TimeRange(source, DayOfMonth(*first), DayOfMonth(*last + 1), date ? 1 : kMicrosPerDay);
    case Kind::kDay:
      return TimeRange(source, *first, *last + 1, date ? 1 : kMicrosPerDay);
    case Kind::kHour:
      return TimeRange(source, *first, *last + 1, kMicrosPerHour);
  }
  return {};
}

}  // namespace iceberg
