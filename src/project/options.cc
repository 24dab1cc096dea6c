#include "project/options_internal.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iterator>
#include <set>

#include "model/names.h"
#include "project/python_versions.h"
#include "project/sql_text.h"

namespace project {
namespace {

std::string Folded(std::string_view text, int (*fold)(int)) {
  std::string folded(text);
  for (char& c : folded) c = static_cast<char>(fold(static_cast<unsigned char>(c)));
  return folded;
}

std::string Trimmed(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return "";
  return std::string(text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1));
}

/// Pieces between commas that are not inside of parentheses or quotes.
std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> pieces(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && c == '(') ++depth;
    if (!quoted && c == ')') --depth;
    if (c == ',' && depth == 0 && !quoted) {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  for (std::string& piece : pieces) piece = Trimmed(piece);
  return pieces;
}

std::string WithoutQuotes(const std::string& text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
  return text.substr(1, text.size() - 2);
}

bool IsPositiveNumber(const std::string& text) {
  uint32_t value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end && value > 0 && value <= 0x7fffffff;
}

/// bucket(16, id) and bucket(id, 16) alike: {"16", "id"}; nothing when it is neither.
std::optional<std::pair<std::string, std::string>> WidthAndColumn(const std::string& inside) {
  const std::vector<std::string> parts = SplitAtCommas(inside);
  if (parts.size() != 2) return std::nullopt;
  if (IsPositiveNumber(parts[0]) && !parts[1].empty()) return std::pair(parts[0], parts[1]);
  if (IsPositiveNumber(parts[1]) && !parts[0].empty()) return std::pair(parts[1], parts[0]);
  return std::nullopt;
}

void ReadPartition(const std::string& text, const base::Place& place, NodeDecl& node,
                   Findings& findings) {
  static const std::vector<std::string> kNames = {"year",   "month",    "day",      "hour",
                                                  "bucket", "truncate", "identity", "void"};
  const auto bad = [&](const std::string& problem) {
    findings.Bad(place, reasons::kBadTransform, "partition field \"" + text + "\" " + problem);
  };
  const size_t open = text.find('(');
  PartitionDecl field{text, WithoutQuotes(text), place};
  if (open == std::string::npos || text.front() == '"') {
    if (text.find(')') != std::string::npos) return bad("has a parenthesis too many");
    field.text = field.column;
  } else {
    if (text.back() != ')') return bad("does not end with a parenthesis");
    std::string name = Folded(Trimmed(text.substr(0, open)), std::tolower);
    const std::string inside = Trimmed(text.substr(open + 1, text.size() - open - 2));
    if (name.size() > 1 && name.back() == 's') {  // years, days, ... as Spark writes them
      const std::string singular = name.substr(0, name.size() - 1);
      if (std::find(kNames.begin(), kNames.end(), singular) != kNames.end()) name = singular;
    }
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
      return bad("uses an unknown transform" + base::DidYouMean(name, kNames));
    }
    if (name == "bucket" || name == "truncate") {
      const auto parts = WidthAndColumn(inside);
      if (!parts) return bad("needs a column and a number, as in " + name + "(16, id)");
      field.column = WithoutQuotes(parts->second);
      field.text = name + "(" + parts->first + ", " + field.column + ")";
    } else {
      if (inside.empty() || SplitAtCommas(inside).size() != 1) return bad("needs one column");
      field.column = WithoutQuotes(inside);
      field.text = name == "identity" ? field.column : name + "(" + field.column + ")";
    }
  }
  if (field.column.empty()) return bad("names no column");
  for (const PartitionDecl& other : node.partitioned_by) {
    if (other.text == field.text) return bad("is there twice");
  }
  node.partitioned_by.push_back(std::move(field));
}

Filter Placeholder(const PlacedText& text) {
  Filter filter;
  filter.text = text;
  for (const SqlParameter& parameter : FindSqlParameters(text.text)) {
    if (std::find(filter.parameters.begin(), filter.parameters.end(), parameter.name) ==
        filter.parameters.end()) {
      filter.parameters.push_back(parameter.name);
    }
  }
  return filter;
}

