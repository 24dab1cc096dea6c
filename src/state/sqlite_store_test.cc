#include "state/sqlite_store.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "base/file.h"
#include "base/sha256.h"
#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "state/reasons.h"

namespace state {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

class SqliteStoreTest : public ::testing::Test {
 protected:
  base::Result<std::unique_ptr<SqliteStore>> Open() {
    return SqliteStore::Open(clock_, {.path = path_});
  }
  /// As another program would.
  void RunSql(const std::string& sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
    char* words = nullptr;
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &words), SQLITE_OK) << words;
    sqlite3_close(handle);
  }

  base::SystemClock clock_;
  base::testing::TemporaryFolder folder_;
  std::string path_ = folder_.path() + "/state.db";
  base::Context ctx_;
};

TEST_F(SqliteStoreTest, KeepsWhatWasAppliedAfterReopening) {
  {
    auto store = Open().value();
    ASSERT_THAT(store->Apply(ctx_, {.objects = {{base::Sha256("x"), "x"}}, .puts = {{"k", "v"}}}),
                IsOk());
    ASSERT_THAT(store->Apply(ctx_, {.puts = {{"gone", "v"}}}), IsOk());
    ASSERT_THAT(store->Apply(ctx_, {.deletes = {"gone"}}), IsOk());
  }
  auto store = Open().value();
  EXPECT_EQ(store->Read(ctx_, "k").value()->bytes, "v");
  EXPECT_EQ(store->ReadObject(ctx_, base::Sha256("x")).value(), "x");
  ASSERT_THAT(store->Apply(ctx_, {.puts = {{"gone", "again"}}}), IsOk());
  EXPECT_GT(store->Read(ctx_, "gone").value()->version, 1u);
  EXPECT_THAT(store->Verify(ctx_), IsOk());
}

TEST_F(SqliteStoreTest, MarksItsFile) {
  (void)Open().value();
  const base::Bytes bytes = base::ReadFile(path_).value();
  // The header's fields at 60 and 68 (SQLite file format §1.3), big-endian; 18 and 19: 2 = WAL.
  EXPECT_EQ(bytes.substr(60, 4), std::string("\0\0\0\1", 4));
  EXPECT_EQ(bytes.substr(68, 4), "BOAT");
  EXPECT_EQ(bytes.substr(18, 2), "\2\2");
}

// At stake: each commit would pay for the growth of the log besides its own fsync.
TEST_F(SqliteStoreTest, CommitsWriteOverALogOfFullLength) {
  (void)Open().value();
  const auto length = std::filesystem::file_size(path_ + "-wal");
  EXPECT_GE(length, 1000u * 4096u);
  for (int process = 0; process < 3; ++process) {
    auto store = Open().value();
    for (int i = 0; i < 20; ++i) {
      ASSERT_THAT(store->Apply(ctx_, {.puts = {{"k", std::string(5000, 'x')}}}), IsOk());
    }
  }
  EXPECT_EQ(std::filesystem::file_size(path_ + "-wal"), length);
  EXPECT_EQ(Open().value()->Read(ctx_, "k").value()->version, 60u);
}

TEST_F(SqliteStoreTest, RefusesANewerVersion) {
  (void)Open().value();
  RunSql("PRAGMA user_version=2");
  EXPECT_THAT(Open(), IsError(Code::kUnimplemented, reasons::kNewerVersion));
}

TEST_F(SqliteStoreTest, RefusesAForeignDatabase) {
  RunSql("PRAGMA application_id=77; CREATE TABLE t(x)");
  EXPECT_THAT(Open(), IsError(Code::kCorrupt, reasons::kNotALake));
}

