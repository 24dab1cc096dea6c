// What is at stake: commands ask the ports and must see the same lake through each of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "place.h"

namespace ports {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Names(const std::vector<api::RefEntry>& refs) {
  std::vector<std::string> names;
  for (const api::RefEntry& ref : refs) names.push_back(ref.name);
  return names;
}

template <class Place>
class CatalogPortsTest : public ::testing::Test {
 protected:
  /// A table made from a file, on a branch.
  void MakeTable(const std::string& branch, const std::string& name, const std::string& csv) {
    api::CreateTableRequest create;
    create.table = name;
    create.branch = branch;
    create.sources = {WriteText(place_.folder(), name + ".csv", csv)};
    Finish(create);
    api::ImportRequest import;
    import.table = name;
    import.branch = branch;
    import.sources = create.sources;
    Finish(import);
  }
  void Finish(const api::JobRequest& request) {
    const auto job = ports_.jobs.Submit(ctx_, request);
    ASSERT_THAT(job, IsOk());
    const auto ended = ports_.jobs.Follow(ctx_, *job, 0, [](const api::JobEvent&) {});
    ASSERT_THAT(ended, IsOk());
    ASSERT_EQ(ended->status, api::JobStatus::kComplete)
        << (ended->error ? ended->error->ToString() : "");
  }

  Place place_;
  Ports ports_ = place_.ports();
  base::Context ctx_;
};

using Places = ::testing::Types<InProcess, OverNetwork>;
TYPED_TEST_SUITE(CatalogPortsTest, Places);

TYPED_TEST(CatalogPortsTest, ARefIsABranchATagOrACommit) {
  api::Refs& refs = this->ports_.refs;
  const auto main = refs.Get(this->ctx_, "main");
  ASSERT_THAT(main, IsOk());
  EXPECT_EQ(main->kind, api::RefKind::kBranch);
  EXPECT_EQ(main->name, "main");
  EXPECT_EQ(main->commit.text().size(), 64u);
  ASSERT_THAT(refs.CreateTag(this->ctx_, "v1", "main"), IsOk());
  EXPECT_EQ(refs.Get(this->ctx_, "v1")->kind, api::RefKind::kTag);
  const auto commit = refs.Get(this->ctx_, "@" + main->commit.text());
  ASSERT_THAT(commit, IsOk());
  EXPECT_EQ(commit->kind, api::RefKind::kCommit);
  EXPECT_EQ(commit->commit, main->commit);
  EXPECT_THAT(refs.Get(this->ctx_, "none"), IsError(Code::kNotFound, "catalog.no_ref"));
}

TYPED_TEST(CatalogPortsTest, BranchesAreMadeRenamedAndDeletedOnce) {
  api::Refs& refs = this->ports_.refs;
  const auto made = refs.CreateBranch(this->ctx_, "ada.a/b", "main");
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->name, "ada.a/b");
  EXPECT_EQ(made->commit, refs.Get(this->ctx_, "main")->commit);
  EXPECT_THAT(refs.CreateBranch(this->ctx_, "ada.a/b", "main"),
              IsError(Code::kAlreadyExists, "catalog.branch_exists"));
  EXPECT_THAT(refs.CreateBranch(this->ctx_, "ada.c", "nowhere"),
              IsError(Code::kNotFound, "catalog.no_ref"));
  const auto renamed = refs.Rename(this->ctx_, "ada.a/b", "ada.ü+%?#", api::RefKind::kBranch);
  ASSERT_THAT(renamed, IsOk());
  EXPECT_EQ(renamed->name, "ada.ü+%?#");
  EXPECT_THAT(refs.Get(this->ctx_, "ada.a/b"), IsError(Code::kNotFound, "catalog.no_ref"));
  EXPECT_THAT(refs.Get(this->ctx_, "ada.ü+%?#"), IsOk());
  EXPECT_THAT(refs.Delete(this->ctx_, "ada.ü+%?#", api::RefKind::kBranch), IsOk());
  EXPECT_THAT(refs.Delete(this->ctx_, "ada.ü+%?#", api::RefKind::kBranch),
              IsError(Code::kNotFound, "catalog.no_ref"));
}

TYPED_TEST(CatalogPortsTest, TagsStandBesideBranches) {
  api::Refs& refs = this->ports_.refs;
  ASSERT_THAT(refs.CreateTag(this->ctx_, "v1", "main"), IsOk());
  EXPECT_THAT(refs.CreateTag(this->ctx_, "v1", "main"),
              IsError(Code::kAlreadyExists, "catalog.tag_exists"));
  EXPECT_EQ(refs.Rename(this->ctx_, "v1", "v2", api::RefKind::kTag)->kind, api::RefKind::kTag);
  EXPECT_THAT(Names(*refs.ListTags(this->ctx_, {})), ElementsAre("v2"));
  EXPECT_THAT(Names(*refs.ListBranches(this->ctx_, {})), ElementsAre("main"));
  EXPECT_THAT(refs.Delete(this->ctx_, "v2", api::RefKind::kTag), IsOk());
  EXPECT_THAT(*refs.ListTags(this->ctx_, {}), IsEmpty());
}

