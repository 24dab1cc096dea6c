#include "project/parameter_edit.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace project {
namespace {
using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

const char kYaml[] = R"(# my project
project:
  id: 01234567-89ab-4cde-8f01-23456789abcd   # do not change

parameters:
    # how far back
    year:   # of the data
        type: int
        default: 2024   # last full one
    who:
        default: "bob"

defaults:
  namespace: taxi
)";

TEST(SetParameter, ChangesOneValueAndNothingElse) {
  std::string expected = kYaml;
  expected.replace(expected.find("2024"), 4, "2025");
  EXPECT_EQ(*SetParameter(kYaml, {.name = "year", .value = "2025"}), expected);
}

TEST(SetParameter, AddsKeysAndParametersInTheLayoutThatIsThere) {
  const auto text =
      SetParameter(kYaml, {.name = "who", .description = "whose: rows", .required = true});
  ASSERT_THAT(text, IsOk());
  EXPECT_NE(text->find("        default: \"bob\"\n        required: true\n"), std::string::npos);
  EXPECT_NE(text->find("        description: \"whose: rows\"\n"), std::string::npos);
  const auto added =
      SetParameter(*text, {.name = "ratio", .value = "0.5", .type = ParameterType::kFloat});
  ASSERT_THAT(added, IsOk());
  EXPECT_NE(added->find("    ratio:\n      type: float\n      default: 0.5\n"), std::string::npos);
  const auto list = ListParameters(*added);
  ASSERT_THAT(list, IsOk());
  ASSERT_EQ(list->size(), 3u);
  EXPECT_EQ((*list)[1].description, "whose: rows");
  EXPECT_EQ(*(*list)[2].default_value, columnar::Literal::Double(0.5));
}

TEST(SetParameter, MakesTheSection) {
  for (const std::string yaml : {"project:\n  id: x\n", "parameters: {}\n", "parameters:\n", ""}) {
    if (yaml.empty()) continue;
    const auto text = SetParameter(yaml, {.name = "a", .value = "true"});
    ASSERT_THAT(text, IsOk()) << yaml;
    EXPECT_EQ(*ListParameters(*text)->at(0).default_value, columnar::Literal::String("true"))
        << "a text that looks like a truth value stays a text";
  }
}

TEST(SetParameter, RefusesWhatMakesNoSense) {
  EXPECT_THAT(SetParameter(kYaml, {.name = "year", .value = "soon"}),
              IsError(Code::kInvalidArgument, "project.bad_parameter_value"));
  EXPECT_THAT(SetParameter(kYaml, {.name = "year", .type = ParameterType::kStr}),
              IsError(Code::kInvalidArgument, "project.bad_parameter"));
  EXPECT_THAT(SetParameter(kYaml, {.name = "a.b", .value = "1"}),
              IsError(Code::kInvalidArgument, "project.bad_parameter"));
  EXPECT_THAT(SetParameter(kYaml, {.name = "pw", .value = "1", .type = ParameterType::kSecret}),
              IsError(Code::kInvalidArgument, "project.bad_parameter"));
  EXPECT_THAT(SetParameter(kYaml, {.name = "pw", .value = "1", .type = ParameterType::kVault}),
              IsError(Code::kUnimplemented, "project.vault"));
  EXPECT_THAT(SetParameter("parameters: {a: {default: 1}}\n", {.name = "a", .value = "2"}),
              IsError(Code::kUnimplemented, "project.flow_style"));
  EXPECT_THAT(SetParameter("parameters:\n  a: {default: 1}\n", {.name = "a", .value = "2"}),
              IsError(Code::kUnimplemented, "project.flow_style"));
}

TEST(RemoveParameter, TakesItsLinesOnly) {
  const auto text = RemoveParameter(kYaml, "year");
  ASSERT_THAT(text, IsOk());
  EXPECT_EQ(text->find("2024"), std::string::npos);
  EXPECT_NE(text->find("    # how far back\n    who:"), std::string::npos);
  EXPECT_NE(text->find("\n\ndefaults:"), std::string::npos);
  const auto none = RemoveParameter(*text, "who");
  ASSERT_THAT(none, IsOk());
  EXPECT_TRUE(ListParameters(*none)->empty());
  EXPECT_THAT(RemoveParameter(kYaml, "yaer"),
              IsError(Code::kNotFound, "project.unknown_parameter"));
}

TEST(ParseParameterValue, ByType) {
  EXPECT_EQ(*ParseParameterValue(ParameterType::kBool, "ON"), columnar::Literal::Boolean(true));
  EXPECT_EQ(*ParseParameterValue(ParameterType::kInt, "+3"), columnar::Literal::Long(3));
  for (const auto& [type, text] :
       {std::pair(ParameterType::kInt, "3.5"),
        std::pair(ParameterType::kInt, "99999999999999999999"),
        std::pair(ParameterType::kFloat, "nan"), std::pair(ParameterType::kBool, "maybe")}) {
    EXPECT_THAT(ParseParameterValue(type, text),
                IsError(Code::kInvalidArgument, "project.bad_parameter_value"))
        << text;
  }
}

}  // namespace
}  // namespace project
