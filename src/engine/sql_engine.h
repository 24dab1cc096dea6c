// SqlEngine: read-only SQL over tables that the caller provides as streams, run by DuckDB in this
// process.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "columnar/predicate.h"
#include "columnar/stream.h"
#include "columnar/type.h"

namespace engine {

/// What a scan needs of a table.
struct ScanRequest {
  std::vector<std::string> columns;  // exactly these, in this order; at least one
  columnar::Predicate predicate;  // bound; may be used for pruning, rows it rejects may still come
};

/// A table as the engine sees it: a port, implemented by the runtime over Iceberg scans and results
/// in memory. Thread-safe; Open may be called several times (self joins) and from other threads,
/// and streams may outlive the call to Query.
class TableSource {
 public:
  virtual ~TableSource() = default;
  virtual const columnar::Schema& schema() const = 0;
  /// For the optimizer's join order.
  virtual std::optional<uint64_t> RowsEstimate() const { return std::nullopt; }
  virtual base::Result<columnar::Stream> Open(const base::Context& ctx,
                                              const ScanRequest& request) = 0;
  /// Local paths of the whole table after pruning by `predicate`, when every fragment is plain (see
  /// IsPlain): the engine may then read them itself. Nothing = use Open.
  virtual base::Result<std::optional<std::vector<std::string>>> PlainParquetPaths(
      const base::Context& ctx, const columnar::Predicate& predicate) {
    static_cast<void>(ctx);
    static_cast<void>(predicate);
    return std::optional<std::vector<std::string>>();
  }
};

/// A source that gives `rows` once. A second Open is kFailedPrecondition "engine.read_once".
/// Fails when the stream's schema has no counterpart in our types.
base::Result<std::shared_ptr<TableSource>> SourceOf(columnar::Stream rows);

struct SqlEngineOptions {
  int threads = 2;
  uint64_t memory_bytes_max = 1ull << 30;
  std::string temp_folder;                    // for spilling; empty = never spill
  std::vector<std::string> readable_folders;  // where PlainParquetPaths may point; others use Open
  bool reads_plain_files = true;       // false: every table through Open, the reference reader
  const base::Clock* clock = nullptr;  // for deadlines, outlives the engine; null = the system's
};

struct Query {
  std::string sql;
  /// By TableReference::Name(), exactly as stored (case matters): "t", "ns.t", "a.b.t".
  std::map<std::string, std::shared_ptr<TableSource>> tables;
  uint64_t rows_max = 0;  // 0 = all
};

/// Opens DuckDB on the first query, with external access off and its configuration locked.
/// Thread-safe: queries run side by side on their own connections. Streams keep the database alive.
class SqlEngine {
 public:
  explicit SqlEngine(SqlEngineOptions options);
  ~SqlEngine();
  SqlEngine(SqlEngine&&) noexcept;
  SqlEngine& operator=(SqlEngine&&) noexcept;

  /// The result as it is computed, in batches of at least 64 Ki rows (the last one excepted).
  /// Accepts SELECT, WITH, VALUES, DESCRIBE name, SHOW TABLES (of `query.tables`), EXPLAIN.
  /// Errors: kUserCode "engine.bad_sql" with place, "engine.sql_failed", "engine.unknown_table"
  /// (with the nearest name), "engine.duplicate_column"; kPermissionDenied "engine.read_only_sql",
  /// "engine.no_file_access"; kResourceExhausted "engine.out_of_memory"; kCancelled when ctx.stop
  /// was asked for and kDeadlineExceeded when its deadline passed, while the query runs and while
  /// its rows are read; errors of sources come out as they are. Whole numbers wider than a long,
  /// as sums of longs are inside, come out as longs: "engine.integer_overflow" where one does not
  /// fit.
  base::Result<columnar::Stream> Run(const base::Context& ctx, const Query& query);

  class Database;

 private:
  std::shared_ptr<Database> database_;
};

/// The column that SQL means by `name`: spelled so, or the only one that differs in case alone.
const columnar::Field* FindColumn(const columnar::Schema& schema, const std::string& name);

/// `columns` of the rows for which `filter_sql` is true (empty filter = all rows, empty columns =
/// all). Without a filter no database is opened. kInvalidArgument "engine.unknown_column" with the
/// nearest name, else the errors of ParseFilter and SqlEngine::Run.
base::Result<columnar::Stream> FilterStream(const base::Context& ctx, SqlEngine& engine,
                                            columnar::Stream rows, const std::string& filter_sql,
                                            const std::vector<std::string>& columns);

}  // namespace engine
