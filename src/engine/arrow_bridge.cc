#include <arrow/c/bridge.h>

#include "engine/arrow_bridge_internal.h"
#include "engine/reasons.h"

namespace engine::internal {

base::Result<BatchReader> BatchReader::Open(columnar::Stream stream) {
  BatchReader out;
  ArrowSchema raw{};
  RETURN_IF_ERROR(stream.ReadSchema(&raw));
  auto schema = arrow::ImportSchema(&raw);
  if (!schema.ok()) return FromStatus(schema.status(), "read a stream's schema");
  out.schema_ = *schema;
  out.stream_ = std::move(stream);
  return out;
}

base::Result<std::shared_ptr<arrow::RecordBatch>> BatchReader::Next() {
  ArrowArray raw{};
  ASSIGN_OR_RETURN(const bool more, stream_.ReadNext(&raw));
  if (!more) return std::shared_ptr<arrow::RecordBatch>();
  auto batch = arrow::ImportRecordBatch(&raw, schema_);
  if (!batch.ok()) return FromStatus(batch.status(), "read a batch");
  return *batch;
}

base::Result<std::shared_ptr<arrow::Schema>> ArrowSchemaOf(const columnar::Schema& schema,
                                                           bool with_field_ids) {
  ArrowSchema raw{};
  RETURN_IF_ERROR(columnar::ToArrow(schema, with_field_ids, &raw));
  auto imported = arrow::ImportSchema(&raw);
  if (!imported.ok()) return FromStatus(imported.status(), "import a schema");
  return *imported;
}

base::Result<columnar::Schema> SchemaOfArrow(const arrow::Schema& schema) {
  ArrowSchema raw{};
  RETURN_IF_ERROR(SchemaToC(schema, &raw));
  auto out = columnar::FromArrow(raw);
  if (raw.release != nullptr) raw.release(&raw);
  return out;
}

base::Status BatchToC(const arrow::RecordBatch& batch, ArrowArray* out) {
  ARROW_OR_RETURN(arrow::ExportRecordBatch(batch, out), "export a batch");
  return base::Ok();
}

base::Status SchemaToC(const arrow::Schema& schema, ArrowSchema* out) {
  ARROW_OR_RETURN(arrow::ExportSchema(schema, out), "export a schema");
  return base::Ok();
}

base::Error FromStatus(const arrow::Status& status, const std::string& step) {
  const bool memory = status.IsOutOfMemory() || status.IsCapacityError();
  return base::Error(memory ? base::Code::kResourceExhausted : base::Code::kInternal,
                     memory ? reason::kOutOfMemory : reason::kArrowFailed,
                     step + ": " + status.ToStringWithoutContextLines());
}

}  // namespace engine::internal
