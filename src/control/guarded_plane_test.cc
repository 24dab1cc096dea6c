// The ports as a server's callers get them, over the real control plane and a lake in memory.
#include "control/guarded_plane.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "catalog/reasons.h"
#include "catalog/testing/lake.h"
#include "control/accounts_service.h"
#include "control/control_plane.h"
#include "control/credentials_service.h"
#include "control/reasons.h"
#include "project/testing/fake_sql_analyzer.h"
#include "storage/memory_store.h"

namespace control {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

class NoQueries final : public QueryAnalyzer, public api::QueryRunner, public Environments {
 public:
  base::Result<QueryNames> Analyze(const std::string&) const override { return QueryNames{}; }
  base::Result<columnar::Stream> RunQuery(const base::Context&, const base::Bytes&) override {
    return base::Error(Code::kUnimplemented, "test.none", "no queries here");
  }
  base::Result<PreparedEnvironment> Prepare(const base::Context&, const plan::EnvironmentSpec&,
                                            const std::string&,
                                            const std::function<void(std::string_view)>&) override {
    return PreparedEnvironment{};
  }
};

/// ada is a member, zoe a member who may write main, rita reads, root is the admin.
class GuardedTest : public ::testing::Test {
 protected:
  GuardedTest() {
    parts_.options.lake_folder = folder_.path();
    for (const auto& [name, role, zones] :
         std::vector<std::tuple<std::string, api::Role, std::vector<std::string>>>{
             {"root", api::Role::kAdmin, {}},
             {"ada", api::Role::kMember, {}},
             {"zoe", api::Role::kMember, {"main"}},
             {"rita", api::Role::kReader, {}}}) {
      EXPECT_THAT(
          accounts_.Create(base::Context{}, {.username = name, .role = role, .write_zones = zones}),
          IsOk());
    }
  }

  static base::Context As(const std::string& user) {
    base::Context ctx;
    ctx.principal = user;
    return ctx;
  }
  base::Status Branch(const std::string& user, const std::string& name,
                      const std::string& from = "main") {
    const auto made = guarded_.refs().CreateBranch(As(user), name, from);
    if (!made.ok()) return made.error();
    return base::Ok();
  }

