#include "server/iceberg/iceberg_handler.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "server/iceberg/bodies.h"
#include "server/iceberg/reasons.h"

namespace server::iceberg {

/// One request, its path taken apart.
struct IcebergHandler::Call {
  const base::Context& ctx;
  const HttpRequest& request;
  std::string ref;                // empty = the default branch
  bool ref_in_base = false;       // "/iceberg/REF/v1": the client needs no prefix
  std::vector<std::string> rest;  // after version and prefix: "namespaces", ...
  std::vector<std::string> ns;    // levels of rest[1], where that is a namespace

  bool Is(const char* method) const { return request.method == method; }
};

namespace {

constexpr char kSeparator = '\x1f';
constexpr uint32_t kPageMax = 10'000;

const std::set<std::string>& Resources() {
  static const std::set<std::string> kResources = {"config", "oauth",        "namespaces",
                                                   "tables", "transactions", "views"};
  return kResources;
}

const std::vector<std::string>& EndpointList() {
  static const std::vector<std::string> kEndpoints = {
      "GET /v1/{prefix}/namespaces",
      "POST /v1/{prefix}/namespaces",
      "GET /v1/{prefix}/namespaces/{namespace}",
      "HEAD /v1/{prefix}/namespaces/{namespace}",
      "DELETE /v1/{prefix}/namespaces/{namespace}",
      "POST /v1/{prefix}/namespaces/{namespace}/properties",
      "GET /v1/{prefix}/namespaces/{namespace}/tables",
      "POST /v1/{prefix}/namespaces/{namespace}/tables",
      "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
      "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
      "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
      "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}",
      "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials",
      "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics",
      "POST /v1/{prefix}/namespaces/{namespace}/register",
      "POST /v1/{prefix}/tables/rename",
      "POST /v1/{prefix}/transactions/commit"};
  return kEndpoints;
}

/// "a\x1fb" or "a.b": no level holds a dot.
std::vector<std::string> Levels(std::string_view text) {
  std::vector<std::string> levels;
  std::string level;
  for (const char c : text) {
    if (c != kSeparator && c != '.') {
      level += c;
      continue;
    }
    levels.push_back(std::exchange(level, {}));
  }
  if (!text.empty()) levels.push_back(std::move(level));
  return levels;
}

std::string JoinLevels(const std::vector<std::string>& levels) {
  std::string text;
  for (const std::string& level : levels) text += (text.empty() ? "" : ".") + level;
  return text;
}

HttpReply WrongMethod(const HttpRequest& request) {
  return ReplyError(405, "BadRequestException",
                    "\"" + request.method + "\" is not a method of this path");
}

HttpReply NoSuchPath(const HttpRequest& request) {
  return ReplyError(404, "NotFoundException",
                    "\"" + request.target + "\" is no path of the catalog");
}

/// Of one table. Engines that look for "ns.table.branch_x" go on only when that is no table: a
/// namespace that is not there says the same.
HttpReply TableError(const base::Error& error) {
  if (error.reason == "catalog.no_namespace")
    return ReplyError(404, "NoSuchTableException", error.message + " (" + error.reason + ")");
  return ReplyError(error);
}

HttpReply OrError(base::Result<HttpReply> reply) {
  return reply.ok() ? std::move(reply).value() : ReplyError(reply.error());
}

HttpReply NothingOrError(const base::Status& status) {
  return status.ok() ? ReplyNothing() : ReplyError(status.error());
}

/// Items after the token's, at most a page of them, and the next token. `name` must order as the
/// items are ordered.
template <class Item, class Name>
base::Result<std::optional<std::string>> CutPage(const HttpRequest& request,
                                                 std::vector<Item>& items, const Name& name) {
  const std::string_view size_text = request.Query("pageSize");
  const std::string_view token = request.Query("pageToken");
  if (!token.empty()) {
    const auto last = std::find_if(items.begin(), items.end(),
                                   [&](const Item& item) { return name(item) == token; });
    if (last == items.end()) {
      // What the last page ended with is gone: the page begins at the next name.
      std::erase_if(items, [&](const Item& item) { return name(item) <= token; });
    } else {
      items.erase(items.begin(), last + 1);
    }
  }
  if (size_text.empty()) return std::optional<std::string>();
  uint32_t size = 0;
  const auto [end, error] =
      std::from_chars(size_text.data(), size_text.data() + size_text.size(), size);
  if (error != std::errc() || end != size_text.data() + size_text.size() || size == 0) {
    return base::Error(base::Code::kInvalidArgument, kBadBody, "\"pageSize\" is no number from 1");
  }
  size = std::min(size, kPageMax);
  if (items.size() <= size) return std::optional<std::string>();
  items.resize(size);
  return std::optional<std::string>(name(items.back()));
}

/// "Basic <base64>" is how some clients send the id and the secret.
std::string SecretOfBasic(const std::string& header) {
  constexpr std::string_view kBasic = "Basic ";
  if (!header.starts_with(kBasic)) return {};
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : header.substr(kBasic.size())) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) break;
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    if ((count += 6) < 8) continue;
    count -= 8;
    text += static_cast<char>((bits >> count) & 0xff);
  }
  const size_t colon = text.find(':');
  return colon == std::string::npos ? std::string() : text.substr(colon + 1);
}

}  // namespace

