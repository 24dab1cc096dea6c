// What is at stake: the unmodified client takes each reply at its word. So requests go in as it
// sends them, over the real services on a store in memory, and replies are read as JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/testing/matchers.h"
#include "catalog/testing/lake.h"
#include "control/refs_service.h"
#include "control/tables_service.h"
#include "project/testing/fake_sql_analyzer.h"
#include "server/http/target.h"
#include "server/rest/catalog_handler.h"
#include "storage/memory_store.h"

namespace server {
namespace {

using base::testing::IsOk;
using nlohmann::json;
using ::testing::HasSubstr;

/// Nothing of what jobs need is asked for here.
class Nothing final : public control::QueryAnalyzer,
                      public api::QueryRunner,
                      public control::Environments {
  static base::Error None() { return {base::Code::kUnimplemented, "test.none", "none here"}; }

 public:
  base::Result<control::QueryNames> Analyze(const std::string&) const override { return None(); }
  base::Result<columnar::Stream> RunQuery(const base::Context&, const base::Bytes&) override {
    return None();
  }
  base::Result<control::PreparedEnvironment> Prepare(
      const base::Context&, const plan::EnvironmentSpec&, const std::string&,
      const std::function<void(std::string_view)>&) override {
    return None();
  }
};

struct Reply {
  int status = 0;
  json body;
  const json& data() const { return body.at("data"); }
  std::string type() const { return body.contains("error") ? body["error"]["type"] : json(""); }
  json context(const std::string& key) const { return body.at("error").at("context").at(key); }
};

class CatalogRestTest : public ::testing::Test {
 protected:
  CatalogRestTest() { ctx_.principal = "ada"; }

  Reply Send(const std::string& method, const std::string& target, const json& body = nullptr) {
    return SendText(method, target, body.is_null() ? "" : body.dump());
  }
  Reply SendText(const std::string& method, const std::string& target, const std::string& body) {
    HttpRequest request;
    request.method = method;
    request.target = "/catalog/v0" + target;
    const auto parsed = ParseTarget(request.target);
    EXPECT_THAT(parsed, IsOk());
    request.path = parsed->path;
    request.query = parsed->query;
    request.body = body;
    const HttpReply reply = handler_.Handle(ctx_, request);
    return {reply.status, json::parse(reply.body)};
  }

  Reply Get(const std::string& target) { return Send("GET", target); }
  std::string HeadOf(const std::string& branch) {
    return Get("/branches/" + branch).data().at("hash");
  }
  Reply Branch(const std::string& name, const std::string& from = "main") {
    return Send("POST", "/branches", {{"branch_name", name}, {"from_ref", from}});
  }
  Reply Tag(const std::string& name, const std::string& from = "main") {
    return Send("POST", "/tags", {{"tag_name", name}, {"from_ref", from}});
  }
  Reply Space(const std::string& branch, const std::string& name) {
    return Send("POST", "/branches/" + branch + "/namespaces", {{"namespace_name", name}});
  }

  /// A table of two columns on a branch, with real metadata.
  void Table(const std::string& branch, const std::string& name, const std::string& ns = "bauplan",
             lakehouse::WriteMode mode = lakehouse::WriteMode::kCreate) {
    columnar::Schema schema;
    schema.fields = {{columnar::kNoFieldId, "Age", columnar::TypeId::kDouble, false, "in years"},
                     {columnar::kNoFieldId, "at", columnar::TypeId::kTimestamptz, false, ""}};
    const auto prepared =
        lakehouse_.Prepare(ctx_, lake_.Head(branch), {{{{ns}}, name}, mode, schema, {"day(at)"}});
    ASSERT_THAT(prepared, IsOk());
    lakehouse::CommitInput input;
    input.branch = branch;
    input.writes.push_back({*prepared, {}, {}, {}});
    input.note.message = "write " + name;
    input.note.properties = {{"bpln_job_id", "job-" + name}};
    ASSERT_THAT(lakehouse_.Commit(ctx_, input), IsOk());
  }
  /// The three tables of main, by way of a branch.
  void FillMain() {
    Branch("ada.fill");
    for (const char* name : {"taxi", "titanic", "zones"}) Table("ada.fill", name);
    ASSERT_EQ(Send("POST", "/refs/ada.fill/merge/main", json::object()).status, 200);
  }

