// Partition specs as text: of users, of metadata files, of paths.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>

#include "base/nearest.h"
#include "iceberg/civil_time.h"
#include "iceberg/partition.h"
#include "iceberg/reasons.h"

namespace iceberg {
namespace {

using Kind = Transform::Kind;

struct Named {
  const char* name;
  const char* plural;  // the form some engines use
  Kind kind;
  const char* suffix;  // of the partition field's name
};

constexpr std::array<Named, 8> kTransforms = {{
    {"identity", "identity", Kind::kIdentity, ""},
    {"bucket", "bucket", Kind::kBucket, "_bucket"},
    {"truncate", "truncate", Kind::kTruncate, "_trunc"},
    {"year", "years", Kind::kYear, "_year"},
    {"month", "months", Kind::kMonth, "_month"},
    {"day", "days", Kind::kDay, "_day"},
    {"hour", "hours", Kind::kHour, "_hour"},
    {"void", "void", Kind::kVoid, "_void"},
}};

const Named& NamedOf(Kind kind) {
  return *std::find_if(kTransforms.begin(), kTransforms.end(),
                       [&](const Named& named) { return named.kind == kind; });
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<int32_t> PositiveNumber(std::string_view text) {
  int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

base::Error BadField(std::string_view field, const std::string& problem) {
  return base::Error(base::Code::kInvalidArgument, kBadPartition,
                     "partition field \"" + std::string(field) + "\": " + problem)
      .Set("field", std::string(field));
}

/// Splits at commas outside parentheses; commas in a column's name are the caller's affair.
std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      parts.push_back(Trim(text.substr(start, i - start)));
      start = i + 1;
    } else if (text[i] == '(') {
      ++depth;
    } else if (text[i] == ')') {
      --depth;
    }
  }
  return parts;
}

struct ParsedField {
  Transform transform;
  std::string column;
};

base::Result<ParsedField> ParseCall(std::string_view text, size_t open) {
  const std::string name = Lower(Trim(text.substr(0, open)));
  const auto* named = std::find_if(kTransforms.begin(), kTransforms.end(), [&](const Named& n) {
    return name == n.name || name == n.plural;
  });
  if (named == kTransforms.end()) {
    std::vector<std::string> names;
    for (const Named& known : kTransforms) names.emplace_back(known.name);
    return BadField(text, "unknown transform \"" + name + "\"" + base::DidYouMean(name, names));
  }
  const bool sized = named->kind == Kind::kBucket || named->kind == Kind::kTruncate;
  std::vector<std::string_view> arguments =
      SplitAtCommas(text.substr(open + 1, text.size() - open - 2));
  ParsedField parsed{{named->kind, 0}, {}};
  if (!sized) {
    if (arguments.size() != 1) return BadField(text, name + " takes one column");
    parsed.column = std::string(arguments[0]);
    return parsed;
  }
  if (arguments.size() != 2) return BadField(text, name + " takes a number and a column");
  std::optional<int32_t> number = PositiveNumber(arguments[0]);
  if (number) {
    parsed.column = std::string(arguments[1]);
  } else {
    number = PositiveNumber(arguments[1]);
    parsed.column = std::string(arguments[0]);
  }
  if (!number) return BadField(text, name + " needs a positive whole number");
  parsed.transform.argument = *number;
  return parsed;
}

base::Result<ParsedField> ParseField(std::string_view text, const columnar::Schema& schema) {
  if (text.empty()) return BadField(text, "is empty");
  if (schema.Find(text) != nullptr) return ParsedField{{}, std::string(text)};
  const size_t open = text.find('(');
  if (open != std::string_view::npos && text.back() == ')') return ParseCall(text, open);
  return ParsedField{{}, std::string(text)};
}

std::string FieldName(const ParsedField& parsed, const columnar::Schema& schema,
                      const PartitionSpec& spec) {
  const auto taken = [&](const std::string& name) {
    const bool is_column = parsed.transform.kind != Kind::kIdentity && schema.Find(name) != nullptr;
    return is_column || std::any_of(spec.fields.begin(), spec.fields.end(),
                                    [&](const PartitionField& f) { return f.name == name; });
  };
  const std::string name = parsed.column + NamedOf(parsed.transform.kind).suffix;
  std::string unique = name;
  for (int n = 2; taken(unique); ++n) unique = name + "_" + std::to_string(n);
  return unique;
}

base::Status AddField(std::string_view text, const columnar::Schema& schema, PartitionSpec& spec) {
  ASSIGN_OR_RETURN(const ParsedField parsed, ParseField(text, schema));
  const columnar::Field* source = schema.Find(parsed.column);
  if (source == nullptr) {
    return base::Error(base::Code::kInvalidArgument, kUnknownColumn,
                       "partition field \"" + std::string(text) + "\": no column \"" +
                           parsed.column + "\"" + base::DidYouMean(parsed.column, schema.Names()))
        .Set("column", parsed.column);
  }
  auto type = ResultType(parsed.transform, source->type);
  if (!type.ok()) return BadField(text, type.error().message);
  // Without ids yet the source is known by name only: compare names made from it.
  for (const PartitionField& other : spec.fields) {
    const std::string name = parsed.column + NamedOf(parsed.transform.kind).suffix;
    if (other.transform == parsed.transform &&
        (other.name == name ||
         (other.source_id != columnar::kNoFieldId && other.source_id == source->id))) {
      return BadField(text, "is listed twice");
    }
  }
  spec.fields.push_back(
      {columnar::kNoFieldId, source->id, FieldName(parsed, schema, spec), parsed.transform});
  return base::Ok();
}

/// Unreserved characters of URIs stay, the rest is percent-encoded.
std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
        c == '~') {
      out.push_back(c);
    } else {
      char code[4];
      std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
      out += code;
    }
  }
  return out;
}

