// The reasons of errors of the lakehouse, each with its code and the keys of its Error.context.
#pragma once

namespace lakehouse {

/// kUserCode: APPEND or OVERWRITE_PARTITIONS onto a table that is partitioned otherwise. table.
inline constexpr char kPartitionMismatch[] = "lakehouse.partition_mismatch";
/// kConflict: a table that a write was prepared for is no longer the same table. table.
inline constexpr char kTableReplaced[] = "lakehouse.table_replaced";
/// kFailedPrecondition: a file known to the table has other content now. uri, table.
inline constexpr char kFileChanged[] = "lakehouse.file_changed";

/// kFailedPrecondition: nothing is written to a table over files of others. table.
inline constexpr char kReadOnlyTable[] = "lakehouse.read_only_table";

}  // namespace lakehouse
