#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "state/database_internal.h"
#include "state/reasons.h"

namespace state {
namespace {

using base::Bytes;
using base::BytesView;
using base::Code;
using base::Error;
using base::Result;
using base::Status;

bool DiskIsFull(int result, int system_error) {
  if ((result & 0xff) == SQLITE_FULL) return true;
  return (result & 0xff) == SQLITE_IOERR &&
         (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG);
}

Error ErrorOf(sqlite3* handle, int result) {
  const int system_error = handle == nullptr ? 0 : sqlite3_system_errno(handle);
  const char* file = handle == nullptr ? nullptr : sqlite3_db_filename(handle, "main");
  const std::string where = "state database \"" + std::string(file == nullptr ? "" : file) + "\": ";
  std::string words = handle == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(handle);
  if (system_error != 0) words += std::string(" (") + std::strerror(system_error) + ")";
  if (DiskIsFull(result, system_error)) {
    return Error(Code::kResourceExhausted, "base.disk_full",
                 where + "the disk is full, free some space and retry");
  }
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(Code::kUnavailable, reasons::kBusy,
                   where + "another process holds it for too long, retry");
    case SQLITE_CORRUPT:
      return Error(Code::kCorrupt, reasons::kDamaged,
                   where + "the file is damaged (" + words + "), restore it from a backup");
    case SQLITE_NOTADB:
      return Error(Code::kCorrupt, reasons::kNotALake, where + "the file is not a database");
    case SQLITE_TOOBIG:
      return Error(Code::kInvalidArgument, reasons::kTooLarge, where + words);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Error(Code::kPermissionDenied, reasons::kDatabaseFailed,
                   where + words + ", check the rights of the file and its folder");
    default:
      break;
  }
  if (system_error == EACCES || system_error == EPERM) {
    return Error(Code::kPermissionDenied, reasons::kDatabaseFailed,
                 where + words + ", check the rights of the file and its folder");
  }
  return Error(Code::kUnavailable, reasons::kDatabaseFailed, where + words);
}

}  // namespace

Statement::~Statement() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::Bind(int parameter, BytesView bytes) {
  // A null pointer would bind NULL instead of no bytes.
  const char* start = bytes.empty() ? "" : bytes.data();
  const int result = sqlite3_bind_blob64(statement_, parameter, start, bytes.size(), SQLITE_STATIC);
  if (bind_result_ == SQLITE_OK) bind_result_ = result;
  return *this;
}

Statement& Statement::Bind(int parameter, int64_t number) {
  const int result = sqlite3_bind_int64(statement_, parameter, number);
  if (bind_result_ == SQLITE_OK) bind_result_ = result;
  return *this;
}

Result<bool> Statement::Step() {
  if (bind_result_ != SQLITE_OK) return ErrorOf(sqlite3_db_handle(statement_), bind_result_);
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return ErrorOf(sqlite3_db_handle(statement_), result);
}

Bytes Statement::BytesAt(int column) const {
  const auto* start = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return start == nullptr ? Bytes() : Bytes(start, static_cast<size_t>(size));
}

int64_t Statement::IntAt(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::TextAt(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

Result<std::unique_ptr<Database>> Database::Open(const std::string& path, Access access,
                                                 std::chrono::milliseconds busy_max) {
  // Readers, too, need write access: to the shared memory beside the file.
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (access == Access::kCreate) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (result != SQLITE_OK) return ErrorOf(handle, result).With("open \"" + path + "\"");
  sqlite3_busy_timeout(handle, static_cast<int>(busy_max.count()));
  // Closing leaves the log as it is, so that a short command pays one fsync and not four. Commits
  // fold it into the file every thousand pages, which bounds what the next process has to read.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  RETURN_IF_ERROR(
      database->Run(access == Access::kRead ? "PRAGMA query_only=1" : "PRAGMA synchronous=FULL"));
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Status Database::Run(const char* sql) {
  const int result = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return ErrorOf(handle_, result);
  return base::Ok();
}

Result<int64_t> Database::ReadInt(const char* sql) {
  ASSIGN_OR_RETURN(sqlite3_stmt * prepared, Prepare(sql));
  Statement statement(prepared);
  ASSIGN_OR_RETURN(const bool found, statement.Step());
  return found ? statement.IntAt(0) : 0;
}

Result<std::string> Database::ReadText(const char* sql) {
  ASSIGN_OR_RETURN(sqlite3_stmt * prepared, Prepare(sql));
  Statement statement(prepared);
  ASSIGN_OR_RETURN(const bool found, statement.Step());
  return found ? statement.TextAt(0) : std::string();
}

Result<sqlite3_stmt*> Database::Prepare(const char* sql) {
  if (const auto found = prepared_.find(sql); found != prepared_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  const int result =
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) return ErrorOf(handle_, result);
  prepared_.emplace(sql, statement);
  return statement;
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

}  // namespace state