  static std::vector<std::string> Names(const Reply& reply) {
    std::vector<std::string> names;
    for (const json& item : reply.data()) names.push_back(item.at("name"));
    return names;
  }
  /// All pages of a list, `records` at a time; ends in bounded time whatever the tokens say.
  std::vector<json> Pages(const std::string& target, int records) {
    std::vector<json> all;
    std::string token;
    for (int page = 0; page < 100; ++page) {
      const std::string separator = target.find('?') == std::string::npos ? "?" : "&";
      Reply reply = Get(target + separator + "max_records=" + std::to_string(records) +
                        (token.empty() ? "" : "&pagination_token=" + token));
      EXPECT_EQ(reply.status, 200) << reply.body;
      EXPECT_LE(reply.data().size(), records);
      for (const json& item : reply.data()) all.push_back(item);
      const json& next = reply.body.at("metadata").at("pagination_token");
      if (next.is_null()) return all;
      token = next;
    }
    ADD_FAILURE() << "tokens without end";
    return all;
  }

  catalog::testing::Lake lake_;
  storage::MemoryStore objects_;
  lakehouse::Lakehouse lakehouse_{lake_.memory, objects_, lake_.catalog, lake_.clock, lake_.rng};
  control::TaskBoard board_{lake_.clock};
  project::FakeSqlAnalyzer sql_;
  Nothing none_;
  control::Parts parts_{lake_.memory, objects_, lake_.catalog, lakehouse_,  board_,    sql_,
                        none_,        none_,    none_,         lake_.clock, lake_.rng, {}};
  control::RefsService refs_{parts_};
  control::NamespacesService namespaces_{parts_};
  control::TablesService tables_{parts_};
  CatalogHandler handler_{{refs_, namespaces_, tables_}};
  base::Context ctx_;
};

// Branches

TEST_F(CatalogRestTest, TheCallersListBeginsWithMainHoweverManyItHas) {
  for (int i = 0; i < 12; ++i) ASSERT_EQ(Branch("ada.b" + std::to_string(10 + i)).status, 201);
  ASSERT_EQ(Branch("bob.x").status, 201);
  const auto names = Names(Get("/branches?filter_by_user=%7E&max_records=10"));
  ASSERT_EQ(names.size(), 10u);
  EXPECT_EQ(names.front(), "main");
  std::vector<std::string> paged;
  for (const json& branch : Pages("/branches?filter_by_user=%7E", 5))
    paged.push_back(branch["name"]);
  EXPECT_EQ(paged.size(), 13u);
  EXPECT_EQ(std::count(paged.begin(), paged.end(), "bob.x"), 0);
  EXPECT_EQ(std::count(paged.begin(), paged.end(), "main"), 1);
  EXPECT_EQ(Pages("/branches?filter_by_user=%7E", 1).size(), 13u);
  EXPECT_EQ(Pages("/branches", 3).size(), 14u);
}

TEST_F(CatalogRestTest, AFilterIsFoundAnywhereInANameOrIsAnExpression) {
  Branch("ada.mainline");
  Branch("bob.x");
  EXPECT_THAT(Names(Get("/branches?filter_by_name=main")),
              ::testing::UnorderedElementsAre("ada.mainline", "main"));
  EXPECT_THAT(Names(Get("/branches?filter_by_name=%5Ebob%5C.")), ::testing::ElementsAre("bob.x"));
  EXPECT_THAT(Names(Get("/branches?filter_by_user=bob")), ::testing::ElementsAre("main", "bob.x"));
  EXPECT_THAT(Names(Get("/branches?filter_by_user=%7E&filter_by_name=line")),
              ::testing::ElementsAre("ada.mainline"));
  EXPECT_EQ(Get("/branches?filter_by_name=%28").type(), "BAD_REQUEST");
  EXPECT_EQ(Get("/branches?max_records=x").type(), "BAD_REQUEST");
  EXPECT_TRUE(Get("/branches?max_records=0").data().empty());
}

TEST_F(CatalogRestTest, APageTokenIsStableWhenNamesComeAndGo) {
  for (const char* name : {"ada.a", "ada.c", "ada.e"}) Branch(name);
  const Reply first = Get("/branches?max_records=2");
  const std::string token = first.body["metadata"]["pagination_token"];
  Branch("ada.b");  // before what was shown: does not shift what follows
  Send("DELETE", "/branches/ada.c");
  EXPECT_THAT(Names(Get("/branches?max_records=2&pagination_token=" + token)),
              ::testing::ElementsAre("ada.e", "main"));
  EXPECT_EQ(Get("/tags?pagination_token=" + token).type(), "BAD_REQUEST");
  EXPECT_EQ(Get("/branches?filter_by_name=a&pagination_token=" + token).type(), "BAD_REQUEST");
}

TEST_F(CatalogRestTest, ABranchIsCreatedOnceAndTheErrorHoldsItsHead) {
  const Reply created = Branch("ada.dev");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.data()["name"], "ada.dev");
  EXPECT_EQ(created.data()["hash"], HeadOf("main"));
  const Reply again = Branch("ada.dev");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.type(), "BRANCH_EXISTS");
  EXPECT_EQ(again.context("branch_name"), "ada.dev");
  EXPECT_EQ(again.context("ref"),
            json({{"type", "BRANCH"}, {"name", "ada.dev"}, {"hash", HeadOf("ada.dev")}}));
}

