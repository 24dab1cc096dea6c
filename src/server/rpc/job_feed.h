// The events of jobs on their way to any number of subscribers: each job is followed once, however
// many listen, and who reads slowly holds up nobody.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/guarded.h"
#include "model/ids.h"
#include "server/work_pool.h"
#include "wire/commander_messages.h"

namespace server {

/// Who listens; called from any thread, must not block. OnNews: there may be more to read. OnTick:
/// some time went by.
class FeedListener {
 public:
  virtual ~FeedListener() = default;
  virtual void OnNews() noexcept = 0;
  virtual void OnTick() noexcept = 0;
};

/// One job's events from the first on. Thread-safe.
class JobFeed {
 public:
  using Event = std::shared_ptr<const wire::pb::RunnerEvent>;
  struct Read {
    Event event;                       // null = none yet
    bool over = false;                 // no event comes at this index or later
    std::optional<base::Error> error;  // why it ended early
  };
  Read At(size_t index) const;

  // The writing side, for who follows the job.
  void Add(Event event);
  void End(std::optional<base::Error> error);
  void RequestStop() { stop_.request_stop(); }
  std::stop_token stop_token() const { return stop_.get_token(); }

 private:
  struct State {
    std::vector<Event> events;
    bool over = false;
    std::optional<base::Error> error;
  };
  base::Guarded<State> state_;
  std::stop_source stop_;
};

/// Owns the feeds; a feed ends when nobody listens. Thread-safe.
class JobFeeds {
 public:
  using Emit = std::function<void(wire::pb::RunnerEvent&&)>;
  /// Calls `emit` for every event until the job is over or `ctx` says stop.
  using Follow =
      std::function<base::Status(const base::Context& ctx, const model::JobId& job, const Emit&)>;

  static constexpr uint32_t kJobsMax = 256;  // followed at once; subscribers are not counted

  explicit JobFeeds(Follow follow);
  /// Stops following.
  ~JobFeeds();

  /// kResourceExhausted "server.busy". The job is followed as the first `caller` that joins; who
  /// may, was decided before.
  base::Result<std::shared_ptr<JobFeed>> Join(const model::JobId& job, const std::string& caller,
                                              const std::shared_ptr<FeedListener>& listener);
  void Leave(const model::JobId& job, const FeedListener* listener);
  uint32_t listeners() const;

 private:
  struct Followed {
    std::shared_ptr<JobFeed> feed;
    std::map<const FeedListener*, std::weak_ptr<FeedListener>> listeners;
  };
  using Table = std::map<model::JobId, Followed>;
  void Run(const model::JobId& job, const std::string& caller,
           const std::shared_ptr<JobFeed>& feed);
  std::vector<std::shared_ptr<FeedListener>> ListenersOf(const model::JobId& job) const;
  void Tick(const std::stop_token& stop) noexcept;

  const Follow follow_;
  base::Guarded<Table> table_;
  WorkPool pool_;
  std::jthread ticker_;
};

}  // namespace server
