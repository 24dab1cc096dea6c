// What may be done with one branch or one tag by its name: the same for both but for words.
#include "model/ref.h"
#include "server/rest/reply.h"
#include "server/rest/resources.h"

namespace server::rest {
namespace {

using Create = base::Result<api::RefEntry> (api::Refs::*)(const base::Context&, const std::string&,
                                                          const std::string&);

struct Words {
  api::RefKind kind;
  std::optional<std::string> wire::RequestBody::* name;
  const char* name_field;
  Create create;
  wire::Operation creating, getting, renaming, deleting;
};

constexpr Words kBranch{
    api::RefKind::kBranch,          &wire::RequestBody::branch_name, "branch_name",
    &api::Refs::CreateBranch,       wire::Operation::kCreateBranch,  wire::Operation::kGetBranch,
    wire::Operation::kRenameBranch, wire::Operation::kDeleteBranch};
constexpr Words kTag{
    api::RefKind::kTag,          &wire::RequestBody::tag_name, "tag_name",
    &api::Refs::CreateTag,       wire::Operation::kCreateTag,  wire::Operation::kGetTag,
    wire::Operation::kRenameTag, wire::Operation::kDeleteTag};

HttpReply CreateOne(const Call& call, const Words& words) {
  wire::Asked asked{.operation = words.creating};
  const auto body = wire::ParseRequestBody(call.request.body);
  if (!body.ok()) return Refuse(body.error(), asked);
  const auto name = Need((*body).*words.name, words.name_field);
  if (!name.ok()) return Refuse(name.error(), asked);
  asked.target = *name;
  asked.ref = body->from_ref.value_or(std::string(model::kMainBranch));
  // A malformed or unknown ref is reported before anything about the name.
  const auto from = Resolve(call, asked.ref);
  if (!from.ok()) return Refuse(from.error(), asked);
  asked.ref_entry = *from;
  const auto created = (call.ports.refs.*words.create)(call.ctx, *name, RefText(asked.ref));
  if (!created.ok()) return Refuse(created.error(), asked);
  return Json(201, wire::RefBody(*created, call.dialect()));
}

HttpReply GetOne(const Call& call, const Words& words) {
  const wire::Asked asked{.operation = words.getting, .target = call.names[0]};
  const auto found = Named(call, call.names[0], words.kind);
  if (!found.ok()) return Refuse(found.error(), asked);
  return Json(200, wire::RefBody(*found));
}

HttpReply RenameOne(const Call& call, const Words& words) {
  wire::Asked asked{.operation = words.renaming, .target = call.names[0]};
  const auto body = wire::ParseRequestBody(call.request.body);
  if (!body.ok()) return Refuse(body.error(), asked);
  const auto name = Need((*body).*words.name, words.name_field);
  if (!name.ok()) return Refuse(name.error(), asked);
  asked.next = *name;
  const auto found = Named(call, call.names[0], words.kind);
  if (!found.ok()) return Refuse(found.error(), asked);
  const auto renamed = call.ports.refs.Rename(call.ctx, found->name, *name, words.kind);
  if (!renamed.ok()) return Refuse(renamed.error(), asked);
  return Json(200, wire::RefBody(*renamed, call.dialect()));
}

HttpReply DeleteOne(const Call& call, const Words& words) {
  const wire::Asked asked{.operation = words.deleting, .target = call.names[0]};
  const auto found = Named(call, call.names[0], words.kind);
  if (!found.ok()) return Refuse(found.error(), asked);
  const base::Status deleted = call.ports.refs.Delete(call.ctx, found->name, words.kind);
  if (!deleted.ok()) return Refuse(deleted.error(), asked);
  return Json(200, wire::RefBody(*found));
}

}  // namespace

HttpReply CreateBranch(const Call& call) {
  return CreateOne(call, kBranch);
}
HttpReply GetBranch(const Call& call) {
  return GetOne(call, kBranch);
}
HttpReply RenameBranch(const Call& call) {
  return RenameOne(call, kBranch);
}
HttpReply DeleteBranch(const Call& call) {
  return DeleteOne(call, kBranch);
}

HttpReply CreateTag(const Call& call) {
  return CreateOne(call, kTag);
}
HttpReply GetTag(const Call& call) {
  return GetOne(call, kTag);
}
HttpReply RenameTag(const Call& call) {
  return RenameOne(call, kTag);
}
HttpReply DeleteTag(const Call& call) {
  return DeleteOne(call, kTag);
}

}  // namespace server::rest