bool IcebergHandler::IsOpen(const HttpRequest& request) {
  const std::vector<std::string>& path = request.path;
  if (request.method != "POST" || path.size() < 4 || path.size() > 5) return false;
  if (path.front() != "iceberg" || path[path.size() - 2] != "oauth" || path.back() != "tokens")
    return false;
  if (path.size() == 4) return path[1] == "v1";
  return path[1] == "v1" ? !Resources().contains(path[2]) : path[2] == "v1";
}

HttpReply IcebergHandler::Handle(const base::Context& ctx, const HttpRequest& request) {
  Call call{ctx, request, {}, false, {}, {}};
  size_t at = 1;  // behind "iceberg"
  const auto segment = [&](size_t i) { return i < request.path.size() ? request.path[i] : ""; };
  if (segment(at) != "v1") {
    call.ref = segment(at++);
    call.ref_in_base = true;
  }
  if (segment(at++) != "v1") return NoSuchPath(request);
  if (!Resources().contains(segment(at))) {
    if (segment(at).empty()) return NoSuchPath(request);
    call.ref = segment(at++);
  }
  if (call.ref == "-") call.ref.clear();
  for (; at < request.path.size(); ++at) call.rest.push_back(request.path[at]);
  if (call.rest.size() > 1 && call.rest[0] == "namespaces") call.ns = Levels(call.rest[1]);
  HttpReply reply = Route(call);
  if (request.method == "HEAD") {
    if (reply.status == 200) reply.status = 204;
    reply.body.clear();
  }
  return reply;
}

HttpReply IcebergHandler::Route(const Call& call) {
  const std::vector<std::string>& rest = call.rest;
  if (rest.empty()) return NoSuchPath(call.request);
  const std::string& resource = rest[0];
  if (resource == "config" && rest.size() == 1) return Config(call);
  if (resource == "oauth" && rest.size() == 2 && rest[1] == "tokens") return Token(call);
  if (resource == "tables" && rest.size() == 2 && rest[1] == "rename") return Rename(call);
  if (resource == "transactions" && rest.size() == 2 && rest[1] == "commit")
    return Transaction(call);
  const bool views = resource == "views" || (rest.size() > 2 && rest[2].find("view") == 0) ||
                     (rest.size() > 2 && rest[2] == "register-view");
  if (views) {
    return ReplyError(406, "UnsupportedOperationException",
                      "views are not supported: make a table, or a model of a project");
  }
  if (resource != "namespaces") return NoSuchPath(call.request);
  if (rest.size() == 1) return Namespaces(call);
  if (rest.size() == 2) return Namespace(call);
  if (rest.size() == 3 && rest[2] == "properties") return NamespaceProperties(call);
  if (rest.size() == 3 && rest[2] == "register") return Register(call);
  if (rest[2] != "tables") return NoSuchPath(call.request);
  if (rest.size() == 3) return Tables(call);
  if (rest.size() == 4) return Table(call);
  return PartOfTable(call);
}

