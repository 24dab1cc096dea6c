// The reasons of errors of the control plane, each with its code and the keys of its Error.context.
#pragma once

namespace control {

/// kInvalidArgument: the project has mistakes; each is in the chain of causes, with its place.
/// errors (how many).
inline constexpr char kProjectErrors[] = "control.project_errors";
/// kNotFound: no job of this id. job.
inline constexpr char kNoJob[] = "control.no_job";
/// kFailedPrecondition: the job has ended or is not of this process. job.
inline constexpr char kJobNotRunning[] = "control.job_not_running";
/// kUserCode: a task failed; its own error is the cause. task.
inline constexpr char kTaskFailed[] = "control.task_failed";
/// kUserCode: an expectation did not hold in strict mode. expectation.
inline constexpr char kExpectationFailed[] = "control.expectation_failed";
/// kUserCode: a result is not what its contract says, in strict mode. model, column.
inline constexpr char kContractBroken[] = "control.contract_broken";
/// kUnavailable: the worker that ran a task is gone.
inline constexpr char kWorkerLost[] = "control.worker_lost";
/// kResourceExhausted: as many jobs wait for their turn as may.
inline constexpr char kTooManyJobs[] = "control.too_many_jobs";
/// kCancelled: somebody stopped the job.
inline constexpr char kStopped[] = "control.stopped";
/// kFailedPrecondition: the process that ran the job ended before the job did. job.
inline constexpr char kProcessEnded[] = "control.process_ended";
/// kInvalidArgument: a request that contradicts itself or names what cannot be. field.
inline constexpr char kBadRequest[] = "control.bad_request";
/// kInvalidArgument: the document that tells what table to create is not one, or says what cannot
/// be; kUnimplemented: it asks for a parse_format.
inline constexpr char kBadTablePlan[] = "control.bad_table_plan";
/// kFailedPrecondition: columns whose type is to be chosen first. column.
inline constexpr char kTablePlanConflicts[] = "control.table_plan_conflicts";
/// kInvalidArgument: "ns.table" together with another namespace. table, namespace.
inline constexpr char kNamespaceUnresolved[] = "control.namespace_unresolved";
/// kInvalidArgument: a condition that is no expression, or does not fit what it is asked of. column
/// (from 1, where it is known).
inline constexpr char kBadExpression[] = "control.bad_expression";
/// kNotFound: a condition asks for a key that is not there; what it is asked of does not fit. key.
inline constexpr char kNoSuchKey[] = "control.no_such_key";

// Rights. All kPermissionDenied.
/// kPermissionDenied: branch_name.
inline constexpr char kCreateBranchDenied[] = "access.create_branch";
/// kPermissionDenied: also "main" and other protected branches, for everybody. branch_name.
inline constexpr char kDeleteBranchDenied[] = "access.delete_branch";
/// kPermissionDenied: either name. old_branch_name, new_branch_name.
inline constexpr char kRenameBranchDenied[] = "access.rename_branch";
/// kPermissionDenied: no right to write on the destination. source_ref, destination_branch.
inline constexpr char kMergeDenied[] = "access.merge";
/// kPermissionDenied: readers make no tags. tag_name.
inline constexpr char kCreateTagDenied[] = "access.create_tag";
/// kPermissionDenied: somebody else's tag. tag_name.
inline constexpr char kDeleteTagDenied[] = "access.delete_tag";
/// kPermissionDenied: somebody else's tag. old_tag_name, new_tag_name.
inline constexpr char kRenameTagDenied[] = "access.rename_tag";
/// kPermissionDenied: namespace_name, branch_name.
inline constexpr char kCreateNamespaceDenied[] = "access.create_namespace";
/// kPermissionDenied: namespace_name, branch_name.
inline constexpr char kDeleteNamespaceDenied[] = "access.delete_namespace";
/// kPermissionDenied: table_name, branch_name.
inline constexpr char kDeleteTableDenied[] = "access.delete_table";
/// kPermissionDenied: table_name, source_ref, destination_branch.
inline constexpr char kRevertTableDenied[] = "access.revert_table";
/// kPermissionDenied: a run, an import or a new table on a branch of others. branch_name.
inline constexpr char kWriteDenied[] = "access.write";
/// kPermissionDenied: somebody else's job is stopped by them or by an admin. job.
inline constexpr char kCancelDenied[] = "access.cancel_job";
/// kPermissionDenied: readers run no code, not even dry.
inline constexpr char kRunDenied[] = "access.run";
/// kPermissionDenied: an import names files of the server's machine outside the folders that are
/// open for imports. source.
inline constexpr char kSourceDenied[] = "access.import_source";

/// kUnauthenticated: no such key, or an expired or revoked one, or its user is not active: never
/// said which.
inline constexpr char kBadKey[] = "accounts.bad_key";
/// kNotFound: user.
inline constexpr char kNoUser[] = "accounts.no_user";
/// kAlreadyExists: user.
inline constexpr char kUserExists[] = "accounts.user_exists";
/// kInvalidArgument: a username, zone, label or expiry that cannot be. field.
inline constexpr char kBadAccount[] = "accounts.bad_account";
/// kFailedPrecondition: nobody could administer the server afterwards. user.
inline constexpr char kLastAdmin[] = "accounts.last_admin";
/// kPermissionDenied: users and the keys of others are for admins.
inline constexpr char kNotAdmin[] = "accounts.not_admin";
/// kNotFound: key.
inline constexpr char kNoKey[] = "accounts.no_key";

/// kInvalidArgument: a secret parameter's value that is not what an encrypted value looks like.
/// parameter.
inline constexpr char kBadSecret[] = "secrets.bad_value";
/// kInvalidArgument: encrypted for another project. parameter.
inline constexpr char kOtherProject[] = "secrets.other_project";
/// kInvalidArgument: encrypted under a key that is not this organisation's. parameter, key.
inline constexpr char kOtherKey[] = "secrets.other_key";
/// kFailedPrecondition: the file with the key of everything encrypted is not there. file.
inline constexpr char kNoSecretKey[] = "secrets.no_key";
/// kFailedPrecondition: the key or passphrase is not the one it was encrypted under.
inline constexpr char kWrongSecretKey[] = "secrets.wrong_key";
/// kFailedPrecondition: others than its owner may read the key's file. file.
inline constexpr char kSecretKeyIsOpen[] = "secrets.key_is_open";

/// kNotFound: name.
inline constexpr char kNoCredential[] = "credentials.none";
/// kInvalidArgument: name.
inline constexpr char kBadCredential[] = "credentials.bad_name";

}  // namespace control
