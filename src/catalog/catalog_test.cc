#include "catalog/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/testing/matchers.h"
#include "catalog/reasons.h"
#include "catalog/testing/lake.h"

namespace catalog {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using ::testing::ElementsAre;
using testing::Lake;
using ::testing::SizeIs;

std::vector<std::string> Names(const base::Result<std::vector<ResolvedRef>>& refs) {
  std::vector<std::string> names;
  for (const ResolvedRef& ref : *refs) names.push_back(ref.name);
  return names;
}

std::vector<std::string> TablesAt(Lake& lake, const std::string& ref) {
  std::vector<std::string> names;
  const auto tables = lake.catalog.ListTables(lake.ctx, lake.Head(ref));
  EXPECT_THAT(tables, IsOk());
  for (const TableEntry& table : *tables) names.push_back(table.name.ToString());
  return names;
}

CommitRequest Namespaces(const std::string& branch, std::vector<Change> changes) {
  CommitRequest request;
  request.branch = branch;
  request.changes = std::move(changes);
  return request;
}

TEST(Init, CreatesMainWithTheDefaultNamespaceOnce) {
  Lake lake;
  const model::CommitId first = lake.Head("main");
  EXPECT_THAT(lake.catalog.Init(lake.ctx), IsOk());
  EXPECT_EQ(lake.Head("main"), first);
  const auto namespaces = lake.catalog.ListNamespaces(lake.ctx, first);
  ASSERT_THAT(namespaces, IsOk());
  EXPECT_THAT(*namespaces, ElementsAre(model::Namespace{{"bauplan"}}));
}

TEST(Refs, CreatingABranchCostsOneBatchAndSharesTheHead) {
  Lake lake;
  const auto before = lake.memory.counts();
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "ada.dev", "main"), IsOk());
  const auto after = lake.memory.counts();
  EXPECT_EQ(after.objects_written, before.objects_written);
  EXPECT_EQ(after.batches_applied, before.batches_applied + 1);
  EXPECT_EQ(lake.Head("ada.dev"), lake.Head("main"));
  EXPECT_THAT(lake.catalog.CreateBranch(lake.ctx, "ada.dev", "main"),
              IsError(Code::kAlreadyExists, kBranchExists));
  EXPECT_THAT(lake.catalog.CreateTag(lake.ctx, "ada.dev", "main"),
              IsError(Code::kAlreadyExists, kBranchExists));
  const auto missing = lake.catalog.CreateBranch(lake.ctx, "b", "ada.dex");
  ASSERT_THAT(missing, IsError(Code::kNotFound, kNoRef));
  EXPECT_EQ(missing.error().context.at("nearest"), "ada.dev");
}

TEST(Refs, ListsByUserNameAndExpression) {
  Lake lake;
  for (const char* name : {"ada.one", "ada.two", "bob.one"}) {
    ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, name, "main"), IsOk());
  }
  ASSERT_THAT(lake.catalog.CreateTag(lake.ctx, "v1", "main"), IsOk());
  const auto list = [&](RefKind kind, const RefList& by) {
    return Names(lake.catalog.ListRefs(lake.ctx, kind, by));
  };
  EXPECT_THAT(list(RefKind::kBranch, {}), ElementsAre("ada.one", "ada.two", "bob.one", "main"));
  EXPECT_THAT(list(RefKind::kBranch, {.name = "", .user = "ada"}),
              ElementsAre("ada.one", "ada.two"));
  EXPECT_THAT(list(RefKind::kBranch, {"^.*one$"}), ElementsAre("ada.one", "bob.one"));
  EXPECT_THAT(list(RefKind::kBranch, {"main"}), ElementsAre("main"));
  EXPECT_THAT(list(RefKind::kBranch, {.limit = 1, .after = "ada.one"}), ElementsAre("ada.two"));
  EXPECT_THAT(list(RefKind::kTag, {}), ElementsAre("v1"));
  EXPECT_THAT(lake.catalog.ListRefs(lake.ctx, RefKind::kTag, {"^("}),
              IsError(Code::kInvalidArgument, kBadFilter));
}

