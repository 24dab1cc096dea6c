#include "engine/sql_analysis.h"

#include <algorithm>

#include "base/nearest.h"
#include "engine/reasons.h"
#include "engine/sql_syntax_internal.h"
#include "engine/sql_tokens_internal.h"

namespace engine {
namespace {

using internal::Token;

base::Error BadFilter(const std::string& message, base::Place place = {}) {
  return base::Error(base::Code::kInvalidArgument, reason::kBadFilter, message)
      .At(std::move(place));
}

// What the parser alone would let pass: parentheses that close ours, comments, semicolons.
base::Status CheckFilterTokens(const std::string& filter) {
  auto scanned = internal::Tokenize(filter);
  if (!scanned.ok()) return BadFilter(scanned.error().message, scanned.error().place);
  int depth = 0;
  for (const Token& token : *scanned) {
    const base::Place place = internal::PlaceAt(filter, token.begin);
    if (token.kind == Token::Kind::kComment) {
      return BadFilter("a filter is one boolean expression, without comments", place);
    }
    if (token.kind != Token::Kind::kSymbol) continue;
    const char c = filter[token.begin];
    if (c == ';') return BadFilter("a filter is one boolean expression, without \";\"", place);
    if (c == '(') ++depth;
    if (c == ')' && --depth < 0) return BadFilter("unbalanced parenthesis in the filter", place);
  }
  if (depth != 0) return BadFilter("unbalanced parenthesis in the filter");
  if (scanned->empty()) return BadFilter("the filter is empty");
  return base::Ok();
}

// A column of the table, or a field inside one: the first part counts.
void KeepColumnNames(columnar::Predicate* predicate) {
  const size_t cut = predicate->column.find(internal::kPartSeparator);
  if (cut != std::string::npos) *predicate = columnar::Predicate::Unknown();
  for (columnar::Predicate& child : predicate->children) KeepColumnNames(&child);
}

base::Result<internal::ParsedFilter> ReadFilter(const std::string& filter) {
  RETURN_IF_ERROR(CheckFilterTokens(filter));
  auto parsed = internal::ParseFilterExpression(filter);
  if (!parsed.ok()) return BadFilter(parsed.error().message, parsed.error().place);
  if (parsed->refused) {
    return BadFilter("a filter is one boolean expression over columns: " + *parsed->refused +
                     " is not allowed");
  }
  return parsed;
}

std::vector<std::string> ColumnNames(const internal::ParsedFilter& parsed) {
  std::vector<std::string> names;
  for (const internal::ColumnUse& use : parsed.columns) {
    const std::string& name = use.parts.front();
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ".") + part;
  return out;
}

std::string QuotedParts(const std::string& name) {
  std::string out;
  size_t at = 0;
  while (at <= name.size()) {
    const size_t dot = std::min(name.find('.', at), name.size());
    out += (out.empty() ? "" : ".") + internal::QuoteName(name.substr(at, dot - at));
    at = dot + 1;
  }
  return out;
}

}  // namespace

std::string TableReference::Name() const {
  return Joined(parts);
}

base::Result<SqlAnalysis> AnalyzeSql(const std::string& sql) {
  ASSIGN_OR_RETURN(internal::ParsedSql parsed, internal::ParseSql(sql));
  if (parsed.file_access) return *parsed.file_access;
  SqlAnalysis out;
  out.kind = parsed.kind;
  out.read_only = parsed.read_only;
  out.described_table = parsed.described;
  out.never_null = std::move(parsed.never_null);
  for (internal::TableUse& table : parsed.tables) {
    out.tables.push_back(
        {std::move(table.parts), std::move(table.alias), internal::PlaceAt(sql, table.offset)});
  }
  ASSIGN_OR_RETURN(out.parameters, ParametersOf(sql));
  return out;
}

base::Result<std::string> RenameTables(const std::string& sql,
                                       const std::map<std::string, std::string>& names) {
  ASSIGN_OR_RETURN(const internal::ParsedSql parsed, internal::ParseSql(sql));
  ASSIGN_OR_RETURN(const std::vector<Token> tokens, internal::Tokenize(sql));
  std::vector<internal::Edit> edits;
  for (const internal::TableUse& table : parsed.tables) {
    const auto found = names.find(Joined(table.parts));
    if (found == names.end()) continue;
    std::string text = QuotedParts(found->second);
    if (table.alias.empty()) text += " AS " + internal::QuoteName(table.parts.back());
    edits.push_back({table.offset,
                     internal::EndOfName(sql, tokens, table.offset, table.parts.size()),
                     std::move(text)});
  }
  // `ns.t.column` reads the alias now.
  for (const internal::ColumnUse& column : parsed.columns) {
    for (const internal::TableUse& table : parsed.tables) {
      const size_t depth = table.parts.size();
      if (!column.offset || depth < 2 || !table.alias.empty() || column.parts.size() <= depth ||
          !std::equal(table.parts.begin(), table.parts.end(), column.parts.begin()) ||
          !names.contains(Joined(table.parts))) {
        continue;
      }
      edits.push_back({*column.offset, internal::EndOfName(sql, tokens, *column.offset, depth),
                       internal::QuoteName(table.parts.back())});
      break;
    }
  }
  return internal::ApplyEdits(sql, std::move(edits));
}

base::Result<std::vector<ParameterReference>> ParametersOf(const std::string& sql) {
  ASSIGN_OR_RETURN(const std::vector<Token> tokens, internal::Tokenize(sql));
  std::vector<ParameterReference> out;
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::kParameter) continue;
    out.push_back({sql.substr(token.begin + 1, token.end - token.begin - 1),
                   internal::PlaceAt(sql, token.begin)});
  }
  return out;
}

