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

}  // namespace server::rest
