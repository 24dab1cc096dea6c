#include <gtest/gtest.h>

#include "runtime/executor/source_files_internal.h"

namespace runtime {
namespace {

using Texts = std::vector<std::string>;

Texts Matching(const std::string& pattern, const Texts& keys) {
  std::vector<storage::S3Object> listed;
  for (const std::string& key : keys) listed.push_back({key, 1, "e"});
  Texts matching;
  for (const storage::S3Object& object : MatchingKeys(pattern, listed)) {
    matching.push_back(object.key);
  }
  return matching;
}

TEST(ExpandBraces, GivesEveryAlternative) {
  EXPECT_EQ(ExpandBraces("plain"), Texts{"plain"});
  EXPECT_EQ(ExpandBraces("a{1,2}b{x,}"), (Texts{"a1b", "a1bx", "a2b", "a2bx"}));
  EXPECT_EQ(ExpandBraces("{a,b{1,2}}"), (Texts{"a", "b1", "b2"}));
  EXPECT_TRUE(
      ExpandBraces("{0,1,2,3,4,5,6,7,8,9}{0,1,2,3,4,5,6,7,8,9}{0,1,2,3,4,5,6,7,8,9}{0,1}").empty());
  EXPECT_EQ(ExpandBraces("a{b"), Texts{"a{b"});
  EXPECT_EQ(ExpandBraces("a}b"), Texts{"a}b"});
}

TEST(MatchingKeys, FollowsWildcardsUpToASlash) {
  const Texts keys = {"in/a1.csv", "in/a2.csv", "in/deep/a3.csv", "in/.hidden.csv"};
  EXPECT_EQ(Matching("in/*.csv", keys), (Texts{"in/a1.csv", "in/a2.csv"}));
  EXPECT_EQ(Matching("in/*/a?.csv", keys), Texts{"in/deep/a3.csv"});
  EXPECT_EQ(Matching("in/a[2-9].csv", keys), Texts{"in/a2.csv"});
  EXPECT_TRUE(Matching("*.csv", keys).empty());
}

TEST(MatchingKeys, TakesWhatIsDirectlyInAFolder) {
  const Texts keys = {"in/a", "in/_tmp", "in/deep/b", "in2/c"};
  EXPECT_EQ(Matching("in", keys), Texts{"in/a"});
  EXPECT_EQ(Matching("in/", keys), Texts{"in/a"});
  EXPECT_EQ(Matching("", {"top", "in/a"}), Texts{"top"});
}

TEST(MatchingKeys, PrefersTheKeyItself) {
  EXPECT_EQ(Matching("in/a*", {"in/a*", "in/ab"}), Texts{"in/a*"});
  EXPECT_EQ(Matching("in", {"in", "in/a"}), Texts{"in"});
}

}  // namespace
}  // namespace runtime
