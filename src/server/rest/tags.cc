#include "model/ref.h"
#include "server/rest/reply.h"
#include "server/rest/resources.h"

namespace server::rest {
namespace {

constexpr uint32_t kPageMax = 500;

}  // namespace

HttpReply ListTags(const Call& call) {
  const base::Result<Page> page = PageOf(call, "tags", kPageMax);
  if (!page.ok()) return Refuse(page.error(), {});
  if (page->empty) return Json(200, wire::RefsBody({}, ""));
  api::ListOptions options;
  options.name = std::string(call.request.Query("filter_by_name"));
  options.search = !call.ours() || Flag(call, "search");
  options.limit = page->ask();
  options.after = page->cursor;
  if (call.ours()) {
    options.user = std::string(call.request.Query("filter_by_user"));
    if (page->cursor.empty()) options.after = call.request.Query("after");
  }
  auto found = call.ports.refs.ListTags(call.ctx, options);
  if (!found.ok()) return Refuse(found.error(), {});
  const std::string next =
      CutPage(*page, *found, [](const api::RefEntry& ref) { return ref.name; });
  return Json(200, wire::RefsBody(*found, next, call.dialect()));
}

HttpReply CreateTag(const Call& call) {
  wire::Asked asked{.operation = wire::Operation::kCreateTag};
  const auto body = wire::ParseRequestBody(call.request.body);
  if (!body.ok()) return Refuse(body.error(), asked);
  const auto name = Need(body->tag_name, "tag_name");
  if (!name.ok()) return Refuse(name.error(), asked);
  asked.target = *name;
  asked.ref = body->from_ref.value_or(std::string(model::kMainBranch));
  const auto from = Resolve(call, asked.ref);
  if (!from.ok()) return Refuse(from.error(), asked);
  asked.ref_entry = *from;
  const auto created = call.ports.refs.CreateTag(call.ctx, *name, RefText(asked.ref));
  if (!created.ok()) return Refuse(created.error(), asked);
  return Json(201, wire::RefBody(*created, call.dialect()));
}

HttpReply GetTag(const Call& call) {
  const wire::Asked asked{.operation = wire::Operation::kGetTag, .target = call.names[0]};
  const auto found = Named(call, call.names[0], api::RefKind::kTag);
  if (!found.ok()) return Refuse(found.error(), asked);
  return Json(200, wire::RefBody(*found));
}

HttpReply RenameTag(const Call& call) {
  wire::Asked asked{.operation = wire::Operation::kRenameTag, .target = call.names[0]};
  const auto body = wire::ParseRequestBody(call.request.body);
  if (!body.ok()) return Refuse(body.error(), asked);
  const auto name = Need(body->tag_name, "tag_name");
  if (!name.ok()) return Refuse(name.error(), asked);
  asked.next = *name;
  const auto found = Named(call, call.names[0], api::RefKind::kTag);
  if (!found.ok()) return Refuse(found.error(), asked);
  const auto renamed = call.ports.refs.Rename(call.ctx, found->name, *name, api::RefKind::kTag);
  if (!renamed.ok()) return Refuse(renamed.error(), asked);
  return Json(200, wire::RefBody(*renamed, call.dialect()));
}

HttpReply DeleteTag(const Call& call) {
  const wire::Asked asked{.operation = wire::Operation::kDeleteTag, .target = call.names[0]};
  const auto found = Named(call, call.names[0], api::RefKind::kTag);
  if (!found.ok()) return Refuse(found.error(), asked);
  const base::Status deleted = call.ports.refs.Delete(call.ctx, found->name, api::RefKind::kTag);
  if (!deleted.ok()) return Refuse(deleted.error(), asked);
  return Json(200, wire::RefBody(*found));
}

}  // namespace server::rest