TEST_F(CatalogRestTest, TheRefABranchComesFromIsCheckedBeforeItsName) {
  const Reply malformed = Branch("main", "not a valid ref!!!");
  EXPECT_EQ(malformed.type(), "INVALID_REF");
  EXPECT_EQ(malformed.context("input_ref"), "not a valid ref!!!");
  const Reply unknown = Branch("main", "nowhere");
  EXPECT_EQ(unknown.type(), "REF_NOT_FOUND");
  EXPECT_EQ(unknown.context("input_ref"), "nowhere");
  EXPECT_EQ(Branch("ada.x@y").type(), "BAD_REQUEST");
  EXPECT_EQ(Send("POST", "/branches", json::object()).type(), "BAD_REQUEST");
  EXPECT_EQ(SendText("POST", "/branches", "{\"branch_name\":").type(), "BAD_REQUEST");
}

TEST_F(CatalogRestTest, AMissingBranchIsNamed) {
  for (const char* method : {"GET", "DELETE"}) {
    const Reply reply = Send(method, "/branches/ada.gone");
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.type(), "BRANCH_NOT_FOUND");
    EXPECT_EQ(reply.context("branch_name"), "ada.gone");
  }
  EXPECT_EQ(Get("/branches/not%20a%20name").type(), "BRANCH_NOT_FOUND");
  EXPECT_EQ(Get("/branches/main@" + HeadOf("main")).type(), "NOT_A_BRANCH_REF");
  EXPECT_EQ(Get("/branches/-").data()["name"], "main");
}

TEST_F(CatalogRestTest, MainIsNeitherDeletedNorRenamed) {
  const Reply deleted = Send("DELETE", "/branches/main");
  EXPECT_EQ(deleted.status, 403);
  EXPECT_EQ(deleted.type(), "DELETE_BRANCH_FORBIDDEN");
  EXPECT_EQ(deleted.context("branch_name"), "main");
  const Reply renamed = Send("PATCH", "/branches/main", {{"branch_name", "ada.main"}});
  EXPECT_EQ(renamed.type(), "RENAME_BRANCH_FORBIDDEN");
  EXPECT_EQ(renamed.context("old_branch_name"), "main");
  EXPECT_EQ(renamed.context("new_branch_name"), "ada.main");
}

TEST_F(CatalogRestTest, RenamingAndDeletingAnswerWithTheBranch) {
  Branch("ada.one");
  const Reply renamed = Send("PATCH", "/branches/ada.one", {{"branch_name", "ada.two"}});
  EXPECT_EQ(renamed.data()["name"], "ada.two");
  EXPECT_EQ(Get("/branches/ada.one").type(), "BRANCH_NOT_FOUND");
  const std::string head = HeadOf("ada.two");
  const Reply deleted = Send("DELETE", "/branches/ada.two");
  EXPECT_EQ(deleted.data(), json({{"name", "ada.two"}, {"hash", head}}));
  EXPECT_EQ(Get("/branches/ada.two").type(), "BRANCH_NOT_FOUND");
  Branch("ada.three");
  Branch("ada.four");
  EXPECT_EQ(Send("PATCH", "/branches/ada.three", {{"branch_name", "ada.four"}}).type(),
            "BRANCH_EXISTS");
}

