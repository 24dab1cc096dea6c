#include "control/iceberg_service.h"

#include <algorithm>
#include <utility>

#include "catalog/errors.h"
#include "control/names.h"
#include "control/reasons.h"
#include "control/refs_service.h"

namespace control {
namespace {

constexpr char kDefaultRef[] = "-";

std::string RefText(const std::string& ref) {
  return ref.empty() || ref == kDefaultRef ? std::string(model::kMainBranch) : ref;
}

base::Result<model::Namespace> NamespaceOf(const std::vector<std::string>& levels) {
  if (levels.empty()) {
    return base::Error(base::Code::kInvalidArgument, kBadRequest, "a namespace needs a name")
        .Set("field", "namespace");
  }
  for (const std::string& level : levels) RETURN_IF_ERROR(model::CheckNamePart("namespace", level));
  return model::Namespace{levels};
}

base::Result<model::TableName> NameOf(const api::IcebergTableName& table) {
  ASSIGN_OR_RETURN(model::Namespace ns, NamespaceOf(table.ns));
  RETURN_IF_ERROR(model::CheckNamePart("table", table.name));
  return model::TableName{std::move(ns), table.name};
}

catalog::CommitNote Note(const base::Context& ctx, const Parts& parts, const std::string& message) {
  return NoteOf(ctx, parts, api::WriteOptions{}, message);
}

api::IcebergTable TableOf(const lakehouse::ServedTable& served) {
  return {served.metadata_location, iceberg::WriteTableMetadata(served.metadata)};
}

base::Status CommitOne(const base::Context& ctx, Parts& parts, const std::string& branch,
                       std::vector<catalog::Change> changes, const std::string& message) {
  catalog::CommitRequest request;
  request.branch = RefText(branch);
  request.changes = std::move(changes);
  request.note = Note(ctx, parts, message);
  request.allow_direct_on_protected = true;
  RETURN_IF_ERROR(parts.catalog.CommitChanges(ctx, request));
  return base::Ok();
}

}  // namespace

base::Result<std::vector<std::vector<std::string>>> IcebergNamespacesService::List(
    const base::Context& ctx, const std::string& ref, const std::vector<std::string>& parent) {
  ASSIGN_OR_RETURN(const auto at, RefOf(ctx, parts_, RefText(ref)));
  if (!parent.empty()) {
    ASSIGN_OR_RETURN(const model::Namespace ns, NamespaceOf(parent));
    RETURN_IF_ERROR(parts_.catalog.GetNamespace(ctx, at.commit, ns));
  }
  ASSIGN_OR_RETURN(const auto all, parts_.catalog.ListNamespaces(ctx, at.commit));
  std::vector<std::vector<std::string>> found;
  for (const model::Namespace& ns : all) {
    const bool child = ns.levels.size() == parent.size() + 1 &&
                       std::equal(parent.begin(), parent.end(), ns.levels.begin());
    if (child) found.push_back(ns.levels);
  }
  return found;
}

base::Result<api::IcebergProperties> IcebergNamespacesService::Load(
    const base::Context& ctx, const std::string& ref, const std::vector<std::string>& ns) {
  ASSIGN_OR_RETURN(const auto at, RefOf(ctx, parts_, RefText(ref)));
  ASSIGN_OR_RETURN(const model::Namespace name, NamespaceOf(ns));
  ASSIGN_OR_RETURN(catalog::NamespaceEntry entry,
                   parts_.catalog.GetNamespace(ctx, at.commit, name));
  return std::move(entry.properties);
}

base::Status IcebergNamespacesService::Create(const base::Context& ctx, const std::string& branch,
                                              const std::vector<std::string>& ns,
                                              const api::IcebergProperties& properties) {
  ASSIGN_OR_RETURN(const model::Namespace name, NamespaceOf(ns));
  return CommitOne(ctx, parts_, branch, {catalog::CreateNamespace{name, false, properties}},
                   "create namespace " + name.ToString());
}

base::Result<api::IcebergPropertiesChanged> IcebergNamespacesService::Change(
    const base::Context& ctx, const std::string& branch, const std::vector<std::string>& ns,
    const api::IcebergPropertiesChange& change) {
  ASSIGN_OR_RETURN(const model::Namespace name, NamespaceOf(ns));
  ASSIGN_OR_RETURN(const auto head,
                   parts_.catalog.Resolve(ctx, model::RefExpression{RefText(branch), {}, {}}));
  ASSIGN_OR_RETURN(catalog::NamespaceEntry entry,
                   parts_.catalog.GetNamespace(ctx, head.commit, name));
  api::IcebergPropertiesChanged changed;
  for (const std::string& key : change.removals) {
    if (change.updates.contains(key)) {
      return base::Error(base::Code::kInvalidArgument, kBadRequest,
                         "property \"" + key + "\" is to be both set and removed")
          .Set("field", "removals");
    }
    (entry.properties.erase(key) != 0 ? changed.removed : changed.missing).push_back(key);
  }
  for (const auto& [key, value] : change.updates) {
    entry.properties[key] = value;
    changed.updated.push_back(key);
  }
  catalog::CommitRequest request;
  request.branch = RefText(branch);
  request.based_on = head.commit;
  request.changes.emplace_back(catalog::SetNamespaceProperties{name, std::move(entry.properties)});
  request.note = Note(ctx, parts_, "set properties of namespace " + name.ToString());
  RETURN_IF_ERROR(parts_.catalog.CommitChanges(ctx, request));
  return changed;
}

base::Status IcebergNamespacesService::Drop(const base::Context& ctx, const std::string& branch,
                                            const std::vector<std::string>& ns) {
  ASSIGN_OR_RETURN(const model::Namespace name, NamespaceOf(ns));
  return CommitOne(ctx, parts_, branch, {catalog::DeleteNamespace{name, false}},
                   "delete namespace " + name.ToString());
}

base::Result<std::vector<api::IcebergTableName>> IcebergTablesService::List(
    const base::Context& ctx, const std::string& ref, const std::vector<std::string>& ns) {
  ASSIGN_OR_RETURN(const auto at, RefOf(ctx, parts_, RefText(ref)));
  ASSIGN_OR_RETURN(const model::Namespace name, NamespaceOf(ns));
  RETURN_IF_ERROR(parts_.catalog.GetNamespace(ctx, at.commit, name));
  catalog::TablePage page;
  page.ns = name;
  ASSIGN_OR_RETURN(const auto found, parts_.catalog.ListTables(ctx, at.commit, page));
  std::vector<api::IcebergTableName> tables;
  for (const catalog::TableEntry& entry : found)
    tables.push_back({entry.name.ns.levels, entry.name.name});
  return tables;
}

base::Result<api::IcebergTable> IcebergTablesService::Load(const base::Context& ctx,
                                                           const std::string& ref,
                                                           const api::IcebergTableName& table) {
  ASSIGN_OR_RETURN(const auto at, RefOf(ctx, parts_, RefText(ref)));
  ASSIGN_OR_RETURN(const model::TableName name, NameOf(table));
  ASSIGN_OR_RETURN(const auto served, tables_.Load(ctx, at.commit, name));
  return TableOf(served);
}

base::Result<api::IcebergTable> IcebergTablesService::Create(const base::Context& ctx,
                                                             const std::string& branch,
                                                             const api::IcebergTableDraft& draft) {
  ASSIGN_OR_RETURN(const model::TableName name, NameOf(draft.table));
  iceberg::TableDraft wanted;
  wanted.location = draft.location;
  wanted.schema = draft.schema;
  wanted.spec = draft.spec;
  wanted.order = draft.order;
  wanted.properties = draft.properties;
  if (!draft.stage) {
    ASSIGN_OR_RETURN(const auto created,
                     tables_.Create(ctx, RefText(branch), name, std::move(wanted),
                                    Note(ctx, parts_, "create table " + name.ToString())));
    return TableOf(created);
  }
  ASSIGN_OR_RETURN(const auto at, RefOf(ctx, parts_, RefText(branch)));
  RETURN_IF_ERROR(parts_.catalog.GetNamespace(ctx, at.commit, name.ns));
  ASSIGN_OR_RETURN(const auto known, parts_.catalog.FindTable(ctx, at.commit, name));
  if (known) {
    return catalog::TableExists(name, at.commit);
  }
  ASSIGN_OR_RETURN(const auto staged, tables_.Stage(ctx, std::move(wanted)));
  return TableOf(staged);
}

base::Result<std::vector<api::IcebergTable>> IcebergTablesService::Commit(
    const base::Context& ctx, const std::string& branch,
    const std::vector<api::IcebergTableCommit>& commits) {
  std::vector<lakehouse::EngineCommit> wanted;
  std::string names;
  for (const api::IcebergTableCommit& commit : commits) {
    ASSIGN_OR_RETURN(model::TableName name, NameOf(commit.table));
    names += (names.empty() ? "" : ", ") + name.ToString();
    wanted.push_back({std::move(name), commit.requirements, commit.updates});
  }
  ASSIGN_OR_RETURN(const auto served, tables_.Commit(ctx, RefText(branch), wanted,
                                                     Note(ctx, parts_, "write to " + names)));
  std::vector<api::IcebergTable> tables;
  for (const lakehouse::ServedTable& table : served) tables.push_back(TableOf(table));
  return tables;
}

base::Result<api::IcebergTable> IcebergTablesService::Register(const base::Context& ctx,
                                                               const std::string& branch,
                                                               const api::IcebergTableName& table,
                                                               const std::string& metadata_location,
                                                               bool overwrite) {
  ASSIGN_OR_RETURN(const model::TableName name, NameOf(table));
  ASSIGN_OR_RETURN(const auto served,
                   tables_.Register(ctx, RefText(branch), name, metadata_location, overwrite,
                                    Note(ctx, parts_, "register table " + name.ToString())));
  return TableOf(served);
}

base::Status IcebergTablesService::Rename(const base::Context& ctx, const std::string& branch,
                                          const api::IcebergTableName& from,
                                          const api::IcebergTableName& to) {
  ASSIGN_OR_RETURN(const model::TableName before, NameOf(from));
  ASSIGN_OR_RETURN(const model::TableName after, NameOf(to));
  if (before == after) {
    return base::Error(base::Code::kInvalidArgument, kBadRequest,
                       "table \"" + before.ToString() + "\" has this name already")
        .Set("field", "destination");
  }
  ASSIGN_OR_RETURN(const auto head,
                   parts_.catalog.Resolve(ctx, model::RefExpression{RefText(branch), {}, {}}));
  ASSIGN_OR_RETURN(catalog::TableState state, parts_.catalog.GetTable(ctx, head.commit, before));
  catalog::PutTable put;
  put.name = after;
  put.state = std::move(state);
  put.before = catalog::Presence::kAbsent;
  put.intent = catalog::Intent::kMaintenance;
  catalog::CommitRequest request;
  request.branch = RefText(branch);
  request.based_on = head.commit;
  request.changes = {catalog::DropTable{before, false}, std::move(put)};
  request.note = Note(ctx, parts_, "rename table " + before.ToString() + " to " + after.ToString());
  request.allow_direct_on_protected = true;
  RETURN_IF_ERROR(parts_.catalog.CommitChanges(ctx, request));
  return base::Ok();
}

base::Status IcebergTablesService::Drop(const base::Context& ctx, const std::string& branch,
                                        const api::IcebergTableName& table) {
  ASSIGN_OR_RETURN(const model::TableName name, NameOf(table));
  return CommitOne(ctx, parts_, branch, {catalog::DropTable{name, false}},
                   "drop table " + name.ToString());
}

}  // namespace control
