#include "control/job_slots.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stop_token>
#include <thread>
#include <vector>

#include "control/reasons.h"

namespace control {
namespace {

TEST(JobSlots, RunsNoMoreThanItsBound) {
  JobSlots slots({2, 100});
  const base::SystemClock clock;
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> jobs;
    for (int i = 0; i < 12; ++i) {
      jobs.emplace_back([&] {
        auto slot = slots.Take(base::Context{}, clock, 5);
        ASSERT_TRUE(slot.ok());
        const int now = ++running;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --running;
      });
    }
  }
  EXPECT_LE(most, 2);
  EXPECT_TRUE(slots.TryTake());
}

// Three wait for one place; when it is free the most urgent gets it, and of two equals the first.
TEST(JobSlots, TheMostUrgentIsNext) {
  JobSlots slots({1, 100});
  const base::SystemClock clock;
  base::Guarded<std::vector<int>> order;
  std::vector<std::jthread> jobs;
  {
    auto first = slots.Take(base::Context{}, clock, 5);
    ASSERT_TRUE(first.ok());
    EXPECT_FALSE(slots.TryTake());
    const int priorities[] = {5, 5, 9};
    for (int i = 0; i < 3; ++i) {
      const uint32_t before = slots.waiting();
      jobs.emplace_back([&, i] {
        auto slot = slots.Take(base::Context{}, clock, priorities[i]);
        order.With([&](auto& list) { list.push_back(i); });
      });
      while (slots.waiting() == before) std::this_thread::yield();
    }
  }
  jobs.clear();
  order.With([](auto& list) { EXPECT_EQ(list, (std::vector<int>{2, 0, 1})); });
}

TEST(JobSlots, WhoIsStoppedLeavesTheQueue) {
  JobSlots slots({1, 1});
  const base::SystemClock clock;
  auto first = slots.Take(base::Context{}, clock, 5);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(slots.CheckRoom().ok());
  std::stop_source stop;
  base::Context ctx;
  ctx.stop = stop.get_token();
  std::jthread second([&] {
    const auto slot = slots.Take(ctx, clock, 5);
    ASSERT_FALSE(slot.ok());
    EXPECT_EQ(slot.error().code, base::Code::kCancelled);
  });
  while (slots.waiting() == 0) std::this_thread::yield();
  const base::Status refused = slots.CheckRoom();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, kTooManyJobs);
  stop.request_stop();
  second.join();
  EXPECT_EQ(slots.waiting(), 0u);
}

}  // namespace
}  // namespace control