TEST_F(CatalogRestTest, AMergeBringsItsWorkAndItsMessage) {
  Branch("ada.dev");
  ASSERT_EQ(Space("ada.dev", "fresh").status, 201);
  const Reply merged = Send("POST", "/refs/ada.dev/merge/main",
                            {{"commit_message", "Update all"},
                             {"commit_body", "since it is time"},
                             {"commit_properties", {{"ticket", "7"}}}});
  ASSERT_EQ(merged.status, 200) << merged.body;
  EXPECT_TRUE(merged.data().is_null());
  EXPECT_EQ(merged.body["ref"],
            json({{"type", "BRANCH"}, {"name", "main"}, {"hash", HeadOf("main")}}));
  EXPECT_EQ(Get("/refs/main/namespaces/fresh").data()["name"], "fresh");
  const json commit = Get("/refs/main/commits?max_records=1").data()[0];
  EXPECT_EQ(commit["message"], "Update all\n\nsince it is time");
  EXPECT_EQ(commit["properties"]["ticket"], "7");
  EXPECT_EQ(commit["authors"][0]["name"], "ada");
  EXPECT_EQ(commit["parent_hashes"].size(), 2u);
}

TEST_F(CatalogRestTest, AMergeIntoWhatIsNoBranchIsRefused) {
  Branch("ada.dev");
  Tag("v1");
  const Reply gone = Send("POST", "/refs/ada.dev/merge/ada.gone", json::object());
  EXPECT_EQ(gone.type(), "BRANCH_NOT_FOUND");
  EXPECT_EQ(gone.context("branch_name"), "ada.gone");
  const Reply tag = Send("POST", "/refs/ada.dev/merge/v1", json::object());
  EXPECT_EQ(tag.type(), "NOT_A_WRITE_BRANCH_REF");
  EXPECT_EQ(tag.context("input_ref"), "v1");
  const Reply source = Send("POST", "/refs/nowhere/merge/main", json::object());
  EXPECT_EQ(source.type(), "REF_NOT_FOUND");
  EXPECT_EQ(source.context("input_ref"), "nowhere");
  EXPECT_EQ(Send("POST", "/refs/main/merge/main", json::object()).type(), "SAME_REF");
}

TEST_F(CatalogRestTest, ATableMadeOnBothSidesIsAConflict) {
  Branch("ada.one");
  Branch("ada.two");
  Table("ada.one", "t");
  Table("ada.two", "t");
  ASSERT_EQ(Send("POST", "/refs/ada.one/merge/main", json::object()).status, 200);
  const Reply conflict = Send("POST", "/refs/ada.two/merge/main", json::object());
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.type(), "MERGE_CONFLICT");
  EXPECT_EQ(conflict.context("source_ref")["name"], "ada.two");
  EXPECT_EQ(conflict.context("destination_ref")["hash"], HeadOf("main"));
}

// Tags

TEST_F(CatalogRestTest, TagsAreKeptBesideBranches) {
  const Reply tag = Tag("v1.0");
  EXPECT_EQ(tag.status, 201);
  EXPECT_EQ(Get("/tags/v1.0").data(), tag.data());
  const Reply again = Tag("v1.0");
  EXPECT_EQ(again.type(), "TAG_EXISTS");
  EXPECT_EQ(again.context("tag_name"), "v1.0");
  EXPECT_EQ(again.context("ref")["type"], "TAG");
  EXPECT_EQ(Get("/branches/v1.0").type(), "NOT_A_BRANCH_REF");
  EXPECT_EQ(Get("/tags/main").type(), "NOT_A_TAG_REF");
  const Reply renamed = Send("PATCH", "/tags/main", {{"tag_name", "x"}});
  EXPECT_EQ(renamed.type(), "NOT_A_TAG_REF");
  EXPECT_EQ(renamed.context("input_ref"), "main");
  EXPECT_EQ(Send("PATCH", "/tags/v1.0", {{"tag_name", "v2"}}).data()["name"], "v2");
  EXPECT_EQ(Get("/tags/v1.0").context("tag_name"), "v1.0");
  EXPECT_THAT(Names(Get("/tags?filter_by_name=v")), ::testing::ElementsAre("v2"));
  EXPECT_EQ(Send("DELETE", "/tags/v2").data()["name"], "v2");
  EXPECT_EQ(Get("/tags/v2").type(), "TAG_NOT_FOUND");
  EXPECT_EQ(Send("DELETE", "/tags/v2").type(), "TAG_NOT_FOUND");
  EXPECT_EQ(Tag("v3", "nowhere").type(), "REF_NOT_FOUND");
}

