#include "cli/interrupts.h"

#include <gtest/gtest.h>

#include <csignal>

#include "base/guarded.h"

namespace cli {
namespace {

TEST(InterruptWatch, TheFirstSignalAsksForAStop) {
  std::stop_source stop;
  base::Guarded<bool> said(false);
  const InterruptWatch watch(true, stop, [&] {
    said.With([](bool& value) { value = true; });
    said.Notify();
  });
  ASSERT_EQ(raise(SIGINT), 0);
  EXPECT_TRUE(said.WaitFor(std::chrono::seconds(30), [](bool& value) { return value; }));
}

TEST(InterruptWatch, TheSecondSignalEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        std::stop_source stop;
        const InterruptWatch watch(true, stop, [] {});
        raise(SIGINT);
        raise(SIGINT);
      },
      testing::ExitedWithCode(130), "");
}

TEST(InterruptWatch, WithoutASignalNothingHappens) {
  std::stop_source stop;
  {
    const InterruptWatch watch(true, stop, [] { FAIL(); });
  }
  EXPECT_FALSE(stop.stop_requested());
}

}  // namespace
}  // namespace cli
