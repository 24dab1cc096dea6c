#include <nlohmann/json.hpp>

#include "server/http/target.h"
#include "server/iceberg/bodies.h"
#include "server/iceberg/reasons.h"

namespace server::iceberg {
namespace {

using Json = nlohmann::json;

constexpr int kDepthMax = 256;

base::Error BadBody(const std::string& message) {
  return base::Error(base::Code::kInvalidArgument, kBadBody, "request body: " + message);
}

/// The parser recurses: what is nested too deep is refused before.
bool NestedTooDeep(const std::string& text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') {
      if (++depth > kDepthMax) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

base::Result<Json> Parse(const std::string& body) {
  if (NestedTooDeep(body)) return BadBody("nested too deep");
  Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return BadBody("is no json object");
  return json;
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* Member(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

base::Result<std::string> Text(const Json& json, const char* key) {
  const Json* member = Member(json, key);
  if (member == nullptr || !member->is_string())
    return BadBody("\"" + std::string(key) + "\" is not text");
  return member->get<std::string>();
}

base::Result<std::string> TextOr(const Json& json, const char* key, const std::string& absent) {
  if (Member(json, key) == nullptr) return absent;
  return Text(json, key);
}

base::Result<bool> Flag(const Json& json, const char* key) {
  const Json* member = Member(json, key);
  if (member == nullptr) return false;
  if (!member->is_boolean()) return BadBody("\"" + std::string(key) + "\" is not a boolean");
  return member->get<bool>();
}

base::Result<std::vector<std::string>> Texts(const Json& json, const char* key) {
  std::vector<std::string> texts;
  const Json* member = Member(json, key);
  if (member == nullptr) return texts;
  if (!member->is_array()) return BadBody("\"" + std::string(key) + "\" is not a list");
  for (const Json& item : *member) {
    if (!item.is_string()) return BadBody("\"" + std::string(key) + "\" holds other than text");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

base::Result<std::map<std::string, std::string>> TextMap(const Json& json, const char* key) {
  std::map<std::string, std::string> texts;
  const Json* member = Member(json, key);
  if (member == nullptr) return texts;
  if (!member->is_object()) return BadBody("\"" + std::string(key) + "\" is not an object");
  for (const auto& [name, value] : member->items()) {
    if (!value.is_string()) return BadBody("\"" + std::string(key) + "\" holds other than text");
    texts[name] = value.get<std::string>();
  }
  return texts;
}

/// Passed on as it is; empty when absent.
std::string Raw(const Json& json, const char* key) {
  const Json* member = Member(json, key);
  return member == nullptr ? std::string() : Dump(*member);
}

base::Result<api::IcebergTableName> Identifier(const Json& json, const char* key) {
  const Json* member = Member(json, key);
  if (member == nullptr || !member->is_object())
    return BadBody("\"" + std::string(key) + "\" is not an object");
  api::IcebergTableName table;
  ASSIGN_OR_RETURN(table.ns, Texts(*member, "namespace"));
  ASSIGN_OR_RETURN(table.name, Text(*member, "name"));
  return table;
}

api::IcebergTableCommit CommitOf(const Json& json) {
  api::IcebergTableCommit commit;
  if (Member(json, "requirements") != nullptr) commit.requirements = Raw(json, "requirements");
  if (Member(json, "updates") != nullptr) commit.updates = Raw(json, "updates");
  return commit;
}

HttpReply Reply(const Json& json, int status = 200) {
  HttpReply reply;
  reply.status = status;
  reply.body = Dump(json);
  return reply;
}

void PutNextPage(Json& json, const std::optional<std::string>& next_page) {
  json["next-page-token"] = next_page ? Json(*next_page) : Json();
}

}  // namespace

base::Result<NamespaceBody> ReadNamespace(const std::string& body) {
  ASSIGN_OR_RETURN(const Json json, Parse(body));
  NamespaceBody read;
  ASSIGN_OR_RETURN(read.ns, Texts(json, "namespace"));
  ASSIGN_OR_RETURN(read.properties, TextMap(json, "properties"));
  return read;
}

base::Result<api::IcebergPropertiesChange> ReadPropertiesChange(const std::string& body) {
  ASSIGN_OR_RETURN(const Json json, Parse(body));
  api::IcebergPropertiesChange change;
  ASSIGN_OR_RETURN(change.removals, Texts(json, "removals"));
  ASSIGN_OR_RETURN(change.updates, TextMap(json, "updates"));
  return change;
}

base::Result<api::IcebergTableDraft> ReadTableDraft(const std::string& body) {
  ASSIGN_OR_RETURN(const Json json, Parse(body));
  api::IcebergTableDraft draft;
  ASSIGN_OR_RETURN(draft.table.name, Text(json, "name"));
  ASSIGN_OR_RETURN(draft.location, TextOr(json, "location", ""));
  if (Member(json, "schema") == nullptr) return BadBody("\"schema\" is missing");
  draft.schema = Raw(json, "schema");
  draft.spec = Raw(json, "partition-spec");
  draft.order = Raw(json, "write-order");
  ASSIGN_OR_RETURN(draft.stage, Flag(json, "stage-create"));
  ASSIGN_OR_RETURN(draft.properties, TextMap(json, "properties"));
  return draft;
}

base::Result<api::IcebergTableCommit> ReadTableCommit(const std::string& body) {
  ASSIGN_OR_RETURN(const Json json, Parse(body));
  return CommitOf(json);
}

base::Result<std::vector<api::IcebergTableCommit>> ReadTransaction(const std::string& body) {
  ASSIGN_OR_RETURN(const Json json, Parse(body));
  const Json* changes = Member(json, "table-changes");
  if (changes == nullptr || !changes->is_array()) return BadBody("\"table-changes\" is no list");
  std::vector<api::IcebergTableCommit> commits;
  for (const Json& item : *changes) {
    if (!item.is_object()) return BadBody("\"table-changes\" holds other than objects");
    api::IcebergTableCommit commit = CommitOf(item);
    ASSIGN_OR_RETURN(commit.table, Identifier(item, "identifier"));
    commits.push_back(std::move(commit));
  }
  return commits;
}

base::Result<RegisterBody> ReadRegister(const std::string& body) {
  ASSIGN_OR_RETURN(const Json json, Parse(body));
  RegisterBody read;
  ASSIGN_OR_RETURN(read.name, Text(json, "name"));
  ASSIGN_OR_RETURN(read.metadata_location, Text(json, "metadata-location"));
  ASSIGN_OR_RETURN(read.overwrite, Flag(json, "overwrite"));
  return read;
}

base::Result<RenameBody> ReadRename(const std::string& body) {
  ASSIGN_OR_RETURN(const Json json, Parse(body));
  RenameBody read;
  ASSIGN_OR_RETURN(read.from, Identifier(json, "source"));
  ASSIGN_OR_RETURN(read.to, Identifier(json, "destination"));
  return read;
}

std::map<std::string, std::string> ReadForm(const std::string& body) {
  std::map<std::string, std::string> form;
  const auto target = ParseTarget("/?" + body);
  if (target.ok()) form.insert(target->query.begin(), target->query.end());
  return form;
}

HttpReply ReplyConfig(const ConfigReply& config) {
  Json overrides = Json::object();
  if (!config.prefix.empty()) overrides["prefix"] = config.prefix;
  return Reply({{"defaults", config.defaults},
                {"overrides", std::move(overrides)},
                {"endpoints", config.endpoints}});
}

HttpReply ReplyNamespaces(const std::vector<std::vector<std::string>>& namespaces,
                          const std::optional<std::string>& next_page) {
  Json json = {{"namespaces", namespaces}};
  PutNextPage(json, next_page);
  return Reply(json);
}

HttpReply ReplyNamespace(const std::vector<std::string>& ns,
                         const api::IcebergProperties& properties) {
  return Reply({{"namespace", ns}, {"properties", properties}});
}

HttpReply ReplyPropertiesChanged(const api::IcebergPropertiesChanged& changed) {
  return Reply(
      {{"updated", changed.updated}, {"removed", changed.removed}, {"missing", changed.missing}});
}

HttpReply ReplyTables(const std::vector<api::IcebergTableName>& tables,
                      const std::optional<std::string>& next_page) {
  Json json = {{"identifiers", Json::array()}};
  for (const api::IcebergTableName& table : tables)
    json["identifiers"].push_back({{"namespace", table.ns}, {"name", table.name}});
  PutNextPage(json, next_page);
  return Reply(json);
}

HttpReply ReplyTable(const api::IcebergTable& table,
                     const std::map<std::string, std::string>& config) {
  // The metadata is large and JSON already: it is not parsed again.
  HttpReply reply = ReplyCommitted(table);
  reply.body.pop_back();
  reply.body += ",\"config\":" + Dump(config) + "}";
  return reply;
}

HttpReply ReplyCommitted(const api::IcebergTable& table) {
  HttpReply reply;
  reply.body = "{";
  if (!table.metadata_location.empty())
    reply.body += "\"metadata-location\":" + Dump(table.metadata_location) + ",";
  reply.body += "\"metadata\":" + table.metadata + "}";
  return reply;
}

HttpReply ReplyCredentials(const std::string& prefix,
                           const std::map<std::string, std::string>& config) {
  Json json = {{"storage-credentials", Json::array()}};
  if (!config.empty())
    json["storage-credentials"].push_back({{"prefix", prefix}, {"config", config}});
  return Reply(json);
}

HttpReply ReplyToken(const std::string& token) {
  HttpReply reply = Reply({{"access_token", token},
                           {"token_type", "bearer"},
                           {"expires_in", 3600},
                           {"issued_token_type", "urn:ietf:params:oauth:token-type:access_token"}});
  reply.headers["Cache-Control"] = "no-store";
  return reply;
}

HttpReply ReplyOauthError(int status, const std::string& error, const std::string& description) {
  return Reply({{"error", error}, {"error_description", description}}, status);
}

HttpReply ReplyNothing() {
  HttpReply reply;
  reply.status = 204;
  reply.content_type.clear();
  return reply;
}

HttpReply ReplyError(int status, const std::string& type, const std::string& message) {
  return Reply({{"error", {{"message", message}, {"type", type}, {"code", status}}}}, status);
}

}  // namespace server::iceberg
