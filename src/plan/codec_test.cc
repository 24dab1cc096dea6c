#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/rng.h"
#include "base/testing/matchers.h"
#include "plan/columnar_cbor.h"
#include "plan/task_outcome_cbor.h"
#include "plan/task_spec_cbor.h"

namespace plan {
namespace {
using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Field;
using columnar::Literal;
using columnar::Predicate;
using columnar::Type;
using columnar::TypeId;

class Generator {
 public:
  explicit Generator(uint64_t seed) : rng_(seed) {}

  uint64_t Below(uint64_t n) { return rng_.Next() % n; }
  bool Coin() { return Below(2) == 0; }
  std::string Text() {
    static const std::vector<std::string> texts = {"", "a", "flights", "été", "a\nb", "ns.t"};
    return texts[Below(texts.size())];
  }
  int64_t Number() { return static_cast<int64_t>(rng_.Next() >> (1 + Below(63))); }
  template <class T, class F>
  std::vector<T> Many(F make) {
    std::vector<T> items;
    for (uint64_t i = Below(4); i > 0; --i) items.push_back(make());
    return items;
  }

  columnar::Type AnyType(int depth = 0) {
    switch (Below(depth > 2 ? 14 : 17)) {
      case 5:
        return DecimalType();
      case 12: {
        Type fixed(TypeId::kFixed);
        fixed.length = 7;
        return fixed;
      }
      case 14:
        return Nested(TypeId::kStruct, 3, depth);
      case 15:
        return Nested(TypeId::kList, 1, depth);
      case 16:
        return Nested(TypeId::kMap, 2, depth);
      default: {
        const auto id = static_cast<TypeId>(Below(14));
        return id == TypeId::kDecimal ? DecimalType() : Type(id);
      }
    }
  }
  columnar::Schema AnySchema() {
    columnar::Schema schema{static_cast<int32_t>(Below(9)), Fields(3, 0), {}};
    if (Coin()) schema.identifier_field_ids = {1, 2};
    return schema;
  }
  Literal AnyLiteral() {
    switch (Below(6)) {
      case 0:
        return Literal::Boolean(Coin());
      case 1:
        return Literal{TypeId::kTimestamptz, -Number()};
      case 2:
        return Literal::Double(static_cast<double>(Number()) / 7);
      case 3:
        return Literal{DecimalType(), -(static_cast<columnar::Int128>(Number()) << 40)};
      case 4:
        return Literal{TypeId::kBinary, std::string("\0\xff", 2)};
      default:
        return Literal::String(Text());
    }
  }
  Predicate AnyPredicate(int depth = 0) {
    Predicate predicate;
    predicate.op = static_cast<Predicate::Op>(Below(17));
    if (predicate.op == Predicate::Op::kNot) {
      predicate.children.push_back(AnyPredicate(depth + 1));
    } else if (depth < 3 && Coin()) {
      predicate.children = Many<Predicate>([&] { return AnyPredicate(depth + 1); });
    } else {
      predicate.column = Text();
      predicate.literals = Many<Literal>([&] { return AnyLiteral(); });
    }
    return predicate;
  }
  ScanSpec AnyScan() {
    ScanSpec scan{Text(), Text(), std::nullopt, static_cast<int32_t>(Below(5))};
    if (Coin()) scan.snapshot_id = Number();
    return scan;
  }
  base::Error AnyError(int depth = 0) {
    base::Error error(static_cast<Code>(Below(16)), Text(), Text());
    if (Coin()) error.place = {"models.py", 3, 5};
    if (Coin()) error.context["nearest"] = Text();
    if (depth < 3 && Coin()) return std::move(error).CausedBy(AnyError(depth + 1));
    return error;
  }
  TaskInput AnyInput() {
    TaskInput input{Text(), Text(), {}, {}, Text(), AnyPredicate(), std::nullopt};
    if (Coin()) {
      input.from = AnyScan();
    } else {
      input.from = ParentOutput{model::TaskId(Text()), Text()};
    }
    input.columns = Many<std::string>([&] { return Text(); });
    if (Coin()) input.contract = AnySchema();
    return input;
  }
  TaskSpec AnySpec() {
    TaskSpec spec;
    spec.task = model::TaskId(Text());
    spec.attempt = static_cast<uint32_t>(Below(5));
    spec.run = model::RunId(Text());
    spec.job = model::JobId(Text());
    spec.kind = static_cast<TaskKind>(Below(7));
    spec.name = Text();
    spec.entry = {Text(), Text(), Text(), static_cast<uint32_t>(Below(99)), Text()};
    spec.environment = {Text(), {{"polars", "1.37"}, {Text() + "x", Text()}}, Text()};
    if (Coin()) spec.environment.packages.clear();
    spec.limits = {0.5, 7, 8, std::chrono::seconds(9), Coin()};
    spec.inputs = Many<TaskInput>([&] { return AnyInput(); });
    for (uint64_t i = Below(3); i > 0; --i) spec.parameters[Text()] = AnyLiteral();
    spec.secret_names = Many<std::string>([&] { return Text(); });
    if (Coin()) {
      spec.write =
          WriteTarget{Text(),        model::TableUuid(Text()), Text(), Text(),        AnySchema(),
                      {"\1\0\2", 3}, WriteStrategy::kAppend,   {},     AnyPredicate()};
      if (Coin()) spec.write->base = AnyScan();
    }
    spec.files = Many<SourceFile>([&] { return SourceFile{Text(), Text(), Below(1000)}; });
    spec.read_options.format = FileFormat::kCsv;
    spec.read_options.null_tokens = Many<std::string>([&] { return Text(); });
    spec.rows_max = Below(100);
    spec.preview_tail = Coin();
    if (Coin()) spec.deadline = base::FromMicros(Number());
    spec.seed = rng_.Next();
    spec.after = Many<model::TaskId>([&] { return model::TaskId(Text()); });
    if (Coin()) spec.result_contract = AnySchema();
    return spec;
  }
  TaskOutcome AnyOutcome() {
    TaskOutcome outcome;
    outcome.task = model::TaskId(Text());
    outcome.status = static_cast<TaskStatus>(Below(5));
    if (Coin()) outcome.error = AnyError();
    if (Coin()) outcome.schema = AnySchema();
    outcome.rows = Below(1000);
    if (Coin()) outcome.check_passed = Coin();
    outcome.check_message = Text();
    if (Coin()) outcome.written = WrittenTable{{"m\0", "n"}, {Text()}, 1, 2, 3, 4};
    outcome.files =
        Many<FileOutcome>([&] { return FileOutcome{Text(), Text(), 1, 2, AnyError()}; });
    outcome.preview = Text();
    if (Coin()) outcome.preview_columns = {{Text(), Text(), {Text(), Text()}}};
    outcome.counters["scan.files"] = -Number();
    return outcome;
  }

