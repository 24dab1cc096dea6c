#include "storage/local_store.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "storage/reasons.h"

namespace storage {
namespace {

using base::Bytes;
using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

class LocalStoreTest : public ::testing::Test {
 protected:
  size_t FilesIn(const std::string& folder) {
    size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) ++files;
    }
    return files;
  }
  base::testing::TemporaryFolder folder_;
  base::Context ctx_;
};

TEST_F(LocalStoreTest, AKeyIsAFileBelowTheRoot) {
  const auto store = LocalStore::Open(folder_.path() + "/a/b/").value();
  ASSERT_THAT(store->Create(ctx_, "tables/t/x", "body"), IsOk());
  const std::string path = folder_.path() + "/a/b/tables/t/x";
  EXPECT_EQ(base::ReadFile(path).value(), "body");
  EXPECT_EQ(store->LocalPath("tables/t/x"), path);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644u);
}

TEST_F(LocalStoreTest, UrisAreThePlainAbsolutePath) {
  const auto store = LocalStore::Open(folder_.path() + "/my lake").value();
  EXPECT_EQ(store->Uri("x/y z"), "file://" + folder_.path() + "/my lake/x/y z");
  EXPECT_EQ(store->KeyOf("file:" + folder_.path() + "/my lake/x").value(), "x");
  EXPECT_EQ(store->KeyOf(folder_.path() + "/my lake/x").value(), "x");
  EXPECT_THAT(store->KeyOf("file://" + folder_.path() + "/my lakes/x"),
              IsError(Code::kInvalidArgument, reasons::kForeignUri));
}

TEST_F(LocalStoreTest, MakesARelativeRootAbsolute) {
  const auto store = LocalStore::Open("../" + folder_.path().substr(1) + "/./x/..");
  const std::string here = std::filesystem::current_path().parent_path().string();
  // The folder does not exist relative to here, so it is made; only its name is of interest.
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->root(), here == "/" ? folder_.path() : here + folder_.path());
  if (here != "/") std::filesystem::remove_all(here + folder_.path());
}

TEST_F(LocalStoreTest, RefusesARootThatUrisCannotName) {
  for (const char* name : {"/a?b", "/a#b", "/a%20b", "/a\nb"}) {
    EXPECT_THAT(LocalStore::Open(folder_.path() + name),
                IsError(Code::kInvalidArgument, reasons::kBadRoot));
  }
  EXPECT_THAT(LocalStore::Open(""), IsError(Code::kInvalidArgument, reasons::kBadRoot));
  EXPECT_THAT(LocalStore::Open("/"), IsError(Code::kInvalidArgument, reasons::kBadRoot));
}

TEST_F(LocalStoreTest, HidesAbandonedWrites) {
  const auto store = LocalStore::Open(folder_.path()).value();
  ASSERT_THAT(store->Create(ctx_, "f/x", "1"), IsOk());
  std::ofstream(folder_.path() + "/f/.tmp-abandoned") << "half";
  EXPECT_EQ(store->List(ctx_, "")->size(), 1u);
  EXPECT_EQ(store->List(ctx_, "f/")->size(), 1u);
}

TEST_F(LocalStoreTest, LeavesNoFileBehindARefusedOrDroppedWrite) {
  const auto store = LocalStore::Open(folder_.path()).value();
  ASSERT_THAT(store->Create(ctx_, "x", "1"), IsOk());
  EXPECT_THAT(store->Create(ctx_, "x", "2"), IsError(Code::kAlreadyExists, reasons::kObjectExists));
  {
    auto dropped = store->StartWriting(ctx_, "y").value();
  }
  EXPECT_EQ(FilesIn(folder_.path()), 1u);
}

TEST_F(LocalStoreTest, SurvivesTheRemovalOfAFolder) {
  const auto store = LocalStore::Open(folder_.path()).value();
  ASSERT_THAT(store->Create(ctx_, "f/g/x", "1"), IsOk());
  std::filesystem::remove_all(folder_.path() + "/f");
  EXPECT_THAT(store->Create(ctx_, "f/g/x", "2"), IsOk());
  EXPECT_EQ(ReadAll(ctx_, *store, "f/g/x").value(), "2");
}

TEST_F(LocalStoreTest, AFileInTheWayOfAFolderIsAnError) {
  const auto store = LocalStore::Open(folder_.path()).value();
  ASSERT_THAT(store->Create(ctx_, "x", "1"), IsOk());
  EXPECT_THAT(store->Create(ctx_, "x/y", "2"), IsError(Code::kUnavailable, "base.io_failed"));
}

/// Writes 1 MiB in pieces where less fits: by Create, then by a writer. 0 when both say that the
/// disk is full and nothing stays behind.
int WriteTooMuch(const std::string& root) {
  const base::Context ctx;
  auto store = LocalStore::Open(root);
  if (!store.ok()) return 1;
  if (!(*store)->Create(ctx, "fits", Bytes(1000, 'x')).ok()) return 2;
  const auto is_full = [](const base::Status& status) {
    return !status.ok() && status.error().code == Code::kResourceExhausted &&
           status.error().reason == "base.disk_full";
  };
  if (!is_full((*store)->Create(ctx, "large", Bytes(1 << 20, 'x')))) return 3;
  {
    auto writer = (*store)->StartWriting(ctx, "streamed");
    if (!writer.ok()) return 4;
    base::Status written = base::Ok();
    for (int i = 0; i < 64 && written.ok(); ++i) written = (*writer)->Append(Bytes(16'384, 'x'));
    if (!is_full(written)) return 5;
    if ((*writer)->Finish().ok()) return 6;
  }
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) ++files;
  }
  return files == 1 ? 0 : 7;
}

int ExitStatusOf(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

// The limit on file sizes stands in for a full disk wherever nothing may be mounted.
TEST_F(LocalStoreTest, AFileThatMayNotGrowIsAFullDisk) {
  EXPECT_EQ(ExitStatusOf([&] {
              std::signal(SIGXFSZ, SIG_IGN);
              const rlimit limit{100'000, 100'000};
              if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 10;
              return WriteTooMuch(folder_.path() + "/lake");
            }),
            0);
}

// A disk that really is full: a file system of 512 KiB, where mounting is allowed.
TEST_F(LocalStoreTest, AFullDiskIsSaidAndLeavesNothing) {
  constexpr int kMayNotMount = 99;
  const int status = ExitStatusOf([&] {
    if (::unshare(CLONE_NEWNS) != 0) return kMayNotMount;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return kMayNotMount;
    if (::mount("none", folder_.path().c_str(), "tmpfs", 0, "size=512k") != 0) return kMayNotMount;
    return WriteTooMuch(folder_.path() + "/lake");
  });
  if (status == kMayNotMount) GTEST_SKIP() << "mounting needs root; the test above covers it";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace storage
