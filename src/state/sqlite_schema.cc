#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/file.h"
#include "state/reasons.h"
#include "state/sqlite_schema_internal.h"

namespace state {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

// Objects are rows of a rowid table: appended in order of arrival, found through the index of
// hashes, so that a random hash never moves large bytes. Records are clustered by key, so that a
// listing reads neighbours.
// counter.version_floor: the highest version any deleted record had; a key that is put again starts
// above it, so versions are never reused and nothing is kept of deleted keys.
// counter.epoch: raised by a sweep of unreachable objects when it starts; an object inserted (or
// inserted again) while it marks carries the raised epoch and is not swept.
constexpr char kCreate[] =
    "BEGIN IMMEDIATE;"
    "PRAGMA application_id=1112490324;"
    "PRAGMA user_version=1;"
    "CREATE TABLE object(hash BLOB NOT NULL PRIMARY KEY, bytes BLOB NOT NULL,"
    " epoch INTEGER NOT NULL) STRICT;"
    "CREATE TABLE kv(key BLOB NOT NULL PRIMARY KEY, bytes BLOB NOT NULL,"
    " version INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE counter(name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "INSERT INTO counter VALUES('epoch', 1), ('version_floor', 0);"
    "COMMIT;";
static_assert(kApplicationId == 1112490324 && kSchemaVersion == 1, "the literals above");

constexpr char kVersionOf[] = "SELECT version FROM kv WHERE key=?1";
constexpr char kPutObject[] =
    "INSERT INTO object(hash, bytes, epoch)"
    " VALUES(?1, ?2, (SELECT value FROM counter WHERE name='epoch'))"
    " ON CONFLICT(hash) DO UPDATE SET epoch=excluded.epoch WHERE epoch<excluded.epoch";
constexpr char kPutRecord[] =
    "INSERT INTO kv(key, bytes, version)"
    " VALUES(?1, ?2, 1+(SELECT value FROM counter WHERE name='version_floor'))"
    " ON CONFLICT(key) DO UPDATE SET bytes=excluded.bytes, version=kv.version+1";
constexpr char kRaiseFloor[] =
    "UPDATE counter SET value=(SELECT version FROM kv WHERE key=?1)"
    " WHERE name='version_floor' AND value<(SELECT version FROM kv WHERE key=?1)";
constexpr char kDeleteRecord[] = "DELETE FROM kv WHERE key=?1";

// What the log holds before a commit folds it into the file (SQLite's default, 1000 pages and their
// headers), and room for the commit that passes the limit.
constexpr uint64_t kLogBytes = 1100ull * (4096 + 24);

/// Gives the log its full length at once. SQLite reads a log up to its first invalid frame, and
/// zeros are one; it then writes over blocks that exist, and an fsync has no file size to store:
/// a fraction of the time on a journalling file system. Best effort: without the room for it the
/// log grows as it is written. Call with the lock file held, since writers append to it.
Status ExtendLog(const std::string& path) {
  const base::Fd log(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!log.valid()) return base::IoError("open", path, errno);
  struct stat status{};
  if (::fstat(log.get(), &status) != 0) return base::IoError("look at", path, errno);
  const std::string zeros(64 << 10, '\0');
  for (auto at = static_cast<uint64_t>(status.st_size); at < kLogBytes;) {
    const size_t size = std::min<uint64_t>(zeros.size(), kLogBytes - at);
    const ssize_t written = ::pwrite(log.get(), zeros.data(), size, static_cast<off_t>(at));
    if (written <= 0) {
      if (::ftruncate(log.get(), status.st_size) != 0) return base::IoError("cut", path, errno);
      return base::Ok();
    }
    at += static_cast<uint64_t>(written);
  }
  if (::fsync(log.get()) != 0) return base::IoError("fsync", path, errno);
  return base::Ok();
}

Status RunWith(Database& database, const char* sql, base::BytesView first,
               base::BytesView second = {}, bool has_second = false) {
  ASSIGN_OR_RETURN(sqlite3_stmt * prepared, database.Prepare(sql));
  Statement statement(prepared);
  statement.Bind(1, first);
  if (has_second) statement.Bind(2, second);
  ASSIGN_OR_RETURN([[maybe_unused]] const bool row, statement.Step());
  return base::Ok();
}

}  // namespace

Result<Found> Inspect(Database& database, const std::string& path) {
  ASSIGN_OR_RETURN(const int64_t application, database.ReadInt("PRAGMA application_id"));
  ASSIGN_OR_RETURN(const int64_t version, database.ReadInt("PRAGMA user_version"));
  if (application == 0 && version == 0) {
    ASSIGN_OR_RETURN(const int64_t tables, database.ReadInt("SELECT count(*) FROM sqlite_schema"));
    if (tables == 0) return Found::kEmpty;
  }
  if (application != kApplicationId) {
    return Error(Code::kCorrupt, reasons::kNotALake,
                 "\"" + path + "\" is a database of another program, not the state of a lake");
  }
  if (version > kSchemaVersion) {
    return Error(Code::kUnimplemented, reasons::kNewerVersion,
                 "\"" + path + "\" was written by a newer boathouse (state version " +
                     std::to_string(version) + ", this one knows " +
                     std::to_string(kSchemaVersion) + "): upgrade boathouse");
  }
  if (version < 1) {
    return Error(Code::kCorrupt, reasons::kNotALake,
                 "\"" + path + "\" has the impossible state version " + std::to_string(version));
  }
  return Found::kStore;
}

Status CreateSchema(Database& database, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string mode, database.ReadText("PRAGMA journal_mode=WAL"));
  if (mode != "wal") {
    return Error(Code::kFailedPrecondition, reasons::kDatabaseFailed,
                 "the file system cannot hold a database with a write-ahead log (mode \"" + mode +
                     "\"): put the lake on a local disk");
  }
  RETURN_IF_ERROR(database.Run(kCreate));
  // Into the file itself, so that its marks are there for whoever looks.
  RETURN_IF_ERROR(database.Run("PRAGMA wal_checkpoint(PASSIVE)"));
  return ExtendLog(path + "-wal");
}

Result<std::optional<std::string>> FailedExpectation(Database& database, const Batch& batch) {
  for (const Expectation& expected : batch.expect) {
    ASSIGN_OR_RETURN(sqlite3_stmt * prepared, database.Prepare(kVersionOf));
    Statement statement(prepared);
    statement.Bind(1, expected.key);
    ASSIGN_OR_RETURN(const bool found, statement.Step());
    const bool holds = found ? expected.version.has_value() &&
                                   *expected.version == static_cast<uint64_t>(statement.IntAt(0))
                             : !expected.version.has_value();
    if (!holds) return std::optional<std::string>(expected.key);
  }
  return std::optional<std::string>();
}

Status WriteBatch(Database& database, const Batch& batch) {
  for (const Object& object : batch.objects) {
    RETURN_IF_ERROR(RunWith(database, kPutObject, object.hash, object.bytes, true));
  }
  for (const Put& put : batch.puts) {
    RETURN_IF_ERROR(RunWith(database, kPutRecord, put.key, put.bytes, true));
  }
  for (const std::string& key : batch.deletes) {
    RETURN_IF_ERROR(RunWith(database, kRaiseFloor, key));
    RETURN_IF_ERROR(RunWith(database, kDeleteRecord, key));
  }
  return base::Ok();
}

}  // namespace state