TEST_F(SqliteStoreTest, RefusesADatabaseWithoutMarks) {
  RunSql("CREATE TABLE t(x)");
  EXPECT_THAT(Open(), IsError(Code::kCorrupt, reasons::kNotALake));
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(path_) << std::string(10'000, 'x');
  EXPECT_THAT(Open(), IsError(Code::kCorrupt, reasons::kNotALake));
}

TEST_F(SqliteStoreTest, MakesAStoreOfAnEmptyFile) {
  std::ofstream(path_).close();  // what a crash while creating may leave
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(SqliteStoreTest, SaysWhenThereIsNone) {
  EXPECT_THAT(SqliteStore::Open(clock_, {.path = path_, .create = false}),
              IsError(Code::kNotFound, reasons::kNoStore));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SqliteStoreTest, FindsAChangedObject) {
  auto store = Open().value();
  ASSERT_THAT(store->Apply(ctx_, {.objects = {{base::Sha256("x"), "x"}}}), IsOk());
  RunSql("UPDATE object SET bytes=x'79'");
  EXPECT_THAT(store->ReadObject(ctx_, base::Sha256("x")),
              IsError(Code::kCorrupt, reasons::kBadObject));
  EXPECT_THAT(store->Verify(ctx_), IsError(Code::kCorrupt, reasons::kBadObject));
}

TEST_F(SqliteStoreTest, FindsADamagedPage) {
  {
    auto store = Open().value();
    for (int i = 0; i < 200; ++i) {
      ASSERT_THAT(store->Apply(ctx_, {.puts = {{std::to_string(i), std::string(500, 'x')}}}),
                  IsOk());
    }
  }
  RunSql("PRAGMA wal_checkpoint(TRUNCATE)");
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(3 * 4096);
    for (int i = 0; i < 20 * 4096; ++i) file.put('\x7f');
  }
  auto store = Open();
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT((*store)->Verify(ctx_), IsError(Code::kCorrupt, reasons::kDamaged));
}

TEST_F(SqliteStoreTest, InsertingAnObjectAgainRefreshesItsEpoch) {
  auto store = Open().value();
  const Batch both{.objects = {{base::Sha256("x"), "x"}, {base::Sha256("y"), "y"}}};
  ASSERT_THAT(store->Apply(ctx_, both), IsOk());
  RunSql("UPDATE counter SET value=value+1 WHERE name='epoch'");  // as a sweep does at its start
  ASSERT_THAT(store->Apply(ctx_, {.objects = {{base::Sha256("x"), "x"}}}), IsOk());
  RunSql("DELETE FROM object WHERE epoch < (SELECT value FROM counter WHERE name='epoch')");
  EXPECT_THAT(store->ReadObject(ctx_, base::Sha256("x")), IsOk());
  EXPECT_THAT(store->ReadObject(ctx_, base::Sha256("y")),
              IsError(Code::kNotFound, reasons::kNoObject));
}

// At stake: a hundred callers must not pay a hundred fsyncs. While another process holds the lock
// file the batches gather; then they go in one transaction, and the one that is refused takes
// nobody with it.
TEST_F(SqliteStoreTest, FoldsWaitingBatchesIntoOneCommit) {
  auto store = Open().value();
  ASSERT_THAT(store->Apply(ctx_, {.puts = {{"k", "v"}}}), IsOk());
  const uint64_t commits_before = store->commits_total();
  constexpr int kCallers = 20;
  std::atomic<int> refused = 0;
  std::atomic<int> started = 0;
  {
    auto lock = std::make_unique<base::FileLock>(base::FileLock::Acquire(path_ + ".lock").value());
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&, i] {
        Batch batch{.puts = {{"caller/" + std::to_string(i), "x"}}};
        if (i == 3) batch.expect = {{"k", 99}};
        ++started;
        if (!store->Apply(ctx_, batch).ok()) ++refused;
      });
    }
    while (started < kCallers) std::this_thread::yield();
    lock.reset();
  }
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(store->List(ctx_, "caller/", "", 100)->size(), static_cast<size_t>(kCallers - 1));
  EXPECT_LT(store->commits_total() - commits_before, static_cast<uint64_t>(kCallers));
}

TEST_F(SqliteStoreTest, ABatchGivenUpInTheQueueIsNotApplied) {
  auto store = Open().value();
  {
    const auto lock = base::FileLock::Acquire(path_ + ".lock").value();
    base::Context late = ctx_;
    late.deadline = clock_.Now() + std::chrono::milliseconds(20);
    EXPECT_THAT(store->Apply(late, {.puts = {{"late", "x"}}}),
                IsError(Code::kDeadlineExceeded, "base.deadline_exceeded"));
    std::stop_source source;
    base::Context stopped = ctx_;
    stopped.stop = source.get_token();
    std::jthread caller([&] {
      EXPECT_THAT(store->Apply(stopped, {.puts = {{"stopped", "x"}}}),
                  IsError(Code::kCancelled, "base.cancelled"));
    });
    source.request_stop();
  }
  ASSERT_THAT(store->Apply(ctx_, {.puts = {{"after", "x"}}}), IsOk());
  const auto listed = store->List(ctx_, "", "", 10).value();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].key, "after");
}

