// Who may do what on which ref: a pure decision over an account and the names of a request.
#pragma once

#include <string>
#include <string_view>

#include "api/accounts_api.h"
#include "base/result.h"

namespace control {

// The reasons of refusals, all kPermissionDenied, each with the keys of its Error.context.
/// branch_name.
inline constexpr char kCreateBranchDenied[] = "access.create_branch";
/// branch_name.
inline constexpr char kDeleteBranchDenied[] = "access.delete_branch";
/// old_branch_name, new_branch_name.
inline constexpr char kRenameBranchDenied[] = "access.rename_branch";
/// source_ref, destination_branch.
inline constexpr char kMergeDenied[] = "access.merge";
/// tag_name.
inline constexpr char kCreateTagDenied[] = "access.create_tag";
/// tag_name.
inline constexpr char kDeleteTagDenied[] = "access.delete_tag";
/// old_tag_name, new_tag_name.
inline constexpr char kRenameTagDenied[] = "access.rename_tag";
/// namespace_name, branch_name.
inline constexpr char kCreateNamespaceDenied[] = "access.create_namespace";
/// namespace_name, branch_name.
inline constexpr char kDeleteNamespaceDenied[] = "access.delete_namespace";
/// table_name, branch_name.
inline constexpr char kDeleteTableDenied[] = "access.delete_table";
/// table_name, source_ref, destination_branch.
inline constexpr char kRevertTableDenied[] = "access.revert_table";
/// branch_name. Runs, imports and table creation.
inline constexpr char kWriteDenied[] = "access.write";
/// job. Somebody else's job is stopped by them or by an admin.
inline constexpr char kCancelDenied[] = "access.cancel_job";
/// Readers run no code, not even dry.
inline constexpr char kRunDenied[] = "access.run";
/// source. An import names files of the server's machine outside the folders opened for imports.
inline constexpr char kSourceDenied[] = "access.import_source";

enum class Action {
  kCreateBranch,
  kDeleteBranch,
  kRenameBranch,
  kMerge,
  kCreateTag,
  kDeleteTag,
  kRenameTag,
  kCreateNamespace,
  kDeleteNamespace,
  kDeleteTable,
  kRevertTable,
  kWrite,
  kCancelJob,
  kRun,
};

/// The names an action is about; which ones it needs follows from the action.
struct AccessRequest {
  Action action = Action::kWrite;
  std::string branch;  // made, removed, renamed or written to; of merge and revert: the destination
  std::string name;    // namespace, table, tag or job
  std::string next;    // the new name of a rename
  std::string source;  // of merge and revert
  std::string owner;   // who made the tag, whose job it is
};

/// "ada.x" for ada; "etl" and "etl.x" for the zone "etl"; anything for an admin; nothing for a
/// reader or an inactive account.
bool MayWrite(const api::Account& account, std::string_view branch);

/// Says only who may, not whether the names are good: that is reported before (a malformed ref
/// never looks like a forbidden one).
base::Status CheckAccess(const api::Account& account, const AccessRequest& request);

}  // namespace control
