#include <algorithm>

#include "server/rest/reply.h"
#include "server/rest/resources.h"

namespace server::rest {
namespace {

constexpr uint32_t kPageMax = 500;

}  // namespace

HttpReply ListNamespaces(const Call& call) {
  const wire::Asked asked{.operation = wire::Operation::kRead, .ref = call.names[0]};
  const base::Result<Page> page = PageOf(call, "namespaces\n" + call.names[0], kPageMax);
  if (!page.ok()) return Refuse(page.error(), asked);
  const auto at = Resolve(call, call.names[0]);
  if (!at.ok()) return Refuse(at.error(), asked);
  if (page->empty) return Json(200, wire::NamespacesBody({}, ""));
  api::ListOptions options;
  options.name = std::string(call.request.Query("filter_by_name"));
  options.search = !call.ours() || Flag(call, "search");
  options.limit = page->ask();
  options.after = page->cursor;
  if (call.ours() && page->cursor.empty()) options.after = call.request.Query("after");
  auto found = call.ports.namespaces.List(call.ctx, Pinned(*at), options);
  if (!found.ok()) return Refuse(found.error(), asked);
  const std::string next = CutPage(*page, *found, [](const std::string& name) { return name; });
  return Json(200, wire::NamespacesBody(*found, next));
}

HttpReply GetNamespace(const Call& call) {
  const std::string& name = call.names[1];
  wire::Asked asked{.operation = wire::Operation::kRead, .ref = call.names[0], .ns = name};
  const auto at = Resolve(call, call.names[0]);
  if (!at.ok()) return Refuse(at.error(), asked);
  asked.ref_entry = *at;
  api::ListOptions options;
  options.name = name;
  const auto found = call.ports.namespaces.List(call.ctx, Pinned(*at), options);
  if (!found.ok()) return Refuse(found.error(), asked);
  if (std::find(found->begin(), found->end(), name) == found->end()) {
    return Refuse(base::Error(base::Code::kNotFound, "catalog.no_namespace",
                              "there is no namespace \"" + name + "\" at \"" + call.names[0] + "\"")
                      .Set("namespace", name)
                      .Set("hash", at->commit.text()),
                  asked);
  }
  return Json(200, wire::NamespaceBody(name));
}

HttpReply CreateNamespace(const Call& call) {
  wire::Asked asked{.operation = wire::Operation::kCreateNamespace, .target = call.names[0]};
  const auto body = wire::ParseRequestBody(call.request.body);
  if (!body.ok()) return Refuse(body.error(), asked);
  const auto name = Need(body->namespace_name, "namespace_name");
  if (!name.ok()) return Refuse(name.error(), asked);
  asked.ns = *name;
  const auto branch = Named(call, call.names[0], api::RefKind::kBranch);
  if (!branch.ok()) return Refuse(branch.error(), asked);
  asked.target_entry = *branch;
  const auto created =
      call.ports.namespaces.Create(call.ctx, branch->name, *name, WriteOptionsOf(*body));
  if (!created.ok()) return Refuse(created.error(), asked);
  if (call.ours()) return Json(201, wire::NamespaceBody(*name, *created));
  return Json(201, wire::NamespaceBody(*name));
}

HttpReply DeleteNamespace(const Call& call) {
  wire::Asked asked{
      .operation = wire::Operation::kDeleteNamespace, .target = call.names[0], .ns = call.names[1]};
  const auto body = wire::ParseRequestBody(call.request.body);
  if (!body.ok()) return Refuse(body.error(), asked);
  const auto branch = Named(call, call.names[0], api::RefKind::kBranch);
  if (!branch.ok()) return Refuse(branch.error(), asked);
  asked.target_entry = *branch;
  const auto deleted =
      call.ports.namespaces.Delete(call.ctx, branch->name, call.names[1], WriteOptionsOf(*body));
  if (!deleted.ok()) return Refuse(deleted.error(), asked);
  return Json(200, wire::MovedBody(*deleted, call.dialect()));
}

}  // namespace server::rest
