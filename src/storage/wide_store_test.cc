#include "storage/wide_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "storage/memory_store.h"
#include "storage/reasons.h"

namespace storage {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

class WideStoreTest : public ::testing::Test {
 protected:
  WideStoreTest() {
    std::filesystem::create_directories(folder_.path() + "/open");
    EXPECT_THAT(base::WriteFile(folder_.path() + "/open/a.bin", "0123456789"), IsOk());
    EXPECT_THAT(base::WriteFile(folder_.path() + "/secret", "no"), IsOk());
    std::filesystem::create_symlink(folder_.path() + "/secret", folder_.path() + "/open/link");
  }
  std::string UriOf(const std::string& name) const { return "file://" + folder_.path() + name; }

  base::testing::TemporaryFolder folder_;
  const base::Context ctx_;
  MemoryStore own_;
  WideStore wide_{own_, {{}, std::vector<std::string>{folder_.path() + "/open"}}};
};

TEST_F(WideStoreTest, ReadsFilesOfOpenFolders) {
  const auto key = wide_.KeyOf(UriOf("/open/a.bin"));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(*wide_.Size(ctx_, *key), 10u);
  EXPECT_EQ(*wide_.Read(ctx_, *key, 3, 4), "3456");
  EXPECT_EQ(*wide_.Read(ctx_, *key, 8, 100), "89");
  EXPECT_EQ(*wide_.Read(ctx_, *key, 100, 1), "");
  EXPECT_EQ(wide_.Uri(*key), *key);
  EXPECT_FALSE(wide_.LocalPath(*key));
}

TEST_F(WideStoreTest, OtherFoldersAreClosedAlsoThroughLinksAndDots) {
  for (const char* name : {"/secret", "/open/link", "/open/../secret", "/openish/x"}) {
    EXPECT_THAT(wide_.KeyOf(UriOf(name)), IsError(Code::kPermissionDenied, reasons::kForeignUri))
        << name;
  }
}

TEST_F(WideStoreTest, ForeignFilesAreNeverWrittenOrRemoved) {
  const std::string key = *wide_.KeyOf(UriOf("/open/a.bin"));
  for (const std::string& foreign : {key, std::string("s3://bucket/key")}) {
    EXPECT_THAT(wide_.Remove(ctx_, foreign),
                IsError(Code::kPermissionDenied, reasons::kForeignUri));
    EXPECT_THAT(wide_.Create(ctx_, foreign, "x"),
                IsError(Code::kPermissionDenied, reasons::kForeignUri));
    EXPECT_FALSE(wide_.StartWriting(ctx_, foreign).ok());
  }
  EXPECT_EQ(*wide_.Read(ctx_, key, 0, 10), "0123456789");
}

TEST_F(WideStoreTest, BucketsAreReadThroughTheirStore) {
  WideStore wide(own_, {[&](const std::string& uri) -> base::Result<ObjectStore*> {
                          return base::Error(Code::kUnavailable, reasons::kUnreachable, uri);
                        },
                        std::vector<std::string>{}});
  EXPECT_THAT(wide.Size(ctx_, "s3://b/k"), IsError(Code::kUnavailable, reasons::kUnreachable));
  EXPECT_THAT(wide.KeyOf("s3:///key"), IsError(Code::kInvalidArgument, reasons::kBadLocation));
  EXPECT_EQ(*wide.KeyOf("s3a://bucket/in/a b"), "s3://bucket/in/a b");
  EXPECT_EQ(*wide.KeyOf("s3://partner@bucket/a"), "s3://partner@bucket/a");
}

TEST_F(WideStoreTest, TheLakesOwnObjectsStayAsTheyWere) {
  ASSERT_THAT(wide_.Create(ctx_, "tables/x", "1"), IsOk());
  EXPECT_EQ(*wide_.KeyOf(wide_.Uri("tables/x")), "tables/x");
  EXPECT_EQ(wide_.List(ctx_, "tables/")->size(), 1u);
  EXPECT_THAT(wide_.Remove(ctx_, "tables/x"), IsOk());
  EXPECT_THAT(wide_.Read(ctx_, "tables/x", 0, 1), IsError(Code::kNotFound, reasons::kNoObject));
}

}  // namespace
}  // namespace storage
