#include "base/nearest.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(NearestName, FindsSwappedAndMissingLetters) {
  EXPECT_EQ(NearestName("flihgts", {"flights", "planes"}), "flights");
  EXPECT_EQ(NearestName("Flight", {"flights", "planes"}), "flights");
}

TEST(NearestName, StaysSilentWhenNothingIsNear) {
  EXPECT_EQ(NearestName("weather", {"flights", "planes"}), std::nullopt);
  EXPECT_EQ(DidYouMean("weather", {}), "");
}

}  // namespace
}  // namespace base
