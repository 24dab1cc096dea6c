// Splits batches by partition: which rows of a batch go to which key.
#pragma once

#include <arrow/record_batch.h>

#include <memory>
#include <vector>

#include "base/result.h"
#include "columnar/type.h"
#include "engine/parquet_writer.h"

namespace engine::internal {

struct PartitionedRows {
  PartitionKey key;
  std::shared_ptr<arrow::RecordBatch> rows;
};

/// One part per key in the batch, in order of first appearance; rows keep their order.
base::Result<std::vector<PartitionedRows>> SplitByPartition(
    const std::shared_ptr<arrow::RecordBatch>& batch, const columnar::Schema& schema,
    const std::vector<PartitionField>& partition);

/// A text that is equal exactly for equal keys.
std::string KeyText(const PartitionKey& key);

}  // namespace engine::internal
