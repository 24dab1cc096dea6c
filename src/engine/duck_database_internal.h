// The DuckDB database behind a SqlEngine: opened late, locked down, with one table function that
// reads our sources.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "columnar/predicate.h"
#include "engine/sql_engine.h"

namespace engine::internal {

inline constexpr char kScanFunction[] = "boathouse_scan";

/// One use of a table in one query, which its scans find by number. Columns are known to DuckDB by
/// `names`, which differ from the stored ones where those differ by case only.
struct TableScan {
  std::shared_ptr<TableSource> source;
  std::vector<std::string> names;  // parallel to source->schema().fields
  columnar::Predicate predicate;
  base::Context ctx;
  base::Guarded<std::optional<base::Error>>* failure = nullptr;  // the query's first own error
};

using ScanRegistry = base::Guarded<std::map<int64_t, std::shared_ptr<TableScan>>>;

/// Registers boathouse_scan(number). `conversions` is a connection of its own, for Arrow
/// conversions while others run queries; both outlive the database.
struct ScanEnvironment {
  ScanRegistry scans;
  duckdb_connection conversions = nullptr;
  int threads = 1;
};
base::Status RegisterScanFunction(duckdb_connection connection, ScanEnvironment* environment);

/// DuckDB's type for ours. The caller destroys it.
duckdb_logical_type DuckType(const columnar::Type& type);

}  // namespace engine::internal

namespace engine {

class SqlEngine::Database {
 public:
  explicit Database(SqlEngineOptions options) : options_(std::move(options)) {}
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// A connection; opens the database if it is not. The caller disconnects.
  base::Result<duckdb_connection> Connect();
  internal::ScanEnvironment& scans() { return environment_; }
  const SqlEngineOptions& options() const { return options_; }
  const base::Clock& clock() const {
    return options_.clock == nullptr ? system_clock_ : *options_.clock;
  }
  int64_t NextNumber();

 private:
  base::Status Open();
  base::Status Configure(duckdb_connection connection);

  const SqlEngineOptions options_;
  const base::SystemClock system_clock_;
  std::mutex opening_;  // tidy: held while the database opens, so that it opens once
  duckdb_database database_ = nullptr;
  internal::ScanEnvironment environment_;
  base::Guarded<int64_t> numbers_;
};

}  // namespace engine
