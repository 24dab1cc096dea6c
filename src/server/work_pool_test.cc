#include "server/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>

namespace server {
namespace {

/// Posts as much as there are threads, and waits until all of it runs at once.
void Fill(WorkPool& pool, uint32_t threads) {
  base::Guarded<uint32_t> started(0);
  base::Guarded<bool> may_end(false);
  for (uint32_t i = 0; i < threads; ++i) {
    ASSERT_TRUE(pool.Post([&] {
      started.With([](uint32_t& count) { ++count; });
      started.Notify();
      while (!may_end.WaitFor(std::chrono::seconds(1), [](const bool& end) { return end; })) {
      }
      started.With([](uint32_t& count) { --count; });
      started.Notify();
    }));
  }
  while (!started.WaitFor(std::chrono::seconds(1),
                          [&](const uint32_t& count) { return count == threads; })) {
  }
  EXPECT_EQ(pool.busy(), threads);
  may_end.With([](bool& end) { end = true; });
  may_end.Notify();
  while (
      !started.WaitFor(std::chrono::seconds(1), [](const uint32_t& count) { return count == 0; })) {
  }
}

TEST(WorkPool, TakesNoMoreThanMayWait) {
  WorkPool pool({1, 1});
  base::Guarded<bool> may_end(false);
  const auto wait = [&] {
    while (!may_end.WaitFor(std::chrono::seconds(1), [](const bool& end) { return end; })) {
    }
  };
  uint32_t taken = 0;
  while (pool.Post(wait)) ++taken;
  EXPECT_GE(taken, 1u);
  EXPECT_LE(taken, 3u);
  may_end.With([](bool& end) { end = true; });
  may_end.Notify();
}

// A burst must not leave a server with hundreds of threads; work comes again afterwards.
TEST(WorkPool, ThreadsEndWhenThereIsNothingToDo) {
  WorkPool pool({8, 100, std::chrono::milliseconds(10)});
  for (int round = 0; round < 3; ++round) {
    Fill(pool, 8);
    while (pool.threads() > 0) std::this_thread::yield();
    EXPECT_EQ(pool.busy(), 0u);
  }
}

TEST(WorkPool, RunsAllThatWasTakenBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    WorkPool pool({4, 1000, std::chrono::milliseconds(1)});
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pool.Post([&] { ++done; }));
  }
  EXPECT_EQ(done, 1000);
}

}  // namespace
}  // namespace server