 private:
  static Type DecimalType() {
    Type type(TypeId::kDecimal);
    type.precision = 38;
    type.scale = 2;
    return type;
  }
  Type Nested(TypeId id, uint64_t children, int depth) {
    Type type(id);
    type.children = Fields(children, depth + 1);
    return type;
  }
  std::vector<Field> Fields(uint64_t count, int depth) {
    std::vector<Field> fields;
    for (uint64_t i = 0; i < count; ++i) {
      fields.push_back(
          {static_cast<int32_t>(Below(50)) - 1, Text(), AnyType(depth), Coin(), Text()});
    }
    return fields;
  }
  base::SeededRng rng_;
};

TEST(TaskSpecCodec, GivesBackWhatWentIn) {
  Generator generator(7);
  for (int i = 0; i < 100; ++i) {
    const TaskSpec spec = generator.AnySpec();
    const auto decoded = DecodeTaskSpec(EncodeTaskSpec(spec));
    ASSERT_THAT(decoded, IsOk()) << "round " << i;
    ASSERT_TRUE(*decoded == spec) << "round " << i;
  }
}

TEST(TaskOutcomeCodec, GivesBackWhatWentIn) {
  Generator generator(11);
  for (int i = 0; i < 100; ++i) {
    const base::Bytes bytes = EncodeTaskOutcome(generator.AnyOutcome());
    const auto decoded = DecodeTaskOutcome(bytes);
    ASSERT_THAT(decoded, IsOk()) << "round " << i;
    ASSERT_EQ(EncodeTaskOutcome(*decoded), bytes) << "round " << i;
  }
}

// Bytes come from other machines later: whatever is changed in them, decoding answers and never
// accepts what it would write differently.
TEST(TaskSpecCodec, SurvivesDamagedBytes) {
  Generator generator(13);
  for (int i = 0; i < 20; ++i) {
    const base::Bytes good = EncodeTaskSpec(generator.AnySpec());
    for (int j = 0; j < 20; ++j) {
      base::Bytes bad = good;
      if (generator.Coin()) bad.resize(generator.Below(bad.size()));
      if (!bad.empty()) bad[generator.Below(bad.size())] ^= static_cast<char>(generator.Below(256));
      const auto decoded = DecodeTaskSpec(bad);
      if (decoded.ok()) {
        EXPECT_THAT(DecodeTaskSpec(EncodeTaskSpec(*decoded)), IsOk());
      }
      (void)DecodeTaskOutcome(bad);
    }
  }
}

base::Cbor::Map SpecMap() {
  TaskSpec spec;
  spec.task = model::TaskId("t");
  const auto value = base::DecodeCbor(EncodeTaskSpec(spec));
  return *value->As<base::Cbor::Map>();
}

TEST(TaskSpecCodec, RefusesWhatANewerProgramWrote) {
  auto unknown = SpecMap();
  unknown.emplace(99, base::Cbor("new"));
  EXPECT_THAT(DecodeTaskSpec(base::EncodeCbor(unknown)),
              IsError(Code::kUnimplemented, "base.unknown_field"));
  auto newer = SpecMap();
  newer[1] = base::Cbor(kTaskSpecVersion + 1);
  EXPECT_THAT(DecodeTaskSpec(base::EncodeCbor(newer)),
              IsError(Code::kUnimplemented, "base.newer_version"));
  auto kind = SpecMap();
  kind[6] = base::Cbor(70);
  EXPECT_THAT(DecodeTaskSpec(base::EncodeCbor(kind)),
              IsError(Code::kUnimplemented, "base.unknown_field"));
  auto hint = SpecMap();
  hint.emplace(-5, base::Cbor("may be ignored"));
  EXPECT_THAT(DecodeTaskSpec(base::EncodeCbor(hint)), IsOk());
}

TEST(TaskSpecCodec, RefusesAnotherKindOfObject) {
  EXPECT_THAT(DecodeTaskSpec(EncodeTaskOutcome({})), IsError(Code::kCorrupt, "base.bad_cbor"));
}

TEST(ColumnarCbor, RefusesTypesNestedWithoutEnd) {
  Type type(TypeId::kLong);
  for (int i = 0; i < kDepthMax + 2; ++i) {
    Type list(TypeId::kList);
    list.children.push_back({1, "element", std::move(type), false, ""});
    type = std::move(list);
  }
  EXPECT_THAT(TypeFromCbor(TypeToCbor(type)), IsError(Code::kCorrupt, "plan.too_deep"));
}

TEST(ColumnarCbor, KeepsTheSignOfDecimals) {
  Type type(TypeId::kDecimal);
  type.precision = 38;
  for (const int64_t unscaled : {int64_t{-1}, int64_t{0}, int64_t{-300}, INT64_MIN, INT64_MAX}) {
    const Literal literal{type, static_cast<columnar::Int128>(unscaled)};
    EXPECT_TRUE(*LiteralFromCbor(LiteralToCbor(literal)) == literal) << unscaled;
  }
}

TEST(ColumnarCbor, RefusesALiteralOfAnotherShapeThanItsType) {
  base::Cbor::Map map{{0, TypeToCbor(TypeId::kLong)}, {1, base::Cbor("3")}};
  EXPECT_THAT(LiteralFromCbor(map), IsError(Code::kCorrupt, "base.bad_cbor"));
}

TaskSpec GoodSpec() {
  TaskSpec spec;
  spec.task = model::TaskId("11111111-1111-4111-8111-111111111111");
  spec.job = model::JobId("22222222-2222-4222-8222-222222222222");
  spec.run = model::RunId("33333333-3333-4333-8333-333333333333");
  spec.name = "delays";
  spec.entry = {"ab12", "models.py", "delays", 12, ""};
  spec.environment = {"3.11", {{"polars", "1.37"}}, ""};
  TaskInput table{"flights",
                  "bauplan.flights",
                  ScanSpec{"bauplan.flights", "file:///lake/m.json", 42, 1},
                  {"carrier", "dep_delay"},
                  "dep_delay > 15",
                  {Predicate::Op::kGreater, "dep_delay", {Literal::Long(15)}, {}},
                  std::nullopt};
  TaskInput parent{"planes",
                   "planes",
                   ParentOutput{model::TaskId("44444444-4444-4444-8444-444444444444"), ""},
                   {},
                   "",
                   {},
                   columnar::Schema{0, {{-1, "year", TypeId::kLong, true, ""}}, {}}};
  spec.inputs = {table, parent};
  spec.parameters = {{"golden", Literal::Double(1.5)}, {"who", Literal::String("ada")}};
  spec.deadline = base::FromMicros(1'800'000'000'000'000);
  spec.seed = 0xfeedfacecafebeef;
  spec.after = {model::TaskId("44444444-4444-4444-8444-444444444444")};
  return spec;
}

TaskOutcome GoodOutcome() {
  TaskOutcome outcome;
  outcome.task = model::TaskId("11111111-1111-4111-8111-111111111111");
  outcome.status = TaskStatus::kFailed;
  outcome.error = base::Error(Code::kUserCode, "runtime.raised", "division by zero")
                      .At({"models.py", 14, 0})
                      .Set("function", "delays")
                      .CausedBy(base::Error(Code::kInternal, "x.y", "inner"));
  outcome.schema = columnar::Schema{0, {{1, "carrier", TypeId::kString, false, "code"}}, {1}};
  outcome.rows = 3;
  outcome.written = WrittenTable{{"manifest"}, {"old.parquet"}, 3, 1, 1, 900};
  outcome.files = {{"file:///a.csv", "sha256:00", 10, 3, std::nullopt}};
  outcome.counters = {{"scan.files", 2}};
  return outcome;
}

/// The bytes of version 1 in tests/golden/plan, as hexadecimal digits; they are read forever.
void ExpectGolden(const std::string& name, const base::Bytes& bytes) {
  const std::string path = std::string(BOATHOUSE_SOURCE_DIR) + "/tests/golden/plan/" + name;
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  std::string hex;
  for (const char c : text.str()) {
    if (c != '\n') hex += c;
  }
  EXPECT_EQ(hex, base::ToHex(bytes)) << path;
}

TEST(Golden, TaskSpecVersion1) {
  const base::Bytes bytes = EncodeTaskSpec(GoodSpec());
  ExpectGolden("task_spec_v1.hex", bytes);
  EXPECT_TRUE(*DecodeTaskSpec(bytes) == GoodSpec());
}

TEST(Golden, TaskSpecVersion1WithTheContractOfItsResult) {
  TaskSpec spec = GoodSpec();
  spec.result_contract = columnar::Schema{
      0,
      {{-1, "carrier", TypeId::kString, false, ""}, {-1, "delay", TypeId::kDouble, true, ""}},
      {}};
  const base::Bytes bytes = EncodeTaskSpec(spec);
  ExpectGolden("task_spec_v1_result_contract.hex", bytes);
  EXPECT_TRUE(*DecodeTaskSpec(bytes) == spec);
}

TEST(Golden, TaskOutcomeVersion1) {
  ExpectGolden("task_outcome_v1.hex", EncodeTaskOutcome(GoodOutcome()));
}

TEST(Validate, AcceptsAWholeTaskAndNamesWhatIsMissing) {
  EXPECT_THAT(ValidateTaskSpec(GoodSpec()), IsOk());
  auto bad = [](auto change) {
    TaskSpec spec = GoodSpec();
    change(spec);
    return ValidateTaskSpec(spec);
  };
  const auto refused = IsError(Code::kInvalidArgument, "plan.invalid_task");
  EXPECT_THAT(bad([](TaskSpec& s) { s.task = {}; }), refused);
  EXPECT_THAT(bad([](TaskSpec& s) { s.attempt = 0; }), refused);
  EXPECT_THAT(bad([](TaskSpec& s) { s.entry.function = ""; }), refused);
  EXPECT_THAT(bad([](TaskSpec& s) { s.kind = TaskKind::kSqlModel; }), refused);
  EXPECT_THAT(bad([](TaskSpec& s) { s.kind = TaskKind::kWriteTable; }), refused);
  EXPECT_THAT(bad([](TaskSpec& s) { s.limits.memory_bytes_max = 0; }), refused);
  EXPECT_THAT(bad([](TaskSpec& s) { s.inputs[1].name = "flights"; }), refused);
}

TEST(Validate, AFailureNeedsAnError) {
  EXPECT_THAT(ValidateTaskOutcome(GoodOutcome()), IsOk());
  TaskOutcome outcome = GoodOutcome();
  outcome.error.reset();
  EXPECT_THAT(ValidateTaskOutcome(outcome),
              IsError(Code::kInvalidArgument, "plan.invalid_outcome"));
}

}  // namespace
}  // namespace plan
