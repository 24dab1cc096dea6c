#include "base/pattern.h"
#include "model/ref.h"
#include "server/rest/reply.h"
#include "server/rest/resources.h"

namespace server::rest {
namespace {

constexpr uint32_t kPageMax = 500;
constexpr char kCallingUser[] = "~";

/// Whose branches are asked for; empty = everybody's.
std::string UserOf(const Call& call) {
  const std::string user(call.request.Query("filter_by_user"));
  return user == kCallingUser ? call.ctx.principal : user;
}

/// The branches of a user begin with main, which is everybody's; then follow the user's own by
/// name. A cursor is "main:" behind main, "own:<name>" behind another.
std::string CursorOf(const std::string& user, const api::RefEntry& ref) {
  if (user.empty()) return ref.name;  // of a client of ours too
  return ref.name == model::kMainBranch ? "main:" : "own:" + ref.name;
}

base::Result<std::vector<api::RefEntry>> ListOf(const Call& call, const std::string& user,
                                                const Page& page) {
  api::ListOptions options;
  options.name = std::string(call.request.Query("filter_by_name"));
  options.search = true;
  options.user = user;
  options.limit = page.ask();
  std::vector<api::RefEntry> found;
  if (call.ours()) {
    options.search = Flag(call, "search");
    options.after = page.cursor.empty() ? call.request.Query("after") : page.cursor;
    return call.ports.refs.ListBranches(call.ctx, options);
  }
  if (user.empty()) {
    options.after = page.cursor;
  } else if (page.cursor.empty()) {
    ASSIGN_OR_RETURN(const base::Pattern pattern, base::Pattern::Of(options.name));
    if (pattern.FoundIn(model::kMainBranch)) {
      ASSIGN_OR_RETURN(found.emplace_back(),
                       call.ports.refs.Get(call.ctx, std::string(model::kMainBranch)));
      --options.limit;
    }
  } else {
    options.after = page.cursor.substr(page.cursor.find(':') + 1);
  }
  ASSIGN_OR_RETURN(const auto listed, call.ports.refs.ListBranches(call.ctx, options));
  found.insert(found.end(), listed.begin(), listed.end());
  return found;
}

}  // namespace

HttpReply ListBranches(const Call& call) {
  const base::Result<Page> page = PageOf(call, "branches", kPageMax);
  if (!page.ok()) return Refuse(page.error(), {});
  if (page->empty) return Json(200, wire::RefsBody({}, ""));
  const std::string user = UserOf(call);
  auto found = ListOf(call, user, *page);
  if (!found.ok()) return Refuse(found.error(), {});
  const std::string next = CutPage(*page, *found, [&](const api::RefEntry& ref) {
    return CursorOf(call.ours() ? "" : user, ref);
  });
  return Json(200, wire::RefsBody(*found, next, call.dialect()));
}

HttpReply Merge(const Call& call) {
  wire::Asked asked{
      .operation = wire::Operation::kMerge, .ref = call.names[0], .target = call.names[1]};
  const auto body = wire::ParseRequestBody(call.request.body);
  if (!body.ok()) return Refuse(body.error(), asked);
  const auto source = Resolve(call, call.names[0]);
  if (!source.ok()) return Refuse(source.error(), asked);
  asked.ref_entry = *source;
  const auto into = Named(call, call.names[1], api::RefKind::kBranch);
  if (!into.ok()) return Refuse(into.error(), asked);
  asked.target_entry = *into;
  api::MergeRequest request;
  request.source = RefText(call.names[0]);
  request.into = into->name;
  request.message = body->commit_message;
  request.body = body->commit_body;
  request.properties = body->commit_properties;
  request.request_id = body->request_id;
  const auto merged = call.ports.refs.Merge(call.ctx, request);
  if (!merged.ok()) return Refuse(merged.error(), asked);
  return Json(200, wire::MovedBody(*merged, call.dialect()));
}

HttpReply GetRef(const Call& call) {
  const wire::Asked asked{.operation = wire::Operation::kRead, .ref = call.names[0]};
  const auto found = call.ports.refs.Get(call.ctx, call.names[0]);
  if (!found.ok()) return Refuse(found.error(), asked);
  return Json(200, wire::RefBody(*found, wire::Dialect::kBoathouse));
}

HttpReply Diff(const Call& call) {
  const wire::Asked asked{
      .operation = wire::Operation::kRead, .ref = call.names[0], .target = call.names[1]};
  const auto found = call.ports.refs.Diff(call.ctx, call.names[0], call.names[1]);
  if (!found.ok()) return Refuse(found.error(), asked);
  return Json(200, wire::DifferencesBody(*found));
}

}  // namespace server::rest