/// The text with something harmless in place of each parameter, to look at its form.
std::string WithStandIns(const Filter& filter) {
  std::map<std::string, columnar::Literal> values;
  for (const std::string& name : filter.parameters) values[name] = columnar::Literal::Long(0);
  return SubstituteParameters(filter.text.text, values).value();
}

void TakeFacts(SqlFilterFacts facts, Filter& filter) {
  filter.columns = std::move(facts.columns);
  if (filter.parameters.empty()) filter.predicate = std::move(facts.predicate);
}

void CheckOverwrite(const NodeDecl& node, Findings& findings) {
  const base::Place& place =
      node.overwrite_filter.text.text.empty() ? node.place : node.overwrite_filter.text.place;
  if (node.strategy != Strategy::kOverwritePartitions) {
    if (!node.overwrite_filter.text.text.empty()) {
      findings.Bad(place, reasons::kBadOverwrite,
                   "overwrite_filter of \"" + node.name +
                       "\" needs materialization_strategy='OVERWRITE_PARTITIONS'");
    }
    return;
  }
  if (node.partitioned_by.empty()) {
    findings.Bad(node.place, reasons::kBadOverwrite,
                 "model \"" + node.name + "\" overwrites partitions: add partitioned_by");
  }
  if (node.overwrite_filter.text.text.empty()) {
    findings.Bad(node.place, reasons::kBadOverwrite,
                 "model \"" + node.name + "\" overwrites partitions: add overwrite_filter");
  }
  if (node.partitioned_by.empty()) return;
  std::vector<std::string> allowed;
  for (const PartitionDecl& field : node.partitioned_by) allowed.push_back(field.column);
  for (const std::string& column : node.overwrite_filter.columns) {
    if (std::find(allowed.begin(), allowed.end(), column) != allowed.end()) continue;
    findings.Bad(place, reasons::kBadOverwrite,
                 "overwrite_filter of \"" + node.name + "\" uses \"" + column +
                     "\", which partitioned_by does not name" + base::DidYouMean(column, allowed));
  }
}

}  // namespace

void ReadStrategy(const PlacedText& text, NodeDecl& node, Findings& findings) {
  const std::string upper = Folded(text.text, std::toupper);
  std::vector<std::string> names;
  for (const Strategy strategy :
       {Strategy::kNone, Strategy::kReplace, Strategy::kAppend, Strategy::kOverwritePartitions}) {
    names.emplace_back(StrategyName(strategy));
    if (upper != names.back()) continue;
    node.strategy = strategy;
    return;
  }
  findings.Bad(text.place, reasons::kBadStrategy,
               "unknown materialization_strategy \"" + text.text + "\"" +
                   base::DidYouMean(upper, names) +
                   "; there are NONE, REPLACE, APPEND and OVERWRITE_PARTITIONS");
}

void ReadCacheStrategy(const PlacedText& text, NodeDecl& node, Findings& findings) {
  const std::string upper = Folded(text.text, std::toupper);
  if (upper == "NONE" || upper == "DEFAULT") {
    node.cache = upper == "DEFAULT";
    return;
  }
  findings.Bad(text.place, reasons::kBadStrategy,
               "unknown cache_strategy \"" + text.text + "\"; there are NONE and DEFAULT");
}

void ReadPartitions(const std::vector<PlacedText>& texts, NodeDecl& node, Findings& findings) {
  for (const PlacedText& text : texts) {
    for (const std::string& piece : SplitAtCommas(text.text)) {
      if (piece.empty()) {
        findings.Bad(text.place, reasons::kBadTransform,
                     "partitioned_by \"" + text.text + "\" has an empty field");
      } else {
        ReadPartition(piece, text.place, node, findings);
      }
    }
  }
}

