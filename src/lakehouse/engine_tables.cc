#include "lakehouse/engine_tables.h"

#include <algorithm>
#include <set>
#include <utility>

#include "catalog/reasons.h"
#include "iceberg/field_ids.h"
#include "iceberg/reasons.h"
#include "iceberg/table_change.h"

namespace lakehouse {
namespace {

constexpr int kAttemptsMax = 16;
// Some engines write to folders of a disk only where there are some.
constexpr char kFolderMark[] = "_folder";
constexpr char kRunProperty[] = "boathouse.run-id";

/// What metadata says was given out, for the counters that all branches share.
catalog::IdCounters SeenIn(const iceberg::TableMetadata& metadata) {
  catalog::IdCounters seen;
  seen.last_column = metadata.last_column_id;
  seen.last_partition_field = metadata.last_partition_id;
  for (const columnar::Schema& schema : metadata.schemas) {
    seen.last_schema = std::max<int64_t>(seen.last_schema, schema.id);
    for (const iceberg::KnownColumn& column : iceberg::ColumnsOf(schema))
      seen.columns.emplace(catalog::ColumnName{column.parent_id, column.name, column.type},
                           column.id);
  }
  for (const iceberg::PartitionSpec& spec : metadata.specs)
    seen.last_spec = std::max<int64_t>(seen.last_spec, spec.id);
  for (const iceberg::SortOrder& order : metadata.sort_orders)
    seen.last_sort = std::max<int64_t>(seen.last_sort, order.id);
  return seen;
}

void ShowCounters(const catalog::IdCounters& counters, iceberg::TableMetadata& metadata) {
  metadata.last_column_id =
      std::max(metadata.last_column_id, static_cast<int32_t>(counters.last_column));
  metadata.last_partition_id =
      std::max(metadata.last_partition_id, static_cast<int32_t>(counters.last_partition_field));
}

/// What the updates meant, for merges; kOpaque where that is not plain.
catalog::Intent IntentOf(const iceberg::TableMetadata* before,
                         const iceberg::UpdatedTable& updated) {
  if (before == nullptr)
    return updated.added_snapshots.empty() ? catalog::Intent::kCreate : catalog::Intent::kReplace;
  if (updated.main_removed) return catalog::Intent::kReplace;
  const iceberg::TableMetadata& after = updated.metadata;
  const bool same_shape = before->schemas == after.schemas && before->specs == after.specs &&
                          before->current_schema_id == after.current_schema_id &&
                          before->default_spec_id == after.default_spec_id;
  if (updated.added_snapshots.empty())
    return same_shape ? catalog::Intent::kMaintenance : catalog::Intent::kSchema;
  const bool appends =
      std::all_of(after.snapshots.begin(), after.snapshots.end(), [&](const auto& snapshot) {
        if (!updated.added_snapshots.contains(snapshot.id)) return true;
        const auto operation = snapshot.summary.find("operation");
        return operation != snapshot.summary.end() && operation->second == "append";
      });
  return same_shape && appends ? catalog::Intent::kAppend : catalog::Intent::kOpaque;
}

/// The runs of ours whose snapshots the table holds: a copied pointer must not free their work.
std::vector<model::RunId> RunsIn(const iceberg::TableMetadata& metadata) {
  std::set<model::RunId> runs;
  for (const iceberg::Snapshot& snapshot : metadata.snapshots) {
    const auto run = snapshot.summary.find(kRunProperty);
    if (run != snapshot.summary.end() && base::IsUuid(run->second))
      runs.insert(model::RunId(run->second));
  }
  return {runs.begin(), runs.end()};
}

void Append(catalog::Extras more, catalog::Extras& extras) {
  std::move(more.expect.begin(), more.expect.end(), std::back_inserter(extras.expect));
  std::move(more.puts.begin(), more.puts.end(), std::back_inserter(extras.puts));
}

bool IsLostRace(const base::Error& error) {
  return error.reason == catalog::kTableMoved || error.reason == catalog::kRefMoved ||
         error.reason == catalog::kBatchConflict;
}

catalog::CommitRequest RequestOf(const std::string& branch, const model::CommitId& head,
                                 const catalog::CommitNote& note) {
  catalog::CommitRequest request;
  request.branch = branch;
  request.based_on = head;
  request.note = note;
  // One commit is whole by itself; who may write to the branch, is decided before.
  request.allow_direct_on_protected = true;
  return request;
}

}  // namespace

base::Result<iceberg::TableMetadata> EngineTables::Serve(const base::Context& ctx,
                                                         iceberg::TableMetadata metadata) {
  if (!metadata.table_uuid.empty()) {
    ASSIGN_OR_RETURN(const catalog::Catalog::IdsRead ids,
                     catalog_.ReadIds(ctx, model::TableUuid(metadata.table_uuid)));
    ShowCounters(ids.counters, metadata);
  }
  iceberg::ForbidFileRemoval(metadata);
  return metadata;
}

base::Result<ServedTable> EngineTables::Load(const base::Context& ctx,
                                             const model::CommitId& commit,
                                             const model::TableName& table) {
  ASSIGN_OR_RETURN(const TableAtRef found, lakehouse_.Open(ctx, commit, table));
  ServedTable served{found.state.metadata_location, {}};
  ASSIGN_OR_RETURN(served.metadata, Serve(ctx, *found.metadata));
  return served;
}

base::Status EngineTables::CheckFiles(const base::Context& ctx,
                                      const iceberg::UpdatedTable& updated) {
  RETURN_IF_ERROR(objects_.KeyOf(updated.metadata.location));
  for (const iceberg::Snapshot& snapshot : updated.metadata.snapshots) {
    if (!updated.added_snapshots.contains(snapshot.id)) continue;
    ASSIGN_OR_RETURN(const std::string key, objects_.KeyOf(snapshot.manifest_list));
    const auto size = objects_.Size(ctx, key);
    if (!size.ok())
      return base::Error(size.error())
          .With("the manifest list of snapshot " + std::to_string(snapshot.id));
  }
  return base::Ok();
}

base::Status EngineTables::Put(const base::Context& ctx, const model::TableName& table,
                               const std::optional<TableAtRef>& current, const ServedTable& served,
                               catalog::PutTable put, catalog::CommitRequest& request) {
  const model::TableUuid uuid(served.metadata.table_uuid);
  ASSIGN_OR_RETURN(const catalog::Catalog::IdsRead ids, catalog_.ReadIds(ctx, uuid));
  const catalog::IdCounters counters = catalog::RaiseIds(ids.counters, SeenIn(served.metadata));
  if (counters != ids.counters)
    Append(catalog::Catalog::IdsWrite(uuid, ids, counters), request.extras);
  put.name = table;
  put.before = current ? catalog::Presence::kPresent : catalog::Presence::kAbsent;
  put.state.content_id = current ? current->state.content_id : base::NewUuid(rng_);
  put.state.table_uuid = uuid;
  put.state.metadata_location = served.metadata_location;
  SetPointer(put.state, iceberg::PointerOf(served.metadata));
  request.changes.emplace_back(std::move(put));
  return base::Ok();
}

base::Result<EngineTables::Change> EngineTables::Update(const base::Context& ctx,
                                                        const model::CommitId& head,
                                                        const EngineCommit& commit,
                                                        catalog::CommitRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<TableAtRef> current,
                   lakehouse_.Find(ctx, head, commit.table));
  if (!current && !iceberg::RequiresCreation(commit.requirements))
    return catalog_.GetTable(ctx, head, commit.table).error();
  std::optional<iceberg::TableMetadata> before;
  iceberg::UpdateInput input;
  input.now_ms = base::Micros(clock_.Now()) / 1000;
  if (current) {
    RETURN_IF_ERROR(CheckWritable(commit.table, current->state));
    ASSIGN_OR_RETURN(before, Serve(ctx, *current->metadata));
    ASSIGN_OR_RETURN(const catalog::Catalog::IdsRead ids,
                     catalog_.ReadIds(ctx, current->state.table_uuid));
    input.table = &*before;
    input.taken = {static_cast<int32_t>(ids.counters.last_schema),
                   static_cast<int32_t>(ids.counters.last_spec),
                   static_cast<int32_t>(ids.counters.last_sort)};
  }
  RETURN_IF_ERROR(iceberg::CheckRequirements(input.table, commit.requirements));
  ASSIGN_OR_RETURN(iceberg::UpdatedTable updated, iceberg::ApplyUpdates(input, commit.updates));
  RETURN_IF_ERROR(CheckFiles(ctx, updated));
  if (before) {
    iceberg::TableMetadata unchanged = *before;
    unchanged.last_updated_ms = updated.metadata.last_updated_ms;
    if (unchanged == updated.metadata)
      return Change{{current->state.metadata_location, *std::move(before)}, false};
    iceberg::LogPreviousFile(current->state.metadata_location, before->last_updated_ms,
                             updated.metadata);
  }
  Change change;
  ASSIGN_OR_RETURN(
      change.served.metadata_location,
      iceberg::StoreMetadata(ctx, objects_, updated.metadata,
                             current ? current->state.metadata_location : "", base::NewUuid(rng_)));
  catalog::PutTable put;
  put.intent = IntentOf(input.table, updated);
  if (current && !updated.main_removed) put.state.import_root = current->state.import_root;
  iceberg::TableMetadata added = updated.metadata;
  std::erase_if(added.snapshots, [&](const iceberg::Snapshot& snapshot) {
    return !updated.added_snapshots.contains(snapshot.id);
  });
  put.state.open_runs = RunsIn(added);
  change.served.metadata = std::move(updated.metadata);
  RETURN_IF_ERROR(Put(ctx, commit.table, current, change.served, std::move(put), request));
  return change;
}