TEST(Refs, RenamesAndDeletesButNotProtectedOnesNorOtherKinds) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "a", "main"), IsOk());
  ASSERT_THAT(lake.catalog.CreateTag(lake.ctx, "t", "main"), IsOk());
  ASSERT_THAT(lake.catalog.RenameRef(lake.ctx, "a", "b", RefKind::kBranch), IsOk());
  EXPECT_THAT(lake.catalog.Resolve(lake.ctx, "a"), IsError(Code::kNotFound, kNoRef));
  EXPECT_THAT(lake.catalog.RenameRef(lake.ctx, "b", "t", RefKind::kBranch),
              IsError(Code::kAlreadyExists, kTagExists));
  EXPECT_THAT(lake.catalog.DeleteRef(lake.ctx, "t", RefKind::kBranch),
              IsError(Code::kInvalidArgument, kNotABranch));
  EXPECT_THAT(lake.catalog.DeleteRef(lake.ctx, "b", RefKind::kTag),
              IsError(Code::kInvalidArgument, kNotATag));
  EXPECT_THAT(lake.catalog.DeleteRef(lake.ctx, "main", RefKind::kBranch),
              IsError(Code::kPermissionDenied, kProtected));
  EXPECT_THAT(lake.catalog.RenameRef(lake.ctx, "main", "old", RefKind::kBranch),
              IsError(Code::kPermissionDenied, kProtected));
  EXPECT_THAT(lake.catalog.DeleteRef(lake.ctx, "b", RefKind::kBranch), IsOk());
  EXPECT_THAT(lake.catalog.DeleteRef(lake.ctx, "t", RefKind::kTag), IsOk());
  EXPECT_THAT(lake.Put("t", {"x"}), IsError(Code::kNotFound, kNoRef));
}

TEST(Resolve, FollowsHashesPrefixesParentsAndTimes) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  std::vector<model::CommitId> heads = {lake.Head("d")};
  for (int i = 0; i < 3; ++i) {
    lake.clock.Advance(std::chrono::hours(1));
    ASSERT_THAT(lake.Put("d", {"t"}), IsOk());
    heads.push_back(lake.Head("d"));
  }
  const std::string second = heads[1].text();
  EXPECT_EQ(lake.Head("@" + second), heads[1]);
  EXPECT_EQ(lake.Head("@" + second.substr(0, 10)), heads[1]);
  EXPECT_EQ(lake.Head("d@" + second.substr(0, 10)), heads[1]);
  EXPECT_EQ(lake.Head("d~2"), heads[1]);
  EXPECT_EQ(lake.Head("d^1^1"), heads[1]);
  EXPECT_EQ(lake.Head("d*2026-01-01T01:30:00Z"), heads[1]);
  EXPECT_EQ(lake.Head("d@" + second + "~1"), heads[0]);
  for (const char* bad : {"d~9", "d^2", "d*2020-01-01", "@ffffffffff", "nowhere"}) {
    EXPECT_THAT(lake.catalog.Resolve(lake.ctx, bad), IsError(Code::kNotFound, kNoRef)) << bad;
  }
  const auto tree = lake.catalog.ReadCommit(lake.ctx, heads[1]);
  EXPECT_THAT(lake.catalog.Resolve(lake.ctx, "@" + base::ToHex(tree->tree)),
              IsError(Code::kNotFound, kNoRef));
  EXPECT_FALSE(lake.catalog.Resolve(lake.ctx, "d")->pinned);
  EXPECT_TRUE(lake.catalog.Resolve(lake.ctx, "d~1")->pinned);
}

TEST(Namespaces, AreCreatedAndDeletedWithTheirRules) {
  Lake lake;
  const model::Namespace ns{{"sales"}}, inner{{"sales", "eu"}};
  const auto commit = [&](std::vector<Change> changes) {
    return lake.catalog.CommitChanges(lake.ctx, Namespaces("main", std::move(changes)));
  };
  EXPECT_THAT(commit({CreateNamespace{inner}}), IsError(Code::kNotFound, kNoNamespace));
  ASSERT_THAT(commit({CreateNamespace{ns}, CreateNamespace{inner}}), IsOk());
  EXPECT_THAT(commit({CreateNamespace{ns}}), IsError(Code::kAlreadyExists, kNamespaceExists));
  const auto again = commit({CreateNamespace{ns, true}});
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->changed);
  EXPECT_THAT(commit({DeleteNamespace{ns}}),
              IsError(Code::kFailedPrecondition, kNamespaceNotEmpty));
  EXPECT_THAT(commit({DeleteNamespace{inner}, DeleteNamespace{ns}}), IsOk());
  EXPECT_THAT(commit({DeleteNamespace{ns}}), IsError(Code::kNotFound, kNoNamespace));
  EXPECT_THAT(commit({DeleteNamespace{ns, true}}), IsOk());
  EXPECT_FALSE(*lake.catalog.HasNamespace(lake.ctx, lake.Head("main"), ns));
}