// Commits

TEST_F(CatalogRestTest, CommitsGoOnInPagesWhileOthersAreMade) {
  Branch("ada.dev");
  for (int i = 0; i < 6; ++i) ASSERT_EQ(Space("ada.dev", "n" + std::to_string(i)).status, 201);
  const Reply first = Get("/refs/ada.dev/commits?max_records=2");
  ASSERT_EQ(first.data().size(), 2u);
  Space("ada.dev", "later");
  const std::string token = first.body["metadata"]["pagination_token"];
  const Reply second = Get("/refs/ada.dev/commits?max_records=2&pagination_token=" + token);
  EXPECT_EQ(second.data()[0]["ref"]["hash"], first.data()[1]["parent_hashes"][0]);
  EXPECT_EQ(Pages("/refs/ada.dev/commits", 3).size(), 8u);
  for (const json& commit : second.data()) {
    EXPECT_EQ(commit["ref"]["type"], "BRANCH");
    EXPECT_FALSE(commit["authors"].empty());
    EXPECT_TRUE(commit.contains("parent_ref"));
  }
  EXPECT_EQ(Get("/refs/nowhere/commits").context("input_ref"), "nowhere");
}

TEST_F(CatalogRestTest, CommitsAreFoundByWhatTheySay) {
  Branch("ada.dev");
  lake_.clock.Advance(std::chrono::hours(24));
  Send("POST", "/branches/ada.dev/namespaces",
       {{"namespace_name", "x"},
        {"commit_body", "Update now"},
        {"commit_properties", {{"k", "v"}}}});
  const auto count = [&](const std::string& filter) {
    const Reply reply = Get("/refs/ada.dev/commits?" + filter);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.status == 200 ? static_cast<int>(reply.data().size()) : -1;
  };
  EXPECT_EQ(count("filter_by_message=Update"), 1);
  EXPECT_EQ(count("filter_by_message=nothing"), 0);
  EXPECT_EQ(count("filter_by_author_username=ad"), 2);
  EXPECT_EQ(count("filter_by_author_name=ada&filter_by_author_username=%5Ea"), 2);
  EXPECT_EQ(count("filter_by_author_email=x%40y"), 0);
  EXPECT_EQ(count("filter_by_properties=%7B%22k%22%3A%22v%22%7D"), 1);
  EXPECT_EQ(count("filter_by_parent_hash=" + HeadOf("main")), 1);
  const std::string day = base::FormatInstant(lake_.clock.Now()).substr(0, 10);
  EXPECT_EQ(count("filter_by_authored_date=" + day), 1);
  EXPECT_EQ(count("filter_by_authored_date_start_at=" + day), 1);
  EXPECT_EQ(count("filter_by_authored_date_end_at=" + day), 2);
  EXPECT_EQ(count("filter=commit.properties.k+%3D%3D+%27v%27"), 1);
  EXPECT_EQ(
      count("filter=commit.message.contains(%27Update%27)+%26%26+commit.author+%3D%3D+%27ada%27"),
      1);
  EXPECT_EQ(count("filter=commit.authored_date+%3E%3D+timestamp(%27" + day + "%27)"), 1);
  for (const char* bad : {"filter=commit.", "filter=nothing", "filter=1", "filter_by_properties=x",
                          "filter_by_authored_date=soon", "filter_by_message=("}) {
    EXPECT_EQ(Get("/refs/ada.dev/commits?" + std::string(bad)).type(), "BAD_REQUEST") << bad;
  }
}