  base::testing::TemporaryFolder folder_;
  catalog::testing::Lake lake_;
  storage::MemoryStore objects_;
  lakehouse::Lakehouse lakehouse_{lake_.memory, objects_, lake_.catalog, lake_.clock, lake_.rng};
  TaskBoard board_{lake_.clock};
  project::FakeSqlAnalyzer sql_;
  NoQueries none_;
  SecretBox box_{{folder_.path() + "/key", ""}, lake_.rng};
  AccountsService accounts_{lake_.memory, box_, lake_.clock, lake_.rng};
  CredentialsService credentials_{lake_.memory, box_, lake_.clock};
  Parts parts_{lake_.memory, objects_, lake_.catalog, lakehouse_, board_,    sql_,      none_,
               none_,        none_,    lake_.clock,   lake_.rng,  Options{}, &accounts_};
  ControlPlane plane_{parts_};
  GuardedPlane guarded_{
      {plane_.refs(), plane_.namespaces(), plane_.tables(), plane_.jobs(), accounts_, credentials_,
       plane_.iceberg_namespaces(), plane_.iceberg_tables()},
      {folder_.path()}};
};

TEST_F(GuardedTest, NobodyAndTheInactiveAreUnauthenticatedEverywhere) {
  api::Account ada = *accounts_.Get(base::Context{}, "ada");
  ada.active = false;
  ASSERT_THAT(accounts_.Update(base::Context{}, ada), IsOk());
  const auto refused = IsError(Code::kUnauthenticated, kBadKey);
  for (const char* user : {"", "ada", "nobody"}) {
    const base::Context ctx = As(user);
    EXPECT_THAT(guarded_.refs().Get(ctx, "main"), refused);
    EXPECT_THAT(guarded_.refs().ListBranches(ctx, {}), refused);
    EXPECT_THAT(guarded_.refs().Log(ctx, "main", {}), refused);
    EXPECT_THAT(guarded_.refs().Diff(ctx, "main", "main"), refused);
    EXPECT_THAT(guarded_.refs().CreateBranch(ctx, "not a ref@", "main"), refused);
    EXPECT_THAT(guarded_.refs().Merge(ctx, {.source = "nowhere", .into = "main"}), refused);
    EXPECT_THAT(guarded_.namespaces().List(ctx, "main", {}), refused);
    EXPECT_THAT(guarded_.tables().List(ctx, "main", {}), refused);
    EXPECT_THAT(guarded_.tables().Get(ctx, "main", "t", ""), refused);
    EXPECT_THAT(guarded_.jobs().List(ctx, {}), refused);
    EXPECT_THAT(guarded_.jobs().Query(ctx, {"select 1", "", "", 0}), refused);
    EXPECT_THAT(guarded_.jobs().Submit(ctx, api::RunRequest{}), refused);
    EXPECT_THAT(guarded_.jobs().Plan(ctx, {}), refused);
    EXPECT_THAT(guarded_.accounts().List(ctx), refused);
    EXPECT_THAT(guarded_.credentials().List(ctx), refused);
    EXPECT_THAT(guarded_.iceberg_namespaces().List(ctx, "main", {}), refused);
    EXPECT_THAT(guarded_.iceberg_tables().Load(ctx, "main", {{"bauplan"}, "t"}), refused);
    EXPECT_THAT(guarded_.iceberg_tables().Commit(ctx, "main", {}), refused);
  }
}

TEST_F(GuardedTest, EnginesWriteWhereTheirUserMay) {
  api::IcebergTableDraft draft;
  draft.table = {{"bauplan"}, "t"};
  draft.schema = R"({"type":"struct","fields":[]})";
  const auto denied = IsError(Code::kPermissionDenied, "access.write");
  for (const char* branch : {"main", "-", ""}) {
    EXPECT_THAT(guarded_.iceberg_tables().Create(As("ada"), branch, draft), denied);
    EXPECT_THAT(guarded_.iceberg_tables().Commit(As("rita"), branch, {}), denied);
    EXPECT_THAT(guarded_.iceberg_tables().Register(As("ada"), branch, draft.table, "l", true),
                denied);
    EXPECT_THAT(guarded_.iceberg_tables().Rename(As("ada"), branch, draft.table, draft.table),
                denied);
    EXPECT_THAT(guarded_.iceberg_tables().Drop(As("ada"), branch, draft.table),
                IsError(Code::kPermissionDenied, "access.delete_table"));
    EXPECT_THAT(guarded_.iceberg_namespaces().Create(As("ada"), branch, {"n"}, {}),
                IsError(Code::kPermissionDenied, "access.create_namespace"));
    EXPECT_THAT(guarded_.iceberg_namespaces().Drop(As("ada"), branch, {"n"}),
                IsError(Code::kPermissionDenied, "access.delete_namespace"));
    EXPECT_THAT(guarded_.iceberg_namespaces().Change(As("ada"), branch, {"bauplan"}, {}), denied);
  }
  ASSERT_THAT(Branch("ada", "ada.dev"), IsOk());
  EXPECT_THAT(guarded_.iceberg_tables().Create(As("ada"), "ada.dev", draft), IsOk());
  EXPECT_THAT(guarded_.iceberg_tables().Load(As("rita"), "ada.dev", draft.table), IsOk());
  EXPECT_THAT(guarded_.iceberg_tables().Create(As("zoe"), "-", draft), IsOk());
}

TEST_F(GuardedTest, BranchesAreMadeAndRemovedUnderOnesOwnName) {
  EXPECT_THAT(Branch("ada", "ada.dev"), IsOk());
  EXPECT_THAT(Branch("ada", "zoe.dev"), IsError(Code::kPermissionDenied, kCreateBranchDenied));
  EXPECT_THAT(Branch("rita", "rita.dev"), IsError(Code::kPermissionDenied, kCreateBranchDenied));
  EXPECT_THAT(Branch("root", "release"), IsOk());
  EXPECT_EQ(guarded_.refs().Get(As("zoe"), "ada.dev")->created_by, "ada");
  const auto branch = api::RefKind::kBranch;
  EXPECT_THAT(guarded_.refs().Delete(As("zoe"), "ada.dev", branch),
              IsError(Code::kPermissionDenied, kDeleteBranchDenied));
  EXPECT_THAT(guarded_.refs().Rename(As("ada"), "ada.dev", "release.x", branch),
              IsError(Code::kPermissionDenied, kRenameBranchDenied));
  EXPECT_THAT(guarded_.refs().Rename(As("ada"), "ada.dev", "ada.new", branch), IsOk());
  EXPECT_THAT(guarded_.refs().Delete(As("ada"), "ada.new", branch), IsOk());
}

// What cannot be is told before what may not be, for everybody may read.
TEST_F(GuardedTest, MalformedAndMissingRefsComeBeforeRights) {
  EXPECT_THAT(Branch("ada", "zoe.dev", "not a valid ref!!!"),
              IsError(Code::kInvalidArgument, "model.bad_ref"));
  EXPECT_THAT(Branch("ada", "zoe.dev", "nowhere"), IsError(Code::kNotFound, catalog::kNoRef));
  EXPECT_THAT(Branch("ada", "zoe.dev", "main@xyz"),
              IsError(Code::kInvalidArgument, "model.bad_ref"));
  EXPECT_THAT(Branch("ada", "zoe@dev"), IsError(Code::kInvalidArgument, "model.bad_name"));
  EXPECT_THAT(guarded_.refs().Delete(As("ada"), "zoe.none", api::RefKind::kBranch),
              IsError(Code::kNotFound, catalog::kNoRef));
  EXPECT_THAT(guarded_.refs().Merge(As("ada"), {.source = "main", .into = "zoe.none"}),
              IsError(Code::kNotFound, catalog::kNoRef));
  ASSERT_THAT(guarded_.refs().CreateTag(As("ada"), "v1", "main"), IsOk());
  const auto no_branch = IsError(Code::kInvalidArgument, catalog::kNotABranch);
  EXPECT_THAT(guarded_.refs().Merge(As("ada"), {.source = "main", .into = "v1"}), no_branch);
  EXPECT_THAT(guarded_.namespaces().Create(As("ada"), "v1", "n", {}), no_branch);
  const std::string pinned = "main@" + lake_.Head("main").text();
  EXPECT_THAT(guarded_.namespaces().Create(As("root"), pinned, "n", {}), no_branch);
  EXPECT_THAT(guarded_.refs().Rename(As("ada"), "main", "v2", api::RefKind::kTag),
              IsError(Code::kInvalidArgument, catalog::kNotATag));
}

TEST_F(GuardedTest, MainIsNobodysToDeleteAndItsZonesToWrite) {
  for (const char* user : {"ada", "zoe", "root", "rita"}) {
    const auto denied = guarded_.refs().Delete(As(user), "main", api::RefKind::kBranch);
    ASSERT_THAT(denied, IsError(Code::kPermissionDenied, kDeleteBranchDenied)) << user;
    EXPECT_EQ(denied.error().context.at("branch_name"), "main");
    EXPECT_THAT(
        guarded_.refs().Rename(As(user), "main", std::string(user) + ".x", api::RefKind::kBranch),
        IsError(Code::kPermissionDenied, kRenameBranchDenied))
        << user;
  }
  EXPECT_THAT(guarded_.namespaces().Create(As("ada"), "", "n", {}),
              IsError(Code::kPermissionDenied, kCreateNamespaceDenied));
  EXPECT_THAT(guarded_.namespaces().Create(As("zoe"), "", "n", {}), IsOk());
  EXPECT_THAT(guarded_.namespaces().Delete(As("ada"), "main", "n", {}),
              IsError(Code::kPermissionDenied, kDeleteNamespaceDenied));
  ASSERT_THAT(Branch("ada", "ada.dev"), IsOk());
  ASSERT_THAT(guarded_.namespaces().Create(As("ada"), "ada.dev", "mine", {}), IsOk());
  EXPECT_THAT(guarded_.refs().Merge(As("ada"), {.source = "ada.dev", .into = "main"}),
              IsError(Code::kPermissionDenied, kMergeDenied));
  EXPECT_THAT(guarded_.refs().Merge(As("zoe"), {.source = "ada.dev", .into = "main"}), IsOk());
  EXPECT_EQ(guarded_.refs().Log(As("rita"), "main", {})->at(0).author, "zoe");
  EXPECT_THAT(guarded_.tables().Drop(As("ada"), "main", "t", "", {}),
              IsError(Code::kPermissionDenied, kDeleteTableDenied));
  EXPECT_THAT(guarded_.tables().Revert(As("ada"), {"t", "", "ada.dev", "main", false, {}}),
              IsError(Code::kPermissionDenied, kRevertTableDenied));
}

TEST_F(GuardedTest, TagsBelongToWhoMadeThem) {
  const auto tag = api::RefKind::kTag;
  ASSERT_THAT(guarded_.refs().CreateTag(As("ada"), "v1", "main"), IsOk());
  EXPECT_THAT(guarded_.refs().CreateTag(As("rita"), "v2", "main"),
              IsError(Code::kPermissionDenied, kCreateTagDenied));
  EXPECT_THAT(guarded_.refs().Delete(As("zoe"), "v1", tag),
              IsError(Code::kPermissionDenied, kDeleteTagDenied));
  EXPECT_THAT(guarded_.refs().Rename(As("ada"), "v1", "v2", tag), IsOk());
  EXPECT_THAT(guarded_.refs().Delete(As("ada"), "v2", tag), IsOk());
}

TEST_F(GuardedTest, JobsWriteWhereTheirUserMay) {
  api::RunRequest run;
  run.ref = "main";
  EXPECT_THAT(guarded_.jobs().Submit(As("ada"), run),
              IsError(Code::kPermissionDenied, kWriteDenied));
  EXPECT_THAT(guarded_.jobs().Submit(As("ada"), api::RunRequest{}),
              IsError(Code::kPermissionDenied, kWriteDenied));
  run.dry_run = true;
  EXPECT_THAT(guarded_.jobs().Submit(As("rita"), run),
              IsError(Code::kPermissionDenied, kRunDenied));
  // An empty project: what is wrong is the project, no longer the right.
  EXPECT_THAT(guarded_.jobs().Submit(As("ada"), run),
              IsError(Code::kInvalidArgument, kProjectErrors));
  const auto mine = guarded_.jobs().List(As("zoe"), {});
  ASSERT_EQ(mine->size(), 1u);
  EXPECT_EQ(mine->at(0).user, "ada");
  EXPECT_THAT(guarded_.jobs().Cancel(As("zoe"), mine->at(0).id),
              IsError(Code::kPermissionDenied, kCancelDenied));
  api::ImportRequest import;
  import.branch = "main";
  import.sources = {"/etc/passwd"};
  EXPECT_THAT(guarded_.jobs().Submit(As("ada"), import),
              IsError(Code::kPermissionDenied, kWriteDenied));
  EXPECT_THAT(guarded_.jobs().Submit(As("root"), import),
              IsError(Code::kPermissionDenied, kSourceDenied));
}

TEST_F(GuardedTest, AdminsAdministerAndEveryoneHasOwnKeys) {
  const auto denied = IsError(Code::kPermissionDenied, kNotAdmin);
  EXPECT_THAT(guarded_.accounts().Create(As("ada"), {.username = "eve"}), denied);
  EXPECT_THAT(guarded_.accounts().Update(As("ada"), {.username = "ada", .role = api::Role::kAdmin}),
              denied);
  EXPECT_THAT(guarded_.accounts().List(As("zoe")), denied);
  EXPECT_THAT(guarded_.accounts().CreateKey(As("ada"), "root", "", {}), denied);
  EXPECT_THAT(guarded_.accounts().ListKeys(As("ada"), "zoe"), denied);
  EXPECT_THAT(guarded_.credentials().Set(As("ada"), "x", {}), denied);
  EXPECT_THAT(guarded_.credentials().Get(As("ada"), "x"), denied);
  const auto roots = guarded_.accounts().CreateKey(As("root"), "root", "", {});
  const auto own = guarded_.accounts().CreateKey(As("ada"), "ada", "", {});
  ASSERT_THAT(own, IsOk());
  EXPECT_THAT(guarded_.accounts().RevokeKey(As("ada"), roots->entry.id), denied);
  EXPECT_THAT(guarded_.accounts().RevokeKey(As("ada"), own->entry.id), IsOk());
  EXPECT_THAT(guarded_.accounts().Authenticate(base::Context{}, roots->secret), IsOk());
  EXPECT_THAT(guarded_.accounts().Create(As("root"), {.username = "eve"}), IsOk());
}

TEST(IsOpenForImport, KeepsToTheFoldersThatAreOpen) {
  const base::testing::TemporaryFolder folder;
  const std::string open = folder.path() + "/in";
  ASSERT_THAT(base::MakeFolders(open), IsOk());
  std::filesystem::create_symlink("/etc", open + "/link");
  const std::vector<std::string> folders = {open};
  EXPECT_TRUE(IsOpenForImport("s3://bucket/a.csv", {}));
  EXPECT_TRUE(IsOpenForImport(open + "/a.csv", folders));
  EXPECT_TRUE(IsOpenForImport("file://" + open + "/*/b*.csv", folders));
  for (const std::string& bad :
       {std::string("/etc/passwd"), open + "/../x", open + "/*/../../x", open + "side/a.csv",
        folder.path() + "/i*/a.csv", std::string("a.csv"), std::string("file://a.csv"),
        open + "/link/passwd", std::string("/*")}) {
    EXPECT_FALSE(IsOpenForImport(bad, folders)) << bad;
  }
  EXPECT_FALSE(IsOpenForImport(open + "/a.csv", {}));
}

}  // namespace
}  // namespace control
