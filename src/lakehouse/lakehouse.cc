#include "lakehouse/lakehouse.h"

#include <utility>

namespace lakehouse {

base::Result<std::shared_ptr<const iceberg::TableMetadata>> Lakehouse::ReadMetadata(
    const base::Context& ctx, const std::string& location) {
  auto known = metadata_.With([&](Metadata& kept) {
    const auto found = kept.by_location.find(location);
    return found == kept.by_location.end() ? nullptr : found->second;
  });
  if (known) return known;
  ASSIGN_OR_RETURN(iceberg::TableMetadata read,
                   iceberg::LoadTableMetadata(ctx, objects_, location));
  auto shared = std::make_shared<const iceberg::TableMetadata>(std::move(read));
  metadata_.With([&](Metadata& kept) {
    if (kept.by_location.size() >= kMetadataKept) kept.by_location.clear();
    kept.by_location.emplace(location, shared);
  });
  return shared;
}

base::Result<TableAtRef> Lakehouse::Load(const base::Context& ctx, model::TableName name,
                                         catalog::TableState state) {
  TableAtRef table;
  table.name = std::move(name);
  table.state = std::move(state);
  auto file = ReadMetadata(ctx, table.state.metadata_location);
  if (!file.ok()) return std::move(file).error().With("table \"" + table.name.ToString() + "\"");
  const iceberg::TablePointer pointer = PointerOf(table.state);
  table.metadata = iceberg::PointerOf(*file.value()) == pointer
                       ? std::move(file).value()
                       : std::make_shared<const iceberg::TableMetadata>(
                             iceberg::WithPointer(*file.value(), pointer));
  // Checked here, so that schema() and spec() may rely on it.
  RETURN_IF_ERROR(table.metadata->FindSchema(table.metadata->current_schema_id));
  RETURN_IF_ERROR(table.metadata->FindSpec(table.metadata->default_spec_id));
  return table;
}

base::Result<TableAtRef> Lakehouse::Open(const base::Context& ctx, const model::CommitId& commit,
                                         const model::TableName& table) {
  ASSIGN_OR_RETURN(catalog::TableState state, catalog_.GetTable(ctx, commit, table));
  return Load(ctx, table, std::move(state));
}

base::Result<std::optional<TableAtRef>> Lakehouse::Find(const base::Context& ctx,
                                                        const model::CommitId& commit,
                                                        const model::TableName& table) {
  ASSIGN_OR_RETURN(std::optional<catalog::TableState> state,
                   catalog_.FindTable(ctx, commit, table));
  if (!state) return std::optional<TableAtRef>();
  ASSIGN_OR_RETURN(TableAtRef loaded, Load(ctx, table, *std::move(state)));
  return std::optional<TableAtRef>(std::move(loaded));
}

}  // namespace lakehouse
