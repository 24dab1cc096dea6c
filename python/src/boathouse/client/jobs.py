"""Jobs: list, look into, cancel."""

from __future__ import annotations

import enum
import logging
from datetime import datetime, timezone
from typing import Dict, Iterator, List, Optional, Sequence, Type, TypeVar, Union

from ..exceptions import BauplanJobError
from ..schema import DAGEdge, DAGNode, Job, JobContext, JobKind, JobLogEvent, JobState
from .arguments import AnyJob, job_text
from .connection import Connected
from .following import LOG_TYPE_USER, moment, parse_log
from .project import unpack_texts
from .protocol import commander as wire

_log = logging.getLogger("boathouse")

Choice = TypeVar("Choice", bound=enum.Enum)
_KIND_WORDS = {
    "codesnapshotrun": JobKind.RUN,
    "import": JobKind.TABLE_IMPORT,
    "tableplanapply": JobKind.TABLE_PLAN_CREATE_APPLY,
}


class Jobs(Connected):
    """Runs, queries and table jobs, one's own and, where allowed, those of others."""

    def get_job(self, job_id: str, /) -> Job:
        """Reads a job.

        Raises:
            BauplanJobError: there is none of this id.
            BauplanError: the server could not be reached.
        """
        request = wire.GetJobsRequest(job_ids=[job_text(job_id)], all_users=True)
        reply = self._jobs.call("GetJobs", request, wire.GetJobsResponse)
        if not reply.jobs:
            raise BauplanJobError(f"job {job_text(job_id)} not found")
        return _parse_job(reply.jobs[0])

    def get_jobs(
        self,
        *,
        filter_by_current_user: bool = True,
        filter_by_ids: Union[AnyJob, Sequence[AnyJob], None] = None,
        filter_by_users: Union[str, Sequence[str], None] = None,
        filter_by_kinds: Union[str, JobKind, Sequence[Union[str, JobKind]], None] = None,
        filter_by_statuses: Union[str, JobState, Sequence[Union[str, JobState]], None] = None,
        filter_by_created_after: Optional[datetime] = None,
        filter_by_created_before: Optional[datetime] = None,
        limit: Optional[int] = None,
    ) -> Iterator[Job]:
        """Lists jobs, newest first. Conditions are combined with "and".

        Args:
            filter_by_current_user: only the caller's; ignored when users are named.
            filter_by_ids, filter_by_users, filter_by_kinds, filter_by_statuses: one or several;
                kinds and statuses as members or as words (``"run"``, ``"not-started"``).
            filter_by_created_after, filter_by_created_before: without a zone they are local time.
            limit: at most so many.

        Raises:
            ValueError: an unknown kind or status; nothing was sent.
            BauplanError: the server refused or could not be reached.
        """
        users = _several(filter_by_users)
        request = wire.GetJobsRequest(
            job_ids=[job_text(job) for job in _several(filter_by_ids)],
            all_users=bool(users) or not filter_by_current_user,
            filter_users=users,
            filter_kinds=[
                _choose(JobKind, kind, _KIND_WORDS).value
                for kind in _several(filter_by_kinds)
            ],
            filter_statuses=[
                _choose(JobState, status, {}).value
                for status in _several(filter_by_statuses)
            ],
        )
        if filter_by_created_after is not None:
            request.filter_created_after.FromDatetime(_in_utc(filter_by_created_after))
        if filter_by_created_before is not None:
            request.filter_created_before.FromDatetime(_in_utc(filter_by_created_before))
        return map(_parse_job, self._jobs.job_pages(request, limit))

    def get_job_logs(self, job: AnyJob) -> List[JobLogEvent]:
        """What the functions of a job printed, in order; also while it runs.

        Raises:
            BauplanError: there is no such job, or the server could not be reached.
        """
        request = wire.GetLogsRequest(job_id=job_text(job))
        return _parse_logs(self._jobs.call("GetLogs", request, wire.GetLogsResponse).events)

    def get_job_context(
        self, job: AnyJob, *, include_logs: bool = False, include_snapshot: bool = False
    ) -> JobContext:
        """What a job ran: ref, models and their edges, statement.

        Args:
            include_logs: also what its functions printed.
            include_snapshot: also the project's files.

        Raises:
            BauplanJobError: there is no such job.
            BauplanError: the server could not be reached.
        """
        reply = self._contexts([job], include_logs, include_snapshot)
        for error in reply.errors:
            raise BauplanJobError(f"job {error.job_id}: {error.error_msg}")
        if not reply.job_contexts:
            raise BauplanJobError(f"job {job_text(job)} not found")
        return _parse_context(reply.job_contexts[0])

    def get_job_contexts(
        self,
        jobs: Union[AnyJob, Sequence[AnyJob]],
        *,
        include_logs: bool = False,
        include_snapshot: bool = False,
    ) -> List[JobContext]:
        """The same for several jobs; those that are missing are logged and left out."""
        reply = self._contexts(_several(jobs), include_logs, include_snapshot)
        for error in reply.errors:
            _log.warning("job %s: %s", error.job_id, error.error_msg)
        return [_parse_context(context) for context in reply.job_contexts]

    def cancel_job(self, job_id: str, /) -> None:
        """Asks for a job to be stopped; its state becomes ``ABORT``.

        Raises:
            BauplanJobError: there is no such job, or it has ended already.
        """
        self._jobs.cancel(job_text(job_id))

    def _contexts(
        self, jobs: Sequence[AnyJob], include_logs: bool, include_snapshot: bool
    ) -> wire.GetJobContextResponse:
        request = wire.GetJobContextRequest(
            job_ids=[job_text(job) for job in jobs],
            include_logs=include_logs,
            include_snapshot=include_snapshot,
        )
        reply: wire.GetJobContextResponse = self._jobs.call(
            "GetJobContext", request, wire.GetJobContextResponse
        )
        return reply