TEST(Tables, AreListedInPagesAndFoundWithTheNearestName) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  ASSERT_THAT(lake.catalog.CommitChanges(
                  lake.ctx, Namespaces("d", {CreateNamespace{{{"a"}}}, CreateNamespace{{{"z"}}},
                                             PutTable{{{{"z"}}, "last"}, lake.NewState()}})),
              IsOk());
  ASSERT_THAT(lake.Put("d", {"trips", "zones"}), IsOk());
  EXPECT_THAT(TablesAt(lake, "d"), ElementsAre("bauplan.trips", "bauplan.zones", "z.last"));
  const auto page = lake.catalog.ListTables(
      lake.ctx, lake.Head("d"), TablePage{model::Namespace{{"bauplan"}}, Lake::Table("trips"), 5});
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(*page, SizeIs(1));
  EXPECT_EQ(page->front().name, Lake::Table("zones"));
  const auto missing = lake.catalog.GetTable(lake.ctx, lake.Head("d"), Lake::Table("trip"));
  ASSERT_THAT(missing, IsError(Code::kNotFound, kNoTable));
  EXPECT_EQ(missing.error().context.at("nearest"), "bauplan.trips");
  EXPECT_THAT(lake.catalog.GetTable(lake.ctx, lake.Head("d"), {{{"y"}}, "t"}),
              IsError(Code::kNotFound, kNoNamespace));
  EXPECT_THAT(*lake.catalog.ListNamespaces(lake.ctx, lake.Head("d")), SizeIs(3));
}

TEST(CommitChanges, RebasesOverDisjointChangesOnly) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  const model::CommitId base = lake.Head("d");
  ASSERT_THAT(lake.Put("d", {"a"}), IsOk());
  CommitRequest request = Namespaces("d", {PutTable{Lake::Table("b"), lake.NewState()}});
  request.based_on = base;
  request.when_moved = WhenMoved::kRefuse;
  EXPECT_THAT(lake.catalog.CommitChanges(lake.ctx, request), IsError(Code::kConflict, kRefMoved));
  request.when_moved = WhenMoved::kRebaseIfDisjoint;
  EXPECT_THAT(lake.catalog.CommitChanges(lake.ctx, request), IsOk());
  request.changes = {PutTable{Lake::Table("a"), lake.NewState()}};
  const auto clash = lake.catalog.CommitChanges(lake.ctx, request);
  ASSERT_THAT(clash, IsError(Code::kConflict, kTableMoved));
  EXPECT_EQ(clash.error().context.at("tables"), "bauplan.a");
  request = Namespaces("d", {PutTable{Lake::Table("a"), lake.NewState(), Presence::kAbsent}});
  EXPECT_THAT(lake.catalog.CommitChanges(lake.ctx, request),
              IsError(Code::kAlreadyExists, kTableExists));
  EXPECT_THAT(lake.catalog.CommitChanges(lake.ctx, Namespaces("d", {DropTable{Lake::Table("q")}})),
              IsError(Code::kNotFound, kNoTable));
}

TEST(CommitChanges, AnswersARepeatedRequestWithoutDoingItTwice) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  CommitRequest request = Namespaces("d", {PutTable{Lake::Table("b"), lake.NewState()}});
  request.note.request_id = "request-1";
  request.extras.puts = {state::Put{"job/1", "done"}};
  const auto first = lake.catalog.CommitChanges(lake.ctx, request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(lake.Put("d", {"c"}), IsOk());
  const auto second = lake.catalog.CommitChanges(lake.ctx, request);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->commit, second->commit);
  EXPECT_EQ((*lake.memory.Read(lake.ctx, "job/1"))->bytes, "done");
  MergeRequest merge;
  merge.source = "d";
  merge.into = "main";
  merge.note.request_id = "request-1";
  EXPECT_THAT(lake.catalog.Merge(lake.ctx, merge), IsError(Code::kInvalidArgument, kRequestReused));
}

TEST(CommitChanges, RefusesTheWholeBatchWhenACallersRecordMoved) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  const model::CommitId before = lake.Head("d");
  CommitRequest request = Namespaces("d", {PutTable{Lake::Table("b"), lake.NewState()}});
  request.extras.expect = {state::Expectation{"ids/x", 7}};
  EXPECT_THAT(lake.catalog.CommitChanges(lake.ctx, request),
              IsError(Code::kConflict, kBatchConflict));
  EXPECT_EQ(lake.Head("d"), before);
}

