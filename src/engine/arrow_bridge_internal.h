// Between columnar::Stream and Arrow C++: import, export, schemas, errors.
#pragma once

#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/status.h>
#include <arrow/type.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "columnar/stream.h"
#include "columnar/type.h"

namespace engine::internal {

/// Reads a Stream as Arrow batches; errors of the stream keep code and reason.
class BatchReader {
 public:
  static base::Result<BatchReader> Open(columnar::Stream stream);
  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  /// Null at the end.
  base::Result<std::shared_ptr<arrow::RecordBatch>> Next();

 private:
  columnar::Stream stream_;
  std::shared_ptr<arrow::Schema> schema_;
};

/// The Arrow schema of our types.
base::Result<std::shared_ptr<arrow::Schema>> ArrowSchemaOf(const columnar::Schema& schema,
                                                           bool with_field_ids);
/// And back.
base::Result<columnar::Schema> SchemaOfArrow(const arrow::Schema& schema);

base::Status BatchToC(const arrow::RecordBatch& batch, ArrowArray* out);
base::Status SchemaToC(const arrow::Schema& schema, ArrowSchema* out);

/// kInternal "engine.arrow_failed", out of memory as kResourceExhausted.
base::Error FromStatus(const arrow::Status& status, const std::string& step);

}  // namespace engine::internal

/// Leaves the function with the error of an arrow::Status.
#define ARROW_OR_RETURN(expression, step)                                               \
  do {                                                                                  \
    if (::arrow::Status arrow_status_ = (expression); !arrow_status_.ok()) [[unlikely]] \
      return ::engine::internal::FromStatus(arrow_status_, step);                       \
  } while (false)
