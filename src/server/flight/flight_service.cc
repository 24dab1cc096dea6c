#include <algorithm>
#include <memory>
#include <utility>

#include "proto/flight.grpc.pb.h"
#include "server/bearer.h"
#include "server/flight/criteria.h"
#include "server/flight/messages.h"
#include "server/reasons.h"
#include "server/rpc/call_internal.h"

namespace server::internal {
namespace {

namespace fl = boathouse::flight;
using grpc::ByteBuffer;
using grpc::CallbackServerContext;

constexpr char kHeaderTag = 0x12;                    // field 2, bytes
constexpr std::string_view kBodyTag("\xC2\x3E", 2);  // field 1000, bytes
constexpr std::string_view kShutdown = "shutdown";

std::string TokenOf(const CallbackServerContext& call) {
  return std::string(BearerToken(Header(call, "authorization")));
}

void AppendVarint(uint64_t number, std::string* out) {
  while (number >= 0x80) {
    out->push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out->push_back(static_cast<char>(number));
}

/// FlightData as bytes of the wire whose body is the rows' own memory.
ByteBuffer Encode(const FlightMessage& message) {
  std::string head(1, kHeaderTag);
  AppendVarint(message.header.size(), &head);
  head += message.header;
  if (message.body_bytes > 0) {
    head += kBodyTag;
    AppendVarint(message.body_bytes, &head);
  }
  std::vector<grpc::Slice> slices;
  slices.emplace_back(head);
  for (const Piece& piece : message.body) {
    if (!piece.owner) {
      slices.emplace_back(std::string(piece.bytes));
      continue;
    }
    auto* keep = new std::shared_ptr<const void>(piece.owner);  // tidy: gRPC frees it below
    slices.emplace_back(
        const_cast<char*>(piece.bytes.data()), piece.bytes.size(),
        [](void* owner) { delete static_cast<std::shared_ptr<const void>*>(owner); }, keep);
  }
  return {slices.data(), slices.size()};
}

/// Sends one result. A thread makes messages as fast as the reader takes them, one ahead.
class Sender final : public grpc::ServerWriteReactor<ByteBuffer> {
 public:
  Sender(Calls& calls, CallbackServerContext* call, std::string ticket)
      : calls_(calls),
        call_(call),
        ticket_(std::move(ticket)),
        record_(calls, "flight", "DoGet", false),
        ctx_(ContextOf(*call)) {}

  void Start() {
    self_ = std::shared_ptr<Sender>(this);
    const bool taken = calls_.streams.Post([self = self_] { self->Work(); });
    if (!taken) {
      End(StatusOf(base::Error(base::Code::kResourceExhausted, kBusy,
                               "too many results are being sent: try again later")));
    }
  }

  void OnWriteDone(bool ok) override {
    state_.With([&](State& state) {
      state.writing = false;
      if (!ok) state.gone = true;
    });
    state_.Notify();
  }
  void OnCancel() override {
    state_.With([](State& state) { state.gone = true; });
    state_.Notify();
  }
  void OnDone() override {
    record_.Close(*call_, ctx_, ticket_, ended_);
    self_.reset();
  }

 private:
  struct State {
    bool writing = false;
    bool gone = false;
  };

  void End(grpc::Status status) {
    ended_ = std::move(status);
    Finish(ended_);
  }

  void Work() {
    base::Status sent = SendAll();
    const bool idle = state_.WaitFor(calls_.limits.reader_time,
                                     [](const State& state) { return !state.writing; });
    if (!idle) {
      call_->TryCancel();
      state_.WaitFor(calls_.limits.reader_time, [](const State& state) { return !state.writing; });
    }
    End(EndingOf(*call_, sent));
  }

  base::Status SendAll() {
    ASSIGN_OR_RETURN(columnar::Stream rows, calls_.parts.shelf.Take(TokenOf(*call_), ticket_));
    ASSIGN_OR_RETURN(const auto messages,
                     FlightMessages::Open(std::move(rows), FlightMessages::Limits{}));
    FlightMessage message;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, messages->Next(&message));
      if (!more) return base::Ok();
      ByteBuffer encoded = Encode(message);
      const bool ready = state_.WaitFor(calls_.limits.reader_time, [](const State& state) {
        return !state.writing || state.gone;
      });
      const bool gone = state_.With([&](State& state) {
        if (!state.gone && ready) state.writing = true;
        return state.gone || !ready;
      });
      if (gone) {
        return base::Error(base::Code::kUnavailable, kNoResult, "the reader is gone");
      }
      buffer_ = std::move(encoded);
      StartWrite(&buffer_);
    }
  }