Filter ReadFilter(const PlacedText& text, const SqlAnalyzer& sql, Findings& findings) {
  Filter filter = Placeholder(text);
  const std::string plain = WithStandIns(filter);
  if (base::Result<SqlFilterFacts> facts = ParseSimpleFilter(plain); facts.ok()) {
    TakeFacts(std::move(facts).value(), filter);
    return filter;
  }
  base::Result<SqlFilterFacts> facts = sql.AnalyzeFilter(plain);
  if (facts.ok()) {
    TakeFacts(std::move(facts).value(), filter);
  } else {
    findings.Bad(text.place, reasons::kBadFilter,
                 "filter \"" + text.text + "\": " + facts.error().message);
  }
  return filter;
}

Filter ReadOverwriteFilter(const PlacedText& text, Findings& findings) {
  Filter filter = Placeholder(text);
  base::Result<SqlFilterFacts> facts = ParseOverwriteFilter(WithStandIns(filter));
  if (facts.ok()) {
    TakeFacts(std::move(facts).value(), filter);
  } else {
    findings.Bad(text.place, reasons::kBadOverwrite,
                 "overwrite_" + facts.error().message +
                     "; it may hold columns, literals, = != < > <= >= AND OR IN NOT IN");
  }
  return filter;
}

std::optional<uint64_t> ParseMemory(std::string_view text) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || !(number > 0)) return std::nullopt;
  std::string unit =
      Folded(Trimmed(text.substr(static_cast<size_t>(read.ptr - text.data()))), std::toupper);
  for (const std::string_view ending : {"IB", "B", "I"}) {
    if (unit.size() > ending.size() && unit.ends_with(ending)) {
      unit.resize(unit.size() - ending.size());
      break;
    }
  }
  static constexpr std::pair<std::string_view, int> kUnits[] = {
      {"", 20}, {"K", 10}, {"M", 20}, {"G", 30}, {"T", 40}};
  for (const auto& [name, shift] : kUnits) {
    if (unit != name) continue;
    const double bytes = number * static_cast<double>(1ull << shift);
    if (bytes > 1e15) return std::nullopt;
    return static_cast<uint64_t>(bytes);
  }
  return std::nullopt;
}

void ReadPythonVersion(const PlacedText& text, EnvironmentDecl& environment, Findings& findings) {
  if (std::find(std::begin(kPythonVersions), std::end(kPythonVersions), text.text) ==
      std::end(kPythonVersions)) {
    std::string offered;
    for (const std::string_view one : kPythonVersions) {
      offered += (offered.empty() ? "" : ", ") + std::string(one);
    }
    findings.Bad(text.place, reasons::kBadPythonVersion,
                 "python version \"" + text.text + "\" is not offered; there are " + offered);
    return;
  }
  environment.python_version = text.text;
  environment.python_version_place = text.place;
}

void ReadPackage(const std::string& name, const PlacedText& version, EnvironmentDecl& environment,
                 Findings& findings) {
  const auto is_name_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_part)) {
    return findings.Bad(version.place, reasons::kBadPackage,
                        "\"" + name + "\" is no name of a package");
  }
  static constexpr std::string_view kAllowed = ".*+!-_<>=~, ";
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           kAllowed.find(c) != std::string_view::npos;
  };
  if (!std::all_of(version.text.begin(), version.text.end(), allowed)) {
    return findings.Bad(version.place, reasons::kBadPackage,
                        "version \"" + version.text + "\" of package \"" + name +
                            "\" is none; write it as in 2.2.0 or 1.37");
  }
  environment.packages[name] = version;
}

void CheckNode(const NodeDecl& node, Findings& findings) {
  if (node.kind != NodeDeclKind::kExpectation) {
    const model::Namespace standard{{std::string(model::kDefaultNamespace)}};
    if (auto name = model::ParseTableName(node.name, standard); !name.ok()) {
      findings.Bad(node.place, reasons::kBadName, name.error().message);
    }
  }
  CheckOverwrite(node, findings);
  if (node.strategy == Strategy::kNone && !node.partitioned_by.empty()) {
    findings.Warn(node.partitioned_by.front().place, reasons::kBadTransform,
                  "partitioned_by of \"" + node.name +
                      "\" has no effect: its materialization_strategy is NONE");
  }
}

}  // namespace project
