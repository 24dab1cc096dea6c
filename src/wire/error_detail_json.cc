#include <nlohmann/json.hpp>
#include <utility>

#include "wire/error_detail.h"
#include "wire/reasons.h"

namespace wire {
namespace {

using Json = nlohmann::json;
using base::Code;

constexpr int kCausesMax = 16;
constexpr char kKey[] = "boathouse";

Json OfError(const base::Error& error, int depth) {
  Json json{
      {"code", base::CodeName(error.code)}, {"reason", error.reason}, {"message", error.message}};
  if (!error.context.empty()) json["context"] = error.context;
  if (error.place != base::Place()) {
    json["place"] = {
        {"file", error.place.file}, {"line", error.place.line}, {"column", error.place.column}};
  }
  if (error.cause && depth < kCausesMax) json["cause"] = OfError(*error.cause, depth + 1);
  return json;
}

std::string Print(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Code> CodeOf(const Json& name) {
  if (!name.is_string()) return {};
  for (int number = 0; number <= static_cast<int>(Code::kInternal); ++number) {
    const auto code = static_cast<Code>(number);
    if (base::CodeName(code) == name.get_ref<const std::string&>()) return code;
  }
  return {};
}

std::string TextAt(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

uint32_t NumberAt(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<uint32_t>() : 0;
}

std::optional<base::Error> ErrorOf(const Json& json, int depth) {
  if (!json.is_object() || depth > kCausesMax) return {};
  const std::optional<Code> code = CodeOf(json.value("code", Json()));
  if (!code) return {};
  base::Error error(*code, TextAt(json, "reason"), TextAt(json, "message"));
  if (const auto context = json.find("context"); context != json.end() && context->is_object()) {
    for (const auto& [key, value] : context->items()) {
      if (value.is_string()) error.context[key] = value.get<std::string>();
    }
  }
  if (const auto place = json.find("place"); place != json.end() && place->is_object()) {
    error.place = {TextAt(*place, "file"), NumberAt(*place, "line"), NumberAt(*place, "column")};
  }
  if (const auto cause = json.find("cause"); cause != json.end()) {
    std::optional<base::Error> inner = ErrorOf(*cause, depth + 1);
    if (inner) error.cause = std::make_shared<const base::Error>(*std::move(inner));
  }
  return error;
}

/// Objects nested deeper than any reply of ours are none of ours.
Json Parse(std::string_view text) {
  constexpr int kDepthMax = 64;
  const auto shallow = [](int depth, Json::parse_event_t, const Json&) {
    return depth <= kDepthMax;
  };
  Json json = Json::parse(text.begin(), text.end(), shallow, false);
  return json.is_discarded() ? Json() : json;
}

Code CodeOfStatus(int status) {
  switch (status) {
    case 400:
      return Code::kInvalidArgument;
    case 401:
      return Code::kUnauthenticated;
    case 403:
      return Code::kPermissionDenied;
    case 404:
      return Code::kNotFound;
    case 409:
      return Code::kConflict;
    case 413:
    case 429:
      return Code::kResourceExhausted;
    case 501:
      return Code::kUnimplemented;
    case 502:
    case 503:
      return Code::kUnavailable;
    case 504:
      return Code::kDeadlineExceeded;
    default:  // any number may come from outside
      return status < 500 ? Code::kFailedPrecondition : Code::kInternal;
  }
}

}  // namespace

std::string ErrorDetail(const base::Error& error) {
  return Print(OfError(error, 0));
}

std::optional<base::Error> ReadErrorDetail(std::string_view json) {
  return ErrorOf(Parse(json), 0);
}

std::string AddErrorDetail(const std::string& body, const base::Error& error) {
  Json json = Parse(body);
  if (!json.is_object()) return body;
  json[kKey] = OfError(error, 0);
  return Print(json);
}

base::Error ErrorOfReply(int status, std::string_view body) {
  const Json json = Parse(body);
  if (json.is_object()) {
    if (std::optional<base::Error> exact = ErrorOf(json.value(kKey, Json()), 0)) return *exact;
  }
  base::Error error(CodeOfStatus(status), kRefused,
                    "the server answered with status " + std::to_string(status));
  error.context["status"] = std::to_string(status);
  if (!json.is_object()) return error;
  const Json said = json.value("error", Json());
  if (!said.is_object()) return error;
  if (const std::string message = TextAt(said, "message"); !message.empty()) {
    error.message = message;
  }
  if (const std::string type = TextAt(said, "type"); !type.empty()) error.context["type"] = type;
  return error;
}

}  // namespace wire