def _several(values: object) -> List:  # type: ignore[type-arg]
    if values is None:
        return []
    return list(values) if isinstance(values, (list, tuple, set, frozenset)) else [values]


def _choose(choices: Type[Choice], wanted: Union[str, Choice], words: Dict[str, Choice]) -> Choice:
    """A member as it is, or by its name, whatever its case and separators."""
    if isinstance(wanted, choices):
        return wanted
    if isinstance(wanted, str):
        flat = wanted.replace("-", "").replace("_", "").replace(" ", "").lower()
        for choice in choices:
            if choice.name.replace("_", "").lower() == flat:
                return choice
        if flat in words:
            return words[flat]
    known = ", ".join(choice.name for choice in choices)
    raise ValueError(f"{wanted!r} is none of {known}")


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(timezone.utc).replace(tzinfo=None)


def _parse_job(info: wire.JobInfo) -> Job:
    def at(name: str) -> Optional[datetime]:
        return moment(getattr(info, name)) if info.HasField(name) else None

    return Job(
        id=info.id,
        kind=_member(JobKind, info.kind_type, JobKind.UNSPECIFIED),
        status=_member(JobState, info.status, JobState.OTHER),
        human_readable_status=info.human_readable_status,
        user=info.user,
        runner=info.runner,
        created_at=at("created_at"),
        started_at=at("started_at"),
        finished_at=at("finished_at"),
        error_message=info.error_message if info.HasField("error_message") else None,
    )


def _member(choices: Type[Choice], number: int, otherwise: Choice) -> Choice:
    return next((choice for choice in choices if choice.value == number), otherwise)


def _parse_logs(events: Sequence[wire.RunnerEvent]) -> List[JobLogEvent]:
    logs = [
        parse_log(event.runtime_user_log)
        for event in events
        if event.WhichOneof("event") == "runtime_user_log"
        and event.runtime_user_log.type == LOG_TYPE_USER
    ]
    return [line for line in logs if line is not None]


def _parse_context(context: wire.JobContext) -> JobContext:
    def given(name: str) -> Optional[str]:
        found = getattr(context, name) if context.HasField(name) else None
        return found or None

    transaction = context.transaction_branch.name or None
    return JobContext(
        id=context.job_id,
        project_id=given("project_id"),
        project_name=given("project_name"),
        ref=given("ref"),
        tx_ref=transaction,
        logs=_parse_logs(context.job_events),
        dag_nodes=[DAGNode(node.model_id, node.model_name) for node in context.models],
        dag_edges=[
            DAGEdge(edge.source_id if edge.HasField("source_id") else None, edge.destination_id)
            for edge in context.model_deps
        ],
        snapshot_dict=unpack_texts(context.code_snapshot) if context.code_snapshot else {},
        error_message=given("error_message"),
        sql_query=given("sql_query"),
    )


