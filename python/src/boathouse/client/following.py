"""A job, from its first event to its last."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Optional, Tuple

import grpc

from ..exceptions import BauplanError, BauplanJobError, JobFailedError
from ..schema import JobLogEvent, JobLogLevel, JobLogStream
from . import interruption
from .protocol import commander as wire
from .rpc import CANCEL_TIMEOUT_S, JobService

_log = logging.getLogger("boathouse")

SUCCESS = "SUCCESS"
_NO_LONGER_FOLLOWED = (grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED)

_LEVELS = {
    1: JobLogLevel.ERROR,
    2: JobLogLevel.WARN,
    3: JobLogLevel.DEBUG,
    4: JobLogLevel.INFO,
    5: JobLogLevel.TRACE,
}
_STREAMS = {1: JobLogStream.STDOUT, 2: JobLogStream.STDERR}
LOG_TYPE_USER = 2

_ERROR_CODES = {0: "Unspecified", 1: "RuntimeTaskUserError", 2: "RuntimeInternalError"}


@dataclass
class Outcome:
    """How a job ended: a word as in ``state``, and the reason unless it is ``SUCCESS``."""

    status: str
    error: Optional[str] = None
    timed_out_here: bool = False


def moment(timestamp: Any) -> datetime:
    """A protobuf time in UTC."""
    found: datetime = timestamp.ToDatetime(tzinfo=timezone.utc)
    return found


def parse_log(event: wire.RuntimeLogEvent) -> Optional[JobLogEvent]:
    """A line as the server sends it; none if it lacks a level or a stream."""
    level, stream = _LEVELS.get(event.level), _STREAMS.get(event.output_stream)
    if level is None or stream is None:
        return None
    task = event.task_metadata
    nanoseconds = event.emit_timestamp_ns
    return JobLogEvent(
        stream=stream,
        level=level,
        message=event.msg,
        model=(task.model_name or task.function_name) or None,
        file=task.file_name or None,
        line=task.line_number if task.HasField("line_number") else None,
        emitted_at=(
            datetime.fromtimestamp(nanoseconds / 1e9, timezone.utc) if nanoseconds else None
        ),
    )


def _parse_completion(event: wire.JobCompleteEvent) -> Outcome:
    kind = event.WhichOneof("outcome")
    if kind == "success":
        return Outcome(SUCCESS)
    if kind == "failure":
        code = _ERROR_CODES.get(event.failure.error_code, "Unspecified")
        return Outcome("FAILED", f"job failed: {event.failure.error_message} ({code})")
    if kind == "cancellation":
        return Outcome("CANCELLED", "job cancelled")
    if kind == "timeout":
        return Outcome("TIMEOUT", "job hit server timeout")
    if kind == "rejected":
        return Outcome("REJECTED", f"job rejected: {event.rejected.reason}")
    if kind == "heartbeat_failure":
        return Outcome("HEARTBEAT_FAILURE", "internal server error")
    return Outcome("UNKNOWN", "empty outcome")


def follow(
    jobs: JobService, job_id: str, timeout_s: float, on_event: Callable[[wire.RunnerEvent], None]
) -> Outcome:
    """Reads a job's events until it ends, and says how.

    Whoever stops waiting stops the job: on Ctrl-C, on the interruption of the call and when the
    time is up, the server is asked to cancel it.

    Raises:
        KeyboardInterrupt: as it came, after the cancellation.
        BauplanJobError: the connection was lost; the job goes on.
    """
    stopper = interruption.current.get() or interruption.Interruption()
    stream = None
    try:
        stream = jobs.subscribe(job_id, timeout_s)
        with stopper.stops(stream.cancel):
            outcome = _read(stream, on_event)
    except KeyboardInterrupt:
        if stream is not None:
            stream.cancel()
        _cancel(jobs, job_id)
        raise
    except grpc.RpcError as error:
        if error.code() not in _NO_LONGER_FOLLOWED:
            raise BauplanJobError(
                f"job {job_id} is no longer followed: {error.details()} ({error.code().name})"
            ) from error
        _cancel(jobs, job_id)
        if stopper.fired:
            return Outcome("CANCELLED", "job cancelled")
        return Outcome("TIMEOUT", f"client timed out after {timeout_s:g} s", True)
    if outcome is None:
        return Outcome("FAILED", "job failed: stream ended without completion (Unspecified)")
    return outcome


def _read(stream: Any, on_event: Callable[[wire.RunnerEvent], None]) -> Optional[Outcome]:
    for message in stream:
        if not message.HasField("runner_event"):
            continue
        event = message.runner_event
        if event.WhichOneof("event") == "job_completion":
            stream.cancel()
            return _parse_completion(event.job_completion)
        on_event(event)
    return None


def _cancel(jobs: JobService, job_id: str) -> None:
    try:
        jobs.cancel(job_id, CANCEL_TIMEOUT_S)
    except BauplanError as error:
        _log.warning("job %s may still be running: %s", job_id, error)


def settle(state: Any, outcome: Outcome, raise_on_error: bool) -> None:
    """Writes how a job ended into its state.

    Raises:
        JobFailedError: time was up, or it is no success and an exception was asked for.
    """
    state.job_status = outcome.status
    state.error = outcome.error or state.error
    failed = outcome.status != SUCCESS or state.error is not None
    if outcome.timed_out_here or (raise_on_error and failed):
        raise JobFailedError(state.error or outcome.status, state)


def ignore(_: wire.RunnerEvent) -> None:
    """For jobs of which only the end matters."""


def task_moment(task: Any) -> Tuple[str, Optional[datetime]]:
    """A task's id, and the time of the event if it has one."""
    return task.task_id, moment(task.timestamp) if task.HasField("timestamp") else None