TEST_F(CatalogRestTest, AnyFormOfRefIsRead) {
  Branch("ada.dev");
  Tag("v1");
  Space("ada.dev", "x");
  const std::string head = HeadOf("ada.dev");
  for (const std::string& ref : {std::string("ada.dev"), "ada.dev@" + head, "@" + head}) {
    const Reply reply = Get("/refs/" + ref + "/namespaces/x");
    EXPECT_EQ(reply.status, 200) << ref;
    EXPECT_EQ(Get("/refs/" + ref + "/commits?").data()[0]["ref"]["hash"], head);
  }
  const std::string first = Get("/refs/ada.dev^1/commits").data()[0]["ref"]["hash"];
  EXPECT_EQ(first, HeadOf("main"));
  EXPECT_EQ(Get("/refs/v1/commits").data()[0]["ref"]["type"], "TAG");
  EXPECT_EQ(Get("/refs/@" + head + "/commits").data()[0]["ref"]["type"], "DETACHED");
  EXPECT_EQ(Get("/refs/-/commits").status, 200);
  lake_.clock.Advance(std::chrono::hours(1));
  const std::string now = base::FormatInstant(lake_.clock.Now());
  EXPECT_EQ(Get("/refs/ada.dev*" + now + "/commits").data()[0]["ref"]["hash"], head);
  EXPECT_EQ(Get("/refs/ada.dev*1999-01-01/commits").type(), "REF_NOT_FOUND");
  EXPECT_EQ(Get("/refs/main@zz/commits").type(), "INVALID_REF");
}

// Namespaces

TEST_F(CatalogRestTest, NamespacesAreMadeOnceAndDeletedEmpty) {
  Branch("ada.dev");
  Tag("v1");
  EXPECT_EQ(Space("ada.dev", "e2e-create-table").data()["name"], "e2e-create-table");
  const Reply again = Space("ada.dev", "e2e-create-table");
  EXPECT_EQ(again.type(), "NAMESPACE_EXISTS");
  EXPECT_EQ(again.context("ref")["name"], "ada.dev");
  EXPECT_EQ(again.context("ref")["hash"], HeadOf("ada.dev"));
  EXPECT_EQ(Space("v1", "x").context("input_ref"), "v1");
  EXPECT_EQ(Space("v1", "x").type(), "NOT_A_WRITE_BRANCH_REF");
  EXPECT_EQ(Space("ada.dev@" + HeadOf("ada.dev"), "x").type(), "NOT_A_WRITE_BRANCH_REF");
  EXPECT_EQ(Space("ada.gone", "x").type(), "BRANCH_NOT_FOUND");
  Table("ada.dev", "t");
  const Reply full = Send("DELETE", "/branches/ada.dev/namespaces/bauplan", json::object());
  EXPECT_EQ(full.type(), "NAMESPACE_IS_NOT_EMPTY");
  EXPECT_EQ(full.context("branch_name"), "ada.dev");
  const Reply deleted =
      Send("DELETE", "/branches/ada.dev/namespaces/e2e-create-table", json::object());
  EXPECT_EQ(deleted.body["ref"]["hash"], HeadOf("ada.dev"));
  const Reply gone =
      Send("DELETE", "/branches/ada.dev/namespaces/e2e-create-table", json::object());
  EXPECT_EQ(gone.type(), "NAMESPACE_NOT_FOUND");
  EXPECT_EQ(gone.context("namespace_name"), "e2e-create-table");
  EXPECT_EQ(gone.context("input_ref"), "ada.dev");
  EXPECT_EQ(gone.context("ref")["type"], "BRANCH");
}

TEST_F(CatalogRestTest, AMissingNamespaceIsToldFromAMissingRef) {
  const Reply missing = Get("/refs/main/namespaces/none");
  EXPECT_EQ(missing.type(), "NAMESPACE_NOT_FOUND");
  EXPECT_EQ(missing.context("namespace_name"), "none");
  EXPECT_EQ(missing.context("input_ref"), "main");
  EXPECT_EQ(missing.context("ref")["type"], "BRANCH");
  EXPECT_EQ(Get("/refs/nowhere/namespaces/none").type(), "REF_NOT_FOUND");
  EXPECT_EQ(Get("/refs/nowhere/namespaces").type(), "REF_NOT_FOUND");
}

