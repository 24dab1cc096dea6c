#include "wire/error_detail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wire {
namespace {

using base::Code;
using base::Error;

TEST(ErrorDetail, BringsAnErrorWholeToTheOtherEnd) {
  const Error error = Error(Code::kUserCode, "control.task_failed", "\"x\" failed: \xC3\xA9")
                          .Set("task", "x")
                          .Set("traceback", "line\nline")
                          .At({"models.py", 3, 5})
                          .CausedBy(Error(Code::kUnavailable, "storage.unreachable", "no answer"));
  const auto read = ReadErrorDetail(ErrorDetail(error));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->code, error.code);
  EXPECT_EQ(read->reason, error.reason);
  EXPECT_EQ(read->message, error.message);
  EXPECT_EQ(read->context, error.context);
  EXPECT_EQ(read->place, error.place);
  ASSERT_NE(read->cause, nullptr);
  EXPECT_EQ(read->cause->code, Code::kUnavailable);
  EXPECT_EQ(read->cause->reason, "storage.unreachable");
}

TEST(ErrorDetail, KnowsEachCode) {
  for (int number = 0; number <= static_cast<int>(Code::kInternal); ++number) {
    const auto code = static_cast<Code>(number);
    EXPECT_EQ(ReadErrorDetail(ErrorDetail(Error(code, "a.b", "c")))->code, code);
  }
}

TEST(ErrorDetail, StandsInAReplyBesideItsKind) {
  const std::string body = R"({"error":{"type":"REF_NOT_FOUND","message":"m","context":{}}})";
  const Error error = Error(Code::kNotFound, "catalog.no_ref", "there is no \"x\"").Set("ref", "x");
  const std::string with = AddErrorDetail(body, error);
  EXPECT_NE(with.find("REF_NOT_FOUND"), std::string::npos);
  const Error read = ErrorOfReply(404, with);
  EXPECT_EQ(read.reason, "catalog.no_ref");
  EXPECT_EQ(read.context, error.context);
  EXPECT_EQ(AddErrorDetail("[]", error), "[]");
}

TEST(ErrorDetail, OfAServerThatIsNoneOfOursIsTheNearest) {
  const Error typed =
      ErrorOfReply(403, R"({"error":{"type":"FORBIDDEN","message":"may not","context":{}}})");
  EXPECT_EQ(typed.code, Code::kPermissionDenied);
  EXPECT_EQ(typed.reason, "wire.refused");
  EXPECT_EQ(typed.message, "may not");
  EXPECT_EQ(typed.context.at("type"), "FORBIDDEN");
  EXPECT_EQ(ErrorOfReply(502, "<html>").code, Code::kUnavailable);
  EXPECT_EQ(ErrorOfReply(418, "").code, Code::kFailedPrecondition);
}

TEST(ErrorDetail, IsNothingForAnythingElse) {
  for (const char* text : {"", "{}", "[]", "null", "{\"code\":\"what\"}", "{\"code\":7}", "{"}) {
    EXPECT_FALSE(ReadErrorDetail(text).has_value()) << text;
  }
  EXPECT_FALSE(ReadErrorDetail(std::string(100'000, '[')).has_value());
}

}  // namespace
}  // namespace wire
