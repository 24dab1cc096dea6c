#include "project/sql_project_internal.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "project/options_internal.h"
#include "project/sql_text.h"

namespace project {
namespace {

bool IsKeyPart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}
bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

const std::vector<std::string>& KnownKeys() {
  static const std::vector<std::string> keys = {"name",
                                                "materialization_strategy",
                                                "partitioned_by",
                                                "output_schema",
                                                "overwrite_filter",
                                                "cache_strategy",
                                                "internet_access",
                                                "columns"};
  return keys;
}

/// One comment line after its "bauplan:", cut into keys and values.
class HeaderLine {
 public:
  HeaderLine(std::string_view line, size_t from, base::Place place)
      : line_(line), at_(from), place_(std::move(place)) {}

  bool Read(std::vector<HeaderOption>& options) {
    while (true) {
      SkipSpaces();
      if (at_ >= line_.size()) return true;
      HeaderOption option;
      option.key = {std::string(Key(at_)), Here()};
      at_ += option.key.text.size();
      std::replace(option.key.text.begin(), option.key.text.end(), '-', '_');
      SkipSpaces();
      if (option.key.text.empty() || at_ >= line_.size() || line_[at_] != '=') return false;
      ++at_;
      SkipSpaces();
      option.value.place = Here();
      if (!Value(option.value.text)) return false;
      options.push_back(std::move(option));
    }
  }

 private:
  base::Place Here() const {
    base::Place place = place_;
    place.column = PlaceOf(line_, at_).column;
    return place;
  }
  void SkipSpaces() {
    while (at_ < line_.size() && IsSpace(line_[at_])) ++at_;
  }
  std::string_view Key(size_t from) const {
    size_t end = from;
    while (end < line_.size() && IsKeyPart(line_[end])) ++end;
    return line_.substr(from, end - from);
  }
  /// True where " key =" begins, with a key we know: the value before it ends here.
  bool NextKeyAt(size_t from) const {
    std::string key(Key(from));
    size_t end = from + key.size();
    std::replace(key.begin(), key.end(), '-', '_');
    while (end < line_.size() && IsSpace(line_[end])) ++end;
    return end < line_.size() && line_[end] == '=' &&
           std::find(KnownKeys().begin(), KnownKeys().end(), key) != KnownKeys().end();
  }
  bool Value(std::string& value) {
    if (at_ < line_.size() && (line_[at_] == '"' || line_[at_] == '\'')) {
      const char quote = line_[at_];
      size_t end = at_ + 1;
      for (; end < line_.size(); ++end) {
        if (line_[end] == quote && end + 1 < line_.size() && line_[end + 1] == quote) {
          ++end;  // doubled: one of them stays
        } else if (line_[end] == quote) {
          break;
        }
        value += line_[end];
      }
      if (end >= line_.size()) return false;
      at_ = end + 1;
      return true;
    }
    const size_t start = at_;
    while (at_ < line_.size() && !(IsSpace(line_[at_]) && NextKeyAt(at_ + 1))) ++at_;
    value = std::string(line_.substr(start, at_ - start));
    while (!value.empty() && IsSpace(value.back())) value.pop_back();
    return !value.empty();
  }

