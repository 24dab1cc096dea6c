// QueryWatch: ends a query inside DuckDB when its caller gives up or its time is over.
#pragma once

#include <duckdb.h>

#include <optional>
#include <thread>

#include "base/context.h"
#include "base/guarded.h"

namespace engine::internal {

/// Watches from a thread of its own until it is dropped. An interrupt that comes between two steps
/// of a query is forgotten by DuckDB, so that it is repeated. `connection` must live longer.
class QueryWatch {
 public:
  QueryWatch(const base::Context& ctx, const base::Clock& clock, duckdb_connection connection);
  ~QueryWatch();
  QueryWatch(const QueryWatch&) = delete;
  QueryWatch& operator=(const QueryWatch&) = delete;

  /// kCancelled "engine.cancelled", kDeadlineExceeded "engine.deadline_exceeded"; nothing while the
  /// query may go on.
  std::optional<base::Error> Ended() const;

 private:
  void Watch() noexcept;

  const base::Context ctx_;
  const base::Clock& clock_;
  const duckdb_connection connection_;
  base::Guarded<bool> over_;
  std::jthread thread_;
};

}  // namespace engine::internal
