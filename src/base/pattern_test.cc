#include "base/pattern.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace base {
namespace {
using testing::IsError;
using testing::IsOk;

TEST(Pattern, IsFoundAnywhere) {
  EXPECT_TRUE(Pattern::Of("taxi")->FoundIn("the taxi rides"));
  EXPECT_TRUE(Pattern::Of("^taxi_[a-z]+$")->FoundIn("taxi_rides"));
  EXPECT_FALSE(Pattern::Of("^taxi$")->FoundIn("taxi_rides"));
  EXPECT_TRUE(Pattern::Of("")->FoundIn(""));
}

TEST(Pattern, SaysWhatIsNoExpression) {
  EXPECT_THAT(Pattern::Of("a(b"), IsError(Code::kInvalidArgument, "base.bad_pattern"));
  EXPECT_THAT(Pattern::Of("[z-a]"), IsError(Code::kInvalidArgument, "base.bad_pattern"));
  EXPECT_THAT(Pattern::Of(std::string(Pattern::kPatternBytesMax + 1, 'a')),
              IsError(Code::kInvalidArgument, "base.bad_pattern"));
  EXPECT_THAT(Pattern::Of(std::string(Pattern::kPatternBytesMax, 'a')), IsOk());
}

// The classic expressions that a backtracking matcher needs exponential time for, and a text as
// long as is looked at: it is over in a moment, or the suite's time limit says so.
TEST(Pattern, TakesNoExponentialTimeAndNoDeepStack) {
  const std::string text = std::string(2000, 'a') + "!";
  EXPECT_FALSE(Pattern::Of("(a+)+$")->FoundIn(text));
  EXPECT_FALSE(Pattern::Of("(a|aa)+$")->FoundIn(text));
  EXPECT_TRUE(Pattern::Of("^(.|\\n)*x$")->FoundIn(std::string(60'000, 'a') + "x"));
}

}  // namespace
}  // namespace base