  Calls& calls_;
  CallbackServerContext* const call_;
  const std::string ticket_;
  const CallRecord record_;
  const base::Context ctx_;
  base::Guarded<State> state_;
  ByteBuffer buffer_;  // of the write that is under way
  grpc::Status ended_;
  std::shared_ptr<Sender> self_;  // until the call is over
};

/// A stream of at most one message.
template <class T>
class Single final : public grpc::ServerWriteReactor<T> {
 public:
  void Say(T message) {
    message_ = std::move(message);
    this->StartWriteAndFinish(&message_, grpc::WriteOptions(), grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  T message_;
};

using Base = fl::FlightService::WithRawCallbackMethod_DoGet<
    fl::FlightService::WithCallbackMethod_ListFlights<
        fl::FlightService::WithCallbackMethod_DoAction<fl::FlightService::Service>>>;

class FlightService final : public Base {
 public:
  explicit FlightService(Calls& calls) : calls_(calls) {}

  grpc::ServerWriteReactor<fl::FlightInfo>* ListFlights(CallbackServerContext* call,
                                                        const fl::Criteria* criteria) override {
    auto* reactor = new Single<fl::FlightInfo>();  // tidy: deletes itself when the call is over
    const CallRecord record(calls_, "flight", "ListFlights", false);
    const bool taken = calls_.parts.pool.Post([=, this, wanted = criteria->expression()] {
      auto offer = Offer(*call, wanted);
      const grpc::Status said =
          EndingOf(*call, offer.ok() ? base::Ok() : base::Status(offer.error()));
      record.Close(*call, ContextOf(*call), "", said);
      if (offer.ok()) return reactor->Say(std::move(offer).value());
      reactor->Finish(said);
    });
    if (!taken) reactor->Finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "too much work is waiting"});
    return reactor;
  }

  grpc::ServerWriteReactor<ByteBuffer>* DoGet(CallbackServerContext* call,
                                              const ByteBuffer* request) override {
    fl::Ticket ticket;
    std::vector<grpc::Slice> slices;
    std::string bytes;
    if (request->Dump(&slices).ok()) {
      for (const grpc::Slice& slice : slices) {
        bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
      }
    }
    (void)ticket.ParseFromString(bytes);                       // what is no ticket names no result
    auto* sender = new Sender(calls_, call, ticket.ticket());  // tidy: owns itself until it is over
    sender->Start();
    return sender;
  }

  grpc::ServerWriteReactor<fl::Result>* DoAction(CallbackServerContext* call,
                                                 const fl::Action* action) override {
    auto* reactor = new Single<fl::Result>();  // tidy: deletes itself when the call is over
    const CallRecord record(calls_, "flight", "DoAction", false);
    const bool known = action->type() == kShutdown;
    const grpc::Status said =
        known ? grpc::Status::OK
              : grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "there is one action: shutdown");
    if (known) calls_.parts.shelf.Drop(TokenOf(*call));
    record.Close(*call, ContextOf(*call), known ? "shutdown" : "", said);
    reactor->Finish(said);
    return reactor;
  }

 private:
  base::Result<fl::FlightInfo> Offer(const CallbackServerContext& call, const std::string& wanted) {
    ASSIGN_OR_RETURN(const uint64_t rows_max, RowsMaxOf(wanted));
    fl::FlightInfo info;
    ASSIGN_OR_RETURN(const ResultShelf::Offer offer,
                     calls_.parts.shelf.Describe(
                         TokenOf(call), rows_max, [&](columnar::Stream& rows) -> base::Status {
                           ASSIGN_OR_RETURN(*info.mutable_schema(), EncapsulatedSchema(rows));
                           return base::Ok();
                         }));
    info.add_endpoint()->mutable_ticket()->set_ticket(offer.ticket);
    info.mutable_flight_descriptor()->set_type(fl::FlightDescriptor::CMD);  // Arrow's own clients
    info.mutable_flight_descriptor()->set_cmd(offer.ticket);                // take none without
    info.set_ordered(true);
    info.set_total_records(-1);
    info.set_total_bytes(-1);
    return info;
  }

  Calls& calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeFlightService(Calls& calls) {
  return std::make_unique<FlightService>(calls);
}

}  // namespace server::internal
