// The reasons of catalog errors, each with its code and the keys of its Error.context.
#pragma once

namespace catalog {

/// kNotFound: no branch, tag or commit of this name. ref; nearest (when one is near).
inline constexpr char kNoRef[] = "catalog.no_ref";
/// kAlreadyExists: a branch of this name exists. ref, hash (its head).
inline constexpr char kBranchExists[] = "catalog.branch_exists";
/// kAlreadyExists: a tag of this name exists. ref, hash.
inline constexpr char kTagExists[] = "catalog.tag_exists";
/// kInvalidArgument: writing, deleting or renaming needs a branch, this is a tag or commit. ref.
inline constexpr char kNotABranch[] = "catalog.not_a_branch";
/// kInvalidArgument: the operation needs a tag. ref.
inline constexpr char kNotATag[] = "catalog.not_a_tag";
/// kInvalidArgument: source and destination are the same ref. ref.
inline constexpr char kSameRef[] = "catalog.same_ref";
/// kInvalidArgument: a filter that is not a regular expression. filter.
inline constexpr char kBadFilter[] = "catalog.bad_filter";

/// kNotFound: no table of this name at the ref. table, hash (the commit); nearest.
inline constexpr char kNoTable[] = "catalog.no_table";
/// kAlreadyExists: a table of this name exists. table, hash.
inline constexpr char kTableExists[] = "catalog.table_exists";
/// kNotFound: no namespace of this name at the ref. namespace, hash; nearest.
inline constexpr char kNoNamespace[] = "catalog.no_namespace";
/// kAlreadyExists. namespace, hash.
inline constexpr char kNamespaceExists[] = "catalog.namespace_exists";
/// kFailedPrecondition: a namespace that holds tables or namespaces cannot be deleted. namespace,
/// hash.
inline constexpr char kNamespaceNotEmpty[] = "catalog.namespace_not_empty";

/// kConflict: the branch is no longer at the head the caller expected. ref, expected, hash (now).
inline constexpr char kRefMoved[] = "catalog.ref_moved";
/// kConflict: the branch moved and a table the caller changes is among what changed. ref, tables
/// (names joined by commas), hash (now).
inline constexpr char kTableMoved[] = "catalog.table_moved";
/// kConflict: a record the caller added to the batch is not as expected. key.
inline constexpr char kBatchConflict[] = "catalog.batch_conflict";
/// kConflict: both sides changed the same keys. source, ref, tables, namespaces (joined by commas),
/// source_hash, hash.
inline constexpr char kMergeConflict[] = "catalog.merge_conflict";
/// kUnavailable: gave up after kAttemptsMax lost races. ref.
inline constexpr char kContended[] = "catalog.contended";

/// kFailedPrecondition: a table equals what it should be reverted to. table, hash.
inline constexpr char kRevertIdentical[] = "catalog.revert_identical_table";
/// kAlreadyExists: the destination has the table and `replace` was not given. table, hash.
inline constexpr char kRevertExists[] = "catalog.revert_destination_table_exists";
/// kFailedPrecondition: the revert would undo a part of a run on a protected branch. run_id, tables
/// (left out), ref.
inline constexpr char kSplitsRun[] = "catalog.splits_run";

/// kPermissionDenied: the ref is protected: no deletion, no rename, no direct write. ref.
inline constexpr char kProtected[] = "catalog.protected";
/// kFailedPrecondition: the commit holds work of runs that are neither published nor released. ref,
/// run_ids (joined by commas), hash (the commit refused).
inline constexpr char kOpenRuns[] = "catalog.open_runs";

/// kNotFound. run_id.
inline constexpr char kNoRun[] = "catalog.no_run";
/// kAlreadyExists. run_id.
inline constexpr char kRunExists[] = "catalog.run_exists";
/// kFailedPrecondition: the run's state does not allow this. run_id, state.
inline constexpr char kRunState[] = "catalog.run_state";
/// kFailedPrecondition: the target moved and tables that checks read differ on the candidate: merge
/// the target into the run branch, check there, publish again. run_id, tables, ref, hash (target).
inline constexpr char kRecheckNeeded[] = "catalog.recheck_needed";

/// kInvalidArgument: a request id that was used for another operation. request_id.
inline constexpr char kRequestReused[] = "catalog.request_reused";
/// kFailedPrecondition: the store holds no lake yet (Init was never called).
inline constexpr char kNotInitialised[] = "catalog.not_initialised";
/// kCorrupt: stored bytes that cannot be what they should be. key or hash.
inline constexpr char kBadObject[] = "catalog.bad_object";

}  // namespace catalog
