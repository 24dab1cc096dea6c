#include "wire/catalog_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/rng.h"
#include "base/testing/matchers.h"
#include "wire/page_token.h"
#include "wire/reasons.h"

namespace wire {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using nlohmann::json;

TEST(RequestBody, ReadsWhatItKnowsAndIgnoresTheRest) {
  const auto body = ParseRequestBody(
      R"({"branch_name":"ada.x","from_ref":"main","replace":true,"commit_message":null,
          "commit_body":"why","commit_properties":{"a":"b"},"later":[1,{"x":2}]})");
  ASSERT_THAT(body, IsOk());
  EXPECT_EQ(body->branch_name, "ada.x");
  EXPECT_EQ(body->from_ref, "main");
  EXPECT_TRUE(body->replace);
  EXPECT_EQ(body->commit_message, "");
  EXPECT_EQ(body->commit_body, "why");
  EXPECT_EQ(body->commit_properties.at("a"), "b");
  EXPECT_THAT(ParseRequestBody(""), IsOk());
  EXPECT_THAT(ParseRequestBody("{}"), IsOk());
}

TEST(RequestBody, RefusesWhatIsNoRequest) {
  for (const char* text :
       {"{", "[]", "null", "1", "\"x\"", "{\"branch_name\":1}", "{\"replace\":\"yes\"}",
        "{\"commit_properties\":[]}", "{\"commit_properties\":{\"a\":1}}", "{\"commit_body\":{}}",
        "{\"branch_name\":\"\xff\"}", "{} {}", "nonsense"}) {
    EXPECT_THAT(ParseRequestBody(text), IsError(Code::kInvalidArgument, kBadBody)) << text;
  }
  EXPECT_THAT(ParseRequestBody(std::string(1'000'000, '[')),
              IsError(Code::kInvalidArgument, kBadBody));
  EXPECT_THAT(ParseProperties("[1]"), IsError(Code::kInvalidArgument, kBadBody));
  EXPECT_THAT(ParseProperties("{\"a\":{}}"), IsError(Code::kInvalidArgument, kBadBody));
}

// Bodies come from anywhere: a good one with bytes changed, cut and doubled must never do more than
// be refused.
TEST(RequestBody, SurvivesGarbage) {
  const std::string good =
      R"({"branch_name":"a\u00e9","from_ref":"main","commit_properties":{"k":"v"},"replace":false})";
  base::SeededRng rng(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = good;
    for (uint64_t edits = 1 + rng.Next() % 4; edits > 0; --edits) {
      const size_t at = rng.Next() % (text.size() + 1);
      switch (rng.Next() % 3) {
        case 0:
          text.insert(at, 1, static_cast<char>(rng.Next()));
          break;
        case 1:
          text = text.substr(0, at);
          break;
        default:
          if (at < text.size()) text[at] = static_cast<char>(rng.Next());
      }
    }
    const auto body = ParseRequestBody(text);
    if (!body.ok()) ASSERT_EQ(body.error().reason, kBadBody) << text;
    const auto properties = ParseProperties(text);
    if (!properties.ok()) ASSERT_EQ(properties.error().reason, kBadBody) << text;
  }
}

TEST(PageToken, GoesOnOnlyInItsOwnListing) {
  const std::string token = PageToken("branches", "ada.x");
  ASSERT_THAT(CursorOf("branches", token), IsOk());
  EXPECT_EQ(*CursorOf("branches", token), "ada.x");
  EXPECT_THAT(CursorOf("tags", token), IsError(Code::kInvalidArgument, kBadPageToken));
  for (size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == '0' ? '1' : '0';
    EXPECT_THAT(CursorOf("branches", changed), IsError(Code::kInvalidArgument, kBadPageToken));
    EXPECT_THAT(CursorOf("branches", token.substr(0, at)),
                IsError(Code::kInvalidArgument, kBadPageToken));
  }
}

api::RefEntry Branch(const std::string& name, const std::string& hash) {
  api::RefEntry ref;
  ref.name = name;
  ref.commit = model::CommitId(hash);
  return ref;
}

TEST(Reply, ACommitAlwaysHasAuthorsAndAParent) {
  api::CommitEntry first;
  first.id = model::CommitId("c1");
  first.author = first.committer = "ada";
  first.message = "create \xff";
  const json commit = json::parse(CommitsBody({first}, Branch("main", "c9"), "")).at("data").at(0);
  EXPECT_EQ(commit.at("ref"), json({{"type", "BRANCH"}, {"name", "main"}, {"hash", "c1"}}));
  EXPECT_EQ(commit.at("authors").at(0).at("name"), "ada");
  EXPECT_TRUE(commit.at("authors").at(0).at("email").is_null());
  EXPECT_EQ(commit.at("parent_ref").at("type"), "DETACHED");
  EXPECT_EQ(commit.at("parent_hashes"), json::array());
  EXPECT_EQ(commit.at("authored_date"), "1970-01-01T00:00:00.000000Z");
}

TEST(Reply, TheLastPageHasNoToken) {
  const json last = json::parse(NamespacesBody({"a"}, ""));
  EXPECT_TRUE(last.at("metadata").at("pagination_token").is_null());
  EXPECT_EQ(json::parse(NamespacesBody({"a"}, "t")).at("metadata").at("pagination_token"), "t");
  EXPECT_TRUE(json::parse(MovedBody(Branch("main", "c"))).contains("data"));
}

TEST(Reply, ATableNamesItsColumnsDocumentationAndTypesAsText) {
  api::TableDescription table;
  table.id = "00000000-0000-4000-8000-000000000000";
  table.ns = "bauplan";
  table.name = "trips";
  columnar::Field tags{3, "tags", columnar::Type::List({4, "element", columnar::TypeId::kString}),
                       false, "what riders said"};
  table.schema.fields = {{1, "id", columnar::TypeId::kLong, true, ""}, tags};
  table.partitions = {{"ts_day", "day"}};
  table.updated = base::FromMicros(1'500'000);
  table.properties["comment"] = "rides";
  const json data = json::parse(TableBody(table)).at("data");
  EXPECT_EQ(data.at("last_updated_ms"), 1500);
  EXPECT_FALSE(data.contains("last_updated_at"));  // both names at once are an error
  EXPECT_TRUE(data.at("current_snapshot_id").is_null());
  EXPECT_EQ(data.at("fields").at(0).at("type"), "long");
  EXPECT_TRUE(data.at("fields").at(0).at("doc").is_null());
  EXPECT_EQ(data.at("fields").at(1).at("type"), "list<string>");
  EXPECT_EQ(data.at("fields").at(1).at("doc"), "what riders said");
  EXPECT_EQ(data.at("partitions").at(0).at("transform"), "day");
  EXPECT_EQ(data.at("properties").at("comment"), "rides");
}

}  // namespace
}  // namespace wire
