#include "iceberg/pruning.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "iceberg/written_file.h"

namespace iceberg {
namespace {

using columnar::Literal;
using columnar::Predicate;
using columnar::TypeId;
using Kind = Transform::Kind;
using Op = Predicate::Op;
using Cell = std::optional<Literal>;
using Row = std::vector<Cell>;

constexpr int64_t kHour = 3'600'000'000;

columnar::Schema Columns() {
  columnar::Schema schema;
  schema.fields = {{1, "n", TypeId::kLong, false, ""},
                   {2, "s", TypeId::kString, false, ""},
                   {3, "t", TypeId::kTimestamp, false, ""},
                   {4, "x", TypeId::kDouble, false, ""}};
  return schema;
}

Predicate Leaf(Op op, const std::string& column, std::vector<Literal> literals) {
  return Predicate{op, column, std::move(literals), {}};
}

ColumnRanges RangeOf(ColumnRange range) {
  return [range](const std::string&) { return range; };
}

TEST(Evaluate, NaNIsAboveEveryBound) {
  ColumnRange range;
  range.min = Literal::Double(1);
  range.max = Literal::Double(2);
  range.null_count = 0;
  range.value_count = 5;
  const Predicate above = Leaf(Op::kGreater, "x", {Literal::Double(3)});
  EXPECT_EQ(Evaluate(above, RangeOf(range)), Match::kMaybe);
  range.nan_count = 0;
  EXPECT_EQ(Evaluate(above, RangeOf(range)), Match::kNever);
}

TEST(Evaluate, NothingKnownMeansMaybe) {
  EXPECT_EQ(Evaluate(Leaf(Op::kEqual, "n", {Literal::Long(3)}), RangeOf({})), Match::kMaybe);
  EXPECT_EQ(Evaluate(Predicate::Unknown(), RangeOf({})), Match::kMaybe);
  EXPECT_EQ(Evaluate({}, RangeOf({})), Match::kAlways);
}

TEST(EvaluateFile, WholePartitionsMatchAlways) {
  const columnar::Schema schema = Columns();
  PartitionSpec spec;
  spec.fields = {{1000, 3, "t_day", {Kind::kDay, 0}}};
  DataFile file;
  file.record_count = 10;
  file.partition = {Literal{TypeId::kDate, int64_t{10}}};
  const auto at = [](int64_t hours) { return Literal{TypeId::kTimestamp, hours * kHour}; };
  EXPECT_EQ(EvaluateFile(Predicate::And({Leaf(Op::kGreaterOrEqual, "t", {at(240)}),
                                         Leaf(Op::kLess, "t", {at(264)})}),
                         schema, spec, file),
            Match::kAlways);
  EXPECT_EQ(EvaluateFile(Leaf(Op::kLess, "t", {at(263)}), schema, spec, file), Match::kMaybe);
  EXPECT_EQ(EvaluateFile(Leaf(Op::kLess, "t", {at(240)}), schema, spec, file), Match::kNever);
  file.partition = {std::nullopt};
  EXPECT_EQ(EvaluateFile(Leaf(Op::kIsNull, "t", {}), schema, spec, file), Match::kAlways);
  EXPECT_EQ(EvaluateFile(Leaf(Op::kLess, "t", {at(263)}), schema, spec, file), Match::kNever);
}

/// SQL's three values; nothing = unknown.
using Truth = std::optional<bool>;

Truth Holds(const Predicate& p, const columnar::Schema& schema, const Row& row) {
  const auto cell = [&]() -> const Cell& {
    for (size_t i = 0; i < schema.fields.size(); ++i) {
      if (schema.fields[i].name == p.column) return row[i];
    }
    std::abort();
  };
  switch (p.op) {
    case Op::kTrue:
      return true;
    case Op::kFalse:
      return false;
    case Op::kAnd:
    case Op::kOr: {
      Truth all = p.op == Op::kAnd;
      for (const Predicate& child : p.children) {
        const Truth one = Holds(child, schema, row);
        if (one == (p.op == Op::kOr)) return one;
        if (!one) all = std::nullopt;
      }
      return all;
    }
    case Op::kNot: {
      const Truth one = Holds(p.children[0], schema, row);
      return one ? Truth(!*one) : one;
    }
    case Op::kIsNull:
      return !cell().has_value();
    case Op::kIsNotNull:
      return cell().has_value();
    default:
      break;
  }
  if (!cell()) return std::nullopt;
  const auto is = [&](const Literal& literal) { return columnar::Compare(*cell(), literal); };
  const auto equals_any = [&] {
    return std::any_of(p.literals.begin(), p.literals.end(),
                       [&](const Literal& l) { return is(l) == 0; });
  };
  switch (p.op) {
    case Op::kEqual:
      return is(p.literals[0]) == 0;
    case Op::kNotEqual:
      return is(p.literals[0]) != 0;
    case Op::kLess:
      return is(p.literals[0]) < 0;
    case Op::kLessOrEqual:
      return is(p.literals[0]) <= 0;
    case Op::kGreater:
      return is(p.literals[0]) > 0;
    case Op::kGreaterOrEqual:
      return is(p.literals[0]) >= 0;
    case Op::kIn:
      return equals_any();
    case Op::kNotIn:
      return !equals_any();
    case Op::kStartsWith:
      return std::get<std::string>(cell()->value)
          .starts_with(std::get<std::string>(p.literals[0].value));
    default:
      return std::nullopt;
  }
}

class World {
 public:
  explicit World(uint64_t seed) : rng_(seed) {}

