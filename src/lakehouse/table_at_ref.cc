#include "lakehouse/table_at_ref.h"

#include <cstdlib>

#include "base/check.h"
#include "lakehouse/reasons.h"

namespace lakehouse {

const columnar::Schema& TableAtRef::schema() const {
  const auto found = metadata->FindSchema(metadata->current_schema_id);
  CHECK(found.ok());
  return *found.value();
}

const iceberg::PartitionSpec& TableAtRef::spec() const {
  const auto found = metadata->FindSpec(metadata->default_spec_id);
  CHECK(found.ok());
  return *found.value();
}

const iceberg::Snapshot* TableAtRef::snapshot() const {
  if (!metadata->current_snapshot_id) return nullptr;
  const auto found = metadata->FindSnapshot(*metadata->current_snapshot_id);
  return found.ok() ? found.value() : nullptr;
}

int64_t TableAtRef::SummaryNumber(const std::string& key) const {
  const iceberg::Snapshot* current = snapshot();
  if (current == nullptr) return 0;
  const auto found = current->summary.find(key);
  return found == current->summary.end() ? 0 : std::atoll(found->second.c_str());
}

base::Status CheckWritable(const model::TableName& name, const catalog::TableState& state) {
  if (state.kind != kExternalKind) return base::Ok();
  return base::Error(base::Code::kFailedPrecondition, kReadOnlyTable,
                     "table \"" + name.ToString() +
                         "\" is external: its files are others', and nothing is written to it; "
                         "write to another table, or drop it first")
      .Set("table", name.ToString());
}

iceberg::TablePointer PointerOf(const catalog::TableState& state) {
  iceberg::TablePointer pointer;
  if (state.snapshot_id >= 0) pointer.snapshot_id = state.snapshot_id;
  pointer.schema_id = static_cast<int32_t>(state.schema_id);
  pointer.spec_id = static_cast<int32_t>(state.spec_id);
  pointer.sort_order_id = static_cast<int32_t>(state.sort_id);
  pointer.last_sequence_number = state.last_sequence;
  return pointer;
}

void SetPointer(catalog::TableState& state, const iceberg::TablePointer& pointer) {
  state.snapshot_id = pointer.snapshot_id.value_or(-1);
  state.schema_id = pointer.schema_id;
  state.spec_id = pointer.spec_id;
  state.sort_id = pointer.sort_order_id;
  state.last_sequence = pointer.last_sequence_number;
}

}  // namespace lakehouse