TYPED_TEST(CatalogPortsTest, AListIsFilteredBoundedAndGoesOnBehindAName) {
  api::Refs& refs = this->ports_.refs;
  for (const char* name : {"ada.one", "ada.two", "bob.one"}) {
    ASSERT_THAT(refs.CreateBranch(this->ctx_, name, "main"), IsOk());
  }
  const auto list = [&](const api::ListOptions& options) {
    return Names(*refs.ListBranches(this->ctx_, options));
  };
  EXPECT_THAT(list({}), ElementsAre("ada.one", "ada.two", "bob.one", "main"));
  EXPECT_THAT(list({.name = "ada.one"}), ElementsAre("ada.one"));
  EXPECT_THAT(list({.name = "one"}), IsEmpty());
  EXPECT_THAT(list({.name = "^ada"}), ElementsAre("ada.one", "ada.two"));
  EXPECT_THAT(list({.name = "one", .search = true}), ElementsAre("ada.one", "bob.one"));
  EXPECT_THAT(list({.user = "bob"}), ElementsAre("bob.one"));
  EXPECT_THAT(list({.limit = 2}), ElementsAre("ada.one", "ada.two"));
  EXPECT_THAT(list({.limit = 2, .after = "ada.two"}), ElementsAre("bob.one", "main"));
}

TYPED_TEST(CatalogPortsTest, ALogIsWholeHoweverLongItIs) {
  api::Refs& refs = this->ports_.refs;
  api::WriteOptions options;
  options.message = "subject";
  options.body = "body";
  options.properties = {{"why", "to see"}};
  constexpr int kCommits = 130;  // more than a page
  for (int i = 0; i < kCommits; ++i) {
    ASSERT_THAT(
        this->ports_.namespaces.Create(this->ctx_, "main", "n" + std::to_string(i), options),
        IsOk());
  }
  const auto all = refs.Log(this->ctx_, "main", {.limit = 0});
  ASSERT_THAT(all, IsOk());
  ASSERT_GT(all->size(), static_cast<size_t>(kCommits));
  for (size_t i = 0; i + 1 < all->size(); ++i) {
    ASSERT_THAT((*all)[i].parents, ElementsAre((*all)[i + 1].id));
  }
  EXPECT_EQ(all->front().id, refs.Get(this->ctx_, "main")->commit);
  EXPECT_EQ(all->front().message, "subject\n\nbody");
  EXPECT_EQ(all->front().author, "ada");
  EXPECT_EQ(all->front().properties.at("why"), "to see");
  EXPECT_EQ(refs.Log(this->ctx_, "main", {.limit = 7})->size(), 7u);
  EXPECT_EQ(refs.Log(this->ctx_, "main", {})->size(), 10u);
  const base::Instant middle = (*all)[40].authored;
  const auto since = refs.Log(this->ctx_, "main", {.since = middle, .limit = 0});
  EXPECT_GE(since->size(), 41u);
  for (const api::CommitEntry& commit : *since) EXPECT_GE(commit.authored, middle);
  EXPECT_EQ(refs.Log(this->ctx_, "main", {.author = "nobody"})->size(), 0u);
  EXPECT_EQ(refs.Log(this->ctx_, "main", {.properties = {{"why", "to see"}}, .limit = 3})->size(),
            3u);
  const auto after = refs.Log(this->ctx_, "main", {.limit = 1, .after = (*all)[4].id});
  ASSERT_EQ(after->size(), 1u);
  EXPECT_EQ(after->front().id, (*all)[5].id);
}

TYPED_TEST(CatalogPortsTest, NamespacesAreEmptyWhenTheyGo) {
  api::Namespaces& namespaces = this->ports_.namespaces;
  const auto made = namespaces.Create(this->ctx_, "main", "sales", {});
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->name, "main");
  EXPECT_EQ(made->commit, this->ports_.refs.Get(this->ctx_, "main")->commit);
  EXPECT_THAT(namespaces.Create(this->ctx_, "main", "sales", {}),
              IsError(Code::kAlreadyExists, "catalog.namespace_exists"));
  EXPECT_THAT(*namespaces.List(this->ctx_, "main", {.name = "sales"}), ElementsAre("sales"));
  this->MakeTable("main", "sales.t", "a\n1\n");
  EXPECT_THAT(namespaces.Delete(this->ctx_, "main", "sales", {}),
              IsError(Code::kFailedPrecondition, "catalog.namespace_not_empty"));
  ASSERT_THAT(this->ports_.tables.Drop(this->ctx_, "main", "t", "sales", {}), IsOk());
  const auto gone = namespaces.Delete(this->ctx_, "main", "sales", {});
  ASSERT_THAT(gone, IsOk());
  EXPECT_EQ(gone->commit, this->ports_.refs.Get(this->ctx_, "main")->commit);
  EXPECT_THAT(namespaces.Delete(this->ctx_, "main", "sales", {}),
              IsError(Code::kNotFound, "catalog.no_namespace"));
}

