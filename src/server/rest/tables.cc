#include "server/rest/reply.h"
#include "server/rest/resources.h"

namespace server::rest {
namespace {

/// Each table of a page costs a metadata file.
constexpr uint32_t kPageMax = 100;

/// Plain text names one namespace; anything else is an expression.
bool IsExpression(std::string_view filter) {
  return filter.find_first_of("^$\\*+?()[]{}|") != std::string_view::npos;
}

/// "ns.table" for a message: as the request put it.
std::string NameOf(const std::string& table, const std::string& ns) {
  return ns.empty() || table.find('.') != std::string::npos ? table : ns + "." + table;
}

}  // namespace

HttpReply ListTables(const Call& call) {
  wire::Asked asked{.operation = wire::Operation::kRead, .ref = call.names[0]};
  const base::Result<Page> page = PageOf(call, "tables\n" + call.names[0], kPageMax);
  if (!page.ok()) return Refuse(page.error(), asked);
  const auto at = Resolve(call, call.names[0]);
  if (!at.ok()) return Refuse(at.error(), asked);
  asked.ref_entry = *at;
  if (page->empty) return Json(200, wire::TablesBody({}, ""));
  api::TableListOptions options;
  options.name = std::string(call.request.Query("filter_by_name"));
  options.search = !call.ours() || Flag(call, "search");
  options.ns = std::string(call.request.Query("filter_by_namespace"));
  options.search_ns = call.ours() ? Flag(call, "search_namespace") : IsExpression(options.ns);
  options.limit = page->ask();
  options.after = page->cursor;
  if (call.ours() && page->cursor.empty()) options.after = call.request.Query("after");
  const std::string ref = Pinned(*at);
  auto found = call.ports.tables.List(call.ctx, ref, options);
  if (!found.ok()) return Refuse(found.error(), asked);
  const std::string next = CutPage(
      *page, *found, [](const api::TableEntry& table) { return table.ns + "." + table.name; });
  if (call.ours()) return Json(200, wire::TableEntriesBody(*found, next));
  std::vector<api::TableDescription> tables;
  for (const api::TableEntry& entry : *found) {
    auto table = call.ports.tables.Get(call.ctx, ref, entry.name, entry.ns);
    if (!table.ok()) return Refuse(table.error(), asked);
    tables.push_back(*std::move(table));
  }
  return Json(200, wire::TablesBody(tables, next));
}

HttpReply GetTable(const Call& call) {
  const std::string ns(call.request.Query("namespace"));
  wire::Asked asked{.operation = wire::Operation::kRead,
                    .ref = call.names[0],
                    .table = NameOf(call.names[1], ns),
                    .ns = ns};
  const auto at = Resolve(call, call.names[0]);
  if (!at.ok()) return Refuse(at.error(), asked);
  asked.ref_entry = *at;
  const auto table = call.ports.tables.Get(call.ctx, Pinned(*at), call.names[1], ns);
  if (!table.ok()) return Refuse(table.error(), asked);
  return Json(200, wire::TableBody(*table, call.dialect()));
}

HttpReply DeleteTable(const Call& call) {
  const std::string ns(call.request.Query("namespace"));
  wire::Asked asked{.operation = wire::Operation::kDeleteTable,
                    .target = call.names[0],
                    .table = NameOf(call.names[1], ns),
                    .ns = ns};
  const auto body = wire::ParseRequestBody(call.request.body);
  if (!body.ok()) return Refuse(body.error(), asked);
  const auto branch = Named(call, call.names[0], api::RefKind::kBranch);
  if (!branch.ok()) return Refuse(branch.error(), asked);
  asked.target_entry = *branch;
  const auto dropped =
      call.ports.tables.Drop(call.ctx, branch->name, call.names[1], ns, WriteOptionsOf(*body));
  if (!dropped.ok()) return Refuse(dropped.error(), asked);
  return Json(200, wire::MovedBody(*dropped, call.dialect()));
}

HttpReply RevertTable(const Call& call) {
  wire::Asked asked{.operation = wire::Operation::kRevertTable,
                    .ref = call.names[0],
                    .target = call.names[2],
                    .table = call.names[1]};
  const auto body = wire::ParseRequestBody(call.request.body);
  if (!body.ok()) return Refuse(body.error(), asked);
  const auto source = Resolve(call, call.names[0]);
  if (!source.ok()) return Refuse(source.error(), asked);
  asked.ref_entry = *source;
  const auto into = Named(call, call.names[2], api::RefKind::kBranch);
  if (!into.ok()) return Refuse(into.error(), asked);
  asked.target_entry = *into;
  if (!call.ours() && source->commit == into->commit) {
    return Refuse(base::Error(base::Code::kInvalidArgument, "catalog.same_ref",
                              "\"" + call.names[0] + "\" and \"" + call.names[2] +
                                  "\" are the same commit: there is nothing to revert")
                      .Set("ref", into->name),
                  asked);
  }
  api::RevertRequest request;
  request.table = call.names[1];
  request.ns = body->table_namespace;
  request.source = RefText(call.names[0]);
  request.into = into->name;
  request.replace = body->replace;
  request.options = WriteOptionsOf(*body);
  const auto reverted = call.ports.tables.Revert(call.ctx, request);
  if (!reverted.ok()) return Refuse(reverted.error(), asked);
  return Json(200, wire::MovedBody(*reverted, call.dialect()));
}

}  // namespace server::rest
