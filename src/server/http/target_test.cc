#include "server/http/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/percent.h"

namespace server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(ParseTarget, SplitsAndDecodes) {
  const auto target = ParseTarget("/catalog/v0/refs/a%2Fb@c+d/tables/x%20y?filter=a%7Eb+c&n=&x");
  ASSERT_TRUE(target.ok());
  EXPECT_THAT(target->path, ElementsAre("catalog", "v0", "refs", "a/b@c+d", "tables", "x y"));
  EXPECT_THAT(target->query, ElementsAre(Pair("filter", "a~b c"), Pair("n", ""), Pair("x", "")));
}

TEST(ParseTarget, TakesWhatSaysNothing) {
  EXPECT_THAT(ParseTarget("/").value().path, IsEmpty());
  EXPECT_THAT(ParseTarget("/a/?").value().path, ElementsAre("a"));
  EXPECT_THAT(ParseTarget("/a?&&=1").value().query, IsEmpty());
}

TEST(ParseTarget, RefusesTricks) {
  for (const char* bad : {"", "a", "http://x/", "/a%2", "/a%zz", "/a%00b", "/a/../b", "/a/%2e%2E/b",
                          "/./a", "/a?x=%"}) {
    const auto target = ParseTarget(bad);
    ASSERT_FALSE(target.ok()) << bad;
    EXPECT_EQ(target.error().reason, "http.bad_target") << bad;
  }
}

TEST(ParseTarget, RefusesANulAsItIs) {
  EXPECT_FALSE(ParseTarget(std::string_view("/a\0b", 4)).ok());
  EXPECT_FALSE(ParseTarget(std::string_view("/a?b=\0", 7)).ok());
}

TEST(ParseTarget, GivesBackWhatWasEncoded) {
  std::string all;
  for (int c = 1; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_THAT(ParseTarget("/" + base::PercentEncode(all)).value().path, ElementsAre(all));
}

}  // namespace
}  // namespace server
