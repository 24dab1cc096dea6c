#include "columnar/arrow_bridge_internal.h"
#include "columnar/producer.h"
#include "columnar/reasons.h"

namespace columnar {

base::Error FromStatus(const arrow::Status& status, base::Code code, const char* reason) {
  base::Error error = ErrorFromText(0, status.message().c_str());
  if (error.reason != reasons::kStreamFailed) return error;
  return base::Error(code, reason, status.message());
}

base::Error FromStatus(const arrow::Status& status) {
  if (status.IsOutOfMemory()) {
    return FromStatus(status, base::Code::kResourceExhausted, reasons::kSegmentFull);
  }
  return FromStatus(status, base::Code::kInternal, reasons::kStreamFailed);
}

base::Result<std::shared_ptr<arrow::Schema>> ArrowSchemaOf(const Schema& schema,
                                                           bool with_field_ids) {
  ArrowSchema raw{};
  RETURN_IF_ERROR(ToArrow(schema, with_field_ids, &raw));
  auto imported = arrow::ImportSchema(&raw);
  if (!imported.ok()) return FromStatus(imported.status());
  return imported.MoveValueUnsafe();
}

base::Result<std::shared_ptr<arrow::RecordBatchReader>> ReaderOf(Stream stream) {
  ArrowArrayStream raw{};
  stream.ReleaseTo(&raw);
  auto reader = arrow::ImportRecordBatchReader(&raw);
  if (!reader.ok()) return FromStatus(reader.status());
  return reader.MoveValueUnsafe();
}

}  // namespace columnar
