#include "control/guarded_iceberg.h"

#include <utility>

#include "model/names.h"
#include "model/ref.h"

namespace control {
namespace {

std::string OrMain(const std::string& branch) {
  return branch.empty() || branch == "-" ? std::string(model::kMainBranch) : branch;
}

template <class T>
base::Result<T> Denied(base::Result<T> result, const AccessRequest& request) {
  if (result.ok()) return result;
  return AsDenied(std::move(result).error(), request);
}

AccessRequest OfNamespace(Action action, const std::string& branch,
                          const std::vector<std::string>& ns) {
  return {.action = action, .branch = OrMain(branch), .name = model::Namespace{ns}.ToString()};
}

}  // namespace

base::Result<std::vector<std::vector<std::string>>> GuardedIcebergNamespaces::List(
    const base::Context& ctx, const std::string& ref, const std::vector<std::string>& parent) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.List(ctx, ref, parent);
}

base::Result<api::IcebergProperties> GuardedIcebergNamespaces::Load(
    const base::Context& ctx, const std::string& ref, const std::vector<std::string>& ns) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Load(ctx, ref, ns);
}

base::Status GuardedIcebergNamespaces::Create(const base::Context& ctx, const std::string& branch,
                                              const std::vector<std::string>& ns,
                                              const api::IcebergProperties& properties) {
  const AccessRequest request = OfNamespace(Action::kCreateNamespace, branch, ns);
  RETURN_IF_ERROR(gate_.OnBranch(ctx, request));
  return Denied(inner_.Create(ctx, branch, ns, properties), request);
}

base::Result<api::IcebergPropertiesChanged> GuardedIcebergNamespaces::Change(
    const base::Context& ctx, const std::string& branch, const std::vector<std::string>& ns,
    const api::IcebergPropertiesChange& change) {
  const AccessRequest request = OfNamespace(Action::kWrite, branch, ns);
  RETURN_IF_ERROR(gate_.OnBranch(ctx, request));
  return Denied(inner_.Change(ctx, branch, ns, change), request);
}

base::Status GuardedIcebergNamespaces::Drop(const base::Context& ctx, const std::string& branch,
                                            const std::vector<std::string>& ns) {
  const AccessRequest request = OfNamespace(Action::kDeleteNamespace, branch, ns);
  RETURN_IF_ERROR(gate_.OnBranch(ctx, request));
  return Denied(inner_.Drop(ctx, branch, ns), request);
}

base::Status GuardedIcebergTables::MayWrite(const base::Context& ctx, const std::string& branch) {
  return gate_.OnBranch(ctx, {.action = Action::kWrite, .branch = OrMain(branch)});
}

base::Result<std::vector<api::IcebergTableName>> GuardedIcebergTables::List(
    const base::Context& ctx, const std::string& ref, const std::vector<std::string>& ns) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.List(ctx, ref, ns);
}

base::Result<api::IcebergTable> GuardedIcebergTables::Load(const base::Context& ctx,
                                                           const std::string& ref,
                                                           const api::IcebergTableName& table) {
  RETURN_IF_ERROR(gate_.Known(ctx));
  return inner_.Load(ctx, ref, table);
}

base::Result<api::IcebergTable> GuardedIcebergTables::Create(const base::Context& ctx,
                                                             const std::string& branch,
                                                             const api::IcebergTableDraft& draft) {
  RETURN_IF_ERROR(MayWrite(ctx, branch));
  return inner_.Create(ctx, branch, draft);
}

base::Result<std::vector<api::IcebergTable>> GuardedIcebergTables::Commit(
    const base::Context& ctx, const std::string& branch,
    const std::vector<api::IcebergTableCommit>& commits) {
  RETURN_IF_ERROR(MayWrite(ctx, branch));
  return inner_.Commit(ctx, branch, commits);
}

base::Result<api::IcebergTable> GuardedIcebergTables::Register(const base::Context& ctx,
                                                               const std::string& branch,
                                                               const api::IcebergTableName& table,
                                                               const std::string& metadata_location,
                                                               bool overwrite) {
  RETURN_IF_ERROR(MayWrite(ctx, branch));
  return inner_.Register(ctx, branch, table, metadata_location, overwrite);
}

base::Status GuardedIcebergTables::Rename(const base::Context& ctx, const std::string& branch,
                                          const api::IcebergTableName& from,
                                          const api::IcebergTableName& to) {
  RETURN_IF_ERROR(MayWrite(ctx, branch));
  return inner_.Rename(ctx, branch, from, to);
}

base::Status GuardedIcebergTables::Drop(const base::Context& ctx, const std::string& branch,
                                        const api::IcebergTableName& table) {
  const AccessRequest request{
      .action = Action::kDeleteTable, .branch = OrMain(branch), .name = table.name};
  RETURN_IF_ERROR(gate_.OnBranch(ctx, request));
  return Denied(inner_.Drop(ctx, branch, table), request);
}

}  // namespace control
