#include <nlohmann/json.hpp>

#include <charconv>

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
  return text;
}

}  // namespace

base::Error DuckError(const std::string& text, const RewrittenSql& rewritten,
                      const std::string& user_sql) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object()) {
    return {base::Code::kUserCode, reason::kSqlFailed, Shown(text)};
  }
  const std::string type = TextOf(parsed, "exception_type");
  base::Error error(base::Code::kUserCode, reason::kSqlFailed,
                    Shown(TextOf(parsed, "exception_message")));
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
