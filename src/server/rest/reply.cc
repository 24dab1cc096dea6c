#include "server/rest/reply.h"

#include <algorithm>
#include <charconv>

#include "model/ref.h"
#include "wire/page_token.h"
#include "wire/reasons.h"

namespace server::rest {
namespace {

constexpr char kRelative[] = "@^~*";

base::Error Bad(const std::string& field, const std::string& problem) {
  return base::Error(base::Code::kInvalidArgument, wire::kBadBody, "\"" + field + "\" " + problem)
      .Set("field", field);
}

}  // namespace

HttpReply Json(int status, std::string body) {
  HttpReply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

HttpReply Refuse(const base::Error& error, const wire::Asked& asked) {
  const wire::ErrorReply said = wire::ReplyOf(error, asked);
  HttpReply reply = Json(said.status, wire::ErrorBody(said));
  reply.refused = std::make_shared<const base::Error>(error);
  return reply;
}

std::string RefText(const std::string& sent) {
  return sent == "-" ? std::string(model::kMainBranch) : sent;
}

bool Flag(const Call& call, const std::string& key) {
  return call.request.Query(key) == "true";
}

base::Result<api::RefEntry> Resolve(const Call& call, const std::string& sent) {
  if (call.ours()) return api::RefEntry{sent, api::RefKind::kCommit, {}, {}};
  return call.ports.refs.Get(call.ctx, RefText(sent));
}

base::Result<api::RefEntry> Named(const Call& call, const std::string& sent, api::RefKind kind) {
  if (call.ours()) return api::RefEntry{sent, kind, {}, {}};
  const std::string name = RefText(sent);
  const bool branch = kind == api::RefKind::kBranch;
  const auto other = [&] {
    return base::Error(base::Code::kInvalidArgument,
                       branch ? "catalog.not_a_branch" : "catalog.not_a_tag",
                       "\"" + sent + "\" is not the name of a " + (branch ? "branch" : "tag"))
        .Set("ref", sent);
  };
  if (name.find_first_of(kRelative) != std::string::npos) return other();
  if (!model::CheckRefName(name).ok()) {
    return base::Error(
               base::Code::kNotFound, "catalog.no_ref",
               "there is no " + std::string(branch ? "branch" : "tag") + " \"" + sent + "\"")
        .Set("ref", sent);
  }
  ASSIGN_OR_RETURN(api::RefEntry entry, call.ports.refs.Get(call.ctx, name));
  if (entry.kind != kind) return other();
  return entry;
}

std::string Pinned(const api::RefEntry& ref) {
  return ref.commit.empty() ? ref.name : "@" + ref.commit.text();
}

base::Result<std::string> Need(const std::optional<std::string>& text, const std::string& field) {
  if (text && !text->empty()) return *text;
  return Bad(field, "is missing");
}

api::WriteOptions WriteOptionsOf(const wire::RequestBody& body) {
  api::WriteOptions options;
  options.message = body.commit_message;
  options.body = body.commit_body;
  options.properties = body.commit_properties;
  options.request_id = body.request_id;
  return options;
}

base::Result<Page> PageOf(const Call& call, std::string scope, uint32_t limit_max) {
  Page page;
  page.limit = limit_max;
  // A token goes on with the same filters only.
  for (const auto& [key, value] : call.request.query) {
    if (key == "max_records" || key == "pagination_token") continue;
    scope += '\n' + std::to_string(key.size() + value.size()) + ' ' + key + '=' + value;
  }
  page.scope = std::move(scope);
  const std::string_view records = call.request.Query("max_records");
  if (!records.empty()) {
    uint64_t wanted = 0;
    const auto read = std::from_chars(records.data(), records.data() + records.size(), wanted);
    if (read.ec != std::errc() || read.ptr != records.data() + records.size()) {
      return Bad("max_records", "must be a number, not \"" + std::string(records) + "\"");
    }
    page.limit = static_cast<uint32_t>(std::min<uint64_t>(wanted, limit_max));
    page.empty = wanted == 0;
  }
  const std::string_view token = call.request.Query("pagination_token");
  if (!token.empty()) {
    ASSIGN_OR_RETURN(page.cursor, wire::CursorOf(page.scope, token));
  }
  return page;
}

std::string MakeToken(const Page& page, const std::string& cursor) {
  return wire::PageToken(page.scope, cursor);
}

}  // namespace server::rest
