#include "server/flight/messages.h"

#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "columnar/producer.h"
#include "server/reasons.h"

namespace server {
namespace {

constexpr int64_t kAlignment = 8;
constexpr char kZeros[kAlignment] = {};

base::Error ArrowFailed(const arrow::Status& status) {
  return columnar::ErrorFromText(EIO, status.message().c_str());
}

void AddPadded(const std::shared_ptr<arrow::Buffer>& buffer, FlightMessage* out) {
  if (buffer == nullptr || buffer->size() == 0) return;
  out->body.push_back(
      {{reinterpret_cast<const char*>(buffer->data()), static_cast<size_t>(buffer->size())},
       buffer});
  const int64_t padded = (buffer->size() + kAlignment - 1) / kAlignment * kAlignment;
  const auto missing = static_cast<size_t>(padded - buffer->size());
  if (missing > 0) out->body.push_back({std::string_view(kZeros, missing), nullptr});
  out->body_bytes += static_cast<uint64_t>(padded);
}

/// Takes what Arrow's writer makes (schema, dictionaries, batches) as messages.
class Collector final : public arrow::ipc::internal::IpcPayloadWriter {
 public:
  explicit Collector(std::deque<FlightMessage>& out) : out_(out) {}
  arrow::Status Start() override { return arrow::Status::OK(); }
  arrow::Status Close() override { return arrow::Status::OK(); }
  arrow::Status WritePayload(const arrow::ipc::IpcPayload& payload) override {
    FlightMessage message;
    message.header = payload.metadata->ToString();
    for (const auto& buffer : payload.body_buffers) AddPadded(buffer, &message);
    out_.push_back(std::move(message));
    return arrow::Status::OK();
  }

 private:
  std::deque<FlightMessage>& out_;
};

base::Result<std::shared_ptr<arrow::Schema>> ArrowSchemaOf(columnar::Stream& rows) {
  ArrowSchema raw{};
  RETURN_IF_ERROR(rows.ReadSchema(&raw));
  auto schema = arrow::ImportSchema(&raw);
  if (!schema.ok()) return ArrowFailed(schema.status());
  return std::move(schema).ValueUnsafe();
}

}  // namespace

base::Result<std::string> EncapsulatedSchema(columnar::Stream& rows) {
  ASSIGN_OR_RETURN(const auto schema, ArrowSchemaOf(rows));
  const auto bytes = arrow::ipc::SerializeSchema(*schema);
  if (!bytes.ok()) return ArrowFailed(bytes.status());
  return (*bytes)->ToString();
}

struct FlightMessages::State {
  columnar::Stream source;
  Limits limits;
  std::shared_ptr<arrow::Schema> schema;
  std::deque<FlightMessage> ready;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer;
  std::shared_ptr<arrow::RecordBatch> batch;  // what is being cut
  int64_t at = 0;                             // rows of it that are done
  bool closed = false;

  base::Status WritePart();
  base::Result<int64_t> RowsThatFit() const;
};

FlightMessages::FlightMessages(std::unique_ptr<State> state) : state_(std::move(state)) {}
FlightMessages::~FlightMessages() = default;

base::Result<std::unique_ptr<FlightMessages>> FlightMessages::Open(columnar::Stream rows,
                                                                   Limits limits) {
  auto state = std::make_unique<State>();
  state->source = std::move(rows);
  state->limits = limits;
  ASSIGN_OR_RETURN(state->schema, ArrowSchemaOf(state->source));
  auto writer = arrow::ipc::internal::OpenRecordBatchWriter(
      std::make_unique<Collector>(state->ready), state->schema,
      arrow::ipc::IpcWriteOptions::Defaults());
  if (!writer.ok()) return ArrowFailed(writer.status());
  state->writer = std::move(writer).ValueUnsafe();
  return std::unique_ptr<FlightMessages>(new FlightMessages(std::move(state)));
}

base::Result<int64_t> FlightMessages::State::RowsThatFit() const {
  const int64_t left = batch->num_rows() - at;
  const auto bytes = arrow::util::ReferencedBufferSize(*batch->Slice(at));
  if (!bytes.ok()) return ArrowFailed(bytes.status());
  const auto wanted = static_cast<int64_t>(limits.message_bytes_wanted);
  int64_t rows = *bytes <= wanted
                     ? left
                     : std::clamp<int64_t>(left * (wanted / 1024) / (*bytes / 1024 + 1), 1, left);
  while (true) {
    int64_t size = 0;
    const arrow::Status sized = arrow::ipc::GetRecordBatchSize(*batch->Slice(at, rows), &size);
    if (!sized.ok()) return ArrowFailed(sized);
    if (size <= static_cast<int64_t>(limits.message_bytes_max)) return rows;
    if (rows == 1) {
      return base::Error(base::Code::kResourceExhausted, kTooLarge,
                         "a row of the result is larger than clients take (4 MiB): select fewer "
                         "or shorter columns")
          .Set("limit", std::to_string(limits.message_bytes_max));
    }
    rows = std::max<int64_t>(1, rows / 2);
  }
}

base::Status FlightMessages::State::WritePart() {
  ASSIGN_OR_RETURN(const int64_t rows_now, RowsThatFit());
  const arrow::Status written = writer->WriteRecordBatch(*batch->Slice(at, rows_now));
  if (!written.ok()) return ArrowFailed(written);
  at += rows_now;
  if (at == batch->num_rows()) batch.reset();
  return base::Ok();
}

base::Result<bool> FlightMessages::Next(FlightMessage* out) {
  State& state = *state_;
  while (state.ready.empty()) {
    if (state.batch) {
      RETURN_IF_ERROR(state.WritePart());
      continue;
    }
    if (state.closed) return false;
    ArrowArray raw{};
    ASSIGN_OR_RETURN(const bool more, state.source.ReadNext(&raw));
    if (!more) {
      state.closed = true;
      const arrow::Status closed =
          state.writer->Close();  // an empty result has a schema all the same
      if (!closed.ok()) return ArrowFailed(closed);
      continue;
    }
    auto batch = arrow::ImportRecordBatch(&raw, state.schema);
    if (!batch.ok()) return ArrowFailed(batch.status());
    if ((*batch)->num_rows() == 0) continue;  // old clients stop at an empty batch
    state.batch = std::move(batch).ValueUnsafe();
    state.at = 0;
  }
  *out = std::move(state.ready.front());
  state.ready.pop_front();
  return true;
}

}  // namespace server
