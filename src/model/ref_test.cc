#include "model/ref.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "model/names.h"

namespace model {
namespace {
using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

TEST(Ref, ReadsNamesHashesAndSteps) {
  EXPECT_EQ(ParseRef("ada.dev")->name, "ada.dev");
  const auto pinned = ParseRef("main@0123456789abcdef");
  ASSERT_THAT(pinned, IsOk());
  EXPECT_EQ(pinned->name, "main");
  EXPECT_EQ(pinned->hash, "0123456789abcdef");
  EXPECT_EQ(ParseRef("@01234567")->name, "");
  const auto relative = ParseRef("release^2~3");
  ASSERT_THAT(relative, IsOk());
  ASSERT_EQ(relative->steps.size(), 2u);
  EXPECT_EQ(relative->steps[0].count, 2u);
  EXPECT_EQ(relative->steps[1].kind, RefStep::Kind::kAncestor);
}

TEST(Ref, ReadsTimes) {
  const auto timed = ParseRef("main*2026-01-01T02:00:00+02:00");
  ASSERT_THAT(timed, IsOk());
  EXPECT_EQ(base::FormatInstant(timed->steps.at(0).time), "2026-01-01T00:00:00.000000Z");
}

TEST(Ref, RefusesNonsense) {
  for (const char* text : {"", "@", "main@xyz", "main@12", "main^x", "a b", "main*soon"}) {
    EXPECT_FALSE(ParseRef(text).ok()) << text;
  }
}

TEST(Ref, ANameHasNoPartThatClimbs) {
  for (const char* name : {".", "..", "../x", "a/../b", "a/./b", "a/.."}) {
    EXPECT_THAT(CheckRefName(name), IsError(Code::kInvalidArgument, "model.bad_name")) << name;
  }
  for (const char* name : {"a..b", "...", "feature/x", ".hidden/x"}) {
    EXPECT_THAT(CheckRefName(name), IsOk()) << name;
  }
}

TEST(Names, ResolveInTheDefaultNamespace) {
  const Namespace bauplan{{"bauplan"}};
  EXPECT_EQ(ParseTableName("trips", bauplan)->ToString(), "bauplan.trips");
  EXPECT_EQ(ParseTableName("a.b.trips", bauplan)->ns.levels.size(), 2u);
  EXPECT_THAT(ParseTableName("a..trips", bauplan),
              IsError(Code::kInvalidArgument, "model.bad_name"));
  EXPECT_THAT(ParseTableName("tri/ps", bauplan), IsError(Code::kInvalidArgument, "model.bad_name"));
  EXPECT_THAT(ParseNamespace("\xff"), IsError(Code::kInvalidArgument, "model.bad_name"));
}

}  // namespace
}  // namespace model
