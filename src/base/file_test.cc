#include "base/file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/rng.h"
#include "base/sha256.h"
#include "base/testing/matchers.h"

namespace base {
namespace {
using base::testing::IsError;
using base::testing::IsOk;

class FileTest : public ::testing::Test {
 protected:
  FileTest()
      : folder_(std::filesystem::temp_directory_path() / ("boathouse-file-" + NewUuid(rng_))) {
    std::filesystem::create_directories(folder_);
  }
  ~FileTest() override { std::filesystem::remove_all(folder_); }
  SystemRng rng_;
  std::filesystem::path folder_;
};

TEST_F(FileTest, ReadsBackAWholeFile) {
  const std::string path = folder_ / "x";
  const Bytes bytes(100'000, 'y');
  EXPECT_THAT(WriteFileDurably(path, bytes), IsOk());
  EXPECT_EQ(ReadFile(path).value(), bytes);
}

TEST_F(FileTest, SaysWhichFileIsMissing) {
  EXPECT_THAT(ReadFile(folder_ / "none"), IsError(Code::kNotFound, "base.no_such_file"));
}

TEST_F(FileTest, AFullDiskIsResourceExhausted) {
  const Error error = IoError("write", "/x", ENOSPC);
  EXPECT_EQ(error.code, Code::kResourceExhausted);
}

TEST_F(FileTest, ALockHasOneHolder) {
  auto first = FileLock::TryAcquire(folder_ / "lock");
  ASSERT_THAT(first, IsOk());
  EXPECT_TRUE(first->has_value());
  EXPECT_FALSE(FileLock::TryAcquire(folder_ / "lock")->has_value());
  first->reset();
  EXPECT_TRUE(FileLock::TryAcquire(folder_ / "lock")->has_value());
}

TEST(Sha256, IsTheStandardsHash) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256Hasher hasher;
  hasher.Update("a");
  hasher.Update("bc");
  EXPECT_EQ(ToHex(hasher.Finish()), Sha256Hex("abc"));
}

TEST(Uuid, IsVersionFourAndRecognised) {
  SeededRng rng(1);
  for (int i = 0; i < 100; ++i) {
    const std::string uuid = NewUuid(rng);
    EXPECT_TRUE(IsUuid(uuid)) << uuid;
    EXPECT_EQ(uuid[14], '4');
  }
  EXPECT_FALSE(IsUuid("not-a-uuid"));
}

}  // namespace
}  // namespace base
