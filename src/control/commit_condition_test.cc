#include "control/commit_condition.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/testing/matchers.h"
#include "control/reasons.h"

namespace control {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

api::CommitEntry Commit() {
  api::CommitEntry commit;
  commit.id = model::CommitId("c2");
  commit.parents = {model::CommitId("c1"), model::CommitId("c0")};
  commit.author = "ada";
  commit.committer = "bob";
  commit.authored = base::FromMicros(1'700'000'000'000'000);
  commit.committed = base::FromMicros(1'700'000'060'000'000);
  commit.message = "Update taxi\n\nRun job_id=7";
  commit.properties = {{"bpln_job_id", "7"}, {"n", "10"}};
  return commit;
}

bool Holds(const std::string& text) {
  const auto condition = CommitCondition::Of(text);
  EXPECT_THAT(condition, IsOk()) << text;
  if (!condition.ok()) return false;
  const auto holds = condition->Holds(Commit());
  EXPECT_THAT(holds, IsOk()) << text;
  return holds.ok() && *holds;
}

TEST(CommitCondition, ComparesTheFieldsOfACommit) {
  for (const char* text : {"commit.author == 'ada'",
                           "commit.committer != \"ada\"",
                           "commit.hash == 'c2'",
                           "commit.subject == 'Update taxi'",
                           "commit.body.startsWith('Run')",
                           "commit.message.contains('taxi') && commit.message.endsWith('7')",
                           "commit.message.matches('job_id=[0-9]+$')",
                           "commit.message.matches(r'\\d')",
                           "size(commit.parent_hashes) == 2",
                           "commit.parent_hashes.size() > 1",
                           "'c1' in commit.parent_hashes",
                           "commit.parentHashes[0] == 'c1'",
                           "'bpln_job_id' in commit.properties",
                           "has(commit.properties.n)",
                           "!has(commit.properties.other)",
                           "commit.properties['bpln_job_id'] == '7'",
                           "commit.author in ['ada', 'eve']",
                           "commit.authors.exists(a, a.name == 'ada')",
                           "commit.authors.all(a, a.email == null)",
                           "commit.properties.exists(k, k.startsWith('bpln_'))",
                           "commit.authored_date > timestamp('2023-11-14')",
                           "commit.commitTime <= timestamp('2023-11-14T22:14:20Z')",
                           "int(commit.authored_date) == 1700000000",
                           "string(1 + 2 * 3) == '7'",
                           "(1 < 2 ? commit.author : 'x') == 'ada'",
                           "-1 < 0 && 7 % 4 == 3 && 1 / 2.0 == 0.5",
                           "1 == 1.0",
                           "size('\xc3\xa9') == 1",
                           "'a\\'b' == \"a'b\""}) {
    EXPECT_TRUE(Holds(text)) << text;
  }
  for (const char* text : {"commit.author == 'bob'", "commit.author == 7", "false || 1 > 2",
                           "commit.authored_date < timestamp('2023-11-14T22:13:20+02:00')"}) {
    EXPECT_FALSE(Holds(text)) << text;
  }
}

TEST(CommitCondition, AKeyThatIsNotThereFitsNothingUnlessTheOtherSideSettlesIt) {
  EXPECT_FALSE(Holds("commit.properties.other == 'x'"));
  EXPECT_FALSE(Holds("!(commit.properties.other == 'x')"));
  EXPECT_TRUE(Holds("commit.properties.other == 'x' || commit.author == 'ada'"));
  EXPECT_TRUE(Holds("commit.author == 'ada' || commit.properties.other == 'x'"));
  EXPECT_FALSE(Holds("commit.parent_hashes[9] == 'x'"));
}

TEST(CommitCondition, SaysWhereItIsWrong) {
  for (const char* text : {"",
                           "commit.",
                           "commit.author =",
                           "commit.author = 'a'",
                           "author == 'a'",
                           "1 +",
                           "(1",
                           "[1",
                           "'open",
                           "commit.author.upper()",
                           "size()",
                           "has(commit)",
                           "has(1)",
                           "1 2",
                           "a.b.c",
                           "commit.message.matches('(')",
                           "commit.message.matches(commit.author)",
                           "'\\q'",
                           "1.2.3",
                           "99999999999999999999x",
                           "#",
                           "commit.authors.exists(1, true)",
                           "? :"}) {
    EXPECT_THAT(CommitCondition::Of(text), IsError(Code::kInvalidArgument, kBadExpression)) << text;
  }
  const auto wrong = CommitCondition::Of("commit.author == 'a' && nobody");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().context.at("column"), "25");
  EXPECT_THAT(CommitCondition::Of(std::string(Expression::kBytesMax + 1, ' ')),
              IsError(Code::kInvalidArgument, kBadExpression));
}

TEST(CommitCondition, DoesNotConvertOnItsOwn) {
  for (const char* text :
       {"commit.author", "commit.author && true", "commit.author < 1", "!commit.author",
        "commit.authored_date > '2023-11-14'", "commit.author + 1 == 2", "size(1) == 1",
        "commit.message.contains(1)", "1 in 2", "9223372036854775807 + 1 > 0", "1 / 0 == 1",
        "'a' % 'b' == 'c'", "timestamp('soon') < commit.authored_date", "-'a' == 'a'"}) {
    const auto condition = CommitCondition::Of(text);
    ASSERT_THAT(condition, IsOk()) << text;
    EXPECT_THAT(condition->Holds(Commit()), IsError(Code::kInvalidArgument, kBadExpression))
        << text;
  }
}

// Nesting costs stack: whatever opens brackets or negates without end is refused, not followed.
TEST(CommitCondition, NestsToALimit) {
  for (const std::string open : {"(", "[", "!", "-", "1?", "size("}) {
    std::string text;
    while (text.size() + open.size() < 2000) text += open;
    EXPECT_THAT(CommitCondition::Of(text + "true"),
                IsError(Code::kInvalidArgument, kBadExpression));
  }
  EXPECT_TRUE(Holds(std::string(40, '(') + "true" + std::string(40, ')')));
  std::string flat = "true";
  while (flat.size() < 4000) flat += "&&true";
  EXPECT_TRUE(Holds(flat));
}

// Expressions come from anywhere: pieces of good ones in any order are refused or evaluated.
TEST(CommitCondition, SurvivesGarbage) {
  const std::vector<std::string> pieces = {
      "commit", ".", "author", "(", ")", "[", "]",   "==",   "'a'",     "&&",     "||", "!",
      "in",     "1", "-",      "?", ":", ",", "has", "size", "matches", "exists", "x"};
  base::SeededRng rng(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (uint64_t n = rng.Next() % 12; n > 0; --n) text += pieces[rng.Next() % pieces.size()] + " ";
    const auto condition = CommitCondition::Of(text);
    if (!condition.ok()) {
      ASSERT_EQ(condition.error().reason, kBadExpression) << text;
      continue;
    }
    const auto holds = condition->Holds(Commit());
    if (!holds.ok()) ASSERT_EQ(holds.error().reason, kBadExpression) << text;
  }
}

}  // namespace
}  // namespace control