base::Result<std::vector<ServedTable>> EngineTables::CommitOnce(
    const base::Context& ctx, const std::string& branch, const std::vector<EngineCommit>& commits,
    const catalog::CommitNote& note) {
  ASSIGN_OR_RETURN(const catalog::ResolvedRef head,
                   catalog_.Resolve(ctx, model::RefExpression{branch, {}, {}}));
  catalog::CommitRequest request = RequestOf(branch, head.commit, note);
  std::vector<ServedTable> served;
  bool changed = false;
  for (const EngineCommit& commit : commits) {
    auto change = Update(ctx, head.commit, commit, request);
    if (!change.ok())
      return std::move(change).error().With("table \"" + commit.table.ToString() + "\"");
    changed |= change->changed;
    served.push_back(std::move(change->served));
  }
  if (changed) RETURN_IF_ERROR(catalog_.CommitChanges(ctx, request));
  return served;
}

base::Result<std::vector<ServedTable>> EngineTables::Commit(
    const base::Context& ctx, const std::string& branch, const std::vector<EngineCommit>& commits,
    const catalog::CommitNote& note) {
  std::set<model::TableName> named;
  for (const EngineCommit& commit : commits) {
    if (named.insert(commit.table).second) continue;
    return base::Error(base::Code::kInvalidArgument, iceberg::kBadUpdate,
                       "table \"" + commit.table.ToString() + "\" is in the commit twice")
        .Set("table", commit.table.ToString());
  }
  for (int attempt = 1;; ++attempt) {
    auto result = CommitOnce(ctx, branch, commits, note);
    if (result.ok() || attempt == kAttemptsMax || !IsLostRace(result.error())) return result;
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  }
}

