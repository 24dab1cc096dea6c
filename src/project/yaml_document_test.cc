#include "project/yaml_document.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "project/reasons.h"

namespace project {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

const std::string kBad(reasons::kBadYaml);

TEST(YamlDocument, IsWrittenInBlocks) {
  const YamlValue value = YamlValue::Map(
      {{"name", YamlValue::Text("sale")},
       {"replace", YamlValue::Word("false")},
       {"none", YamlValue::List()},
       {"columns",
        YamlValue::List({YamlValue::Map({{"a", YamlValue::Text("1")},
                                         {"b", YamlValue::List({YamlValue::Text("x")})}}),
                         YamlValue::Text("last one")})}});
  EXPECT_EQ(WriteYaml(value),
            "name: sale\nreplace: false\nnone: []\ncolumns:\n  - a: \"1\"\n    b:\n      - x\n"
            "  - \"last one\"\n");
}

TEST(YamlDocument, AnyTextComesBack) {
  for (const std::string text :
       {"", "true", "No", "~", "12", "- a", "a: b", "a #b", "s3://b/x*.csv", "it's \"so\"", "a\\b",
        "two\nlines\t\x01\x7f", "größe", " padded ", "key:", "*alias", "{a}", "1e5", "null"}) {
    const auto back = ReadYaml(WriteYaml(YamlValue::Map({{text, YamlValue::Text(text)}})), "plan");
    ASSERT_THAT(back, IsOk()) << text;
    ASSERT_EQ(back->entries.size(), 1u);
    EXPECT_EQ(back->entries[0].first, text);
    EXPECT_EQ(back->entries[0].second.kind, YamlValue::Kind::kText) << text;
    EXPECT_EQ(back->entries[0].second.text, text);
  }
}

TEST(YamlDocument, SaysWhereItIsNoYaml) {
  const auto bad = ReadYaml("a: 1\nb: [1\n", "plan");
  ASSERT_THAT(bad, IsError(base::Code::kInvalidArgument, kBad));
  EXPECT_EQ(bad.error().place.file, "plan");
  EXPECT_THAT(ReadYaml("a: 1\na: 2\n", "plan"), IsError(base::Code::kInvalidArgument, kBad));
  EXPECT_THAT(ReadYaml("? [a]\n: 2\n", "plan"), IsError(base::Code::kInvalidArgument, kBad));
}

TEST(YamlDocument, AliasesDoNotUnfoldToMoreThanIsTaken) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 10; ++n) bomb += (n > 0 ? ", " : "") + before;
    bomb += "]\n";
  }
  EXPECT_THAT(ReadYaml(bomb, "plan"), IsError(base::Code::kInvalidArgument, kBad));
  EXPECT_THAT(ReadYaml("a: &a [*a]\n", "plan"), IsError(base::Code::kInvalidArgument, kBad));
  EXPECT_THAT(ReadYaml(std::string(100'000, '['), "plan"),
              IsError(base::Code::kInvalidArgument, kBad));
}

}  // namespace
}  // namespace project
