#include <regex>
#include <utility>

#include "catalog/reasons.h"
#include "control/names.h"
#include "control/refs_service.h"

namespace control {

catalog::CommitNote NoteOf(const base::Context& ctx, const Parts& parts,
                           const api::WriteOptions& options, const std::string& fallback) {
  catalog::CommitNote note;
  note.author = parts.UserOf(ctx);
  note.message = options.message.empty() ? fallback : options.message;
  note.properties = options.properties;
  note.request_id = options.request_id;
  return note;
}

base::Result<bool> NameFits(const std::string& filter, const std::string& name) {
  if (filter.empty()) return true;
  if (filter[0] != '^') return filter == name;
  try {
    return std::regex_search(name, std::regex(filter, std::regex::ECMAScript));
  } catch (const std::regex_error&) {
    return base::Error(base::Code::kInvalidArgument, catalog::kBadFilter,
                       "\"" + filter + "\" is not a regular expression")
        .Set("filter", filter);
  }
}

base::Result<std::vector<std::string>> NamespacesService::List(const base::Context& ctx,
                                                               const std::string& ref,
                                                               const api::ListOptions& options) {
  ASSIGN_OR_RETURN(const catalog::ResolvedRef resolved, RefOf(ctx, parts_, ref));
  ASSIGN_OR_RETURN(const auto found, parts_.catalog.ListNamespaces(ctx, resolved.commit));
  std::vector<std::string> names;
  for (const model::Namespace& ns : found) {
    ASSIGN_OR_RETURN(const bool fits, NameFits(options.name, ns.ToString()));
    if (fits && (options.limit == 0 || names.size() < options.limit))
      names.push_back(ns.ToString());
  }
  return names;
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
