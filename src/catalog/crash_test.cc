// A process that is killed while it publishes leaves the run whole: on the target or not at all.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>

#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "catalog/testing/lake.h"
#include "state/sqlite_store.h"

namespace catalog {
namespace {

using base::testing::IsOk;
using testing::Lake;

constexpr char kLakeVariable[] = "CATALOG_TEST_STATE";

std::unique_ptr<state::SqliteStore> Open(const base::Clock& clock, const std::string& path) {
  state::SqliteOptions options;
  options.path = path;
  auto store = state::SqliteStore::Open(clock, options);
  EXPECT_THAT(store, IsOk());
  return std::move(*store);
}

/// The victim's part; only run by the test below, in a process of its own.
TEST(PublishingProcess, DISABLED_Publishes) {
  const char* path = std::getenv(kLakeVariable);
  ASSERT_NE(path, nullptr);
  base::SystemClock clock;
  const auto store = Open(clock, path);
  Lake lake(*store, 99);
  EXPECT_THAT(lake.Publish("r"), IsOk());
}

void Victim(const std::string& path, const std::string& failpoint) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = std::string(kLakeVariable) + "='" + path + "' BOATHOUSE_FAILPOINT='" +
                              failpoint + "' exec '" + program +
                              "' --gtest_filter=PublishingProcess.* "
                              "--gtest_also_run_disabled_tests >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  EXPECT_TRUE(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 128 + 9))
      << status;
}

TEST(Crash, LeavesARunPublishedWhollyOrNotAtAll) {
  const std::map<std::string, bool> published_at = {{"publish.before_batch", false},
                                                    {"publish.after_batch", true}};
  for (const auto& [failpoint, published] : published_at) {
    SCOPED_TRACE(failpoint);
    base::testing::TemporaryFolder folder;
    const std::string path = folder.path() + "/state.db";
    base::SystemClock clock;
    {
      const auto store = Open(clock, path);
      Lake lake(*store, 1);
      ASSERT_THAT(lake.catalog.Init(lake.ctx), IsOk());
      const auto run = lake.Start("r");
      ASSERT_THAT(run, IsOk());
      ASSERT_THAT(lake.Put(run->branch, {"a", "b"}, "r"), IsOk());
    }
    Victim(path, failpoint);
    const auto store = Open(clock, path);
    Lake lake(*store, 2);
    const auto run = lake.catalog.ReadRun(lake.ctx, model::RunId("r"));
    ASSERT_THAT(run, IsOk());
    EXPECT_EQ(run->phase, published ? RunPhase::kPublished : RunPhase::kRunning);
    EXPECT_EQ(lake.catalog.ListTables(lake.ctx, lake.Head("main"))->size(), published ? 2u : 0u);
    EXPECT_EQ(lake.catalog.Resolve(lake.ctx, run->branch).ok(), !published);
    EXPECT_THAT(lake.Publish("r"), IsOk());
    EXPECT_EQ(lake.catalog.ListTables(lake.ctx, lake.Head("main"))->size(), 2u);
  }
}

}  // namespace
}  // namespace catalog
