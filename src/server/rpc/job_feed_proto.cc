#include <chrono>
#include <utility>

#include "proto/commander.pb.h"
#include "server/reasons.h"
#include "server/rpc/job_feed.h"

namespace server {
namespace {

constexpr std::chrono::milliseconds kTick{200};

}  // namespace

JobFeed::Read JobFeed::At(size_t index) const {
  return state_.With([&](const State& state) {
    if (index < state.events.size()) return Read{state.events[index], false, {}};
    return Read{nullptr, state.over, state.error};
  });
}

void JobFeed::Add(Event event) {
  state_.With([&](State& state) { state.events.push_back(std::move(event)); });
}

void JobFeed::End(std::optional<base::Error> error) {
  state_.With([&](State& state) {
    state.over = true;
    state.error = std::move(error);
  });
}

JobFeeds::JobFeeds(Follow follow)
    : follow_(std::move(follow)),
      pool_(WorkPool::Limits{kJobsMax, 0}),
      ticker_([this](const std::stop_token& stop) noexcept { Tick(stop); }) {}

JobFeeds::~JobFeeds() {
  ticker_.request_stop();
  const Table left = table_.With([](Table& table) { return std::move(table); });
  table_.Notify();
  for (const auto& [job, followed] : left) followed.feed->RequestStop();
}

base::Result<std::shared_ptr<JobFeed>> JobFeeds::Join(
    const model::JobId& job, const std::string& caller,
    const std::shared_ptr<FeedListener>& listener) {
  bool fresh = false;
  const std::shared_ptr<JobFeed> feed = table_.With([&](Table& table) {
    Followed& followed = table[job];
    fresh = followed.feed == nullptr;
    if (fresh) followed.feed = std::make_shared<JobFeed>();
    followed.listeners.emplace(listener.get(), listener);
    return followed.feed;
  });
  if (fresh && !pool_.Post([this, job, caller, feed] { Run(job, caller, feed); })) {
    table_.With([&](Table& table) { table.erase(job); });
    return base::Error(base::Code::kResourceExhausted, kBusy,
                       "too many jobs are being followed: try again later");
  }
  return feed;
}

void JobFeeds::Leave(const model::JobId& job, const FeedListener* listener) {
  table_.With([&](Table& table) {
    const auto found = table.find(job);
    if (found == table.end() || found->second.listeners.erase(listener) == 0) return;
    if (!found->second.listeners.empty()) return;
    found->second.feed->RequestStop();
    table.erase(found);
  });
}

std::vector<std::shared_ptr<FeedListener>> JobFeeds::ListenersOf(const model::JobId& job) const {
  return table_.With([&](const Table& table) {
    std::vector<std::shared_ptr<FeedListener>> alive;
    const auto found = table.find(job);
    if (found == table.end()) return alive;
    for (const auto& [key, listener] : found->second.listeners) {
      if (auto one = listener.lock()) alive.push_back(std::move(one));
    }
    return alive;
  });
}

void JobFeeds::Run(const model::JobId& job, const std::string& caller,
                   const std::shared_ptr<JobFeed>& feed) {
  base::Context ctx;
  ctx.principal = caller;
  ctx.stop = feed->stop_token();
  const auto emit = [&](wire::pb::RunnerEvent&& event) {
    feed->Add(std::make_shared<const wire::pb::RunnerEvent>(std::move(event)));
    for (const auto& listener : ListenersOf(job)) listener->OnNews();
  };
  base::Status ended = follow_(ctx, job, emit);
  feed->End(ended.ok() ? std::nullopt : std::optional(std::move(ended).error()));
  for (const auto& listener : ListenersOf(job)) listener->OnNews();
}

uint32_t JobFeeds::listeners() const {
  return table_.With([](const Table& table) {
    size_t count = 0;
    for (const auto& [job, followed] : table) count += followed.listeners.size();
    return static_cast<uint32_t>(count);
  });
}

void JobFeeds::Tick(const std::stop_token& stop) noexcept {
  while (!stop.stop_requested()) {
    table_.WaitFor(kTick, [&](const Table&) { return stop.stop_requested(); });
    std::vector<std::shared_ptr<FeedListener>> alive;
    table_.With([&](const Table& table) {
      for (const auto& [job, followed] : table) {
        for (const auto& [key, listener] : followed.listeners) {
          if (auto one = listener.lock()) alive.push_back(std::move(one));
        }
      }
    });
    for (const auto& listener : alive) listener->OnTick();
  }
}

}  // namespace server
