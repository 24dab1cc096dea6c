#include "control/tables_service.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "catalog/text_filter.h"
#include "control/names.h"
#include "control/refs_service.h"

namespace control {
namespace {

constexpr uint32_t kPage = 1024;

}  // namespace

base::Result<std::vector<api::TableEntry>> TablesService::List(
    const base::Context& ctx, const std::string& ref, const api::TableListOptions& options) {
  ASSIGN_OR_RETURN(const catalog::ResolvedRef resolved, RefOf(ctx, parts_, ref));
  ASSIGN_OR_RETURN(const catalog::TextFilter names,
                   catalog::TextFilter::Of(options.name, options.search));
  ASSIGN_OR_RETURN(const catalog::TextFilter namespaces,
                   catalog::TextFilter::Of(options.ns, options.search_ns));
  catalog::TablePage page;
  page.limit = options.limit == 0 ? kPage : std::min(kPage, options.limit);
  if (!namespaces.only().empty()) {
    const auto only = model::ParseNamespace(namespaces.only());
    if (!only.ok()) return std::vector<api::TableEntry>();  // no namespace has such a name
    page.ns = *only;
  }
  if (!options.after.empty()) {
    ASSIGN_OR_RETURN(page.after, model::ParseTableName(options.after, {}));
  }
  std::vector<api::TableEntry> entries;
  while (true) {
    RETURN_IF_ERROR(ctx.Check(parts_.clock.Now()));
    ASSIGN_OR_RETURN(const auto found, parts_.catalog.ListTables(ctx, resolved.commit, page));
    for (const catalog::TableEntry& table : found) {
      const std::string ns = table.name.ns.ToString();
      if (!names.Matches(table.name.name) || !namespaces.Matches(ns)) continue;
      entries.push_back({ns, table.name.name, table.state.kind});
      if (options.limit != 0 && entries.size() == options.limit) return entries;
    }
    if (found.size() < page.limit) return entries;
    page.after = found.back().name;
    page.limit = kPage;
  }
}

base::Result<api::TableDescription> TablesService::Get(const base::Context& ctx,
                                                       const std::string& ref,
                                                       const std::string& table,
                                                       const std::string& ns) {
  ASSIGN_OR_RETURN(const model::TableName name, TableOf(table, ns));
  ASSIGN_OR_RETURN(const catalog::ResolvedRef resolved, RefOf(ctx, parts_, ref));
  ASSIGN_OR_RETURN(const lakehouse::TableAtRef found,
                   parts_.lakehouse.Open(ctx, resolved.commit, name));
  api::TableDescription description;
  description.id = found.state.content_id;
  description.uuid = found.state.table_uuid.text();
  description.ns = name.ns.ToString();
  description.name = name.name;
  description.kind = found.state.kind;
  description.schema = found.schema();
  description.partitioned_by = iceberg::PartitionTexts(found.spec(), found.schema());
  for (const iceberg::PartitionField& field : found.spec().fields) {
    description.partitions.push_back({field.name, field.transform.ToString()});
  }
  description.records = found.SummaryNumber("total-records");
  description.size_bytes = found.SummaryNumber("total-files-size");
  description.files = found.SummaryNumber("total-data-files");
  description.snapshot_id = found.state.snapshot_id;
  description.metadata_location = found.state.metadata_location;
  description.updated = base::FromMicros(found.metadata->last_updated_ms * 1000);
  description.properties = found.metadata->properties;
  for (const iceberg::Snapshot& snapshot : found.metadata->snapshots) {
    api::SnapshotEntry entry;
    entry.id = snapshot.id;
    entry.sequence = snapshot.sequence_number;
    entry.committed = base::FromMicros(snapshot.timestamp_ms * 1000);
    if (const auto op = snapshot.summary.find("operation"); op != snapshot.summary.end())
      entry.operation = op->second;
    if (const auto rows = snapshot.summary.find("total-records"); rows != snapshot.summary.end()) {
      entry.records = std::atoll(rows->second.c_str());
    }
    description.snapshots.push_back(std::move(entry));
  }
  return description;
}

base::Result<api::RefEntry> TablesService::Drop(const base::Context& ctx, const std::string& branch,
                                                const std::string& table, const std::string& ns,
                                                const api::WriteOptions& options) {
  ASSIGN_OR_RETURN(const model::TableName name, TableOf(table, ns));
  catalog::CommitRequest request;
  request.branch = branch;
  request.changes.emplace_back(catalog::DropTable{name, false});
  request.note = NoteOf(ctx, parts_, options, "drop table " + name.ToString());
  ASSIGN_OR_RETURN(const catalog::CommitResult result, parts_.catalog.CommitChanges(ctx, request));
  return api::RefEntry{branch, api::RefKind::kBranch, result.commit};
}

base::Result<api::RefEntry> TablesService::Revert(const base::Context& ctx,
                                                  const api::RevertRequest& request) {
  ASSIGN_OR_RETURN(const model::TableName name, TableOf(request.table, request.ns));
  catalog::RevertRequest revert;
  revert.tables = {name};
  revert.source = request.source;
  revert.into = request.into;
  revert.replace = request.replace;
  revert.note = NoteOf(ctx, parts_, request.options,
                       "revert table " + name.ToString() + " to " + request.source);
  ASSIGN_OR_RETURN(const catalog::CommitResult result, parts_.catalog.RevertTables(ctx, revert));
  return api::RefEntry{request.into, api::RefKind::kBranch, result.commit};
}

}  // namespace control
