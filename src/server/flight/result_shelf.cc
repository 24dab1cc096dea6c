#include "server/flight/result_shelf.h"

#include <deque>
#include <stop_token>
#include <utility>

#include "columnar/producer.h"
#include "server/reasons.h"

namespace server {
namespace {

constexpr std::chrono::milliseconds kLook{50};
constexpr int64_t kSmallRows = 64 * 1024;  // a first batch below it is usually the only one

base::Error NoResult() {
  return base::Error(
      base::Code::kNotFound, kNoResult,
      "there is no result for this token: it was fetched, has expired, or never was");
}

/// Batches that were read already, then the rest.
class Resumed final : public columnar::BatchProducer {
 public:
  explicit Resumed(columnar::Stream rest) : rest_(std::move(rest)) {}
  ~Resumed() override {
    for (ArrowArray& batch : ready_) batch.release(&batch);
  }
  Resumed(const Resumed&) = delete;
  Resumed& operator=(const Resumed&) = delete;

  /// Reads enough to know whether a short query works, and to let it end.
  base::Status ReadFirst() {
    for (int i = 0; i < 2 && !over_; ++i) {
      ArrowArray batch{};
      ASSIGN_OR_RETURN(const bool more, rest_.ReadNext(&batch));
      over_ = !more;
      if (!more) break;
      ready_.push_back(batch);
      if (batch.length >= kSmallRows) break;
    }
    return base::Ok();
  }

  bool over() const { return over_; }

  base::Status ReadSchema(ArrowSchema* out) override { return rest_.ReadSchema(out); }
  base::Result<bool> ReadNext(ArrowArray* out) override {
    if (!ready_.empty()) {
      *out = ready_.front();
      ready_.pop_front();
      return true;
    }
    if (over_) return false;
    return rest_.ReadNext(out);
  }

 private:
  columnar::Stream rest_;
  std::deque<ArrowArray> ready_;
  bool over_ = false;
};

/// Rows on their way; calls `gone` when they are dropped, read to the end or not.
class Leaving final : public columnar::BatchProducer {
 public:
  Leaving(columnar::Stream rows, std::function<void()> gone)
      : rows_(std::move(rows)), gone_(std::move(gone)) {}
  ~Leaving() override {
    rows_ = columnar::Stream();
    gone_();
  }
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;
  base::Status ReadSchema(ArrowSchema* out) override { return rows_.ReadSchema(out); }
  base::Result<bool> ReadNext(ArrowArray* out) override { return rows_.ReadNext(out); }

 private:
  columnar::Stream rows_;
  const std::function<void()> gone_;
};

}  // namespace

struct ResultShelf::Entry {
  enum class Phase { kRunning, kReady, kTaken, kOver };
  struct State {
    Phase phase = Phase::kRunning;
    columnar::Stream rows;
    std::optional<base::Error> error;  // when over
    base::Instant ready{};
    uint64_t rows_max = 0;
    bool complete = false;  // the query has ended, whether or not its rows were fetched
  };

