#include <algorithm>
#include <utility>

#include "client/remote_catalog_internal.h"
#include "wire/catalog_json.h"

namespace client {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

constexpr uint32_t kPageMax = 500;

std::vector<std::string> Catalog(std::vector<std::string> path) {
  path.insert(path.begin(), {"catalog", "v0"});
  return path;
}

RestRequest Reading(std::vector<std::string> path, Query query = {}) {
  return {"GET", Catalog(std::move(path)), std::move(query), {}};
}

RestRequest Writing(std::string method, std::vector<std::string> path,
                    const wire::RequestBody& body) {
  return {std::move(method), Catalog(std::move(path)), {}, wire::PrintRequestBody(body)};
}

wire::RequestBody BodyOf(const api::WriteOptions& options) {
  wire::RequestBody body;
  body.commit_message = options.message;
  body.commit_body = options.body;
  body.commit_properties = options.properties;
  body.request_id = options.request_id;
  return body;
}

std::string Flag(bool on) {
  return on ? "true" : "";
}

const char* Resource(api::RefKind kind) {
  return kind == api::RefKind::kTag ? "tags" : "branches";
}

/// All pages of a listing, up to `limit` items (0 = all).
template <class T, class Read>
base::Result<std::vector<T>> Pages(Rest& rest, const base::Context& ctx, RestRequest request,
                                   uint32_t limit, const Read& read) {
  std::vector<T> all;
  std::string token;
  const size_t filters = request.query.size();
  while (true) {
    const uint64_t left = limit == 0 ? kPageMax : limit - all.size();
    request.query.resize(filters);
    request.query.emplace_back("max_records", std::to_string(std::min<uint64_t>(left, kPageMax)));
    request.query.emplace_back("pagination_token", token);
    ASSIGN_OR_RETURN(const std::string body, rest.Send(ctx, request));
    ASSIGN_OR_RETURN(wire::ReplyPage<T> page, read(body));
    std::move(page.items.begin(), page.items.end(), std::back_inserter(all));
    token = std::move(page.next);
    if (token.empty() || (limit > 0 && all.size() >= limit)) return all;
  }
}

Query QueryOf(const api::ListOptions& options) {
  return {{"filter_by_name", options.name},
          {"filter_by_user", options.user},
          {"search", Flag(options.search)},
          {"after", options.after}};
}

base::Result<api::RefEntry> Moved(Rest& rest, const base::Context& ctx,
                                  const RestRequest& request) {
  ASSIGN_OR_RETURN(const std::string body, rest.Send(ctx, request));
  return wire::ReadMoved(body);
}

base::Result<api::RefEntry> Ref(Rest& rest, const base::Context& ctx, const RestRequest& request) {
  ASSIGN_OR_RETURN(const std::string body, rest.Send(ctx, request));
  return wire::ReadRef(body);
}

}  // namespace

base::Result<api::RefEntry> RemoteRefs::Get(const base::Context& ctx, const std::string& ref) {
  return Ref(rest_, ctx, Reading({"refs", ref}));
}

base::Result<std::vector<api::RefEntry>> RemoteRefs::ListBranches(const base::Context& ctx,
                                                                  const api::ListOptions& options) {
  return Pages<api::RefEntry>(rest_, ctx, Reading({"branches"}, QueryOf(options)), options.limit,
                              wire::ReadRefs);
}

base::Result<std::vector<api::RefEntry>> RemoteRefs::ListTags(const base::Context& ctx,
                                                              const api::ListOptions& options) {
  return Pages<api::RefEntry>(rest_, ctx, Reading({"tags"}, QueryOf(options)), options.limit,
                              wire::ReadRefs);
}

base::Result<api::RefEntry> RemoteRefs::CreateBranch(const base::Context& ctx,
                                                     const std::string& name,
                                                     const std::string& from) {
  wire::RequestBody body;
  body.branch_name = name;
  body.from_ref = from;
  return Ref(rest_, ctx, Writing("POST", {"branches"}, body));
}

base::Result<api::RefEntry> RemoteRefs::CreateTag(const base::Context& ctx, const std::string& name,
                                                  const std::string& from) {
  wire::RequestBody body;
  body.tag_name = name;
  body.from_ref = from;
  return Ref(rest_, ctx, Writing("POST", {"tags"}, body));
}

base::Status RemoteRefs::Delete(const base::Context& ctx, const std::string& name,
                                api::RefKind kind) {
  const auto gone = rest_.Send(ctx, Writing("DELETE", {Resource(kind), name}, {}));
  return gone.ok() ? base::Ok() : base::Status(gone.error());
}

base::Result<api::RefEntry> RemoteRefs::Rename(const base::Context& ctx, const std::string& name,
                                               const std::string& new_name, api::RefKind kind) {
  wire::RequestBody body;
  (kind == api::RefKind::kTag ? body.tag_name : body.branch_name) = new_name;
  return Ref(rest_, ctx, Writing("PATCH", {Resource(kind), name}, body));
}

