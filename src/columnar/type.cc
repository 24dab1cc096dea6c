#include "columnar/type.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/nearest.h"
#include "columnar/reasons.h"

namespace columnar {
namespace {

struct Alias {
  std::string_view name;  // lower case
  TypeId id;
};

// The first name of each type is ours; the rest are Arrow's, SQL's, Python's and the contracts'.
constexpr Alias kAliases[] = {
    {"boolean", TypeId::kBoolean},
    {"bool", TypeId::kBoolean},
    {"int", TypeId::kInt},
    {"integer", TypeId::kInt},
    {"int32", TypeId::kInt},
    {"int16", TypeId::kInt},
    {"int8", TypeId::kInt},
    {"uint16", TypeId::kInt},
    {"uint8", TypeId::kInt},
    {"smallint", TypeId::kInt},
    {"tinyint", TypeId::kInt},
    {"long", TypeId::kLong},
    {"bigint", TypeId::kLong},
    {"int64", TypeId::kLong},
    {"uint32", TypeId::kLong},
    {"float", TypeId::kFloat},
    {"float32", TypeId::kFloat},
    {"real", TypeId::kFloat},
    {"double", TypeId::kDouble},
    {"float64", TypeId::kDouble},
    {"double precision", TypeId::kDouble},
    {"date", TypeId::kDate},
    {"date32", TypeId::kDate},
    {"date64", TypeId::kDate},
    {"time", TypeId::kTime},
    {"time64", TypeId::kTime},
    {"timestamp", TypeId::kTimestamp},
    {"datetime", TypeId::kTimestamp},
    {"timestampmicro", TypeId::kTimestamp},
    {"timestampnano", TypeId::kTimestamp},
    {"timestamp without time zone", TypeId::kTimestamp},
    {"timestamptz", TypeId::kTimestamptz},
    {"timestampmicroutc", TypeId::kTimestamptz},
    {"timestampnanoutc", TypeId::kTimestamptz},
    {"timestamp with time zone", TypeId::kTimestamptz},
    {"string", TypeId::kString},
    {"str", TypeId::kString},
    {"utf8", TypeId::kString},
    {"largeutf8", TypeId::kString},
    {"utf8view", TypeId::kString},
    {"large_string", TypeId::kString},
    {"string_view", TypeId::kString},
    {"varchar", TypeId::kString},
    {"text", TypeId::kString},
    {"uuid", TypeId::kUuid},
    {"binary", TypeId::kBinary},
    {"bytes", TypeId::kBinary},
    {"blob", TypeId::kBinary},
    {"largebinary", TypeId::kBinary},
    {"large_binary", TypeId::kBinary},
    {"varbinary", TypeId::kBinary},
};

std::string_view PrimitiveName(TypeId id) {
  for (const Alias& alias : kAliases) {
    if (alias.id == id) return alias.name;
  }
  return "";
}

std::string FoldCase(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const size_t first = folded.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return folded.substr(first, folded.find_last_not_of(" \t") - first + 1);
}

/// The numbers of "name(1, 2)" or "name[1]"; nothing if the text does not look like that.
std::optional<std::vector<int32_t>> Arguments(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const char open = text.front();
  if (text.back() != (open == '(' ? ')' : ']')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<int32_t> numbers;
  while (true) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    numbers.push_back(number);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    if (text.empty()) return numbers;
    if (text.front() != ',') return std::nullopt;
    text.remove_prefix(1);
  }
}

std::optional<Type> ParseWithArguments(std::string_view folded) {
  const size_t open = folded.find_first_of("([");
  if (open == std::string_view::npos) return std::nullopt;
  const auto numbers = Arguments(folded.substr(open));
  if (!numbers) return std::nullopt;
  const std::string_view name = folded.substr(0, open);
  if (name == "decimal" || name == "numeric" || name == "decimal128") {
    const int32_t precision = numbers->front();
    const int32_t scale = numbers->size() > 1 ? numbers->at(1) : 0;
    if (numbers->size() > 2 || precision < 1 || precision > 38) return std::nullopt;
    if (scale < 0 || scale > precision) return std::nullopt;
    return Type::Decimal(precision, scale);
  }
  if (name == "fixed" || name == "fixed_size_binary") {
    if (numbers->size() != 1 || numbers->front() < 1) return std::nullopt;
    return Type::Fixed(numbers->front());
  }
  return std::nullopt;
}

const Field* FindIn(const std::vector<Field>& fields, int32_t field_id) {
  for (const Field& field : fields) {
    if (field.id == field_id) return &field;
    if (const Field* inner = FindIn(field.type.children, field_id)) return inner;
  }
  return nullptr;
}

int32_t HighestIn(const std::vector<Field>& fields) {
  int32_t highest = 0;
  for (const Field& field : fields) {
    highest = std::max({highest, field.id, HighestIn(field.type.children)});
  }
  return highest;
}

bool SameFields(const std::vector<Field>& a, const std::vector<Field>& b, bool with_names);

bool SameType(const Type& a, const Type& b) {
  return a.id == b.id && a.precision == b.precision && a.scale == b.scale && a.length == b.length &&
         SameFields(a.children, b.children, a.id == TypeId::kStruct);
}

bool SameFields(const std::vector<Field>& a, const std::vector<Field>& b, bool with_names) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (with_names && a[i].name != b[i].name) return false;
    if (a[i].required != b[i].required || !SameType(a[i].type, b[i].type)) return false;
  }
  return true;
}

}  // namespace

