// Database: one SQLite connection, its errors as values. The only seam to sqlite3.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace state {

/// A prepared statement in use: bind, step, read columns; reset when dropped. Bound bytes are
/// borrowed until then. Parameters count from 1, columns from 0.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& Bind(int parameter, base::BytesView bytes);
  Statement& Bind(int parameter, int64_t number);
  /// True: a row is there. False: done.
  base::Result<bool> Step();
  base::Bytes BytesAt(int column) const;
  int64_t IntAt(int column) const;
  std::string TextAt(int column) const;

 private:
  sqlite3_stmt* statement_;
  int bind_result_ = 0;
};

/// One thread at a time. Closed when dropped; an open transaction is rolled back then.
class Database {
 public:
  enum class Access { kRead, kWrite, kCreate };
  static base::Result<std::unique_ptr<Database>> Open(const std::string& path, Access access,
                                                      std::chrono::milliseconds busy_max);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements that return nothing of interest.
  base::Status Run(const char* sql);
  /// The first column of the first row.
  base::Result<int64_t> ReadInt(const char* sql);
  base::Result<std::string> ReadText(const char* sql);
  /// Prepared once per connection and text; one use at a time of each. `sql` must be a literal.
  base::Result<sqlite3_stmt*> Prepare(const char* sql);
  bool in_transaction() const;

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
  std::map<const char*, sqlite3_stmt*> prepared_;
};

}  // namespace state
