#include "control/secret_mask.h"

#include <gtest/gtest.h>

namespace control {
namespace {

TEST(SecretMask, HidesValuesAndTheirLinesWhereverTheyAre) {
  const SecretMask mask({{"a", "hunter2"}, {"b", "hunter2-and-more"}, {"c", "line one\nline two"}});
  EXPECT_EQ(mask.Hide("x hunter2 y hunter2"), "x ******** y ********");
  EXPECT_EQ(mask.Hide("hunter2-and-more"), "********") << "the longest first";
  EXPECT_EQ(mask.Hide("> line two <"), "> ******** <");
  EXPECT_EQ(mask.Hide("nothing"), "nothing");
  plan::TaskOutcome outcome;
  outcome.check_message = "not hunter2";
  outcome.preview = "hunter2";
  outcome.error = base::Error(base::Code::kUserCode, "x.y", "bad: hunter2")
                      .Set("traceback", "at hunter2")
                      .CausedBy(base::Error(base::Code::kUserCode, "x.z", "hunter2"));
  const plan::TaskOutcome hidden = mask.Hide(outcome);
  EXPECT_EQ(hidden.check_message, "not ********");
  EXPECT_EQ(hidden.preview, "********");
  EXPECT_EQ(hidden.error->message, "bad: ********");
  EXPECT_EQ(hidden.error->context.at("traceback"), "at ********");
  EXPECT_EQ(hidden.error->cause->message, "********");
}

TEST(SecretMask, LeavesWhatIsTooShortToHide) {
  const std::map<std::string, std::string> tiny = {{"a", "1"}};
  EXPECT_EQ(SecretMask(tiny).Hide("1 of 11"), "1 of 11");
  const std::map<std::string, std::string> none;
  EXPECT_EQ(SecretMask(none).Hide("x"), "x");
}

}  // namespace
}  // namespace control
