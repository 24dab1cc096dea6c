// A table as it is at one commit: the catalog's entry and the Iceberg metadata it points at.
#pragma once

#include <memory>

#include "base/result.h"
#include "catalog/table_state.h"
#include "columnar/type.h"
#include "iceberg/table_metadata.h"
#include "model/names.h"

namespace lakehouse {

/// Immutable. `metadata` is what the file says with the entry's pointer put over it.
struct TableAtRef {
  model::TableName name;
  catalog::TableState state;
  std::shared_ptr<const iceberg::TableMetadata> metadata;

  const columnar::Schema& schema() const;
  const iceberg::PartitionSpec& spec() const;
  /// Null when the table was never written.
  const iceberg::Snapshot* snapshot() const;
  /// A number of the current snapshot's summary ("total-records"), 0 when there is none.
  int64_t SummaryNumber(const std::string& key) const;
};

inline constexpr char kExternalKind[] = "EXTERNAL_TABLE";  // TableState::kind

/// kFailedPrecondition "lakehouse.read_only_table" for a table over files of others.
base::Status CheckWritable(const model::TableName& name, const catalog::TableState& state);

/// The pointer that a catalog entry holds, and an entry's pointer fields from it.
iceberg::TablePointer PointerOf(const catalog::TableState& state);
void SetPointer(catalog::TableState& state, const iceberg::TablePointer& pointer);

}  // namespace lakehouse
