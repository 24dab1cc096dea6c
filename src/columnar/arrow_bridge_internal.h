// Between Stream and Arrow's C++ classes, for the files of this module that compute with Arrow.
#pragma once

#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/status.h>
#include <arrow/type_fwd.h>

#include <memory>

#include "base/result.h"
#include "columnar/stream.h"

namespace columnar {

/// Our error if the status carries one (from a stream of ours), else `otherwise` with its words.
base::Error FromStatus(const arrow::Status& status, base::Code code, const char* reason);
base::Error FromStatus(const arrow::Status& status);

base::Result<std::shared_ptr<arrow::Schema>> ArrowSchemaOf(const Schema& schema,
                                                           bool with_field_ids);
/// The reader owns the stream.
base::Result<std::shared_ptr<arrow::RecordBatchReader>> ReaderOf(Stream stream);

/// Leaves the function with our error when an Arrow status or result is not ok.
#define RETURN_IF_ARROW_ERROR(expression)                                                      \
  do {                                                                                         \
    if (const arrow::Status status_ = (expression); !status_.ok()) return FromStatus(status_); \
  } while (false)

}  // namespace columnar