  std::string_view line_;
  size_t at_;
  base::Place place_;
};

/// Where the text after "-- bauplan:" begins, or npos.
size_t HeaderStart(std::string_view line) {
  size_t at = line.find_first_not_of(" \t");
  if (at == std::string_view::npos || line.substr(at, 2) != "--") return std::string_view::npos;
  at = line.find_first_not_of(" \t-", at);
  if (at == std::string_view::npos) return at;
  for (const std::string_view word : {"bauplan", "boathouse"}) {
    if (line.substr(at, word.size()) != word) continue;
    const size_t colon = line.find_first_not_of(" \t", at + word.size());
    if (colon != std::string_view::npos && line[colon] == ':') return colon + 1;
  }
  return std::string_view::npos;
}

std::string Stem(const std::string& file) {
  const size_t slash = file.rfind('/');
  const std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  return name.substr(0, name.rfind('.'));
}

void Apply(const HeaderOption& option, NodeDecl& node, TableSchemas& schemas, Findings& findings) {
  const std::string& key = option.key.text;
  const PlacedText& value = option.value;
  if (key == "name") {
    node.name = value.text;
  } else if (key == "materialization_strategy") {
    ReadStrategy(value, node, findings);
  } else if (key == "partitioned_by") {
    ReadPartitions({value}, node, findings);
  } else if (key == "overwrite_filter") {
    node.overwrite_filter = ReadOverwriteFilter(value, findings);
  } else if (key == "cache_strategy") {
    ReadCacheStrategy(value, node, findings);
  } else if (key == "output_schema") {
    node.contract = schemas.Read(value);
  } else if (key == "columns") {
    size_t from = 0;
    while (from <= value.text.size()) {
      const size_t end = std::min(value.text.find(',', from), value.text.size());
      std::string column = value.text.substr(from, end - from);
      column.erase(0, std::min(column.find_first_not_of(' '), column.size()));
      while (!column.empty() && column.back() == ' ') column.pop_back();
      if (!column.empty() && column != "*") node.columns.push_back({column, value.place});
      from = end + 1;
    }
  } else if (key == "internet_access") {
    findings.Warn(option.key.place, reasons::kUnknownKeyword,
                  "internet_access has no effect: SQL models never have network access");
  } else {
    findings.WarnUnknown(option.key.place, reasons::kUnknownKeyword, "header key", key,
                         KnownKeys());
  }
}

void ReadInputs(const SqlQueryFacts& facts, const std::string& file, NodeDecl& node) {
  for (const SqlTableUse& use : facts.tables) {
    std::string name;
    for (const std::string& part : use.parts) name += (name.empty() ? "" : ".") + part;
    const bool known = std::any_of(node.inputs.begin(), node.inputs.end(),
                                   [&](const InputDecl& input) { return input.model == name; });
    if (known) continue;
    InputDecl input;
    input.argument = input.model = name;
    input.place = {file, use.place.line, use.place.column};
    node.inputs.push_back(std::move(input));
  }
}

}  // namespace

std::vector<HeaderOption> ReadSqlHeader(const std::string& file, std::string_view sql,
                                        Findings& findings) {
  std::vector<HeaderOption> options;
  uint32_t number = 0;
  while (!sql.empty()) {
    const std::string_view line = sql.substr(0, sql.find('\n'));
    sql.remove_prefix(std::min(line.size() + 1, sql.size()));
    ++number;
    const size_t from = HeaderStart(line);
    if (from == std::string_view::npos) continue;
    const base::Place place{file, number, 1};
    if (!HeaderLine(line, from, place).Read(options)) {
      findings.Bad(place, reasons::kBadArgument,
                   "header comment must hold key=value, as in -- bauplan: name=trips");
    }
  }
  return options;
}

NodeDecl ReadSqlNode(const std::string& file, const std::string& sql, TableSchemas& schemas,
                     const SqlAnalyzer& analyzer, Findings& findings) {
  NodeDecl node;
  node.kind = NodeDeclKind::kSqlModel;
  node.name = Stem(file);
  node.place = {file, 1, 1};
  node.sql = sql;
  std::set<std::string> seen;
  for (const HeaderOption& option : ReadSqlHeader(file, sql, findings)) {
    if (!seen.insert(option.key.text).second) {
      findings.Bad(option.key.place, reasons::kBadArgument,
                   "header key \"" + option.key.text + "\" is there twice");
      continue;
    }
    Apply(option, node, schemas, findings);
  }
  for (const SqlParameter& parameter : FindSqlParameters(sql)) {
    if (std::find(node.sql_parameters.begin(), node.sql_parameters.end(), parameter.name) ==
        node.sql_parameters.end()) {
      node.sql_parameters.push_back(parameter.name);
    }
  }
  base::Result<SqlQueryFacts> facts = analyzer.AnalyzeQuery(sql);
  if (facts.ok()) {
    ReadInputs(*facts, file, node);
  } else {
    base::Error error = std::move(facts).error();
    base::Error placed(base::Code::kInvalidArgument, std::string(reasons::kSqlSyntax),
                       error.message);
    placed.place = {file, std::max(error.place.line, 1u), error.place.column};
    findings.Add(std::move(placed).CausedBy(std::move(error)));
  }
  CheckNode(node, findings);
  return node;
}

}  // namespace project
