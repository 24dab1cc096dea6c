#include "columnar/ipc.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>

#include <optional>
#include <utility>

#include "columnar/arrow_bridge_internal.h"
#include "columnar/producer.h"
#include "columnar/reasons.h"

namespace columnar {
namespace {

/// Hands what Arrow writes to the sink and keeps the sink's own error.
class SinkOutput final : public arrow::io::OutputStream {
 public:
  explicit SinkOutput(const std::function<base::Status(std::string_view)>& sink) : sink_(sink) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return position_; }
  bool closed() const override { return closed_; }
  using arrow::io::OutputStream::Write;
  arrow::Status Write(const void* bytes, int64_t count) override {
    base::Status status =
        sink_(std::string_view(static_cast<const char*>(bytes), static_cast<size_t>(count)));
    if (!status.ok()) {
      error_ = std::move(status).error();
      return arrow::Status::IOError(error_->message);
    }
    position_ += count;
    return arrow::Status::OK();
  }

  /// The sink's error if that is what stopped the writing.
  base::Error ErrorOf(const arrow::Status& status) const {
    return error_ ? *error_ : FromStatus(status);
  }

 private:
  const std::function<base::Status(std::string_view)>& sink_;
  std::optional<base::Error> error_;
  int64_t position_ = 0;
  bool closed_ = false;
};

class ValidatedReader final : public BatchProducer {
 public:
  explicit ValidatedReader(std::shared_ptr<arrow::RecordBatchReader> reader)
      : reader_(std::move(reader)) {}
  base::Status ReadSchema(ArrowSchema* out) override {
    RETURN_IF_ARROW_ERROR(arrow::ExportSchema(*reader_->schema(), out));
    return base::Ok();
  }
  base::Result<bool> ReadNext(ArrowArray* out) override {
    auto batch = reader_->Next();
    if (!batch.ok()) return Bad(batch.status());
    if (*batch == nullptr) return false;
    const arrow::Status valid = (*batch)->ValidateFull();
    if (!valid.ok()) return Bad(valid);
    RETURN_IF_ARROW_ERROR(arrow::ExportRecordBatch(**batch, out));
    return true;
  }
  static base::Error Bad(const arrow::Status& status) {
    return FromStatus(status, base::Code::kCorrupt, reasons::kBadArrow);
  }

 private:
  std::shared_ptr<arrow::RecordBatchReader> reader_;
};

}  // namespace

base::Result<uint64_t> WriteIpc(Stream stream, IpcFormat format,
                                const std::function<base::Status(std::string_view)>& sink) {
  ASSIGN_OR_RETURN(auto reader, ReaderOf(std::move(stream)));
  SinkOutput output(sink);
  auto writer = format == IpcFormat::kStream
                    ? arrow::ipc::MakeStreamWriter(&output, reader->schema())
                    : arrow::ipc::MakeFileWriter(&output, reader->schema());
  if (!writer.ok()) return output.ErrorOf(writer.status());
  uint64_t rows = 0;
  while (true) {
    auto batch = reader->Next();
    if (!batch.ok()) return FromStatus(batch.status());
    if (*batch == nullptr) break;
    const arrow::Status written = (*writer)->WriteRecordBatch(**batch);
    if (!written.ok()) return output.ErrorOf(written);
    rows += static_cast<uint64_t>((*batch)->num_rows());
  }
  const arrow::Status closed = (*writer)->Close();
  if (!closed.ok()) return output.ErrorOf(closed);
  return rows;
}

base::Result<Stream> ReadIpc(base::Bytes bytes) {
  auto input =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)));
  auto reader = arrow::ipc::RecordBatchStreamReader::Open(std::move(input));
  if (!reader.ok()) return ValidatedReader::Bad(reader.status());
  return StreamOf(std::make_unique<ValidatedReader>(reader.MoveValueUnsafe()));
}

}  // namespace columnar
