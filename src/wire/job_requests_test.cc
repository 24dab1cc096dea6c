#include "wire/job_requests.h"

#include <gtest/gtest.h>

#include "proto/commander.pb.h"
#include "wire/reasons.h"

namespace wire {
namespace {

pb::TableDataImportRequest Import() {
  pb::TableDataImportRequest request;
  request.set_table_name("trips");
  request.set_search_string("s3://b/*.parquet");
  return request;
}

TEST(JobRequests, AnImportIsIntoMainUnlessItSaysOtherwise) {
  const auto import = ImportRequestOf(Import());
  ASSERT_TRUE(import.ok());
  EXPECT_EQ(import->branch, "main");
  EXPECT_EQ(import->sources, std::vector<std::string>{"s3://b/*.parquet"});
  EXPECT_FALSE(import->read.best_effort || import->read.continue_on_error ||
               import->import_duplicate_files);
}

TEST(JobRequests, AnImportKeepsWhatItTolerates) {
  pb::TableDataImportRequest request = Import();
  request.set_best_effort(true);
  EXPECT_TRUE(ImportRequestOf(request)->read.best_effort);
  request.set_continue_on_error(true);
  EXPECT_TRUE(ImportRequestOf(request)->read.continue_on_error);
}

TEST(JobRequests, AnImportNeedsATableAndFiles) {
  pb::TableDataImportRequest request = Import();
  request.clear_table_name();
  EXPECT_EQ(ImportRequestOf(request).error().reason, kBadField);
  request = Import();
  request.clear_search_string();
  EXPECT_EQ(ImportRequestOf(request).error().reason, kBadField);
}

}  // namespace
}  // namespace wire