TEST_F(SqliteStoreTest, RefusesMoreThanItsQueueHolds) {
  auto store = SqliteStore::Open(clock_, {.path = path_, .queued_batches_max = 1}).value();
  auto lock = std::make_unique<base::FileLock>(base::FileLock::Acquire(path_ + ".lock").value());
  std::atomic<int> refused = 0;
  std::atomic<int> applied = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&, i] {
      const auto put = store->Apply(ctx_, {.puts = {{std::to_string(i), "x"}}});
      if (put.ok()) {
        ++applied;
      } else {
        EXPECT_THAT(put, IsError(Code::kUnavailable, reasons::kQueueFull));
        ++refused;
      }
    });
  }
  while (refused < 2) std::this_thread::yield();
  lock.reset();
  callers.clear();
  EXPECT_EQ(applied, 1);
}

TEST_F(SqliteStoreTest, TwoStoresOnOneFileSeeEachOther) {
  auto first = Open().value();
  auto second = Open().value();
  ASSERT_THAT(first->Apply(ctx_, {.puts = {{"k", "1"}}}), IsOk());
  EXPECT_EQ(second->Read(ctx_, "k").value()->bytes, "1");
  ASSERT_THAT(second->Apply(ctx_, {.expect = {{"k", 1}}, .puts = {{"k", "2"}}}), IsOk());
  EXPECT_THAT(first->Apply(ctx_, {.expect = {{"k", 1}}, .puts = {{"k", "3"}}}),
              IsError(Code::kConflict, reasons::kExpectationFailed));
}

/// Applies until the disk is full, frees some space, and looks at what is there: what was
/// acknowledged, nothing of what was not, and a store that takes more. 0 when all that is so.
int FillUp(const std::string& folder, bool unknown_is_fine) {
  const base::SystemClock clock;
  const base::Context ctx;
  const SqliteOptions options{.path = folder + "/state.db"};
  std::ofstream(folder + "/ballast") << std::string(200'000, 'x');
  int acknowledged = 0;
  {
    auto store = SqliteStore::Open(clock, options);
    if (!store.ok()) return 1;
    base::Status put = base::Ok();
    for (int i = 0; i < 100 && put.ok(); ++i) {
      put = (*store)->Apply(ctx, {.puts = {{"n", std::to_string(i + 1)},
                                           {"k/" + std::to_string(i), std::string(20'000, 'x')}}});
      if (put.ok()) ++acknowledged;
    }
    if (put.ok() || acknowledged == 0) return 2;
    const bool full =
        put.error().code == Code::kResourceExhausted && put.error().reason == "base.disk_full";
    const bool unknown = unknown_is_fine && put.error().code == Code::kOutcomeUnknown;
    if (!full && !unknown) return 3;
  }
  std::filesystem::remove(folder + "/ballast");
  auto store = SqliteStore::Open(clock, options);
  if (!store.ok() || !(*store)->Verify(ctx).ok()) return 4;
  if ((*store)->Read(ctx, "n").value()->bytes != std::to_string(acknowledged)) return 5;
  const auto listed = (*store)->List(ctx, "k/", "", 1000);
  if (!listed.ok() || listed->size() != static_cast<size_t>(acknowledged)) return 6;
  if (unknown_is_fine) return 0;  // the limit still stands
  return (*store)->Apply(ctx, {.puts = {{"n", "more"}}}).ok() ? 0 : 7;
}

int ExitStatusOf(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

// A disk that really is full: a file system of 1 MiB, where mounting is allowed.
TEST_F(SqliteStoreTest, AFullDiskLeavesTheStoreAsItWas) {
  constexpr int kMayNotMount = 99;
  const int status = ExitStatusOf([&] {
    if (::unshare(CLONE_NEWNS) != 0) return kMayNotMount;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return kMayNotMount;
    if (::mount("none", folder_.path().c_str(), "tmpfs", 0, "size=1m") != 0) return kMayNotMount;
    return FillUp(folder_.path(), /*unknown_is_fine=*/false);
  });
  if (status == kMayNotMount) GTEST_SKIP() << "mounting needs root; the test below covers it";
  EXPECT_EQ(status, 0);
}

// The same by a limit on file sizes; SQLite does not say why such a write failed.
TEST_F(SqliteStoreTest, AFileThatMayNotGrowLeavesTheStoreAsItWas) {
  EXPECT_EQ(ExitStatusOf([&] {
              std::signal(SIGXFSZ, SIG_IGN);
              const rlimit limit{256 << 10, 256 << 10};
              if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 98;
              return FillUp(folder_.path(), /*unknown_is_fine=*/true);
            }),
            0);
}

TEST_F(SqliteStoreTest, NamesTheFolderThatIsMissing) {
  EXPECT_THAT(SqliteStore::Open(clock_, {.path = folder_.path() + "/none/state.db"}),
              IsError(Code::kUnavailable, "base.io_failed"));
}

}  // namespace
}  // namespace state
