#include <utility>

#include "control/run_driver.h"

// The same write in the words of the plan (for workers) and of the lakehouse (for commits).

namespace control {

plan::ScanSpec ScanOf(const lakehouse::TableAtRef& table) {
  plan::ScanSpec scan;
  scan.table = table.name.ToString();
  scan.metadata_location = table.state.metadata_location;
  if (table.state.snapshot_id >= 0) scan.snapshot_id = table.state.snapshot_id;
  scan.schema_id = static_cast<int32_t>(table.state.schema_id);
  return scan;
}

plan::WriteTarget TargetOf(const lakehouse::PreparedWrite& prepared, plan::WriteStrategy strategy,
                           const std::string& write_id) {
  plan::WriteTarget target;
  target.table = prepared.table.ToString();
  target.uuid = prepared.uuid;
  target.location = prepared.location;
  target.write_id = write_id;
  target.schema = prepared.schema;
  target.partition_spec = iceberg::EncodePartitionSpec(prepared.spec);
  target.strategy = strategy;
  if (prepared.base) target.base = ScanOf(*prepared.base);
  return target;
}

base::Result<lakehouse::FinishedWrite> FinishedOf(lakehouse::PreparedWrite prepared,
                                                  const plan::WrittenTable& written) {
  lakehouse::FinishedWrite finished;
  finished.prepared = std::move(prepared);
  for (const base::Bytes& bytes : written.added_manifests) {
    ASSIGN_OR_RETURN(iceberg::ManifestFile manifest, iceberg::DecodeManifestFile(bytes));
    finished.added_manifests.push_back(std::move(manifest));
  }
  finished.removed_files = written.removed_files;
  return finished;
}

}  // namespace control
