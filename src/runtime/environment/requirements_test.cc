#include "runtime/environment/requirements.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "runtime/environment/lock.h"
#include "runtime/environment/reasons.h"

namespace runtime {
namespace {

using base::testing::IsError;
using base::testing::IsOk;
using ::testing::ElementsAre;

TEST(RequirementLine, ReadsEveryFormOfAVersion) {
  const std::pair<const char*, const char*> forms[] = {{"", "p"},
                                                       {"2", "p==2.*"},
                                                       {"1.37", "p==1.37.*"},
                                                       {"2.2.0", "p==2.2.0"},
                                                       {"2.0rc1", "p==2.0rc1"},
                                                       {"1.0.0.dev3", "p==1.0.0.dev3"},
                                                       {"1.37.*", "p==1.37.*"},
                                                       {">=1.0,<2", "p>=1.0,<2"},
                                                       {"~=1.4", "p~=1.4"}};
  for (const auto& [written, line] : forms) {
    auto read = RequirementLine("p", written);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, line);
  }
}

TEST(RequirementLine, RefusesWhatIsNoNameOrVersion) {
  for (const auto& [name, version] : {std::pair("p q", "1"), std::pair("-r x", ""),
                                      std::pair("p", "latest"), std::pair("p", "1; rm")}) {
    EXPECT_THAT(RequirementLine(name, version),
                IsError(base::Code::kInvalidArgument, reasons::kBadRequirement));
  }
}

TEST(RequirementLines, RefusesOptionsWithTheirLine) {
  auto refused = RequirementLines({}, "six\n--index-url https://example.com\n");
  ASSERT_THAT(refused, IsError(base::Code::kInvalidArgument, reasons::kBadRequirement));
  EXPECT_EQ(refused.error().place.line, 2u);
}

TEST(RequirementLines, AreSortedAndPackagesWin) {
  auto lines = RequirementLines({{"Foo_Bar", "1.2.3"}}, "zed>2\nfoo-bar==9\nalpha\n");
  ASSERT_THAT(lines, IsOk());
  EXPECT_THAT(*lines, ElementsAre("Foo_Bar==1.2.3", "alpha", "zed>2"));
}

TEST(RequirementLines, LeaveOutTheModulesThatEverySandboxBrings) {
  const auto lines = RequirementLines({{"Bauplan", "0.1"}, {"six", "1.17.0"}}, "boathouse==3\n");
  ASSERT_THAT(lines, IsOk());
  EXPECT_EQ(*lines, (std::vector<std::string>{"six==1.17.0"}));
}

TEST(EnvLockBytes, RoundTripAndRefuseWhatTheyDoNotKnow) {
  const EnvLock lock{
      "3.11",
      "cp311",
      "glibc 2.36",
      "uv 0.13.9",
      {{"six", "1.17.0", "six-1.17.0-py3-none-any.whl", std::string(64, 'a'), "file:///w"}}};
  auto again = DecodeLock(EncodeLock(lock));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(*again, lock);
  for (const char* bad : {"", "[]", "{\"format\": 2}", "{\"format\": 1, \"python\": 3}"}) {
    EXPECT_THAT(DecodeLock(bad), IsError(base::Code::kCorrupt, reasons::kBadLock));
  }
}

TEST(Pylock, RefusesAPackageWithoutAWheelOrAHash) {
  EXPECT_THAT(ReadPylock("[[packages]]\nname = \"a\"\nversion = \"1\"\nsdist = { url = \"x\" }\n"),
              IsError(base::Code::kCorrupt, reasons::kBadLock));
  EXPECT_THAT(ReadPylock("[[packages]]\nname = \"a\"\nversion = \"1\"\n"
                         "wheels = [{ url = \"file:///a-1-py3-none-any.whl\" }]\n"),
              IsError(base::Code::kCorrupt, reasons::kBadLock));
}

}  // namespace
}  // namespace runtime
