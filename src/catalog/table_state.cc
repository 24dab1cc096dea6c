#include "catalog/table_state.h"

#include "base/cbor.h"
#include "catalog/run_ids_internal.h"

namespace catalog {
namespace {

constexpr char kTableKind[] = "table";
constexpr char kNamespaceKind[] = "namespace";
constexpr int64_t kVersion = 1;

}  // namespace

base::Bytes EncodeTableState(const TableState& table) {
  base::Cbor::Map map{{0, kTableKind},
                      {1, kVersion},
                      {2, table.kind},
                      {3, table.content_id},
                      {4, table.table_uuid.text()},
                      {5, table.metadata_location},
                      {6, table.snapshot_id},
                      {7, table.schema_id},
                      {8, table.spec_id},
                      {9, table.sort_id},
                      {10, table.last_sequence},
                      {11, table.format}};
  if (!table.run_id.empty()) map[12] = table.run_id.text();
  if (!table.open_runs.empty()) map[13] = CborOfRuns(table.open_runs);
  if (!table.import_root.empty()) map[14] = base::Cbor::OfBytes(table.import_root);
  return base::EncodeCbor(map);
}

base::Result<TableState> DecodeTableState(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, kTableKind, kVersion));
  TableState table;
  ASSIGN_OR_RETURN(table.kind, fields.Text(2));
  ASSIGN_OR_RETURN(table.content_id, fields.Text(3));
  ASSIGN_OR_RETURN(std::string uuid, fields.Text(4));
  table.table_uuid = model::TableUuid(std::move(uuid));
  ASSIGN_OR_RETURN(table.metadata_location, fields.Text(5));
  ASSIGN_OR_RETURN(table.snapshot_id, fields.Int(6));
  ASSIGN_OR_RETURN(table.schema_id, fields.Int(7));
  ASSIGN_OR_RETURN(table.spec_id, fields.Int(8));
  ASSIGN_OR_RETURN(table.sort_id, fields.Int(9));
  ASSIGN_OR_RETURN(table.last_sequence, fields.Int(10));
  ASSIGN_OR_RETURN(table.format, fields.Text(11));
  ASSIGN_OR_RETURN(std::string run, fields.TextOr(12, ""));
  table.run_id = model::RunId(std::move(run));
  ASSIGN_OR_RETURN(table.open_runs, RunsOf(fields, 13));
  ASSIGN_OR_RETURN(table.import_root, fields.BytesOr(14, ""));
  RETURN_IF_ERROR(fields.Finish());
  return table;
}

base::Bytes EncodeNamespaceEntry(const NamespaceEntry& entry) {
  base::Cbor::Map map{{0, kNamespaceKind}, {1, kVersion}};
  if (!entry.properties.empty()) map[2] = base::CborTextPairs(entry.properties);
  return base::EncodeCbor(map);
}

base::Result<NamespaceEntry> DecodeNamespaceEntry(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, kNamespaceKind, kVersion));
  NamespaceEntry entry;
  ASSIGN_OR_RETURN(entry.properties, fields.TextPairs(2));
  RETURN_IF_ERROR(fields.Finish());
  return entry;
}

}  // namespace catalog
