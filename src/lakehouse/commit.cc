#include <algorithm>
#include <set>
#include <utility>

#include "catalog/reasons.h"
#include "iceberg/name_mapping.h"
#include "iceberg/own_properties.h"
#include "iceberg/table_change.h"
#include "lakehouse/lakehouse.h"
#include "lakehouse/reasons.h"

// Only this file turns finished writes into metadata and a catalog commit (formats.md §5).

namespace lakehouse {
namespace {

constexpr int kAttemptsMax = 16;

iceberg::Intent IcebergIntent(WriteMode mode, bool exists) {
  if (!exists) return iceberg::Intent::kCreate;
  switch (mode) {
    case WriteMode::kCreate:
      return iceberg::Intent::kCreate;
    case WriteMode::kReplace:
      return iceberg::Intent::kReplace;
    case WriteMode::kAppend:
      return iceberg::Intent::kAppend;
    case WriteMode::kOverwrite:
      return iceberg::Intent::kOverwrite;
  }
  return iceberg::Intent::kReplace;
}

catalog::Intent CatalogIntent(const FinishedWrite& write, bool exists) {
  if (!write.imported.empty()) return catalog::Intent::kImport;
  if (!exists && write.added_manifests.empty()) return catalog::Intent::kCreate;
  switch (write.prepared.mode) {
    case WriteMode::kCreate:
    case WriteMode::kReplace:
      return catalog::Intent::kReplace;
    case WriteMode::kAppend:
      return catalog::Intent::kAppend;
    case WriteMode::kOverwrite:
      return catalog::Intent::kOverwrite;
  }
  return catalog::Intent::kOpaque;
}

iceberg::TableChange ChangeOf(const CommitInput& input, const FinishedWrite& write, bool exists) {
  iceberg::TableChange change;
  change.intent = IcebergIntent(write.prepared.mode, exists);
  if (change.intent == iceberg::Intent::kCreate || change.intent == iceberg::Intent::kReplace) {
    change.schema = write.prepared.schema;
    change.spec = write.prepared.spec;
  }
  if (write.prepared.external) {
    change.properties[iceberg::kByNameProperty] = "true";
    if (!write.prepared.credential.empty())
      change.properties[iceberg::kCredentialProperty] = write.prepared.credential;
    change.properties[iceberg::kNameMappingProperty] = iceberg::WriteNameMapping(*change.schema);
  }
  change.added_manifests = write.added_manifests;
  change.removed_files = write.removed_files;
  change.last_column_id = write.prepared.last_column_id;
  change.last_partition_field_id = write.prepared.last_partition_field_id;
  if (!input.run_id.empty()) change.summary["boathouse.run-id"] = input.run_id.text();
  if (!input.job_id.empty()) change.summary["boathouse.job-id"] = input.job_id;
  return change;
}

}  // namespace

base::Result<catalog::TableState> Lakehouse::StateAfter(const base::Context& ctx,
                                                        const std::optional<TableAtRef>& current,
                                                        const CommitInput& input,
                                                        const FinishedWrite& write,
                                                        std::vector<state::Object>& objects) {
  const PreparedWrite& prepared = write.prepared;
  catalog::TableState after = current ? current->state : catalog::TableState{};
  if (!current) after.content_id = base::NewUuid(rng_);
  if (prepared.external) after.kind = kExternalKind;
  after.table_uuid = prepared.uuid;
  after.run_id = input.run_id;
  if (prepared.mode == WriteMode::kReplace) after.import_root.clear();

  const iceberg::TableChange change = ChangeOf(input, write, current.has_value());
  const bool empty_append =
      current && change.added_manifests.empty() && change.removed_files.empty() &&
      (prepared.mode == WriteMode::kAppend || prepared.mode == WriteMode::kOverwrite);
  if (!empty_append) {
    iceberg::Committer committer(objects_, clock_, rng_);
    std::optional<iceberg::TableHead> table_head;
    if (current) {
      table_head = iceberg::TableHead{*current->metadata, current->state.metadata_location,
                                      PointerOf(current->state)};
    }
    auto committed =
        committer.Commit(ctx, prepared.uuid.text(), table_head ? &*table_head : nullptr, change);
    if (!committed.ok())
      return std::move(committed).error().With("table \"" + prepared.table.ToString() + "\"");
    after.metadata_location = committed->metadata_location;
    SetPointer(after, committed->pointer);
  }
  std::vector<ImportedFile> imported = write.imported;
  for (ImportedFile& file : imported) file.snapshot_id = after.snapshot_id;
  ASSIGN_OR_RETURN(after.import_root,
                   AddImported(ctx, state_, after.import_root, imported, objects));
  return after;
}

base::Result<catalog::PutTable> Lakehouse::BuildPut(const base::Context& ctx,
                                                    const model::CommitId& head,
                                                    const CommitInput& input,
                                                    const FinishedWrite& write,
                                                    std::vector<state::Object>& objects) {
  const PreparedWrite& prepared = write.prepared;
  ASSIGN_OR_RETURN(std::optional<TableAtRef> current, Find(ctx, head, prepared.table));
  const bool taken = current.has_value();
  if (prepared.external) current.reset();  // another table, whatever had the name
  if (current ? current->state.table_uuid != prepared.uuid : prepared.base.has_value()) {
    return base::Error(base::Code::kConflict, kTableReplaced,
                       "table \"" + prepared.table.ToString() +
                           "\" was created or dropped meanwhile: run again")
        .Set("table", prepared.table.ToString());
  }
  catalog::PutTable put;
  put.name = prepared.table;
  put.before = taken ? catalog::Presence::kPresent : catalog::Presence::kAbsent;
  put.intent = CatalogIntent(write, current.has_value());
  ASSIGN_OR_RETURN(put.state, StateAfter(ctx, current, input, write, objects));
  return put;
}

base::Result<std::optional<catalog::TableState>> Lakehouse::AppendOnto(
    const base::Context& ctx, const catalog::TableState& current, const CommitInput& input,
    const FinishedWrite& write, std::vector<state::Object>& objects) {
  using Nothing = std::optional<catalog::TableState>;
  const PreparedWrite& prepared = write.prepared;
  // The files carry the ids of this schema and this partitioning.
  if (prepared.mode != WriteMode::kAppend || current.table_uuid != prepared.uuid ||
      current.schema_id != prepared.schema.id || current.spec_id != prepared.spec.id)
    return Nothing();
  std::vector<std::string> uris;
  for (const ImportedFile& file : write.imported) uris.push_back(file.uri);
  ASSIGN_OR_RETURN(const auto known, FindImported(ctx, state_, current.import_root, uris));
  if (!known.empty()) return Nothing();
  ASSIGN_OR_RETURN(TableAtRef table, Load(ctx, prepared.table, current));
  ASSIGN_OR_RETURN(
      catalog::TableState after,
      StateAfter(ctx, std::optional<TableAtRef>(std::move(table)), input, write, objects));
  return Nothing(std::move(after));
}

base::Result<catalog::CommitResult> Lakehouse::CommitOnce(const base::Context& ctx,
                                                          const CommitInput& input) {
  ASSIGN_OR_RETURN(const catalog::ResolvedRef head,
                   catalog_.Resolve(ctx, model::RefExpression{input.branch, {}, {}}));
  catalog::CommitRequest request;
  request.branch = input.branch;
  request.based_on = head.commit;
  request.note = input.note;
  request.run_id = input.run_id;
  std::set<model::Namespace> asked;
  for (const FinishedWrite& write : input.writes) {
    // Outer namespaces first: a namespace needs its parent.
    model::Namespace outer;
    for (const std::string& level : write.prepared.table.ns.levels) {
      outer.levels.push_back(level);
      if (asked.insert(outer).second)
        request.changes.emplace_back(catalog::CreateNamespace{outer, true, {}});
    }
  }
  for (const FinishedWrite& write : input.writes) {
    ASSIGN_OR_RETURN(catalog::PutTable put,
                     BuildPut(ctx, head.commit, input, write, request.extras.objects));
    request.changes.emplace_back(std::move(put));
  }
  return catalog_.CommitChanges(ctx, request);
}

base::Result<catalog::CommitResult> Lakehouse::Commit(const base::Context& ctx,
                                                      const CommitInput& input) {
  for (int attempt = 1;; ++attempt) {
    auto result = CommitOnce(ctx, input);
    if (result.ok() || attempt == kAttemptsMax) return result;
    // Somebody else changed a table of ours since the head was read: metadata is written again on
    // top of theirs.
    if (result.error().reason != catalog::kTableMoved &&
        result.error().reason != catalog::kRefMoved)
      return result;
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  }
}

}  // namespace lakehouse