std::string YearText(int64_t year) {
  char text[32];
  std::snprintf(text, sizeof text, "%04lld", static_cast<long long>(year));
  return text;
}

std::string MonthText(int64_t month) {
  const int64_t year = FloorDivide(month, 12);
  char text[8];
  std::snprintf(text, sizeof text, "-%02d", static_cast<int>(month - year * 12 + 1));
  return YearText(year + 1970) + text;
}

std::string DayText(int64_t day) {
  const int64_t month = MonthOfDay(day);
  char text[8];
  std::snprintf(text, sizeof text, "-%02d", static_cast<int>(day - DayOfMonth(month) + 1));
  return MonthText(month) + text;
}

}  // namespace

std::string Transform::ToString() const {
  std::string text = NamedOf(kind).name;
  if (kind == Kind::kBucket || kind == Kind::kTruncate) {
    text += "[" + std::to_string(argument) + "]";
  }
  return text;
}

base::Result<Transform> ParseTransform(std::string_view text) {
  const std::string lower = Lower(text);
  const size_t open = lower.find('[');
  const std::string name = lower.substr(0, open);
  for (const Named& named : kTransforms) {
    if (name != named.name) continue;
    const bool sized = named.kind == Kind::kBucket || named.kind == Kind::kTruncate;
    if (sized != (open != std::string::npos)) break;
    if (!sized) return Transform{named.kind, 0};
    if (lower.back() != ']') break;
    const auto number =
        PositiveNumber(std::string_view(lower).substr(open + 1, lower.size() - open - 2));
    if (!number) break;
    return Transform{named.kind, *number};
  }
  return base::Error(base::Code::kUnimplemented, kUnsupported,
                     "partition transform \"" + std::string(text) + "\" is not supported");
}

base::Result<PartitionSpec> ParsePartitionSpec(const std::vector<std::string>& texts,
                                               const columnar::Schema& schema) {
  PartitionSpec spec;
  for (const std::string& text : texts) {
    if (schema.Find(Trim(text)) != nullptr) {  // a column's own name may hold a comma
      RETURN_IF_ERROR(AddField(Trim(text), schema, spec));
      continue;
    }
    for (const std::string_view part : SplitAtCommas(text)) {
      RETURN_IF_ERROR(AddField(part, schema, spec));
    }
  }
  return spec;
}

std::vector<std::string> PartitionTexts(const PartitionSpec& spec, const columnar::Schema& schema) {
  std::vector<std::string> texts;
  for (const PartitionField& field : spec.fields) {
    const columnar::Field* source = schema.FindById(field.source_id);
    const std::string column = source == nullptr ? field.name : source->name;
    std::string text = column;
    if (field.transform.kind != Kind::kIdentity) {
      text = NamedOf(field.transform.kind).name + std::string("(");
      if (field.transform.argument > 0) text += std::to_string(field.transform.argument) + ", ";
      text += column + ")";
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

std::string PartitionText(const Transform& transform,
                          const std::optional<columnar::Literal>& value) {
  if (!value) return "null";
  const auto* number = std::get_if<int64_t>(&value->value);
  if (number != nullptr) {
    switch (transform.kind) {
      case Kind::kYear:
        return YearText(*number + 1970);
      case Kind::kMonth:
        return MonthText(*number);
      case Kind::kDay:
        return DayText(*number);
      case Kind::kHour: {
        const int64_t day = FloorDivide(*number, 24);
        char text[8];
        std::snprintf(text, sizeof text, "-%02d", static_cast<int>(*number - day * 24));
        return DayText(day) + text;
      }
      case Kind::kIdentity:
      case Kind::kBucket:
      case Kind::kTruncate:
      case Kind::kVoid:
        break;
    }
  }
  return value->ToString();
}

std::string PartitionPath(const PartitionSpec& spec, const PartitionValues& values) {
  CHECK(spec.fields.size() == values.size());
  std::string path;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) path += "/";
    path += PercentEncoded(spec.fields[i].name) + "=" +
            PercentEncoded(PartitionText(spec.fields[i].transform, values[i]));
  }
  return path;
}

}  // namespace iceberg
