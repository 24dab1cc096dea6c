#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <vector>

#include "base/nearest.h"
#include "engine/duck_result_internal.h"
#include "engine/reasons.h"
#include "engine/sql_tokens_internal.h"

namespace engine::internal {
namespace {

std::string TextOf(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Our inner names are nobody's business.
std::string Shown(std::string text) {
  if (const size_t line = text.find("\n\nLINE "); line != std::string::npos) text.resize(line);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  // The list of candidates of a function with many forms would fill the screen.
  constexpr size_t kLinesMax = 8;
  size_t at = 0;
  for (size_t line = 0; line < kLinesMax; ++line) {
    at = text.find('\n', at == 0 ? 0 : at + 1);
    if (at == std::string::npos) return text;
  }
  const auto more = std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), '\n');
  return text.substr(0, at) + "\n    ... and " + std::to_string(more) + " more";
}

std::string UnknownColumn(const nlohmann::json& parsed) {
  const std::string name = TextOf(parsed, "name");
  std::vector<std::string> known;
  std::stringstream list(TextOf(parsed, "candidates"));
  for (std::string each; std::getline(list, each, ',');) {
    const size_t dot = each.rfind('.');
    known.push_back(dot == std::string::npos ? each : each.substr(dot + 1));
  }
  std::string text = "there is no column \"" + name + "\"";
  if (const std::string near = base::DidYouMean(name, known); !near.empty()) return text + near;
  for (size_t i = 0; i < known.size(); ++i) {
    text += (i == 0 ? "; the nearest are \"" : ", \"") + known[i] + "\"";
  }
  return text;
}

}  // namespace

base::Error DuckError(const std::string& text, const RewrittenSql& rewritten,
                      const std::string& user_sql) {
  // Errors of parsing come with a heading before the JSON.
  const size_t brace = text.find('{');
  const auto parsed =
      nlohmann::json::parse(brace == std::string::npos ? text : text.substr(brace), nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object()) {
    return {base::Code::kUserCode, reason::kSqlFailed, Shown(text)};
  }
  const std::string type = TextOf(parsed, "exception_type");
  base::Error error(base::Code::kUserCode, reason::kSqlFailed,
                    Shown(TextOf(parsed, "exception_message")));
  if (TextOf(parsed, "error_subtype") == "COLUMN_NOT_FOUND" && !TextOf(parsed, "name").empty()) {
    error.message = UnknownColumn(parsed);
  }
  if (type == "Parser" || type == "Syntax Error") error.reason = reason::kBadSql;
  if (type == "Out of Memory") {
    error.code = base::Code::kResourceExhausted;
    error.reason = reason::kOutOfMemory;
  }
  if (type == "INTERRUPT" || type == "Interrupt") {
    error.code = base::Code::kCancelled;
    error.reason = reason::kCancelled;
    error.message = "the query was cancelled";
  }
  if (type == "Permission") {
    error.code = base::Code::kPermissionDenied;
    error.reason = reason::kNoFileAccess;
  }
  const std::string position = TextOf(parsed, "position");
  size_t offset = 0;
  const auto read = std::from_chars(position.data(), position.data() + position.size(), offset);
  if (!position.empty() && read.ec == std::errc()) {
    error.place = PlaceAt(user_sql, OriginalOffset(rewritten.edits, offset));
  }
  return error;
}

}  // namespace engine::internal
