#include "project/testing/fake_sql_analyzer.h"

#include <cctype>
#include <set>

#include "project/sql_text.h"
#include "project/sql_tokens_internal.h"

namespace project {
namespace {
using Kind = SqlToken::Kind;

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

std::string Plain(const SqlToken& token) {
  return std::string(token.kind == Kind::kQuoted ? token.text.substr(1, token.text.size() - 2)
                                                 : token.text);
}

bool IsName(const SqlToken& token) {
  return token.kind == Kind::kWord || token.kind == Kind::kQuoted;
}

base::Status RefuseBroken(std::string_view sql) {
  const size_t at = sql.find("BROKEN");
  if (at == std::string_view::npos) return base::Ok();
  const LineColumn place = PlaceOf(sql, at);
  return base::Error(base::Code::kUserCode, "engine.bad_sql", "syntax error at or near \"BROKEN\"")
      .At({"", place.line, place.column});
}

struct Mention {
  std::vector<std::string> parts;
  size_t begin = 0;
  size_t end = 0;
};

std::vector<Mention> MentionsIn(std::string_view sql) {
  const std::vector<SqlToken> tokens = TokenizeSql(sql);
  std::set<std::string> ctes;
  for (size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (IsName(tokens[i]) && Upper(tokens[i + 1].text) == "AS" && tokens[i + 2].text == "(") {
      ctes.insert(Plain(tokens[i]));
    }
  }
  std::vector<Mention> mentions;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    const std::string word = Upper(tokens[i].text);
    if ((word != "FROM" && word != "JOIN") || !IsName(tokens[i + 1])) continue;
    size_t at = i + 1;
    Mention mention{{Plain(tokens[at])}, tokens[at].offset, 0};
    while (at + 2 < tokens.size() && tokens[at + 1].text == "." && IsName(tokens[at + 2])) {
      at += 2;
      mention.parts.push_back(Plain(tokens[at]));
    }
    mention.end = tokens[at].offset + tokens[at].text.size();
    if (mention.parts.size() > 1 || !ctes.contains(mention.parts[0])) mentions.push_back(mention);
  }
  return mentions;
}

}  // namespace

base::Result<SqlQueryFacts> FakeSqlAnalyzer::AnalyzeQuery(std::string_view sql) const {
  RETURN_IF_ERROR(RefuseBroken(sql));
  SqlQueryFacts facts;
  for (const Mention& mention : MentionsIn(sql)) {
    const LineColumn at = PlaceOf(sql, mention.begin);
    facts.tables.push_back({mention.parts, {"", at.line, at.column}});
  }
  return facts;
}

base::Result<SqlFilterFacts> FakeSqlAnalyzer::AnalyzeFilter(std::string_view filter) const {
  RETURN_IF_ERROR(RefuseBroken(filter));
  if (auto simple = ParseSimpleFilter(filter); simple.ok()) return simple;
  SqlFilterFacts facts{columnar::Predicate::Unknown(), {}};
  for (const SqlToken& token : TokenizeSql(filter)) {
    const bool lower = token.kind == Kind::kWord && Upper(token.text) != token.text;
    if (lower) facts.columns.emplace_back(token.text);
  }
  return facts;
}

base::Result<std::string> FakeSqlAnalyzer::RenameTables(
    std::string_view sql, const std::map<std::string, std::string>& names) const {
  std::string text;
  size_t done = 0;
  for (const Mention& mention : MentionsIn(sql)) {
    std::string name;
    for (const std::string& part : mention.parts) name += (name.empty() ? "" : ".") + part;
    const auto found = names.find(name);
    if (found == names.end()) continue;
    text += sql.substr(done, mention.begin - done);
    text += QuoteIdentifier(found->second) + " AS " + QuoteIdentifier(mention.parts.back());
    done = mention.end;
  }
  text += sql.substr(done);
  return text;
}

}  // namespace project