TYPED_TEST(CatalogPortsTest, ATableIsDescribedWhole) {
  this->MakeTable("main", "people", "name,age,born\nada,36,1815-12-10\nbob,40,1900-01-01\n");
  api::Tables& tables = this->ports_.tables;
  const auto listed = tables.List(this->ctx_, "main", {});
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().ns, "bauplan");
  EXPECT_EQ(listed->front().name, "people");
  const auto table = tables.Get(this->ctx_, "main", "people", "");
  ASSERT_THAT(table, IsOk());
  EXPECT_THAT(table->schema.Names(), ElementsAre("name", "age", "born"));
  EXPECT_EQ(table->schema.Find("born")->type, columnar::TypeId::kDate);
  EXPECT_EQ(table->records, 2);
  EXPECT_EQ(table->files, 1);
  EXPECT_FALSE(table->uuid.empty());
  ASSERT_FALSE(table->snapshots.empty());
  EXPECT_EQ(table->snapshots.back().id, table->snapshot_id);
  EXPECT_GT(base::Micros(table->updated), 0);
  EXPECT_THAT(tables.Get(this->ctx_, "main", "peopel", ""),
              IsError(Code::kNotFound, "catalog.no_table"));
  EXPECT_THAT(*tables.List(this->ctx_, "main", {.name = "^x"}), IsEmpty());
}

TYPED_TEST(CatalogPortsTest, AMergeTakesWhatTheOtherSideDidNotChange) {
  api::Refs& refs = this->ports_.refs;
  ASSERT_THAT(refs.CreateBranch(this->ctx_, "ada.a", "main"), IsOk());
  this->MakeTable("ada.a", "t", "a\n1\n");
  const auto diff = refs.Diff(this->ctx_, "ada.a", "main");
  ASSERT_THAT(diff, IsOk());
  ASSERT_EQ(diff->size(), 1u);
  EXPECT_EQ(diff->front().table, "bauplan.t");
  EXPECT_NE(diff->front().kind, api::ChangeKind::kChanged);
  const auto merged =
      refs.Merge(this->ctx_, {.source = "ada.a", .into = "main", .message = "take it"});
  ASSERT_THAT(merged, IsOk());
  EXPECT_EQ(merged->name, "main");
  EXPECT_EQ(merged->commit, refs.Get(this->ctx_, "main")->commit);
  EXPECT_THAT(this->ports_.tables.Get(this->ctx_, "main", "t", ""), IsOk());
  EXPECT_THAT(*refs.Diff(this->ctx_, "ada.a", "main"), IsEmpty());
}

TYPED_TEST(CatalogPortsTest, AMergeThatWouldLoseAChangeIsAConflict) {
  api::Refs& refs = this->ports_.refs;
  for (const char* branch : {"ada.a", "ada.b"}) {
    ASSERT_THAT(refs.CreateBranch(this->ctx_, branch, "main"), IsOk());
    this->MakeTable(branch, "t", std::string("a\n") + branch + "\n");
  }
  ASSERT_THAT(refs.Merge(this->ctx_, {.source = "ada.a", .into = "main"}), IsOk());
  const auto refused = refs.Merge(this->ctx_, {.source = "ada.b", .into = "main"});
  ASSERT_THAT(refused, IsError(Code::kConflict, "catalog.merge_conflict"));
  EXPECT_FALSE(refused.error().context.empty());
}

TYPED_TEST(CatalogPortsTest, ARevertBringsATableBack) {
  api::Refs& refs = this->ports_.refs;
  this->MakeTable("main", "t", "a\n1\n");
  ASSERT_THAT(refs.CreateTag(this->ctx_, "before", "main"), IsOk());
  ASSERT_THAT(this->ports_.tables.Drop(this->ctx_, "main", "t", "", {.message = "away"}), IsOk());
  EXPECT_EQ(refs.Log(this->ctx_, "main", {.limit = 1})->front().message, "away");
  api::RevertRequest request{.table = "t", .ns = "bauplan", .source = "before", .into = "main"};
  const auto back = this->ports_.tables.Revert(this->ctx_, request);
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(this->ports_.tables.Get(this->ctx_, "main", "t", "")->records, 1);
  EXPECT_THAT(this->ports_.tables.Revert(this->ctx_, request),
              IsError(Code::kAlreadyExists, "catalog.revert_destination_table_exists"));
}

}  // namespace
}  // namespace ports
