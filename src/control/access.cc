#include "control/access.h"

#include <algorithm>

#include "control/reasons.h"

namespace control {
namespace {

bool InZone(std::string_view zone, std::string_view branch) {
  if (zone.empty() || !branch.starts_with(zone)) return false;
  return branch.size() == zone.size() || branch[zone.size()] == '.';
}

base::Error Denied(const char* reason, std::string message) {
  return base::Error(base::Code::kPermissionDenied, reason, std::move(message));
}

/// Why a write on `branch` is refused, after "you may not ...: ".
std::string Why(const api::Account& account, const std::string& branch) {
  if (account.role == api::Role::kReader) return "\"" + account.username + "\" may only read";
  return "you don't have write access to \"" + branch + "\": branches of your own start with \"" +
         account.username + ".\"";
}

bool IsOnBranch(Action action) {
  switch (action) {
    case Action::kCreateTag:
    case Action::kDeleteTag:
    case Action::kRenameTag:
    case Action::kCancelJob:
    case Action::kRun:
      return false;
    case Action::kCreateBranch:
    case Action::kDeleteBranch:
    case Action::kRenameBranch:
    case Action::kMerge:
    case Action::kCreateNamespace:
    case Action::kDeleteNamespace:
    case Action::kDeleteTable:
    case Action::kRevertTable:
    case Action::kWrite:
      return true;
  }
  return true;
}

base::Error BranchDenied(const api::Account& account, const AccessRequest& request) {
  const std::string why = Why(account, request.branch);
  switch (request.action) {
    case Action::kCreateBranch:
      return Denied(kCreateBranchDenied, "branch \"" + request.branch + "\" is not created: " + why)
          .Set("branch_name", request.branch);
    case Action::kDeleteBranch:
      return Denied(kDeleteBranchDenied, "branch \"" + request.branch + "\" is not deleted: " + why)
          .Set("branch_name", request.branch);
    case Action::kRenameBranch:
      return Denied(kRenameBranchDenied,
                    "branch \"" + request.branch + "\" is not renamed to \"" + request.next +
                        "\": " +
                        (MayWrite(account, request.branch) ? Why(account, request.next) : why))
          .Set("old_branch_name", request.branch)
          .Set("new_branch_name", request.next);
    case Action::kMerge:
      return Denied(kMergeDenied, "\"" + request.source + "\" is not merged: " + why)
          .Set("source_ref", request.source)
          .Set("destination_branch", request.branch);
    case Action::kCreateNamespace:
      return Denied(kCreateNamespaceDenied,
                    "namespace \"" + request.name + "\" is not created: " + why)
          .Set("namespace_name", request.name)
          .Set("branch_name", request.branch);
    case Action::kDeleteNamespace:
      return Denied(kDeleteNamespaceDenied,
                    "namespace \"" + request.name + "\" is not deleted: " + why)
          .Set("namespace_name", request.name)
          .Set("branch_name", request.branch);
    case Action::kDeleteTable:
      return Denied(kDeleteTableDenied, "table \"" + request.name + "\" is not deleted: " + why)
          .Set("table_name", request.name)
          .Set("branch_name", request.branch);
    case Action::kRevertTable:
      return Denied(kRevertTableDenied, "table \"" + request.name + "\" is not reverted: " + why)
          .Set("table_name", request.name)
          .Set("source_ref", request.source)
          .Set("destination_branch", request.branch);
    case Action::kWrite:
    case Action::kCreateTag:
    case Action::kDeleteTag:
    case Action::kRenameTag:
    case Action::kCancelJob:
    case Action::kRun:
      break;
  }
  return Denied(kWriteDenied, "nothing is written: " + why).Set("branch_name", request.branch);
}

/// Tags need no prefix to be made; who made one, or has its name in a zone, changes it.
bool MayChangeTag(const api::Account& account, const AccessRequest& request) {
  if (!account.active || account.role == api::Role::kReader) return false;
  return request.owner == account.username || MayWrite(account, request.name);
}

base::Status CheckTag(const api::Account& account, const AccessRequest& request) {
  const std::string tag = "tag \"" + request.name + "\"";
  const std::string whose = account.role == api::Role::kReader
                                ? "\"" + account.username + "\" may only read"
                                : "it is somebody else's";
  if (request.action == Action::kCreateTag) {
    if (account.active && account.role != api::Role::kReader) return base::Ok();
    return Denied(kCreateTagDenied, tag + " is not created: " + whose)
        .Set("tag_name", request.name);
  }
  if (MayChangeTag(account, request)) return base::Ok();
  if (request.action == Action::kDeleteTag) {
    return Denied(kDeleteTagDenied, tag + " is not deleted: " + whose)
        .Set("tag_name", request.name);
  }
  return Denied(kRenameTagDenied, tag + " is not renamed: " + whose)
      .Set("old_tag_name", request.name)
      .Set("new_tag_name", request.next);
}

}  // namespace

bool MayWrite(const api::Account& account, std::string_view branch) {
  if (!account.active) return false;
  switch (account.role) {
    case api::Role::kReader:
      return false;
    case api::Role::kAdmin:
      return true;
    case api::Role::kMember:
      break;
  }
  if (!account.username.empty() && branch.size() > account.username.size() + 1 &&
      branch.starts_with(account.username) && branch[account.username.size()] == '.') {
    return true;
  }
  return std::any_of(account.write_zones.begin(), account.write_zones.end(),
                     [&](const std::string& zone) { return InZone(zone, branch); });
}

base::Status CheckAccess(const api::Account& account, const AccessRequest& request) {
  if (IsOnBranch(request.action)) {
    const bool may = MayWrite(account, request.branch) &&
                     (request.action != Action::kRenameBranch || MayWrite(account, request.next));
    if (may) return base::Ok();
    return BranchDenied(account, request);
  }
  if (request.action == Action::kCancelJob) {
    if (account.active &&
        (account.role == api::Role::kAdmin || request.owner == account.username)) {
      return base::Ok();
    }
    return Denied(kCancelDenied, "job \"" + request.name + "\" is not stopped: it is of \"" +
                                     request.owner + "\", ask them or an admin")
        .Set("job", request.name);
  }
  if (request.action == Action::kRun) {
    if (account.active && account.role != api::Role::kReader) return base::Ok();
    return Denied(kRunDenied, "nothing is run: \"" + account.username + "\" may only read");
  }
  return CheckTag(account, request);
}

}  // namespace control