TEST_F(CatalogRestTest, NamespacesAreListedInPages) {
  Branch("ada.dev");
  for (const char* name : {"a", "a.b", "c", "d"}) ASSERT_EQ(Space("ada.dev", name).status, 201);
  EXPECT_EQ(Pages("/refs/ada.dev/namespaces", 2).size(), 5u);
  EXPECT_THAT(Names(Get("/refs/ada.dev/namespaces?filter_by_name=a")),
              ::testing::UnorderedElementsAre("a", "a.b", "bauplan"));
}

// Tables

TEST_F(CatalogRestTest, ATableIsTheSameUnderBothItsNames) {
  FillMain();
  const Reply one = Get("/refs/main/tables/titanic?namespace=bauplan");
  const Reply two = Get("/refs/main/tables/bauplan.titanic?");
  ASSERT_EQ(one.status, 200) << one.body;
  EXPECT_EQ(one.data(), two.data());
  EXPECT_EQ(one.data(), Get("/refs/main/tables/titanic").data());
  EXPECT_EQ(one.data()["name"], "titanic");
  EXPECT_EQ(one.data()["namespace"], "bauplan");
  EXPECT_EQ(one.data()["kind"], "TABLE");
  EXPECT_EQ(one.data()["fields"][0]["name"], "Age");
  EXPECT_EQ(one.data()["fields"][0]["type"], "double");
  EXPECT_EQ(one.data()["fields"][1]["type"], "timestamptz");
  EXPECT_EQ(one.data()["partitions"][0]["transform"], "day");
  EXPECT_TRUE(one.data()["last_updated_ms"].is_number_integer());
  EXPECT_TRUE(one.data()["metadata_location"].is_string());
  const Reply both = Get("/refs/main/tables/bauplan.titanic?namespace=other");
  EXPECT_EQ(both.type(), "NAMESPACE_UNRESOLVED");
  EXPECT_EQ(both.context("namespace_name"), "other");
}

TEST_F(CatalogRestTest, AMissingTableIsNamedInFull) {
  for (const char* target :
       {"/refs/main/tables/gone?namespace=bauplan", "/refs/main/tables/gone?"}) {
    const Reply reply = Get(target);
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.type(), "TABLE_NOT_FOUND");
    EXPECT_EQ(reply.context("table_name"), "bauplan.gone");
    EXPECT_EQ(reply.context("input_ref"), "main");
    EXPECT_EQ(reply.context("ref")["type"], "BRANCH");
    EXPECT_THAT(reply.body["error"]["message"].get<std::string>(), HasSubstr("gone"));
  }
  const Reply space = Get("/refs/main/tables/gone?namespace=none");
  EXPECT_EQ(space.type(), "NAMESPACE_NOT_FOUND");
  EXPECT_EQ(space.context("namespace_name"), "none");
  EXPECT_EQ(Get("/refs/nowhere/tables/gone").type(), "REF_NOT_FOUND");
}

TEST_F(CatalogRestTest, TablesAreListedInPagesAndByFilter) {
  FillMain();
  EXPECT_EQ(Get("/refs/main/tables?max_records=3").data().size(), 3u);
  EXPECT_EQ(Pages("/refs/main/tables", 2).size(), 3u);
  Branch("ada.dev");
  Space("ada.dev", "bauplan2");
  Table("ada.dev", "taxi", "bauplan2");
  EXPECT_EQ(Pages("/refs/ada.dev/tables", 1).size(), 4u);
  EXPECT_EQ(Pages("/refs/ada.dev/tables?filter_by_namespace=bauplan", 1).size(), 3u);
  EXPECT_EQ(Pages("/refs/ada.dev/tables?filter_by_namespace=%5Ebauplan", 3).size(), 4u);
  EXPECT_EQ(Pages("/refs/ada.dev/tables?filter_by_name=ta", 1).size(), 3u);
  EXPECT_THAT(Names(Get("/refs/main/tables?filter_by_name=titanic&filter_by_namespace=bauplan")),
              ::testing::ElementsAre("titanic"));
  EXPECT_TRUE(Get("/refs/main/tables?filter_by_namespace=none").data().empty());
}

