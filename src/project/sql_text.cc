#include "project/sql_text.h"

#include <set>

#include "base/nearest.h"
#include "project/reasons.h"
#include "project/sql_tokens_internal.h"

namespace project {

std::vector<SqlParameter> FindSqlParameters(std::string_view sql) {
  std::vector<SqlParameter> found;
  for (const SqlToken& token : TokenizeSql(sql)) {
    if (token.kind != SqlToken::Kind::kParameter) continue;
    found.push_back({std::string(token.text.substr(1)), token.offset,
                     static_cast<uint32_t>(token.text.size())});
  }
  return found;
}

base::Result<std::string> SubstituteParameters(
    std::string_view sql, const std::map<std::string, columnar::Literal>& values) {
  std::string text;
  size_t done = 0;
  for (const SqlParameter& parameter : FindSqlParameters(sql)) {
    const auto value = values.find(parameter.name);
    if (value == values.end()) {
      std::vector<std::string> names;
      for (const auto& [name, literal] : values) names.push_back(name);
      const LineColumn at = PlaceOf(sql, parameter.offset);
      return base::Error(base::Code::kInvalidArgument, std::string(reasons::kUnknownParameter),
                         "parameter \"" + parameter.name + "\" has no value" +
                             base::DidYouMean(parameter.name, names))
          .At({"", at.line, at.column});
    }
    text += sql.substr(done, parameter.offset - done);
    text += value->second.ToSql();
    done = parameter.offset + parameter.size;
  }
  text += sql.substr(done);
  return text;
}

std::string QuoteIdentifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

LineColumn PlaceOf(std::string_view text, size_t offset) {
  LineColumn at;
  for (size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
      ++at.column;
    }
  }
  return at;
}

}  // namespace project