TEST(CommitChanges, KeepsEveryTableOfConcurrentWriters) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  base::SystemRng rng;
  Catalog shared(lake.memory, lake.clock, rng);
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        for (int n = 0; n < 8; ++n) {
          TableState state;
          state.content_id = base::NewUuid(rng);
          const std::string name = "t" + std::to_string(writer) + "_" + std::to_string(n);
          EXPECT_THAT(
              shared.CommitChanges(lake.ctx, Namespaces("d", {PutTable{Lake::Table(name), state}})),
              IsOk());
        }
      });
    }
  }
  EXPECT_THAT(TablesAt(lake, "d"), SizeIs(32));
  EXPECT_THAT(*lake.catalog.Log(lake.ctx, lake.Head("d"), LogFilter{.limit = 0}), SizeIs(33));
}

TEST(Log, FiltersAndFollowsFirstParents) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  CommitRequest request = Namespaces("d", {PutTable{Lake::Table("a"), lake.NewState()}});
  request.note = CommitNote{"grace", "fix: a\n\nbody", {{"k", "v"}}, ""};
  ASSERT_THAT(lake.catalog.CommitChanges(lake.ctx, request), IsOk());
  ASSERT_THAT(lake.Merge("d", "main"), IsOk());
  const auto count = [&](LogFilter filter) {
    filter.limit = 0;
    return lake.catalog.Log(lake.ctx, lake.Head("main"), filter)->size();
  };
  EXPECT_EQ(count({}), 2u);
  EXPECT_EQ(count({.all_parents = true}), 3u);
  EXPECT_EQ(count({.message = "^fix", .all_parents = true}), 1u);
  EXPECT_EQ(count({.author = "grace", .all_parents = true}), 1u);
  EXPECT_EQ(count({.properties = {{"k", "v"}}, .all_parents = true}), 1u);
  EXPECT_EQ(count({.until = base::FromMicros(0)}), 0u);
}

TEST(Merge, MakesACommitWithTwoParentsEvenWhereAFastForwardWouldDo) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  ASSERT_THAT(lake.Put("d", {"a", "b"}), IsOk());
  const model::CommitId main = lake.Head("main"), dev = lake.Head("d");
  const auto merged = lake.Merge("d", "main");
  ASSERT_THAT(merged, IsOk());
  EXPECT_THAT(lake.catalog.ReadCommit(lake.ctx, merged->commit)->parents, ElementsAre(main, dev));
  EXPECT_THAT(TablesAt(lake, "main"), ElementsAre("bauplan.a", "bauplan.b"));
  const auto again = lake.Merge("d", "main");
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(lake.Head("main"), merged->commit);
  EXPECT_THAT(lake.Merge("main", "main"), IsError(Code::kInvalidArgument, kSameRef));
}

TEST(Merge, NamesTheTablesBothSidesChangedAndAppliesNothing) {
  Lake lake;
  for (const char* branch : {"x", "y"}) {
    ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, branch, "main"), IsOk());
    ASSERT_THAT(lake.Put(branch, {"both", branch}), IsOk());
  }
  ASSERT_THAT(lake.Merge("x", "main"), IsOk());
  const model::CommitId before = lake.Head("main");
  const auto conflict = lake.Merge("y", "main");
  ASSERT_THAT(conflict, IsError(Code::kConflict, kMergeConflict));
  EXPECT_EQ(conflict.error().context.at("tables"), "bauplan.both");
  EXPECT_EQ(lake.Head("main"), before);
  MergeRequest request;
  request.source = "y";
  request.into = "main";
  request.resolver = [](const TableClash& clash) -> base::Result<std::optional<TableState>> {
    return clash.theirs;
  };
  ASSERT_THAT(lake.catalog.Merge(lake.ctx, request), IsOk());
  EXPECT_THAT(TablesAt(lake, "main"), ElementsAre("bauplan.both", "bauplan.x", "bauplan.y"));
  EXPECT_EQ(lake.catalog.FindTable(lake.ctx, lake.Head("main"), Lake::Table("both"))->value(),
            lake.catalog.FindTable(lake.ctx, lake.Head("y"), Lake::Table("both"))->value());
}

