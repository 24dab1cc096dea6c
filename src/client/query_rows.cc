#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/ipc/message.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>

#include <memory>
#include <utility>

#include "client/reasons.h"
#include "client/remote_jobs_internal.h"
#include "columnar/producer.h"
#include "proto/flight.grpc.pb.h"

namespace client {
namespace {

namespace fl = boathouse::flight;
using Flight = fl::FlightService;

/// One DoGet while it lasts.
struct Download {
  Download(base::Context caller, Rpc& via, const std::string& token)
      : ctx(std::move(caller)), rpc(via), call(ctx, token) {}
  ~Download() { call.context().TryCancel(); }
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  const base::Context ctx;
  Rpc& rpc;
  RpcCall call;
  std::unique_ptr<Flight::Stub> stub;
  std::unique_ptr<grpc::ClientReader<fl::FlightData>> reader;
  base::Status ended = base::Ok();  // what the call said at its end
};

/// Flight's messages as Arrow's reader takes them; bodies are handed over, not copied.
class Messages final : public arrow::ipc::MessageReader {
 public:
  explicit Messages(std::shared_ptr<Download> download) : download_(std::move(download)) {}

  arrow::Result<std::unique_ptr<arrow::ipc::Message>> ReadNextMessage() override {
    fl::FlightData piece;
    if (!download_->reader) return nullptr;
    if (!download_->reader->Read(&piece)) {
      const grpc::Status status = download_->reader->Finish();
      download_->reader.reset();
      download_->ended =
          download_->rpc.StatusOf(download_->ctx, download_->call, status, Effect::kReads);
      if (download_->ended.ok()) return nullptr;
      return arrow::Status::IOError("the rows ended early");
    }
    return arrow::ipc::Message::Open(
        arrow::Buffer::FromString(std::move(*piece.mutable_data_header())),
        arrow::Buffer::FromString(std::move(*piece.mutable_data_body())));
  }

 private:
  const std::shared_ptr<Download> download_;
};

class Rows final : public columnar::BatchProducer {
 public:
  Rows(std::shared_ptr<Download> download, std::shared_ptr<arrow::RecordBatchReader> batches)
      : download_(std::move(download)), batches_(std::move(batches)) {}

  base::Status ReadSchema(ArrowSchema* out) override {
    return StatusOf(arrow::ExportSchema(*batches_->schema(), out));
  }
  base::Result<bool> ReadNext(ArrowArray* out) override {
    std::shared_ptr<arrow::RecordBatch> batch;
    RETURN_IF_ERROR(StatusOf(batches_->ReadNext(&batch)));
    if (!batch) return false;
    RETURN_IF_ERROR(StatusOf(arrow::ExportRecordBatch(*batch, out)));
    return true;
  }

 private:
  base::Status StatusOf(const arrow::Status& status) const {
    if (status.ok()) return base::Ok();
    RETURN_IF_ERROR(download_->ended);
    return base::Error(base::Code::kInternal, kBadAnswer,
                       "the rows cannot be read: " + status.message());
  }

  const std::shared_ptr<Download> download_;
  const std::shared_ptr<arrow::RecordBatchReader> batches_;
};

base::Result<fl::Ticket> TicketOf(const base::Context& ctx, Rpc& rpc, Flight::Stub& stub,
                                  const std::string& token) {
  RpcCall call(ctx, token);
  const auto reader = stub.ListFlights(&call.context(), fl::Criteria());
  fl::FlightInfo offer;
  const bool offered = reader->Read(&offer);
  fl::FlightInfo more;
  while (offered && reader->Read(&more)) continue;
  RETURN_IF_ERROR(rpc.StatusOf(ctx, call, reader->Finish(), Effect::kReads));
  if (offered && offer.endpoint_size() > 0) return offer.endpoint(0).ticket();
  return base::Error(base::Code::kInternal, kBadAnswer, "the server offers no rows");
}

}  // namespace

base::Result<columnar::Stream> FetchRows(const base::Context& ctx, Rpc& rpc,
                                         const std::string& token) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, rpc.Connect(ctx));
  auto download = std::make_shared<Download>(ctx, rpc, token);
  download->stub = Flight::NewStub(channel);
  ASSIGN_OR_RETURN(const fl::Ticket ticket, TicketOf(ctx, rpc, *download->stub, token));
  download->reader = download->stub->DoGet(&download->call.context(), ticket);
  auto opened = arrow::ipc::RecordBatchStreamReader::Open(std::make_unique<Messages>(download));
  if (!opened.ok()) {
    RETURN_IF_ERROR(download->ended);
    return base::Error(base::Code::kInternal, kBadAnswer,
                       "the rows cannot be read: " + opened.status().message());
  }
  std::shared_ptr<arrow::RecordBatchReader> batches = std::move(opened).ValueUnsafe();
  return columnar::StreamOf(std::make_unique<Rows>(std::move(download), std::move(batches)));
}

}  // namespace client
