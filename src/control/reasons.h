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
/// kCancelled: somebody stopped the job.
inline constexpr char kStopped[] = "control.stopped";
/// kFailedPrecondition: the process that ran the job ended before the job did. job.
inline constexpr char kProcessEnded[] = "control.process_ended";
/// kInvalidArgument: a request that contradicts itself or names what cannot be. field.
inline constexpr char kBadRequest[] = "control.bad_request";
/// kInvalidArgument: "ns.table" together with another namespace. table, namespace.
inline constexpr char kNamespaceUnresolved[] = "control.namespace_unresolved";
/// kInvalidArgument: a condition that is no expression, or does not fit what it is asked of. column
/// (from 1, where it is known).
inline constexpr char kBadExpression[] = "control.bad_expression";
/// kNotFound: a condition asks for a key that is not there; what it is asked of does not fit. key.
inline constexpr char kNoSuchKey[] = "control.no_such_key";

}  // namespace control
