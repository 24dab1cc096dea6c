#include <memory>
#include <optional>
#include <utility>

#include "server/reasons.h"
#include "server/rpc/subscriber_internal.h"

namespace server::internal {
namespace {

namespace pb = wire::pb;

// What may happen (news, ticks, a finished write, a cancelled call) comes on any thread and in any
// order: one function decides, under the lock, what is to be done next; it is done outside.
class Subscriber final : public grpc::ServerWriteReactor<pb::SubscribeLogsResponse>,
                         public FeedListener,
                         public std::enable_shared_from_this<Subscriber> {
 public:
  Subscriber(Calls& calls, grpc::CallbackServerContext* call,
             const pb::SubscribeLogsRequest& request)
      : calls_(calls),
        call_(call),
        job_(request.job_id()),
        ours_(request.boathouse_events()),
        from_(request.boathouse_from()),
        record_(calls, "rpc", "SubscribeLogs", false),
        ctx_(ContextOf(*call)) {}

  void Start() {
    self_ = shared_from_this();
    StartSendInitialMetadata();
    const bool taken = calls_.parts.pool.Post([self = self_] { self->Begin(); });
    if (!taken) {
      End(StatusOf(base::Error(base::Code::kResourceExhausted, kBusy,
                               "too much work is waiting: try again later")));
    }
  }

  void OnNews() noexcept override { Proceed(); }
  void OnTick() noexcept override {
    state_.With([](State& state) { state.ticked = true; });
    Proceed();
  }
  void OnWriteDone(bool ok) override {
    state_.With([&](State& state) {
      state.writing = false;
      if (!ok) state.gone = true;
    });
    Proceed();
  }
  void OnCancel() override {
    state_.With([](State& state) { state.gone = true; });
    Proceed();
  }
  void OnDone() override {
    calls_.parts.feeds.Leave(job_, this);
    record_.Close(*call_, ctx_, job_.text(), ended_);
    self_.reset();
  }

 private:
  struct State {
    std::shared_ptr<JobFeed> feed;
    std::optional<grpc::Status> refused;  // before there was a feed
    size_t next = 0;
    bool writing = false;
    bool finished = false;
    bool gone = false;
    bool ticked = false;
    base::Instant last_write{};
  };
  enum class Step { kNothing, kWrite, kFinish, kAbort };

  void Begin() {
    base::Status admitted = Admit(calls_, *call_, ctx_);
    if (admitted.ok()) admitted = calls_.parts.methods.MayFollow(ctx_, job_);
    if (!admitted.ok()) return End(EndingOf(*call_, admitted));
    auto feed = calls_.parts.feeds.Join(job_, ctx_.principal, shared_from_this());
    if (!feed.ok()) return End(EndingOf(*call_, feed.error()));
    state_.With([&](State& state) {
      state.feed = *feed;
      state.last_write = calls_.parts.clock.Now();
    });
    Proceed();
  }

  void End(grpc::Status status) {
    state_.With([&](State& state) { state.refused = std::move(status); });
    Proceed();
  }

  void Proceed() {
    const Step step = state_.With([this](State& state) { return Decide(state); });
    switch (step) {
      case Step::kNothing:
        return;
      case Step::kWrite:
        return StartWrite(&message_);
      case Step::kFinish:
        return Finish(ended_);
      case Step::kAbort:  // a reader that takes nothing: its write will fail, then it is finished
        return call_->TryCancel();
    }
  }

  Step FinishWith(State& state, grpc::Status status) {
    state.finished = true;
    ended_ = std::move(status);
    return Step::kFinish;
  }

  Step Decide(State& state) {
    if (state.finished) return Step::kNothing;
    const base::Instant now = calls_.parts.clock.Now();
    const bool late = now >= ctx_.deadline;
    if (state.writing) {
      const bool stuck = late || now - state.last_write > calls_.limits.reader_time;
      return state.ticked && stuck ? Step::kAbort : Step::kNothing;
    }
    if (state.gone) return FinishWith(state, grpc::Status::CANCELLED);
    if (state.refused) return FinishWith(state, *state.refused);
    if (late) {
      return FinishWith(state, {grpc::StatusCode::DEADLINE_EXCEEDED, "the call's time is over"});
    }
    if (!state.feed) return Step::kNothing;
    JobFeed::Read read = state.feed->At(state.next);
    for (; read.event; read = state.feed->At(state.next)) {
      ++state.next;
      if (Wants(*read.event)) return Write(state, *read.event, now);
    }
    if (read.over) {
      const base::Status end = read.error ? base::Status(*read.error) : base::Ok();
      return FinishWith(state, EndingOf(*call_, end));
    }
    if (calls_.draining) {
      return FinishWith(state, {grpc::StatusCode::UNAVAILABLE, "the server is going down"});
    }
    if (!std::exchange(state.ticked, false) || now - state.last_write < calls_.limits.heartbeat) {
      return Step::kNothing;
    }
    pb::RunnerEvent heartbeat;
    heartbeat.mutable_global_liveliness_heartbeat();
    return Write(state, heartbeat, now);
  }

  /// A client of ours reads the job's own events, and where the rows of a query are.
  bool Wants(const pb::RunnerEvent& event) const {
    if (!ours_) return !event.has_boathouse_event();
    if (!event.has_boathouse_event()) return event.has_flight_server_start();
    return !event.boathouse_event().record().empty() || event.boathouse_event().sequence() >= from_;
  }

  Step Write(State& state, const pb::RunnerEvent& event, base::Instant now) {
    message_.set_job_id(job_.text());
    *message_.mutable_runner_event() = event;
    if (event.has_flight_server_start()) {
      auto& start = *message_.mutable_runner_event()->mutable_flight_server_start();
      start.set_endpoint(ResultUrl());
      start.set_use_tls(start.endpoint().starts_with("https://"));
    }
    state.writing = true;
    state.ticked = false;
    state.last_write = now;
    return Step::kWrite;
  }

  /// Results are fetched where the caller found us: behind port mappings only it knows the address.
  std::string ResultUrl() const {
    if (!calls_.public_url.empty()) return calls_.public_url;
    const grpc::string_ref authority = call_->ExperimentalGetAuthority();
    return (calls_.tls ? "https://" : "http://") + std::string(authority.data(), authority.size());
  }

  Calls& calls_;
  grpc::CallbackServerContext* const call_;
  const model::JobId job_;
  const bool ours_;
  const uint64_t from_;
  const CallRecord record_;
  base::Context ctx_;
  base::Guarded<State> state_;
  pb::SubscribeLogsResponse message_;  // of the write that is under way
  grpc::Status ended_;
  std::shared_ptr<Subscriber> self_;  // until the call is over
};

}  // namespace

grpc::ServerWriteReactor<pb::SubscribeLogsResponse>* Subscribe(
    Calls& calls, grpc::CallbackServerContext* call, const pb::SubscribeLogsRequest& request) {
  auto subscriber = std::make_shared<Subscriber>(calls, call, request);
  subscriber->Start();
  return subscriber.get();
}

}  // namespace server::internal
