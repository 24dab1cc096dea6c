// Queries of callers who will fetch the rows later, with another call: each runs at once, its rows
// wait for whoever shows its token, and are dropped when nobody comes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/jobs_api.h"
#include "base/clock.h"
#include "base/guarded.h"
#include "base/rng.h"
#include "server/work_pool.h"

namespace server {

/// Thread-safe. A query is started, its first rows are read, and then it stands still until its
/// rows are fetched: what the shelf holds is bounded by its number of places.
class ResultShelf {
 public:
  struct Limits {
    uint32_t results_max = 128;  // running or waiting; more are refused
    base::Duration early_time =
        std::chrono::seconds(2);  // mistakes found within it are told at once
    base::Duration unfetched_time = std::chrono::minutes(10);
  };
  ResultShelf(api::Jobs& jobs, const base::Clock& clock, base::Rng& rng, Limits limits);
  /// Stops what runs.
  ~ResultShelf();

  /// Starts it as the caller. kResourceExhausted "server.busy"; an error that shows early is
  /// returned and the query is over.
  base::Result<model::JobId> Start(const base::Context& ctx, api::QueryRequest request);

  /// Whose query of this shelf it is; none when it is not on it (any more).
  std::optional<std::string> OwnerOf(const model::JobId& job) const;
  /// Waits until its rows can be fetched and returns the token for them, or its error, or
  /// kCancelled when `ctx` is over.
  base::Result<std::string> AwaitToken(const base::Context& ctx, const model::JobId& job) const;
  /// False when it is not known or over.
  bool Cancel(const model::JobId& job);
  /// Those that are not over, as jobs in a list.
  std::vector<api::JobRecord> Running() const;

  /// What Flight asks, with the token of one result.
  struct Offer {
    model::JobId job;
    std::string ticket;
  };
  /// `rows_max`: what the caller wants at most, 0 = all. kNotFound "server.no_result".
  base::Result<Offer> Describe(const std::string& token, uint64_t rows_max,
                               const std::function<base::Status(columnar::Stream&)>& look);
  /// The rows, once.
  base::Result<columnar::Stream> Take(const std::string& token, const std::string& ticket);
  void Drop(const std::string& token);

  /// Drops what nobody fetched in time.
  void Expire();
  uint32_t size() const;

 private:
  struct Entry;
  struct Shelf {
    std::map<model::JobId, std::shared_ptr<Entry>> by_job;
    std::map<std::string, std::shared_ptr<Entry>> by_token;
  };
  void Run(const std::shared_ptr<Entry>& entry, base::Context ctx,
           const api::QueryRequest& request);
  std::shared_ptr<Entry> Find(const model::JobId& job) const;
  std::shared_ptr<Entry> FindToken(const std::string& token) const;
  void Remove(const std::shared_ptr<Entry>& entry);

  api::Jobs& jobs_;
  const base::Clock& clock_;
  base::Rng& rng_;
  const Limits limits_;
  base::Guarded<Shelf> shelf_;
  WorkPool pool_;
};

}  // namespace server
