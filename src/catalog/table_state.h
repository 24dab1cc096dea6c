// What the tree holds under a key: the state of a table, or a namespace (formats.md §3).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/ids.h"

namespace catalog {

/// A table on one branch. The pointer's ids overrule the metadata file's own `current-*`.
struct TableState {
  std::string kind = "TABLE";
  /// Random; survives rename, branch, revert and REPLACE; another one after drop and create.
  std::string content_id;
  model::TableUuid table_uuid;
  std::string metadata_location;
  int64_t snapshot_id = -1;  // -1 = never written
  int64_t schema_id = 0;
  int64_t spec_id = 0;
  int64_t sort_id = 0;
  int64_t last_sequence = 0;
  std::string format = "iceberg";
  model::RunId run_id;  // the run that wrote this value; empty = none
  /// Runs whose work this value holds and that were open when it was written (sorted). The catalog
  /// fills it in when the value is committed.
  std::vector<model::RunId> open_runs;
  base::Bytes import_root;  // 32 bytes: root of the URI -> import record tree; empty = none
  bool operator==(const TableState&) const = default;
};

struct NamespaceEntry {
  std::map<std::string, std::string> properties;
  bool operator==(const NamespaceEntry&) const = default;
};

using Entry = std::variant<TableState, NamespaceEntry>;

base::Bytes EncodeTableState(const TableState& table);
base::Bytes EncodeNamespaceEntry(const NamespaceEntry& entry);
/// kCorrupt "base.bad_cbor", kUnimplemented when a newer program wrote it.
base::Result<TableState> DecodeTableState(base::BytesView bytes);
base::Result<NamespaceEntry> DecodeNamespaceEntry(base::BytesView bytes);

}  // namespace catalog
