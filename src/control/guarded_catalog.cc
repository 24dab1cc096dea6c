#include "control/guarded_catalog.h"

#include <utility>

#include "catalog/reasons.h"
#include "model/ref.h"

namespace control {
namespace {

std::string OrMain(const std::string& branch) {
  return branch.empty() ? std::string(model::kMainBranch) : branch;
}

template <class T>
base::Result<T> Denied(base::Result<T> result, const AccessRequest& request) {
  if (result.ok()) return result;
  return AsDenied(std::move(result).error(), request);
}

}  // namespace

base::Result<api::RefEntry> GuardedRefs::Get(const base::Context& ctx, const std::string& ref) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Get(ctx, ref);
}

base::Result<std::vector<api::RefEntry>> GuardedRefs::ListBranches(
    const base::Context& ctx, const api::ListOptions& options) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.ListBranches(ctx, options);
}

base::Result<std::vector<api::RefEntry>> GuardedRefs::ListTags(const base::Context& ctx,
                                                               const api::ListOptions& options) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.ListTags(ctx, options);
}

base::Result<api::RefEntry> GuardedRefs::CreateBranch(const base::Context& ctx,
                                                      const std::string& name,
                                                      const std::string& from) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  RETURN_IF_ERROR(model::CheckRefName(name));
  RETURN_IF_ERROR(gate_.Readable(ctx, OrMain(from)));
  const AccessRequest request{.action = Action::kCreateBranch, .branch = name};
  RETURN_IF_ERROR(gate_.Check(ctx, request));
  return Denied(inner_.CreateBranch(ctx, name, from), request);
}

base::Result<api::RefEntry> GuardedRefs::CreateTag(const base::Context& ctx,
                                                   const std::string& name,
                                                   const std::string& from) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  RETURN_IF_ERROR(model::CheckRefName(name));
  RETURN_IF_ERROR(gate_.Readable(ctx, OrMain(from)));
  RETURN_IF_ERROR(gate_.Check(ctx, {.action = Action::kCreateTag, .name = name}));
  return inner_.CreateTag(ctx, name, from);
}

base::Result<api::RefEntry> GuardedRefs::Tag(const base::Context& ctx, const std::string& name) {
  ASSIGN_OR_RETURN(api::RefEntry ref, inner_.Get(ctx, name));
  if (ref.kind == api::RefKind::kTag && ref.name == name) return ref;
  return base::Error(base::Code::kInvalidArgument, catalog::kNotATag,
                     "\"" + name + "\" is not a tag: name one")
      .Set("ref", name);
}

base::Result<AccessRequest> GuardedRefs::MayChange(const base::Context& ctx, AccessRequest request,
                                                   api::RefKind kind) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  if (kind == api::RefKind::kTag) {
    ASSIGN_OR_RETURN(const api::RefEntry tag, Tag(ctx, request.name));
    request.owner = tag.created_by;
    RETURN_IF_ERROR(gate_.Check(ctx, request));
  } else {
    RETURN_IF_ERROR(gate_.OnBranch(ctx, request));
  }
  return request;
}

base::Status GuardedRefs::Delete(const base::Context& ctx, const std::string& name,
                                 api::RefKind kind) {
  const bool tag = kind == api::RefKind::kTag;
  ASSIGN_OR_RETURN(const AccessRequest request,
                   MayChange(ctx,
                             {.action = tag ? Action::kDeleteTag : Action::kDeleteBranch,
                              .branch = name,
                              .name = name},
                             kind));
  return Denied(inner_.Delete(ctx, name, kind), request);
}

base::Result<api::RefEntry> GuardedRefs::Rename(const base::Context& ctx, const std::string& name,
                                                const std::string& new_name, api::RefKind kind) {
  const bool tag = kind == api::RefKind::kTag;
  RETURN_IF_ERROR(gate_.Known(ctx));
  RETURN_IF_ERROR(model::CheckRefName(new_name));
  ASSIGN_OR_RETURN(const AccessRequest request,
                   MayChange(ctx,
                             {.action = tag ? Action::kRenameTag : Action::kRenameBranch,
                              .branch = name,
                              .name = name,
                              .next = new_name},
                             kind));
  return Denied(inner_.Rename(ctx, name, new_name, kind), request);
}

base::Result<api::RefEntry> GuardedRefs::Merge(const base::Context& ctx,
                                               const api::MergeRequest& request) {
  RETURN_IF_ERROR(gate_.Readable(ctx, request.source));
  const AccessRequest access{
      .action = Action::kMerge, .branch = request.into, .source = request.source};
  RETURN_IF_ERROR(gate_.OnBranch(ctx, access));
  return Denied(inner_.Merge(ctx, request), access);
}

base::Result<std::vector<api::TableDifference>> GuardedRefs::Diff(const base::Context& ctx,
                                                                  const std::string& from,
                                                                  const std::string& to) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Diff(ctx, from, to);
}

base::Result<std::vector<api::CommitEntry>> GuardedRefs::Log(const base::Context& ctx,
                                                             const std::string& ref,
                                                             const api::CommitFilter& filter) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Log(ctx, ref, filter);
}

base::Result<std::vector<std::string>> GuardedNamespaces::List(const base::Context& ctx,
                                                               const std::string& ref,
                                                               const api::ListOptions& options) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.List(ctx, ref, options);
}

base::Result<api::RefEntry> GuardedNamespaces::Create(const base::Context& ctx,
                                                      const std::string& branch,
                                                      const std::string& ns,
                                                      const api::WriteOptions& options) {
  const AccessRequest request{
      .action = Action::kCreateNamespace, .branch = OrMain(branch), .name = ns};
  RETURN_IF_ERROR(gate_.OnBranch(ctx, request));
  return Denied(inner_.Create(ctx, request.branch, ns, options), request);
}

base::Result<api::RefEntry> GuardedNamespaces::Delete(const base::Context& ctx,
                                                      const std::string& branch,
                                                      const std::string& ns,
                                                      const api::WriteOptions& options) {
  const AccessRequest request{
      .action = Action::kDeleteNamespace, .branch = OrMain(branch), .name = ns};
  RETURN_IF_ERROR(gate_.OnBranch(ctx, request));
  return Denied(inner_.Delete(ctx, request.branch, ns, options), request);
}

base::Result<std::vector<api::TableEntry>> GuardedTables::List(
    const base::Context& ctx, const std::string& ref, const api::TableListOptions& options) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.List(ctx, ref, options);
}

base::Result<api::TableDescription> GuardedTables::Get(const base::Context& ctx,
                                                       const std::string& ref,
                                                       const std::string& table,
                                                       const std::string& ns) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Get(ctx, ref, table, ns);
}

base::Result<api::RefEntry> GuardedTables::Drop(const base::Context& ctx, const std::string& branch,
                                                const std::string& table, const std::string& ns,
                                                const api::WriteOptions& options) {
  const AccessRequest request{
      .action = Action::kDeleteTable, .branch = OrMain(branch), .name = table};
  RETURN_IF_ERROR(gate_.OnBranch(ctx, request));
  return Denied(inner_.Drop(ctx, request.branch, table, ns, options), request);
}

base::Result<api::RefEntry> GuardedTables::Revert(const base::Context& ctx,
                                                  const api::RevertRequest& request) {
  RETURN_IF_ERROR(gate_.Readable(ctx, request.source));
  const AccessRequest access{.action = Action::kRevertTable,
                             .branch = request.into,
                             .name = request.table,
                             .source = request.source};
  RETURN_IF_ERROR(gate_.OnBranch(ctx, access));
  return Denied(inner_.Revert(ctx, request), access);
}

}  // namespace control