  uint64_t Below(uint64_t n) { return rng_.Next() % n; }

  Literal Value(size_t column, uint64_t spread) {
    const auto n = static_cast<int64_t>(Below(spread)) - static_cast<int64_t>(spread / 2);
    switch (column) {
      case 0:
        return Literal::Long(n);
      case 1: {
        std::string text;
        for (uint64_t i = Below(4); i > 0; --i) text += std::string("aabz")[Below(4)];
        if (Below(5) == 0) text += "\xf4\x8f\xbf\xbf";  // the last character there is
        if (Below(5) == 0) text += std::string(20, 'q');
        return Literal::String(text);
      }
      case 2:
        return Literal{TypeId::kTimestamp, n * kHour * 7};
      default:
        return Literal::Double(static_cast<double>(n) / 2);
    }
  }

  Cell MaybeValue(size_t column, uint64_t spread) {
    if (Below(6) == 0) return std::nullopt;
    if (column == 3 && Below(8) == 0) return Literal::Double(std::nan(""));
    return Value(column, spread);
  }

  Predicate Any(int depth) {
    const uint64_t kind = Below(depth > 0 ? 10 : 7);
    if (kind == 7) return {Op::kNot, {}, {}, {Any(depth - 1)}};
    if (kind >= 8) {
      return {kind == 8 ? Op::kAnd : Op::kOr, {}, {}, {Any(depth - 1), Any(depth - 1)}};
    }
    static const std::vector<Op> kOps = {
        Op::kEqual, Op::kNotEqual, Op::kLess,   Op::kLessOrEqual, Op::kGreater, Op::kGreaterOrEqual,
        Op::kIn,    Op::kNotIn,    Op::kIsNull, Op::kIsNotNull,   Op::kEqual,   Op::kStartsWith};
    const size_t column = Below(4);
    Op op = kOps[Below(kOps.size())];
    if (op == Op::kStartsWith && column != 1) op = Op::kIn;
    std::vector<Literal> literals;
    const bool list = op == Op::kIn || op == Op::kNotIn;
    if (op != Op::kIsNull && op != Op::kIsNotNull) literals.push_back(Value(column, 30));
    while (list && Below(3) > 0) literals.push_back(Value(column, 30));
    return Leaf(op, Columns().fields[column].name, literals);
  }

  PartitionSpec Spec() {
    static const std::vector<std::pair<int32_t, Transform>> kFields = {
        {1, {Kind::kIdentity, 0}}, {1, {Kind::kBucket, 3}},   {1, {Kind::kTruncate, 5}},
        {2, {Kind::kIdentity, 0}}, {2, {Kind::kBucket, 2}},   {2, {Kind::kTruncate, 2}},
        {3, {Kind::kDay, 0}},      {3, {Kind::kMonth, 0}},    {3, {Kind::kYear, 0}},
        {3, {Kind::kHour, 0}},     {4, {Kind::kIdentity, 0}}, {1, {Kind::kVoid, 0}}};
    PartitionSpec spec;
    for (uint64_t i = Below(3); i > 0; --i) {
      const auto& [source, transform] = kFields[Below(kFields.size())];
      spec.fields.push_back({1000 + static_cast<int32_t>(i), source, "p", transform});
    }
    return spec;
  }