HttpReply IcebergHandler::Config(const Call& call) {
  if (!call.Is("GET")) return WrongMethod(call.request);
  ConfigReply config;
  config.defaults = settings_.defaults;
  config.endpoints = EndpointList();
  std::string warehouse(call.request.Query("warehouse"));
  // The name of a ref, or where the lake's files are: that says nothing about a branch.
  if (warehouse == "-" || warehouse.find("://") != std::string::npos) warehouse.clear();
  if (!warehouse.empty()) {
    const auto known = namespaces_.List(call.ctx, warehouse, {});
    if (!known.ok() && known.error().reason == "catalog.no_ref") {
      return ReplyError(404, "NoSuchWarehouseException",
                        "a warehouse is a branch, and there is none \"" + warehouse + "\"");
    }
    if (!known.ok()) return ReplyError(known.error());
    config.prefix = warehouse;
  }
  return ReplyConfig(config);
}

HttpReply IcebergHandler::Token(const Call& call) {
  if (!call.Is("POST")) return WrongMethod(call.request);
  const std::map<std::string, std::string> form = ReadForm(call.request.body);
  const auto field = [&](const char* key) {
    const auto found = form.find(key);
    return found == form.end() ? std::string() : found->second;
  };
  const std::string grant = field("grant_type");
  std::string secret;
  if (grant == "client_credentials") {
    secret = field("client_secret");
    const auto header = call.request.headers.find("authorization");
    if (secret.empty() && header != call.request.headers.end())
      secret = SecretOfBasic(header->second);
  } else if (grant == "urn:ietf:params:oauth:grant-type:token-exchange") {
    secret = field("subject_token");  // how clients ask for the same again
  } else {
    return ReplyOauthError(400, "unsupported_grant_type",
                           "the grant type is \"client_credentials\"");
  }
  const auto account = accounts_.Authenticate(call.ctx, secret);
  if (!account.ok()) {
    if (account.error().code != base::Code::kUnauthenticated) return ReplyError(account.error());
    return ReplyOauthError(401, "invalid_client", "the client secret is no valid api key");
  }
  return ReplyToken(secret);
}

HttpReply IcebergHandler::Namespaces(const Call& call) {
  if (call.Is("GET")) {
    return OrError([&]() -> base::Result<HttpReply> {
      ASSIGN_OR_RETURN(auto found,
                       namespaces_.List(call.ctx, call.ref, Levels(call.request.Query("parent"))));
      ASSIGN_OR_RETURN(const auto next, CutPage(call.request, found, JoinLevels));
      return ReplyNamespaces(found, next);
    }());
  }
  if (!call.Is("POST")) return WrongMethod(call.request);
  return OrError([&]() -> base::Result<HttpReply> {
    ASSIGN_OR_RETURN(const NamespaceBody body, ReadNamespace(call.request.body));
    RETURN_IF_ERROR(namespaces_.Create(call.ctx, call.ref, body.ns, body.properties));
    return ReplyNamespace(body.ns, body.properties);
  }());
}

HttpReply IcebergHandler::Namespace(const Call& call) {
  if (call.Is("DELETE")) return NothingOrError(namespaces_.Drop(call.ctx, call.ref, call.ns));
  if (!call.Is("GET") && !call.Is("HEAD")) return WrongMethod(call.request);
  const auto properties = namespaces_.Load(call.ctx, call.ref, call.ns);
  if (!properties.ok()) return ReplyError(properties.error());
  return ReplyNamespace(call.ns, *properties);
}

HttpReply IcebergHandler::NamespaceProperties(const Call& call) {
  if (!call.Is("POST")) return WrongMethod(call.request);
  return OrError([&]() -> base::Result<HttpReply> {
    ASSIGN_OR_RETURN(const auto change, ReadPropertiesChange(call.request.body));
    ASSIGN_OR_RETURN(const auto changed, namespaces_.Change(call.ctx, call.ref, call.ns, change));
    return ReplyPropertiesChanged(changed);
  }());
}

