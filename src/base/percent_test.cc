#include "base/percent.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Percent, EveryByteComesBack) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(PercentDecode(PercentEncode(all)), all);
  EXPECT_EQ(PercentDecode(PercentEncode(all, "/")), all);
}

TEST(Percent, KeepsWhatUrlsMayHold) {
  EXPECT_EQ(PercentEncode("aZ09-._~ /+\xC3\xA9"), "aZ09-._~%20%2F%2B%C3%A9");
  EXPECT_EQ(PercentEncode("a/b c", "/"), "a/b%20c");
}

TEST(Percent, WhatIsNoEscapeStays) {
  EXPECT_EQ(PercentDecode("%41+%"), "A+%");
  EXPECT_EQ(PercentDecode("%4"), "%4");
  EXPECT_EQ(PercentDecode("%zz%4x"), "%zz%4x");
  EXPECT_EQ(PercentDecode("%c3%A9"), "\xC3\xA9");
}

}  // namespace
}  // namespace base
