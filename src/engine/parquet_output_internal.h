// One Parquet file being written, and what a manifest says about it afterwards.
#pragma once

#include <arrow/record_batch.h>

#include <cstdint>
#include <map>
#include <memory>

#include "base/result.h"
#include "columnar/type.h"
#include "engine/parquet_writer.h"

namespace engine::internal {

class ParquetOutput {
 public:
  static base::Result<std::unique_ptr<ParquetOutput>> Open(const columnar::Schema& schema,
                                                           const WriteOptions& options,
                                                           OpenedFile file, PartitionKey key);
  ~ParquetOutput();
  ParquetOutput(const ParquetOutput&) = delete;
  ParquetOutput& operator=(const ParquetOutput&) = delete;

  base::Status Write(const std::shared_ptr<arrow::RecordBatch>& rows);
  /// It has reached the size wanted.
  bool is_full() const;
  int64_t rows() const;
  base::Result<WrittenFile> Finish();

 private:
  struct State;
  explicit ParquetOutput(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace engine::internal