HttpReply IcebergHandler::Tables(const Call& call) {
  if (call.Is("GET")) {
    return OrError([&]() -> base::Result<HttpReply> {
      ASSIGN_OR_RETURN(auto found, tables_.List(call.ctx, call.ref, call.ns));
      ASSIGN_OR_RETURN(const auto next,
                       CutPage(call.request, found, [](const auto& table) { return table.name; }));
      return ReplyTables(found, next);
    }());
  }
  if (!call.Is("POST")) return WrongMethod(call.request);
  return OrError([&]() -> base::Result<HttpReply> {
    ASSIGN_OR_RETURN(api::IcebergTableDraft draft, ReadTableDraft(call.request.body));
    draft.table.ns = call.ns;
    ASSIGN_OR_RETURN(const auto created, tables_.Create(call.ctx, call.ref, draft));
    return ReplyTable(created, settings_.storage);
  }());
}

HttpReply IcebergHandler::Table(const Call& call) {
  const api::IcebergTableName name{call.ns, call.rest[3]};
  // "purgeRequested" makes no difference: other branches and commits have the files.
  if (call.Is("DELETE")) {
    const base::Status dropped = tables_.Drop(call.ctx, call.ref, name);
    return dropped.ok() ? ReplyNothing() : TableError(dropped.error());
  }
  if (call.Is("GET") || call.Is("HEAD")) {
    const auto table = tables_.Load(call.ctx, call.ref, name);
    return table.ok() ? ReplyTable(*table, settings_.storage) : TableError(table.error());
  }
  if (!call.Is("POST")) return WrongMethod(call.request);
  auto commit = ReadTableCommit(call.request.body);
  if (!commit.ok()) return ReplyError(commit.error());
  commit->table = name;
  const auto committed = tables_.Commit(call.ctx, call.ref, {*commit});
  return committed.ok() ? ReplyCommitted(committed->front()) : TableError(committed.error());
}

HttpReply IcebergHandler::PartOfTable(const Call& call) {
  const std::string& part = call.rest[4];
  if (call.rest.size() == 5 && part == "metrics")
    return call.Is("POST") ? ReplyNothing() : WrongMethod(call.request);
  if (call.rest.size() == 5 && part == "credentials") {
    if (!call.Is("GET")) return WrongMethod(call.request);
    const auto table = tables_.Load(call.ctx, call.ref, {call.ns, call.rest[3]});
    return table.ok() ? ReplyCredentials(settings_.warehouse, settings_.storage)
                      : TableError(table.error());
  }
  if (part == "plan" || part == "tasks") {
    return ReplyError(406, "UnsupportedOperationException",
                      "scans are planned by the engine that runs them");
  }
  return NoSuchPath(call.request);
}

HttpReply IcebergHandler::Register(const Call& call) {
  if (!call.Is("POST")) return WrongMethod(call.request);
  return OrError([&]() -> base::Result<HttpReply> {
    ASSIGN_OR_RETURN(const RegisterBody body, ReadRegister(call.request.body));
    ASSIGN_OR_RETURN(const auto table, tables_.Register(call.ctx, call.ref, {call.ns, body.name},
                                                        body.metadata_location, body.overwrite));
    return ReplyTable(table, settings_.storage);
  }());
}

HttpReply IcebergHandler::Rename(const Call& call) {
  if (!call.Is("POST")) return WrongMethod(call.request);
  const auto body = ReadRename(call.request.body);
  if (!body.ok()) return ReplyError(body.error());
  return NothingOrError(tables_.Rename(call.ctx, call.ref, body->from, body->to));
}

HttpReply IcebergHandler::Transaction(const Call& call) {
  if (!call.Is("POST")) return WrongMethod(call.request);
  const auto commits = ReadTransaction(call.request.body);
  if (!commits.ok()) return ReplyError(commits.error());
  const auto committed = tables_.Commit(call.ctx, call.ref, *commits);
  return committed.ok() ? ReplyNothing() : ReplyError(committed.error());
}

}  // namespace server::iceberg
