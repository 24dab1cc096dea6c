#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "wire/catalog_json.h"
#include "wire/reasons.h"

namespace wire {
namespace {

using Json = nlohmann::json;

constexpr char kRequestId[] = "boathouse_request_id";
constexpr char kNamespace[] = "boathouse_namespace";

base::Error Bad(const std::string& field, const std::string& problem) {
  return base::Error(base::Code::kInvalidArgument, kBadBody,
                     (field.empty() ? "the body" : "\"" + field + "\"") + " " + problem)
      .Set("field", field);
}

/// Nothing for text that is no JSON; objects and arrays nested beyond any use are none either.
std::optional<Json> ParseShallow(std::string_view text) {
  constexpr int kDepthMax = 16;
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, const Json&) {
    too_deep = too_deep || depth > kDepthMax;
    return !too_deep;
  };
  Json json = Json::parse(text.begin(), text.end(), watch, false);
  if (json.is_discarded() || too_deep) return std::nullopt;
  return json;
}

base::Status ReadText(const Json& object, const std::string& key,
                      const std::function<void(std::string)>& take) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return base::Ok();
  if (!found->is_string()) return Bad(key, "must be a text");
  take(found->get<std::string>());
  return base::Ok();
}

base::Result<std::map<std::string, std::string>> PropertiesOf(const Json& object,
                                                              const std::string& field) {
  if (!object.is_object()) return Bad(field, "must be an object of texts");
  std::map<std::string, std::string> properties;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) return Bad(field + "." + key, "must be a text");
    properties[key] = value.get<std::string>();
  }
  return properties;
}

}  // namespace

base::Result<RequestBody> ParseRequestBody(std::string_view body) {
  RequestBody parsed;
  if (body.empty()) return parsed;
  const std::optional<Json> json = ParseShallow(body);
  if (!json) return Bad("", "is no JSON");
  if (!json->is_object()) return Bad("", "must be a JSON object");
  const std::pair<const char*, std::optional<std::string>*> names[] = {
      {"branch_name", &parsed.branch_name},
      {"tag_name", &parsed.tag_name},
      {"namespace_name", &parsed.namespace_name},
      {"from_ref", &parsed.from_ref}};
  for (const auto& [key, target] : names) {
    RETURN_IF_ERROR(ReadText(*json, key, [&](std::string text) { *target = std::move(text); }));
  }
  const std::pair<const char*, std::string*> texts[] = {{"commit_message", &parsed.commit_message},
                                                        {"commit_body", &parsed.commit_body},
                                                        {kRequestId, &parsed.request_id},
                                                        {kNamespace, &parsed.table_namespace}};
  for (const auto& [key, target] : texts) {
    RETURN_IF_ERROR(ReadText(*json, key, [&](std::string text) { *target = std::move(text); }));
  }
  if (const auto found = json->find("commit_properties");
      found != json->end() && !found->is_null()) {
    ASSIGN_OR_RETURN(parsed.commit_properties, PropertiesOf(*found, "commit_properties"));
  }
  if (const auto found = json->find("replace"); found != json->end() && !found->is_null()) {
    if (!found->is_boolean()) return Bad("replace", "must be true or false");
    parsed.replace = found->get<bool>();
  }
  return parsed;
}

std::string PrintRequestBody(const RequestBody& body) {
  Json json = Json::object();
  const auto set = [&](const char* key, const std::string& text) {
    if (!text.empty()) json[key] = text;
  };
  if (body.branch_name) json["branch_name"] = *body.branch_name;
  if (body.tag_name) json["tag_name"] = *body.tag_name;
  if (body.namespace_name) json["namespace_name"] = *body.namespace_name;
  if (body.from_ref) json["from_ref"] = *body.from_ref;
  set("commit_message", body.commit_message);
  set("commit_body", body.commit_body);
  set(kRequestId, body.request_id);
  set(kNamespace, body.table_namespace);
  if (!body.commit_properties.empty()) json["commit_properties"] = body.commit_properties;
  if (body.replace) json["replace"] = true;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string PrintProperties(const std::map<std::string, std::string>& properties) {
  return Json(properties).dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Result<std::map<std::string, std::string>> ParseProperties(std::string_view text) {
  const std::optional<Json> json = ParseShallow(text);
  if (!json) return Bad("filter_by_properties", "is no JSON");
  return PropertiesOf(*json, "filter_by_properties");
}

}  // namespace wire