  api::JobRecord record;  // as listed while it runs
  std::string token;
  std::stop_source stop;
  base::Guarded<State> state;
};

ResultShelf::ResultShelf(api::Jobs& jobs, const base::Clock& clock, base::Rng& rng, Limits limits)
    : jobs_(jobs),
      clock_(clock),
      rng_(rng),
      limits_(limits),
      pool_(WorkPool::Limits{limits.results_max, 0}) {}

ResultShelf::~ResultShelf() {
  const auto entries = shelf_.With([](Shelf& shelf) { return std::move(shelf.by_job); });
  for (const auto& [job, entry] : entries) entry->stop.request_stop();
}

std::shared_ptr<ResultShelf::Entry> ResultShelf::Find(const model::JobId& job) const {
  return shelf_.With([&](const Shelf& shelf) {
    const auto found = shelf.by_job.find(job);
    return found == shelf.by_job.end() ? nullptr : found->second;
  });
}

std::shared_ptr<ResultShelf::Entry> ResultShelf::FindToken(const std::string& token) const {
  return shelf_.With([&](const Shelf& shelf) {
    const auto found = shelf.by_token.find(token);
    return found == shelf.by_token.end() ? nullptr : found->second;
  });
}

void ResultShelf::Remove(const std::shared_ptr<Entry>& entry) {
  shelf_.With([&](Shelf& shelf) {
    shelf.by_job.erase(entry->record.id);
    shelf.by_token.erase(entry->token);
  });
}

base::Result<model::JobId> ResultShelf::Start(const base::Context& ctx, api::QueryRequest request) {
  Expire();
  auto entry = std::make_shared<Entry>();
  request.job = model::JobId(base::NewUuid(rng_));
  entry->token = base::NewUuid(rng_);
  entry->record.id = request.job;
  entry->record.kind = api::JobKind::kQuery;
  entry->record.status = api::JobStatus::kRunning;
  entry->record.user = ctx.principal;
  entry->record.created = clock_.Now();
  entry->record.ref = request.ref;
  entry->record.details["sql"] = request.sql;
  base::Context own;
  own.principal = ctx.principal;
  own.trace_id = ctx.trace_id;
  own.stop = entry->stop.get_token();
  const bool placed = shelf_.With([&](Shelf& shelf) {
    if (shelf.by_job.size() >= limits_.results_max) return false;
    shelf.by_job.emplace(request.job, entry);
    shelf.by_token.emplace(entry->token, entry);
    return true;
  });
  if (!placed || !pool_.Post([this, entry, own, request] { Run(entry, own, request); })) {
    if (placed) Remove(entry);
    return base::Error(base::Code::kResourceExhausted, kBusy,
                       "too many queries are running or wait to be fetched: try again later");
  }
  entry->state.WaitFor(limits_.early_time, [](const Entry::State& state) {
    return state.phase != Entry::Phase::kRunning;
  });
  auto early = entry->state.With([](const Entry::State& state) { return state.error; });
  if (!early) return request.job;
  Remove(entry);
  return *std::move(early);
}

void ResultShelf::Run(const std::shared_ptr<Entry>& entry, base::Context ctx,
                      const api::QueryRequest& request) {
  bool complete = false;
  auto rows = [&]() -> base::Result<columnar::Stream> {
    ASSIGN_OR_RETURN(api::QueryResult result, jobs_.Query(ctx, request));
    auto resumed = std::make_unique<Resumed>(std::move(result.stream));
    RETURN_IF_ERROR(resumed->ReadFirst());
    complete = resumed->over();
    return columnar::StreamOf(std::move(resumed));
  }();
  entry->state.With([&](Entry::State& state) {
    state.ready = clock_.Now();
    state.complete = complete || !rows.ok();
    state.phase = rows.ok() ? Entry::Phase::kReady : Entry::Phase::kOver;
    if (rows.ok()) {
      state.rows = std::move(rows).value();
    } else {
      state.error = rows.error();
    }
  });
  entry->state.Notify();
}

std::optional<std::string> ResultShelf::OwnerOf(const model::JobId& job) const {
  const std::shared_ptr<Entry> entry = Find(job);
  if (!entry) return {};
  return entry->record.user;
}

base::Result<std::string> ResultShelf::AwaitToken(const base::Context& ctx,
                                                  const model::JobId& job) const {
  const std::shared_ptr<Entry> entry = Find(job);
  if (!entry) return NoResult();
  while (!entry->state.WaitFor(
      kLook, [](const Entry::State& state) { return state.phase != Entry::Phase::kRunning; })) {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  }
  const auto error = entry->state.With([](const Entry::State& state) { return state.error; });
  if (error) return *error;
  return entry->token;
}

bool ResultShelf::Cancel(const model::JobId& job) {
  const std::shared_ptr<Entry> entry = Find(job);
  if (!entry) return false;
  const bool alive = entry->state.With([](const Entry::State& state) { return !state.complete; });
  entry->stop.request_stop();
  // Rows that wait are read no further than the stop: this is what writes the job's end.
  columnar::Stream waiting = entry->state.With([](Entry::State& state) {
    if (state.phase != Entry::Phase::kReady) return columnar::Stream();
    state.phase = Entry::Phase::kOver;
    state.complete = true;
    state.error = base::Error(base::Code::kCancelled, kNoResult, "the query was stopped");
    return std::move(state.rows);
  });
  entry->state.Notify();
  if (waiting.valid()) (void)columnar::CountRows(std::move(waiting));
  return alive;
}

std::vector<api::JobRecord> ResultShelf::Running() const {
  const auto entries = shelf_.With([](const Shelf& shelf) { return shelf.by_job; });
  std::vector<api::JobRecord> records;
  for (const auto& [job, entry] : entries) {
    const bool over = entry->state.With([](const Entry::State& state) { return state.complete; });
    if (!over) records.push_back(entry->record);
  }
  return records;
}

base::Result<ResultShelf::Offer> ResultShelf::Describe(
    const std::string& token, uint64_t rows_max,
    const std::function<base::Status(columnar::Stream&)>& look) {
  const std::shared_ptr<Entry> entry = FindToken(token);
  if (!entry) return NoResult();
  base::Status looked = entry->state.With([&](Entry::State& state) -> base::Status {
    if (state.phase != Entry::Phase::kReady) return state.error ? *state.error : NoResult();
    state.rows_max = rows_max;
    return look(state.rows);
  });
  if (!looked.ok()) return std::move(looked).error();
  return Offer{entry->record.id, entry->record.id.text()};
}

base::Result<columnar::Stream> ResultShelf::Take(const std::string& token,
                                                 const std::string& ticket) {
  const std::shared_ptr<Entry> entry = FindToken(token);
  if (!entry || entry->record.id.text() != ticket) return NoResult();
  return entry->state.With([&](Entry::State& state) -> base::Result<columnar::Stream> {
    if (state.phase != Entry::Phase::kReady) return state.error ? *state.error : NoResult();
    state.phase = Entry::Phase::kTaken;
    columnar::Stream rows = std::move(state.rows);
    if (state.rows_max > 0) rows = columnar::Limit(std::move(rows), state.rows_max);
    const auto gone = [entry] {
      entry->state.With([](Entry::State& over) { over.complete = true; });
    };
    return columnar::StreamOf(std::make_unique<Leaving>(std::move(rows), gone));
  });
}

void ResultShelf::Drop(const std::string& token) {
  if (const std::shared_ptr<Entry> entry = FindToken(token)) Remove(entry);
}

void ResultShelf::Expire() {
  const base::Instant now = clock_.Now();
  const auto entries = shelf_.With([](const Shelf& shelf) { return shelf.by_job; });
  for (const auto& [job, entry] : entries) {
    const bool late = entry->state.With([&](const Entry::State& state) {
      return state.phase != Entry::Phase::kRunning && now - state.ready > limits_.unfetched_time;
    });
    if (late) Remove(entry);
  }
}

uint32_t ResultShelf::size() const {
  return shelf_.With([](const Shelf& shelf) { return static_cast<uint32_t>(shelf.by_job.size()); });
}

}  // namespace server
