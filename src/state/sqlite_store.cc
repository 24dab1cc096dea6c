#include "state/sqlite_store.h"

#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/guarded.h"
#include "state/batch_rules_internal.h"
#include "state/database_internal.h"
#include "state/network_file_system_internal.h"
#include "state/reasons.h"
#include "state/sqlite_schema_internal.h"
#include "state/writer_internal.h"

namespace state {
namespace {

using base::Bytes;
using base::BytesView;
using base::Code;
using base::Context;
using base::Error;
using base::Result;
using base::Status;

constexpr char kReadObject[] = "SELECT bytes FROM object WHERE hash=?1";
constexpr char kReadRecord[] = "SELECT bytes, version FROM kv WHERE key=?1";
constexpr char kListFrom[] =
    "SELECT key, bytes, version FROM kv WHERE key>=?1 AND key<?2 ORDER BY key LIMIT ?3";
constexpr char kListAfter[] =
    "SELECT key, bytes, version FROM kv WHERE key>?1 AND key<?2 ORDER BY key LIMIT ?3";
constexpr char kAllObjects[] = "SELECT hash, bytes FROM object";

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// Nothing or an empty file, where a crash may have left it.
bool IsAbsent(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) != 0 && errno == ENOENT;
}

Result<Found> InspectFile(const SqliteOptions& options) {
  ASSIGN_OR_RETURN(const auto database,
                   Database::Open(options.path, Database::Access::kRead, options.busy_max));
  return Inspect(*database, options.path);
}

/// Under the lock: another process may have made it meanwhile.
Status CreateFile(const SqliteOptions& options) {
  ASSIGN_OR_RETURN(const auto lock, base::FileLock::Acquire(options.path + ".lock"));
  ASSIGN_OR_RETURN(const auto database,
                   Database::Open(options.path, Database::Access::kCreate, options.busy_max));
  ASSIGN_OR_RETURN(const Found found, Inspect(*database, options.path));
  if (found == Found::kStore) return base::Ok();
  RETURN_IF_ERROR(CreateSchema(*database, options.path));
  return base::SyncFolder(FolderOf(options.path));
}

Status OpenFile(const SqliteOptions& options) {
  const Error absent(Code::kNotFound, reasons::kNoStore,
                     "there is no state of a lake at \"" + options.path + "\"");
  if (IsAbsent(options.path)) return options.create ? CreateFile(options) : Status(absent);
  Result<Found> found = InspectFile(options);
  if (!found.ok() &&
      (found.error().reason == reasons::kBusy || found.error().reason == reasons::kNotALake)) {
    // Somebody may be creating it at this moment, half of what was read is from before: look again
    // when they are through.
    ASSIGN_OR_RETURN(const auto lock, base::FileLock::Acquire(options.path + ".lock"));
    found = InspectFile(options);
  }
  if (!found.ok()) return std::move(found).error();
  if (found.value() == Found::kStore) return base::Ok();
  return options.create ? CreateFile(options) : Status(absent);
}

}  // namespace

class SqliteStore::Impl {
 public:
  Impl(const base::Clock& clock, SqliteOptions options)
      : clock_(clock), options_(std::move(options)), writer_(clock_, options_) {}

  Status Apply(const Context& ctx, const Batch& batch) {
    RETURN_IF_ERROR(CheckBatch(batch));
    RETURN_IF_ERROR(writer_.Apply(ctx, batch));
    objects_written_ += batch.objects.size();
    ++batches_applied_;
    return base::Ok();
  }

  Result<Bytes> ReadObject(const Context& ctx, BytesView hash) {
    ++objects_read_;
    ASSIGN_OR_RETURN(Bytes bytes, WithReader(ctx, [&](Database& reader) -> Result<Bytes> {
                       ASSIGN_OR_RETURN(sqlite3_stmt * prepared, reader.Prepare(kReadObject));
                       Statement statement(prepared);
                       ASSIGN_OR_RETURN(const bool found, statement.Bind(1, hash).Step());
                       if (!found) return NoObject(hash);
                       return statement.BytesAt(0);
                     }));
    RETURN_IF_ERROR(CheckObject(hash, bytes));
    return bytes;
  }

  Result<std::optional<Record>> Read(const Context& ctx, std::string_view key) {
    ++records_read_;
    return WithReader(ctx, [&](Database& reader) -> Result<std::optional<Record>> {
      ASSIGN_OR_RETURN(sqlite3_stmt * prepared, reader.Prepare(kReadRecord));
      Statement statement(prepared);
      ASSIGN_OR_RETURN(const bool found, statement.Bind(1, key).Step());
      if (!found) return std::optional<Record>();
      return std::optional<Record>(
          Record{statement.BytesAt(0), static_cast<uint64_t>(statement.IntAt(1))});
    });
  }

