#include "control/access.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "control/reasons.h"

namespace control {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

api::Account Who(api::Role role, std::vector<std::string> zones = {}) {
  api::Account account;
  account.username = "ada";
  account.role = role;
  account.write_zones = std::move(zones);
  return account;
}

// Every role with every kind of branch: who may write where.
TEST(MayWrite, FollowsRolesPrefixesAndZones) {
  const api::Account reader = Who(api::Role::kReader, {"main", "etl"});
  const api::Account member = Who(api::Role::kMember);
  const api::Account zoned = Who(api::Role::kMember, {"main", "etl", "team.x"});
  const api::Account admin = Who(api::Role::kAdmin);
  struct Row {
    const char* branch;
    bool member;
    bool zoned;
  };
  for (const Row& row : std::vector<Row>{{"ada.dev", true, true},
                                         {"ada.dev.2", true, true},
                                         {"ada.", false, false},
                                         {"ada", false, false},
                                         {"adam.dev", false, false},
                                         {"Ada.dev", false, false},
                                         {"bob.dev", false, false},
                                         {"main", false, true},
                                         {"main.x", false, true},
                                         {"mainly", false, false},
                                         {"etl", false, true},
                                         {"etl.day", false, true},
                                         {"etl-2", false, false},
                                         {"team", false, false},
                                         {"team.x", false, true},
                                         {"team.x.y", false, true},
                                         {"team.xy", false, false},
                                         {"", false, false}}) {
    EXPECT_FALSE(MayWrite(reader, row.branch)) << row.branch;
    EXPECT_EQ(MayWrite(member, row.branch), row.member) << row.branch;
    EXPECT_EQ(MayWrite(zoned, row.branch), row.zoned) << row.branch;
    EXPECT_TRUE(MayWrite(admin, row.branch)) << row.branch;
    api::Account inactive = admin;
    inactive.active = false;
    EXPECT_FALSE(MayWrite(inactive, row.branch)) << row.branch;
  }
}

TEST(MayWrite, NobodysPrefixIsNobodys) {
  api::Account nameless = Who(api::Role::kMember, {""});
  nameless.username.clear();
  EXPECT_FALSE(MayWrite(nameless, ".x"));
  EXPECT_FALSE(MayWrite(nameless, "main"));
}

/// An action on a branch, its reason, and the names its error carries.
struct Case {
  AccessRequest request;
  const char* reason;
  std::map<std::string, std::string> context;
};

std::vector<Case> OnMain() {
  return {
      {{.action = Action::kCreateBranch, .branch = "main"},
       kCreateBranchDenied,
       {{"branch_name", "main"}}},
      {{.action = Action::kDeleteBranch, .branch = "main"},
       kDeleteBranchDenied,
       {{"branch_name", "main"}}},
      {{.action = Action::kRenameBranch, .branch = "main", .next = "ada.x"},
       kRenameBranchDenied,
       {{"old_branch_name", "main"}, {"new_branch_name", "ada.x"}}},
      {{.action = Action::kMerge, .branch = "main", .source = "ada.x"},
       kMergeDenied,
       {{"source_ref", "ada.x"}, {"destination_branch", "main"}}},
      {{.action = Action::kCreateNamespace, .branch = "main", .name = "n"},
       kCreateNamespaceDenied,
       {{"namespace_name", "n"}, {"branch_name", "main"}}},
      {{.action = Action::kDeleteNamespace, .branch = "main", .name = "n"},
       kDeleteNamespaceDenied,
       {{"namespace_name", "n"}, {"branch_name", "main"}}},
      {{.action = Action::kDeleteTable, .branch = "main", .name = "t"},
       kDeleteTableDenied,
       {{"table_name", "t"}, {"branch_name", "main"}}},
      {{.action = Action::kRevertTable, .branch = "main", .name = "t", .source = "ada.x"},
       kRevertTableDenied,
       {{"table_name", "t"}, {"source_ref", "ada.x"}, {"destination_branch", "main"}}},
      {{.action = Action::kWrite, .branch = "main"}, kWriteDenied, {{"branch_name", "main"}}},
  };
}

TEST(CheckAccess, SaysWithReasonAndNamesWhatIsRefusedOnABranch) {
  for (const Case& one : OnMain()) {
    for (const api::Role role : {api::Role::kReader, api::Role::kMember}) {
      const base::Status status = CheckAccess(Who(role), one.request);
      ASSERT_THAT(status, IsError(base::Code::kPermissionDenied, one.reason));
      EXPECT_EQ(status.error().context, one.context) << one.reason;
    }
    EXPECT_THAT(CheckAccess(Who(api::Role::kAdmin), one.request), IsOk());
    EXPECT_THAT(CheckAccess(Who(api::Role::kMember, {"main"}), one.request), IsOk());
    EXPECT_FALSE(CheckAccess(Who(api::Role::kReader, {"main"}), one.request).ok());
    AccessRequest own = one.request;
    own.branch = "ada.dev";
    EXPECT_THAT(CheckAccess(Who(api::Role::kMember), own), IsOk());
    EXPECT_FALSE(CheckAccess(Who(api::Role::kReader), own).ok());
  }
}

TEST(CheckAccess, ARenameNeedsBothNames) {
  const api::Account member = Who(api::Role::kMember);
  EXPECT_THAT(
      CheckAccess(member, {.action = Action::kRenameBranch, .branch = "ada.a", .next = "ada.b"}),
      IsOk());
  EXPECT_THAT(
      CheckAccess(member, {.action = Action::kRenameBranch, .branch = "ada.a", .next = "main"}),
      IsError(base::Code::kPermissionDenied, kRenameBranchDenied));
  EXPECT_THAT(
      CheckAccess(member, {.action = Action::kRenameBranch, .branch = "bob.a", .next = "ada.b"}),
      IsError(base::Code::kPermissionDenied, kRenameBranchDenied));
}

TEST(CheckAccess, TagsAreChangedByWhoMadeThem) {
  const api::Account member = Who(api::Role::kMember);
  const api::Account reader = Who(api::Role::kReader);
  EXPECT_THAT(CheckAccess(member, {.action = Action::kCreateTag, .name = "v1"}), IsOk());
  EXPECT_THAT(CheckAccess(reader, {.action = Action::kCreateTag, .name = "v1"}),
              IsError(base::Code::kPermissionDenied, kCreateTagDenied));
  for (const auto& [action, reason] : {std::pair{Action::kDeleteTag, kDeleteTagDenied},
                                       std::pair{Action::kRenameTag, kRenameTagDenied}}) {
    const AccessRequest bobs{.action = action, .name = "v1", .next = "v2", .owner = "bob"};
    AccessRequest own = bobs;
    own.owner = "ada";
    EXPECT_THAT(CheckAccess(member, bobs), IsError(base::Code::kPermissionDenied, reason));
    EXPECT_THAT(CheckAccess(member, own), IsOk());
    EXPECT_THAT(CheckAccess(reader, own), IsError(base::Code::kPermissionDenied, reason));
    EXPECT_THAT(CheckAccess(Who(api::Role::kAdmin), bobs), IsOk());
  }
}

TEST(CheckAccess, JobsAreStoppedByTheirOwnersAndRunByWritersOnly) {
  const AccessRequest bobs{.action = Action::kCancelJob, .name = "7", .owner = "bob"};
  AccessRequest own = bobs;
  own.owner = "ada";
  EXPECT_THAT(CheckAccess(Who(api::Role::kMember), bobs),
              IsError(base::Code::kPermissionDenied, kCancelDenied));
  EXPECT_THAT(CheckAccess(Who(api::Role::kMember), own), IsOk());
  EXPECT_THAT(CheckAccess(Who(api::Role::kAdmin), bobs), IsOk());
  EXPECT_THAT(CheckAccess(Who(api::Role::kReader), {.action = Action::kRun}),
              IsError(base::Code::kPermissionDenied, kRunDenied));
  EXPECT_THAT(CheckAccess(Who(api::Role::kMember), {.action = Action::kRun}), IsOk());
}

}  // namespace
}  // namespace control