Type Type::Decimal(int32_t precision, int32_t scale) {
  Type type(TypeId::kDecimal);
  type.precision = precision;
  type.scale = scale;
  return type;
}

Type Type::Fixed(int32_t length) {
  Type type(TypeId::kFixed);
  type.length = length;
  return type;
}

Type Type::List(Field element) {
  Type type(TypeId::kList);
  type.children.push_back(std::move(element));
  return type;
}

Type Type::Map(Field key, Field value) {
  Type type(TypeId::kMap);
  type.children.push_back(std::move(key));
  type.children.push_back(std::move(value));
  return type;
}

Type Type::Struct(std::vector<Field> fields) {
  Type type(TypeId::kStruct);
  type.children = std::move(fields);
  return type;
}

bool Type::operator==(const Type& other) const {
  return id == other.id && precision == other.precision && scale == other.scale &&
         length == other.length && children == other.children;
}

std::string Type::ToString() const {
  switch (id) {
    case TypeId::kDecimal:
      return "decimal(" + std::to_string(precision) + ", " + std::to_string(scale) + ")";
    case TypeId::kFixed:
      return "fixed[" + std::to_string(length) + "]";
    case TypeId::kList:
      return "list<" + children.at(0).type.ToString() + ">";
    case TypeId::kMap:
      return "map<" + children.at(0).type.ToString() + ", " + children.at(1).type.ToString() + ">";
    case TypeId::kStruct: {
      std::string text = "struct<";
      for (const Field& field : children) {
        if (text.back() != '<') text += ", ";
        text += field.name + ": " + field.type.ToString();
      }
      return text + ">";
    }
    case TypeId::kBoolean:
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kFloat:
    case TypeId::kDouble:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
    case TypeId::kString:
    case TypeId::kUuid:
    case TypeId::kBinary:
      return std::string(PrimitiveName(id));
  }
  return "";
}

const Field* Schema::Find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const Field* Schema::FindById(int32_t field_id) const {
  return FindIn(fields, field_id);
}

std::vector<std::string> Schema::Names() const {
  std::vector<std::string> names;
  names.reserve(fields.size());
  for (const Field& field : fields) names.push_back(field.name);
  return names;
}

int32_t Schema::HighestFieldId() const {
  return HighestIn(fields);
}

bool SameShape(const Schema& a, const Schema& b) {
  return SameFields(a.fields, b.fields, true);
}

base::Result<Type> ParseType(std::string_view text) {
  const std::string folded = FoldCase(text);
  for (const Alias& alias : kAliases) {
    if (alias.name == folded) return Type(alias.id);
  }
  if (folded == "uint64") return Type::Decimal(20, 0);
  if (auto type = ParseWithArguments(folded)) return *std::move(type);
  std::vector<std::string> names = {"decimal(10, 2)", "fixed[16]"};
  for (const Alias& alias : kAliases) names.emplace_back(alias.name);
  return base::Error(base::Code::kInvalidArgument, reasons::kUnknownType,
                     "unknown type \"" + std::string(text) + "\"" + base::DidYouMean(folded, names))
      .Set("type", std::string(text));
}

}  // namespace columnar