base::Result<api::RefEntry> RemoteRefs::Merge(const base::Context& ctx,
                                              const api::MergeRequest& request) {
  const wire::RequestBody body =
      BodyOf({request.message, request.body, request.properties, request.request_id});
  return Moved(rest_, ctx, Writing("POST", {"refs", request.source, "merge", request.into}, body));
}

base::Result<std::vector<api::TableDifference>> RemoteRefs::Diff(const base::Context& ctx,
                                                                 const std::string& from,
                                                                 const std::string& to) {
  ASSIGN_OR_RETURN(const std::string body, rest_.Send(ctx, Reading({"refs", from, "diff", to})));
  return wire::ReadDifferences(body);
}

base::Result<std::vector<api::CommitEntry>> RemoteRefs::Log(const base::Context& ctx,
                                                            const std::string& ref,
                                                            const api::CommitFilter& filter) {
  Query query = {{"filter_by_message", filter.message},
                 {"filter_by_author_username", filter.author},
                 {"filter_by_author_name", filter.author_name},
                 {"filter_by_author_email", filter.author_email},
                 {"filter", filter.expression},
                 {"search", Flag(filter.search)}};
  if (!filter.properties.empty()) {
    query.emplace_back("filter_by_properties", wire::PrintProperties(filter.properties));
  }
  if (filter.since) {
    query.emplace_back("filter_by_authored_date_start_at", base::FormatInstant(*filter.since));
  }
  if (filter.until) {
    query.emplace_back("filter_by_authored_date_end_at", base::FormatInstant(*filter.until));
  }
  if (filter.parent) query.emplace_back("filter_by_parent_hash", filter.parent->text());
  if (filter.after) query.emplace_back("after", filter.after->text());
  return Pages<api::CommitEntry>(rest_, ctx, Reading({"refs", ref, "commits"}, std::move(query)),
                                 filter.limit, wire::ReadCommits);
}

base::Result<std::vector<std::string>> RemoteNamespaces::List(const base::Context& ctx,
                                                              const std::string& ref,
                                                              const api::ListOptions& options) {
  return Pages<std::string>(rest_, ctx, Reading({"refs", ref, "namespaces"}, QueryOf(options)),
                            options.limit, wire::ReadNamespaces);
}

base::Result<api::RefEntry> RemoteNamespaces::Create(const base::Context& ctx,
                                                     const std::string& branch,
                                                     const std::string& ns,
                                                     const api::WriteOptions& options) {
  wire::RequestBody body = BodyOf(options);
  body.namespace_name = ns;
  return Moved(rest_, ctx, Writing("POST", {"branches", branch, "namespaces"}, body));
}

base::Result<api::RefEntry> RemoteNamespaces::Delete(const base::Context& ctx,
                                                     const std::string& branch,
                                                     const std::string& ns,
                                                     const api::WriteOptions& options) {
  return Moved(rest_, ctx,
               Writing("DELETE", {"branches", branch, "namespaces", ns}, BodyOf(options)));
}

base::Result<std::vector<api::TableEntry>> RemoteTables::List(
    const base::Context& ctx, const std::string& ref, const api::TableListOptions& options) {
  Query query = {{"filter_by_name", options.name},
                 {"filter_by_namespace", options.ns},
                 {"search", Flag(options.search)},
                 {"search_namespace", Flag(options.search_ns)},
                 {"after", options.after}};
  return Pages<api::TableEntry>(rest_, ctx, Reading({"refs", ref, "tables"}, std::move(query)),
                                options.limit, wire::ReadTableEntries);
}

base::Result<api::TableDescription> RemoteTables::Get(const base::Context& ctx,
                                                      const std::string& ref,
                                                      const std::string& table,
                                                      const std::string& ns) {
  ASSIGN_OR_RETURN(const std::string body,
                   rest_.Send(ctx, Reading({"refs", ref, "tables", table}, {{"namespace", ns}})));
  return wire::ReadTable(body);
}

base::Result<api::RefEntry> RemoteTables::Drop(const base::Context& ctx, const std::string& branch,
                                               const std::string& table, const std::string& ns,
                                               const api::WriteOptions& options) {
  RestRequest request = Writing("DELETE", {"branches", branch, "tables", table}, BodyOf(options));
  request.query = {{"namespace", ns}};
  return Moved(rest_, ctx, request);
}

base::Result<api::RefEntry> RemoteTables::Revert(const base::Context& ctx,
                                                 const api::RevertRequest& request) {
  wire::RequestBody body = BodyOf(request.options);
  body.replace = request.replace;
  body.table_namespace = request.ns;
  return Moved(
      rest_, ctx,
      Writing("POST", {"refs", request.source, "tables", request.table, "revert", request.into},
              body));
}

}  // namespace client
