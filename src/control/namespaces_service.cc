#include <utility>

#include "catalog/text_filter.h"
#include "control/names.h"
#include "control/refs_service.h"

namespace control {
namespace {

constexpr uint32_t kPage = 256;

}  // namespace

std::string MessageOf(const std::string& message, const std::string& body,
                      const std::string& fallback) {
  const std::string& subject = message.empty() ? fallback : message;
  return body.empty() ? subject : subject + "\n\n" + body;
}

catalog::CommitNote NoteOf(const base::Context& ctx, const Parts& parts,
                           const api::WriteOptions& options, const std::string& fallback) {
  catalog::CommitNote note;
  note.author = parts.UserOf(ctx);
  note.message = MessageOf(options.message, options.body, fallback);
  note.properties = options.properties;
  note.request_id = options.request_id;
  return note;
}

base::Result<std::vector<std::string>> NamespacesService::List(const base::Context& ctx,
                                                               const std::string& ref,
                                                               const api::ListOptions& options) {
  ASSIGN_OR_RETURN(const catalog::ResolvedRef resolved, RefOf(ctx, parts_, ref));
  ASSIGN_OR_RETURN(const catalog::TextFilter filter,
                   catalog::TextFilter::Of(options.name, options.search));
  if (!filter.only().empty() && options.after.empty()) {
    const auto only = model::ParseNamespace(filter.only());
    if (!only.ok()) return std::vector<std::string>();  // no namespace has such a name
    ASSIGN_OR_RETURN(const bool found, parts_.catalog.HasNamespace(ctx, resolved.commit, *only));
    return found ? std::vector<std::string>{filter.only()} : std::vector<std::string>();
  }
  catalog::NamespacePage page;
  page.limit = kPage;
  if (!options.after.empty()) {
    ASSIGN_OR_RETURN(page.after, model::ParseNamespace(options.after));
  }
  std::vector<std::string> names;
  while (true) {
    RETURN_IF_ERROR(ctx.Check(parts_.clock.Now()));
    ASSIGN_OR_RETURN(const auto found, parts_.catalog.ListNamespaces(ctx, resolved.commit, page));
    for (const model::Namespace& ns : found) {
      if (filter.Matches(ns.ToString())) names.push_back(ns.ToString());
      if (options.limit != 0 && names.size() == options.limit) return names;
    }
    if (found.size() < page.limit) return names;
    page.after = found.back();
  }
}

base::Result<api::RefEntry> NamespacesService::Commit(const base::Context& ctx,
                                                      const std::string& branch,
                                                      catalog::Change change,
                                                      const std::string& message,
                                                      const api::WriteOptions& options) {
  catalog::CommitRequest request;
  request.branch = branch;
  request.changes.push_back(std::move(change));
  request.note = NoteOf(ctx, parts_, options, message);
  ASSIGN_OR_RETURN(const catalog::CommitResult result, parts_.catalog.CommitChanges(ctx, request));
  return api::RefEntry{branch, api::RefKind::kBranch, result.commit};
}

base::Result<api::RefEntry> NamespacesService::Create(const base::Context& ctx,
                                                      const std::string& branch,
                                                      const std::string& ns,
                                                      const api::WriteOptions& options) {
  ASSIGN_OR_RETURN(model::Namespace parsed, model::ParseNamespace(ns));
  return Commit(ctx, branch, catalog::CreateNamespace{std::move(parsed), false, {}},
                "create namespace " + ns, options);
}

base::Result<api::RefEntry> NamespacesService::Delete(const base::Context& ctx,
                                                      const std::string& branch,
                                                      const std::string& ns,
                                                      const api::WriteOptions& options) {
  ASSIGN_OR_RETURN(model::Namespace parsed, model::ParseNamespace(ns));
  return Commit(ctx, branch, catalog::DeleteNamespace{std::move(parsed), false},
                "delete namespace " + ns, options);
}

}  // namespace control