TEST_F(CatalogRestTest, ADeletedTableComesBackByRevert) {
  FillMain();
  Branch("ada.dev");
  const Reply same = Send("POST", "/refs/main/tables/titanic/revert/ada.dev", {{"replace", false}});
  EXPECT_EQ(same.type(), "SAME_REF");
  EXPECT_EQ(same.context("ref")["name"], "ada.dev");
  const Reply deleted = Send("DELETE", "/branches/ada.dev/tables/titanic?namespace=bauplan",
                             {{"commit_body", "why"}, {"commit_properties", {{"a", "b"}}}});
  ASSERT_EQ(deleted.status, 200) << deleted.body;
  EXPECT_EQ(deleted.body["ref"]["hash"], HeadOf("ada.dev"));
  EXPECT_EQ(Get("/refs/ada.dev/tables/titanic").context("table_name"), "bauplan.titanic");
  const Reply gone = Send("DELETE", "/branches/ada.dev/tables/titanic?", json::object());
  EXPECT_EQ(gone.type(), "TABLE_NOT_FOUND");
  EXPECT_EQ(gone.context("ref"),
            json({{"type", "BRANCH"}, {"name", "ada.dev"}, {"hash", HeadOf("ada.dev")}}));
  const std::string revert = "/refs/main/tables/titanic/revert/ada.dev?";
  const Reply back =
      Send("POST", revert, {{"replace", false}, {"commit_properties", {{"p", "q"}}}});
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(back.body["ref"]["hash"], HeadOf("ada.dev"));
  EXPECT_EQ(Get("/refs/ada.dev/tables/titanic").status, 200);
  const Reply exists = Send("POST", revert, {{"replace", false}});
  EXPECT_EQ(exists.type(), "REVERT_DESTINATION_TABLE_EXISTS");
  EXPECT_EQ(exists.context("source_table_name"), "bauplan.titanic");
  EXPECT_EQ(exists.context("destination_table_name"), "bauplan.titanic");
  EXPECT_EQ(Send("POST", revert, {{"replace", true}}).type(), "REVERT_IDENTICAL_TABLE");
}

TEST_F(CatalogRestTest, ARevertOfWhatIsNotThereNamesTheSource) {
  Branch("ada.dev");
  Space("ada.dev", "x");
  Tag("v1");
  const Reply reply = Send("POST", "/refs/main/tables/gone/revert/ada.dev", {{"replace", false}});
  EXPECT_EQ(reply.type(), "TABLE_NOT_FOUND");
  EXPECT_EQ(reply.context("input_ref"), "main");
  EXPECT_EQ(reply.context("ref")["name"], "main");
  EXPECT_EQ(Send("POST", "/refs/ada.dev/tables/gone/revert/v1", {{"replace", false}}).type(),
            "NOT_A_WRITE_BRANCH_REF");
}

TEST_F(CatalogRestTest, ARunsCommitNamesItsJob) {
  Branch("ada.dev");
  Table("ada.dev", "t");
  const json commit = Get("/refs/ada.dev/commits?max_records=1").data()[0];
  EXPECT_EQ(commit["properties"]["bpln_job_id"], "job-t");
}

// Everything else

TEST_F(CatalogRestTest, UnknownPathsAndMethodsAreErrorsOfTheSameShape) {
  EXPECT_EQ(Get("/nothing").status, 404);
  EXPECT_EQ(Get("/refs/main/nothing").status, 404);
  const Reply method = Send("PUT", "/branches/main");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.type(), "METHOD_NOT_ALLOWED");
}

TEST_F(CatalogRestTest, NamesThatNeedEncodingArriveWhole) {
  ASSERT_EQ(Branch("ada.a/b+c").status, 201);
  EXPECT_EQ(Get("/branches/ada.a%2Fb+c").data()["name"], "ada.a/b+c");
  ASSERT_EQ(Space("ada.a%2Fb+c", "my space").status, 201);
  EXPECT_EQ(Get("/refs/ada.a%2Fb+c/namespaces/my%20space").data()["name"], "my space");
}

}  // namespace
}  // namespace server