  Result<std::vector<KeyedRecord>> List(const Context& ctx, std::string_view prefix,
                                        std::string_view after, uint32_t records_max) {
    // A key longer than any key stands for "no end".
    std::string end = EndOfPrefix(prefix);
    if (end.empty()) end = std::string(kKeyBytesMax + 1, '\xff');
    const bool from_prefix = after < prefix;
    auto listed = WithReader(ctx, [&](Database& reader) -> Result<std::vector<KeyedRecord>> {
      ASSIGN_OR_RETURN(sqlite3_stmt * prepared,
                       reader.Prepare(from_prefix ? kListFrom : kListAfter));
      Statement statement(prepared);
      statement.Bind(1, from_prefix ? prefix : after).Bind(2, end);
      statement.Bind(3, static_cast<int64_t>(records_max));
      std::vector<KeyedRecord> records;
      while (true) {
        ASSIGN_OR_RETURN(const bool found, statement.Step());
        if (!found) return records;
        records.push_back(
            {statement.BytesAt(0),
             Record{statement.BytesAt(1), static_cast<uint64_t>(statement.IntAt(2))}});
      }
    });
    if (listed.ok()) records_read_ += listed->size();
    return listed;
  }

  Status Verify(const Context& ctx) {
    return WithReader(ctx, [&](Database& reader) -> Status {
      ASSIGN_OR_RETURN(const std::string verdict, reader.ReadText("PRAGMA integrity_check(1)"));
      if (verdict != "ok") {
        return Error(
            Code::kCorrupt, reasons::kDamaged,
            "\"" + options_.path + "\" is damaged (" + verdict + "), restore it from a backup");
      }
      ASSIGN_OR_RETURN(sqlite3_stmt * prepared, reader.Prepare(kAllObjects));
      Statement statement(prepared);
      while (true) {
        ASSIGN_OR_RETURN(const bool found, statement.Step());
        if (!found) return base::Ok();
        RETURN_IF_ERROR(CheckObject(statement.BytesAt(0), statement.BytesAt(1)));
        RETURN_IF_ERROR(ctx.Check(clock_.Now()));
      }
    });
  }

  StoreCounts counts() const {
    return {.objects_read = objects_read_,
            .objects_written = objects_written_,
            .records_read = records_read_,
            .batches_applied = batches_applied_};
  }
  uint64_t commits_total() const { return writer_.commits_total(); }

 private:
  /// Runs `use(Database&)` with an idle connection or another one; one that failed is not kept.
  template <class Use>
  auto WithReader(const Context& ctx, Use&& use) -> decltype(use(std::declval<Database&>())) {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    auto reader = readers_.With([](Readers& idle) {
      std::unique_ptr<Database> taken;
      if (idle.empty()) return taken;
      taken = std::move(idle.back());
      idle.pop_back();
      return taken;
    });
    if (reader == nullptr) {
      ASSIGN_OR_RETURN(reader,
                       Database::Open(options_.path, Database::Access::kRead, options_.busy_max));
    }
    auto used = use(*reader);
    if (used.ok() || used.error().code == Code::kNotFound) {
      readers_.With([&](Readers& idle) {
        if (idle.size() < options_.readers_max) idle.push_back(std::move(reader));
      });
    }
    return used;
  }

  using Readers = std::vector<std::unique_ptr<Database>>;
  const base::Clock& clock_;
  const SqliteOptions options_;
  std::atomic<uint64_t> objects_read_ = 0;
  std::atomic<uint64_t> objects_written_ = 0;
  std::atomic<uint64_t> records_read_ = 0;
  std::atomic<uint64_t> batches_applied_ = 0;
  base::Guarded<Readers> readers_;
  Writer writer_;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const base::Clock& clock,
                                                       SqliteOptions options) {
  RETURN_IF_ERROR(RefuseNetworkFileSystem(FolderOf(options.path)));
  RETURN_IF_ERROR(OpenFile(options));
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::make_unique<Impl>(clock, std::move(options))));
}

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteStore::~SqliteStore() = default;

Status SqliteStore::Apply(const Context& ctx, const Batch& batch) {
  return impl_->Apply(ctx, batch);
}
Result<Bytes> SqliteStore::ReadObject(const Context& ctx, BytesView hash) {
  return impl_->ReadObject(ctx, hash);
}
Result<std::optional<Record>> SqliteStore::Read(const Context& ctx, std::string_view key) {
  return impl_->Read(ctx, key);
}
Result<std::vector<KeyedRecord>> SqliteStore::List(const Context& ctx, std::string_view prefix,
                                                   std::string_view after, uint32_t records_max) {
  return impl_->List(ctx, prefix, after, records_max);
}
StoreCounts SqliteStore::counts() const {
  return impl_->counts();
}
uint64_t SqliteStore::commits_total() const {
  return impl_->commits_total();
}
Status SqliteStore::Verify(const Context& ctx) {
  return impl_->Verify(ctx);
}

}  // namespace state