base::Status EngineTables::MakeFolders(const base::Context& ctx, const std::string& location) {
  ASSIGN_OR_RETURN(const std::string folder, objects_.KeyOf(location));
  for (const char* part : {"/data/", "/metadata/"}) {
    const std::string key = folder + part + kFolderMark;
    if (!objects_.LocalPath(key)) continue;
    const base::Status made = objects_.Create(ctx, key, "");
    if (!made.ok() && made.error().code != base::Code::kAlreadyExists) return made;
  }
  return base::Ok();
}

base::Result<ServedTable> EngineTables::Stage(const base::Context& ctx, iceberg::TableDraft draft) {
  draft.table_uuid = base::NewUuid(rng_);
  draft.now_ms = base::Micros(clock_.Now()) / 1000;
  while (draft.location.size() > 1 && draft.location.ends_with('/')) draft.location.pop_back();
  if (draft.location.empty())
    draft.location = objects_.Uri(iceberg::TableFolderKey(draft.table_uuid));
  RETURN_IF_ERROR(objects_.KeyOf(draft.location));
  ServedTable served;
  ASSIGN_OR_RETURN(served.metadata, iceberg::DraftTable(draft));
  RETURN_IF_ERROR(MakeFolders(ctx, draft.location));
  return served;
}

base::Result<ServedTable> EngineTables::Create(const base::Context& ctx, const std::string& branch,
                                               const model::TableName& table,
                                               iceberg::TableDraft draft,
                                               const catalog::CommitNote& note) {
  ASSIGN_OR_RETURN(ServedTable served, Stage(ctx, std::move(draft)));
  ASSIGN_OR_RETURN(const catalog::ResolvedRef head,
                   catalog_.Resolve(ctx, model::RefExpression{branch, {}, {}}));
  // Before a file is written; the commit checks both again.
  RETURN_IF_ERROR(catalog_.GetNamespace(ctx, head.commit, table.ns));
  catalog::CommitRequest request = RequestOf(branch, head.commit, note);
  request.based_on.reset();
  ASSIGN_OR_RETURN(served.metadata_location,
                   iceberg::StoreMetadata(ctx, objects_, served.metadata, "", base::NewUuid(rng_)));
  catalog::PutTable put;
  put.intent = catalog::Intent::kCreate;
  RETURN_IF_ERROR(Put(ctx, table, std::nullopt, served, std::move(put), request));
  RETURN_IF_ERROR(catalog_.CommitChanges(ctx, request));
  return served;
}

