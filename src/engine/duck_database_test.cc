// What the database itself allows, were a query ever to come past the checks on its text.
#include "engine/duck_database_internal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/testing/temporary_folder.h"

namespace engine {
namespace {

class Lockdown : public ::testing::Test {
 protected:
  Lockdown() {
    std::filesystem::create_directories(folder_ + "/lake/tables");
    std::filesystem::create_directories(folder_ + "/lake-of-another");
    for (const char* name : {"/lake/tables/a.csv", "/lake-of-another/b.csv", "/c.csv"}) {
      std::ofstream(folder_ + name) << "x\n1\n";
    }
  }

  bool Allowed(SqlEngine::Database& database, const std::string& sql) {
    auto connection = database.Connect();
    EXPECT_TRUE(connection.ok());
    duckdb_result result;
    const bool good = duckdb_query(*connection, sql.c_str(), &result) == DuckDBSuccess;
    duckdb_destroy_result(&result);
    duckdb_disconnect(&*connection);
    return good;
  }

  const base::testing::TemporaryFolder own_;
  const std::string folder_ = own_.path();
};

TEST_F(Lockdown, OnlyTheLakeCanBeReadAndNothingWritten) {
  SqlEngineOptions options;
  options.readable_folders = {folder_ + "/lake"};
  SqlEngine::Database database(options);
  const auto read = [&](const std::string& path) {
    return Allowed(database, "SELECT * FROM read_csv('" + path + "')");
  };
  EXPECT_TRUE(read(folder_ + "/lake/tables/a.csv"));
  EXPECT_FALSE(read(folder_ + "/c.csv"));
  EXPECT_FALSE(read(folder_ + "/lake-of-another/b.csv"));
  EXPECT_FALSE(read(folder_ + "/lake/../c.csv"));
  EXPECT_FALSE(read("/etc/passwd"));
  EXPECT_FALSE(Allowed(database, "SELECT * FROM glob('" + folder_ + "/*')"));
  EXPECT_FALSE(Allowed(database, "SELECT * FROM read_text('/etc/passwd')"));
  EXPECT_FALSE(Allowed(database, "ATTACH '" + folder_ + "/new.db'"));
  EXPECT_FALSE(Allowed(database, "COPY (SELECT 1) TO '" + folder_ + "/out.csv'"));
  EXPECT_FALSE(Allowed(database, "INSTALL httpfs"));
  EXPECT_FALSE(Allowed(database, "SET enable_external_access = true"));
  EXPECT_FALSE(Allowed(database, "SET allowed_directories = ['/']"));
  EXPECT_FALSE(Allowed(database, "SET lock_configuration = false"));
}

TEST_F(Lockdown, WithoutReadableFoldersNothingIsRead) {
  SqlEngine::Database database(SqlEngineOptions{});
  EXPECT_FALSE(Allowed(database, "SELECT * FROM read_csv('" + folder_ + "/lake/tables/a.csv')"));
  EXPECT_TRUE(Allowed(database, "SELECT 1"));
}

}  // namespace
}  // namespace engine