base::Result<std::string> SubstituteParameters(
    const std::string& sql, const std::map<std::string, columnar::Literal>& values) {
  ASSIGN_OR_RETURN(const std::vector<Token> tokens, internal::Tokenize(sql));
  std::vector<internal::Edit> edits;
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::kParameter) continue;
    const std::string name = sql.substr(token.begin + 1, token.end - token.begin - 1);
    const auto value = values.find(name);
    if (value == values.end()) {
      std::vector<std::string> known;
      for (const auto& [key, unused] : values) known.push_back(key);
      return base::Error(base::Code::kUserCode, reason::kUnknownParameter,
                         "no parameter \"" + name + "\"" + base::DidYouMean(name, known))
          .Set("parameter", name)
          .At(internal::PlaceAt(sql, token.begin));
    }
    // `a-$p` with a negative value would start a comment.
    std::string text = value->second.ToSql();
    if (text.starts_with('-')) text = "(" + text + ")";
    edits.push_back({token.begin, token.end, std::move(text)});
  }
  return internal::ApplyEdits(sql, std::move(edits));
}

base::Result<FilterAnalysis> ParseFilter(const std::string& filter) {
  ASSIGN_OR_RETURN(internal::ParsedFilter parsed, ReadFilter(filter));
  FilterAnalysis out{std::move(parsed.predicate), ColumnNames(parsed)};
  KeepColumnNames(&out.predicate);
  return out;
}

base::Result<columnar::Predicate> ParseOverwriteFilter(
    const std::string& filter, const std::vector<std::string>& partition_columns) {
  ASSIGN_OR_RETURN(const internal::ParsedFilter parsed, ReadFilter(filter));
  const auto refuse = [](const std::string& message) {
    return base::Error(base::Code::kInvalidArgument, reason::kBadOverwriteFilter, message);
  };
  if (parsed.beyond_f062) {
    return refuse(
        "an overwrite filter compares columns with values (= != < > <= >= AND OR IN NOT "
        "IN) and nothing else: \"" +
        *parsed.beyond_f062 + "\" is not allowed");
  }
  for (const internal::ColumnUse& use : parsed.columns) {
    const std::string name = Joined(use.parts);
    if (std::find(partition_columns.begin(), partition_columns.end(), name) ==
        partition_columns.end()) {
      return refuse("column \"" + name + "\" of the overwrite filter is not a partition column" +
                    base::DidYouMean(name, partition_columns));
    }
  }
  return parsed.predicate;
}

}  // namespace engine