base::Result<ServedTable> EngineTables::Register(const base::Context& ctx,
                                                 const std::string& branch,
                                                 const model::TableName& table,
                                                 const std::string& location, bool overwrite,
                                                 const catalog::CommitNote& note) {
  ServedTable served{location, {}};
  ASSIGN_OR_RETURN(const auto read, lakehouse_.ReadMetadata(ctx, location));
  served.metadata = *read;
  const bool external = !objects_.KeyOf(location).ok();
  if (!base::IsUuid(served.metadata.table_uuid)) served.metadata.table_uuid = base::NewUuid(rng_);
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(const catalog::ResolvedRef head,
                     catalog_.Resolve(ctx, model::RefExpression{branch, {}, {}}));
    catalog::CommitRequest request = RequestOf(branch, head.commit, note);
    std::optional<TableAtRef> current;
    if (overwrite) {
      ASSIGN_OR_RETURN(current, lakehouse_.Find(ctx, head.commit, table));
    }
    catalog::PutTable put;
    put.intent = current ? catalog::Intent::kReplace : catalog::Intent::kOpaque;
    put.state.open_runs = RunsIn(served.metadata);
    if (external) put.state.kind = kExternalKind;
    RETURN_IF_ERROR(Put(ctx, table, current, served, std::move(put), request));
    const auto committed = catalog_.CommitChanges(ctx, request);
    if (committed.ok()) break;
    if (attempt == kAttemptsMax || !IsLostRace(committed.error())) return committed.error();
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  }
  ASSIGN_OR_RETURN(served.metadata, Serve(ctx, std::move(served.metadata)));
  return served;
}

}  // namespace lakehouse