TEST(Merge, RefusesATableInANamespaceTheOtherSideDeleted) {
  Lake lake;
  const model::Namespace ns{{"n"}};
  ASSERT_THAT(lake.catalog.CommitChanges(lake.ctx, Namespaces("main", {CreateNamespace{ns}})),
              IsOk());
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  ASSERT_THAT(
      lake.catalog.CommitChanges(lake.ctx, Namespaces("d", {PutTable{{ns, "t"}, lake.NewState()}})),
      IsOk());
  ASSERT_THAT(lake.catalog.CommitChanges(lake.ctx, Namespaces("main", {DeleteNamespace{ns}})),
              IsOk());
  const auto conflict = lake.Merge("d", "main");
  ASSERT_THAT(conflict, IsError(Code::kConflict, kMergeConflict));
  EXPECT_EQ(conflict.error().context.at("namespaces"), "n");
  EXPECT_THAT(lake.Merge("main", "d"), IsError(Code::kConflict, kMergeConflict));
}

TEST(Diff, NamesWhatWasAddedRemovedAndChanged) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  ASSERT_THAT(lake.Put("d", {"changed", "removed"}), IsOk());
  const model::CommitId before = lake.Head("d");
  ASSERT_THAT(lake.Put("d", {"changed", "added"}), IsOk());
  ASSERT_THAT(
      lake.catalog.CommitChanges(
          lake.ctx, Namespaces("d", {DropTable{Lake::Table("removed")}, CreateNamespace{{{"n"}}}})),
      IsOk());
  const auto difference = lake.catalog.Diff(lake.ctx, before, lake.Head("d"));
  ASSERT_THAT(difference, IsOk());
  ASSERT_THAT(difference->tables, SizeIs(3));
  EXPECT_FALSE(difference->tables[0].before.has_value());
  EXPECT_TRUE(difference->tables[1].before && difference->tables[1].after);
  EXPECT_FALSE(difference->tables[2].after.has_value());
  EXPECT_THAT(difference->namespaces_added, ElementsAre(model::Namespace{{"n"}}));
}

TEST(Revert, CopiesTheValueAndKnowsItsErrors) {
  Lake lake;
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  ASSERT_THAT(lake.Put("d", {"t"}), IsOk());
  const auto value = *lake.catalog.FindTable(lake.ctx, lake.Head("d"), Lake::Table("t"));
  ASSERT_THAT(lake.Put("d", {"t"}), IsOk());
  RevertRequest request;
  request.tables = {Lake::Table("t")};
  request.source = "d~1";
  request.into = "d";
  EXPECT_THAT(lake.catalog.RevertTables(lake.ctx, request),
              IsError(Code::kAlreadyExists, kRevertExists));
  request.replace = true;
  ASSERT_THAT(lake.catalog.RevertTables(lake.ctx, request), IsOk());
  EXPECT_EQ(*lake.catalog.FindTable(lake.ctx, lake.Head("d"), Lake::Table("t")), value);
  request.source = "d~2";
  EXPECT_THAT(lake.catalog.RevertTables(lake.ctx, request),
              IsError(Code::kFailedPrecondition, kRevertIdentical));
  request.source = "d";
  EXPECT_THAT(lake.catalog.RevertTables(lake.ctx, request),
              IsError(Code::kInvalidArgument, kSameRef));
  request.source = "d~3";
  EXPECT_THAT(lake.catalog.RevertTables(lake.ctx, request), IsError(Code::kNotFound, kNoTable));
}

TEST(Ids, AreTakenOnceByConcurrentAskers) {
  Lake lake;
  const model::TableUuid table("u");
  const auto first = lake.catalog.TakeIds(lake.ctx, table, IdRequest{{{{0, "a", "int"}}}, 0, 1});
  ASSERT_THAT(first, IsOk());
  const auto before = lake.catalog.ReadIds(lake.ctx, table);
  ASSERT_THAT(before, IsOk());
  const auto second = lake.catalog.TakeIds(lake.ctx, table, IdRequest{{{{0, "b", "int"}}}, 0, 1});
  EXPECT_THAT(second->columns, ElementsAre(2));
  EXPECT_EQ(second->first_schema, 1);
  ASSERT_THAT(lake.catalog.CreateBranch(lake.ctx, "d", "main"), IsOk());
  CommitRequest stale = Namespaces("d", {PutTable{Lake::Table("t"), lake.NewState()}});
  stale.extras = Catalog::IdsWrite(table, *before, BumpIds(before->counters, {{}, 0, 1}).counters);
  EXPECT_THAT(lake.catalog.CommitChanges(lake.ctx, stale),
              IsError(Code::kConflict, kBatchConflict));
}

}  // namespace
}  // namespace catalog