  /// Rows that share one partition, as a writer would put them in one file.
  std::vector<Row> Rows(const PartitionSpec& spec, PartitionValues& partition) {
    std::vector<Row> rows;
    const uint64_t spread = 2 + Below(30);
    for (int tries = 0; tries < 30 && rows.size() < 6; ++tries) {
      Row row;
      for (size_t c = 0; c < 4; ++c) row.push_back(MaybeValue(c, spread));
      PartitionValues key;
      for (const PartitionField& field : spec.fields) {
        key.push_back(
            ApplyTransform(field.transform, row[static_cast<size_t>(field.source_id - 1)]));
      }
      if (rows.empty()) partition = key;
      bool same = true;
      for (size_t i = 0; i < key.size(); ++i) {
        same = same && key[i].has_value() == partition[i].has_value() &&
               (!key[i] || columnar::Compare(*key[i], *partition[i]) == 0);
      }
      if (same) rows.push_back(std::move(row));
    }
    return rows;
  }

  DataFile File(const std::vector<Row>& rows, PartitionValues partition) {
    WrittenFile written;
    written.record_count = static_cast<int64_t>(rows.size());
    for (size_t c = 0; c < 4; ++c) {
      if (Below(4) == 0) continue;  // a writer may leave statistics out
      WrittenColumn column;
      column.value_count = written.record_count;
      int64_t nulls = 0;
      int64_t nans = 0;
      for (const Row& row : rows) {
        const Cell& cell = row[c];
        if (!cell) {
          ++nulls;
        } else if (c == 3 && std::isnan(std::get<double>(cell->value))) {
          ++nans;
        } else {
          if (!column.min || columnar::Compare(*cell, *column.min) < 0) column.min = cell;
          if (!column.max || columnar::Compare(*cell, *column.max) > 0) column.max = cell;
        }
      }
      column.null_count = nulls;
      if (Below(2) == 0) column.nan_count = nans;
      written.columns[static_cast<int32_t>(c) + 1] = column;
    }
    return MakeDataFile(written, 0, std::move(partition));
  }

 private:
  base::SeededRng rng_;
};

// The promise of pruning: never means that no row matches, always that every row does. Random rows
// are put into partitions and files by the real transforms and statistics; every verdict is held
// against the rows themselves.
TEST(EvaluateFile, AgreesWithTheRowsOnRandomTables) {
  const columnar::Schema schema = Columns();
  int never = 0;
  int always = 0;
  int manifests_skipped = 0;
  for (uint64_t seed = 0; seed < 4'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    Manifest manifest;
    manifest.schema = schema;
    manifest.spec = world.Spec();
    PartitionValues partition;
    const std::vector<Row> rows = world.Rows(manifest.spec, partition);
    const DataFile file = world.File(rows, partition);
    const Predicate predicate = world.Any(2);
    const auto matching =
        static_cast<size_t>(std::count_if(rows.begin(), rows.end(), [&](const Row& row) {
          return Holds(predicate, schema, row) == true;
        }));
    const Match match = EvaluateFile(predicate, schema, manifest.spec, file);
    manifest.entries.resize(1);
    manifest.entries[0].file = file;
    const auto summary = Summarize(manifest, "m", 1);
    const Match of_manifest = EvaluateManifest(predicate, schema, manifest.spec, *summary);
    if (match == Match::kNever || of_manifest == Match::kNever) {
      ASSERT_EQ(matching, 0u) << columnar::ToString(predicate);
    }
    if (match == Match::kAlways) {
      ASSERT_EQ(matching, rows.size()) << columnar::ToString(predicate);
    }
    never += match == Match::kNever ? 1 : 0;
    always += match == Match::kAlways ? 1 : 0;
    manifests_skipped += of_manifest == Match::kNever ? 1 : 0;
  }
  // The verdicts are worth something too.
  EXPECT_GT(never, 400);
  EXPECT_GT(always, 100);
  EXPECT_GT(manifests_skipped, 100);
}

}  // namespace
}  // namespace iceberg
