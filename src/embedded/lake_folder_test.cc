#include "embedded/lake_folder.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "embedded/reasons.h"

namespace embedded {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

class LakeFolderTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name = "lake") const { return folder_.path() + "/" + name; }
  void Put(const std::string& text) {
    ASSERT_THAT(base::WriteFile(Path() + "/lake.json", text), IsOk());
  }

  base::testing::TemporaryFolder folder_;
  base::SeededRng rng_{1};
};

TEST_F(LakeFolderTest, IsMadeOnceAndFoundAgain) {
  EXPECT_THAT(ReadLakeFolder(Path()), IsError(Code::kNotFound, kNoLake));
  const auto made = OpenLakeFolder(Path(), rng_);
  ASSERT_THAT(made, IsOk());
  EXPECT_TRUE(made->created);
  const auto found = OpenLakeFolder(Path(), rng_);
  ASSERT_THAT(found, IsOk());
  EXPECT_FALSE(found->created);
  EXPECT_EQ(found->lake_id, made->lake_id);
  EXPECT_EQ(found->root_uri, "file://" + std::filesystem::canonical(Path()).string());
}

TEST_F(LakeFolderTest, AFolderWithOtherThingsIsNoLake) {
  ASSERT_THAT(base::MakeFolders(Path()), IsOk());
  ASSERT_THAT(base::WriteFile(Path() + "/diary.txt", "dear diary"), IsOk());
  EXPECT_THAT(OpenLakeFolder(Path(), rng_), IsError(Code::kFailedPrecondition, kNotEmpty));
}

TEST_F(LakeFolderTest, WhatAnInterruptedStartLeavesIsNoHindrance) {
  ASSERT_THAT(base::MakeFolders(Path()), IsOk());
  for (const char* name : {"lake.lock", "lake.json.tmp-7", "state.db", "state.db-wal"})
    ASSERT_THAT(base::WriteFile(Path() + "/" + name, ""), IsOk());
  EXPECT_THAT(OpenLakeFolder(Path(), rng_), IsOk());
}

TEST_F(LakeFolderTest, AMovedLakeIsAdoptedAndKnowsWhereItWas) {
  const auto made = OpenLakeFolder(Path(), rng_);
  ASSERT_THAT(made, IsOk());
  std::filesystem::rename(Path(), Path("second"));
  EXPECT_THAT(ReadLakeFolder(Path("second")), IsError(Code::kFailedPrecondition, kMoved));
  EXPECT_THAT(OpenLakeFolder(Path("second"), rng_), IsError(Code::kFailedPrecondition, kMoved));
  ASSERT_THAT(AdoptLakeFolder(Path("second")), IsOk());
  std::filesystem::rename(Path("second"), Path("third"));
  const auto adopted = AdoptLakeFolder(Path("third"));
  ASSERT_THAT(adopted, IsOk());
  EXPECT_EQ(adopted->lake_id, made->lake_id);
  ASSERT_EQ(adopted->former_roots.size(), 2u);
  EXPECT_EQ(adopted->former_roots[0], made->root_uri);
  const auto found = ReadLakeFolder(Path("third"));
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->former_roots, adopted->former_roots);
}

TEST_F(LakeFolderTest, ALinkToALakeIsTheLake) {
  ASSERT_THAT(OpenLakeFolder(Path(), rng_), IsOk());
  std::filesystem::create_symlink(Path(), Path("link"));
  EXPECT_THAT(ReadLakeFolder(Path("link")), IsOk());
}

TEST_F(LakeFolderTest, ANewerFormatIsSaid) {
  ASSERT_THAT(OpenLakeFolder(Path(), rng_), IsOk());
  for (const char* text : {R"({"format": 3})", R"({"format": 99999999999})"}) {
    Put(text);
    EXPECT_THAT(ReadLakeFolder(Path()), IsError(Code::kUnimplemented, kNewerFormat));
    EXPECT_THAT(AdoptLakeFolder(Path()), IsError(Code::kUnimplemented, kNewerFormat));
  }
}

TEST_F(LakeFolderTest, RemembersWhereItsFilesAre) {
  const Warehouse warehouse{"s3://b/p", "http://h:1", "eu-1", true};
  const auto made = OpenLakeFolder(Path(), rng_, {.warehouse = warehouse});
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->format, kLakeFormat);
  EXPECT_EQ(ReadLakeFolder(Path())->warehouse, warehouse);
  EXPECT_THAT(OpenLakeFolder(Path(), rng_), IsOk());
  EXPECT_THAT(OpenLakeFolder(Path(), rng_, {.warehouse = Warehouse{"s3://b/q", "", "", true}}),
              IsError(Code::kFailedPrecondition, kOtherWarehouse));
}

TEST_F(LakeFolderTest, ARefusedClaimMakesNoLake) {
  const auto refuse = [](const LakeFolder&) -> base::Status {
    return base::Error(Code::kAlreadyExists, kWarehouseTaken, "taken");
  };
  EXPECT_THAT(OpenLakeFolder(Path(), rng_,
                             {.warehouse = Warehouse{"s3://b/q", "", "", true}, .claim = refuse}),
              IsError(Code::kAlreadyExists, kWarehouseTaken));
  EXPECT_THAT(ReadLakeFolder(Path()), IsError(Code::kNotFound, kNoLake));
}

TEST_F(LakeFolderTest, DamageIsSaid) {
  ASSERT_THAT(OpenLakeFolder(Path(), rng_), IsOk());
  for (const char* text :
       {"", "{", "null", "[1]", R"({"format": "1"})", R"({"format": -1})", R"({"format": 1})",
        R"({"format": 1, "lake_id": 7, "root_uri": "x"})",
        R"({"format": 1, "lake_id": "x", "root_uri": null})",
        R"({"format": 1, "lake_id": "x", "root_uri": "x", "former_roots": "x"})",
        R"({"format": 2, "lake_id": "x", "root_uri": "x", "warehouse": "s3://b"})",
        R"({"format": 2, "lake_id": "x", "root_uri": "x", "warehouse": {"uri": 1}})",
        R"({"format": 2, "lake_id": "x", "root_uri": "x",
            "warehouse": {"uri": "s3://b", "path_style": 1}})",
        R"({"format": 1, "lake_id": "x", "root_uri": "x", "former_roots": [1]})"}) {
    Put(text);
    EXPECT_THAT(ReadLakeFolder(Path()), IsError(Code::kCorrupt, kDamaged)) << text;
    EXPECT_THAT(OpenLakeFolder(Path(), rng_), IsError(Code::kCorrupt, kDamaged)) << text;
  }
}

}  // namespace
}  // namespace embedded
