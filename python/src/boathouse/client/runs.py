"""Runs of a project."""

from __future__ import annotations

import time
from typing import Mapping, Optional

from ..exceptions import BauplanError
from ..state import RunExecutionContext, RunState
from .arguments import AnyNamespace, AnyPath, AnyRef, optional_namespace, optional_ref
from .connection import Connected
from .following import LOG_TYPE_USER, Outcome, follow, parse_log, settle, task_moment
from .identity import Identity
from .parameters import Value, run_parameters
from .project import pack, read_project
from .protocol import commander as wire
from .rpc import job_timeout_s
from .sealing import OrganizationKey

PREVIEWS = ("on", "off", "head", "tail")


def _switch(value: bool, name: str) -> str:
    if not isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}, must be True or False")
    return "on" if value else "off"


class Runs(Identity, Connected):
    """A run sends the project's files to the server and follows what it makes of them."""

    def run(
        self,
        project_dir: AnyPath,
        *,
        ref: Optional[AnyRef] = None,
        namespace: Optional[AnyNamespace] = None,
        parameters: Optional[Mapping[str, Value]] = None,
        cache: bool = True,
        transaction: bool = True,
        dry_run: Optional[bool] = None,
        strict: bool = True,
        preview: Optional[str] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
        detach: bool = False,
        raise_on_error: bool = False,
    ) -> RunState:
        """Runs a project and waits for its end.

        A run that fails returns its state like one that succeeds: look at ``job_status`` and
        ``error``, or ask for an exception with ``raise_on_error``. Ctrl-C cancels the job.

        Args:
            project_dir: the folder of the project file.
            ref: branch to run on, default ``main``.
            namespace: where bare table names are looked up.
            parameters: name to value; ``None`` is the project's default.
            cache: whether results of earlier runs may be used.
            transaction: whether the tables appear together at the end or one by one.
            dry_run: run everything, write nothing.
            strict: whether failed expectations and broken contracts end the run.
            preview: ``'on'``, ``'off'``, ``'head'`` or ``'tail'``.
            args: flags for the server.
            priority: 1 to 10, 10 first.
            client_timeout: seconds after which the job is cancelled, default 1800.
            detach: return as soon as the job is accepted; it goes on by itself.
            raise_on_error: raise JobFailedError unless the run succeeds.

        Raises:
            InvalidProjectError: the folder, its file or its files are wrong; nothing was sent.
            ValueError, TypeError: an argument is wrong; nothing was sent.
            BauplanJobError: the server refused the run, or the connection was lost.
            JobFailedError: it took longer than ``client_timeout``, or it failed and
                ``raise_on_error`` is true.
        """
        limit_s = job_timeout_s(client_timeout)
        if preview is not None and preview not in PREVIEWS:
            raise ValueError(f"preview is {preview!r}, must be one of {', '.join(PREVIEWS)}")
        project = read_project(project_dir)
        values = run_parameters(project, parameters, self._organization_key)
        request = wire.CodeSnapshotRunRequest(
            job_request_common=self._jobs.submission(args, priority),
            zip_file=pack(project),
            ref=optional_ref(ref),
            namespace=optional_namespace(namespace),
            dry_run=_optional_bool(dry_run),
            transaction=_switch(transaction, "transaction"),
            strict=_switch(strict, "strict"),
            cache=_switch(cache, "cache"),
            preview=preview or "",
            project_id=str(project.id),
            project_name=project.name,
            parameters=values,
        )
        started_at_ns = time.time_ns()
        reply, job_id = self._jobs.submit("CodeSnapshotRun", request, wire.CodeSnapshotRunResponse)
        state = RunState(
            job_id=job_id,
            ctx=_context(reply, str(project.folder), detach),
            started_at_ns=started_at_ns,
        )
        if not detach:
            outcome = self._follow_run(state, job_id, limit_s)
            state.ended_at_ns = time.time_ns()
            settle(state, outcome, raise_on_error)
        return state

    def _follow_run(self, state: RunState, job_id: str, limit_s: float) -> Outcome:
        def on_event(event: wire.RunnerEvent) -> None:
            kind = event.WhichOneof("event")
            if kind == "task_start":
                task, at = task_moment(event.task_start)
                if at is not None:
                    state.tasks_started[task] = at
            elif kind == "task_completion":
                task, at = task_moment(event.task_completion)
                if at is not None:
                    state.tasks_stopped[task] = at
            elif kind == "runtime_user_log":
                line = parse_log(event.runtime_user_log)
                if line is not None and event.runtime_user_log.type == LOG_TYPE_USER:
                    state.user_logs.append(line)

        return follow(self._jobs, job_id, limit_s, on_event)

    def _organization_key(self) -> OrganizationKey:
        organization = self.info().organization
        name = organization.default_parameter_secret_key
        public_pem = organization.default_parameter_secret_public_key
        if not name or not public_pem:
            raise BauplanError("the server has no key for secret parameters")
        return OrganizationKey(name, public_pem)


def _optional_bool(value: Optional[bool]) -> wire.JobRequestOptionalBool:
    if value is None:
        return wire.JOB_REQUEST_OPTIONAL_BOOL_UNSPECIFIED
    if not isinstance(value, bool):
        raise TypeError(f"dry_run is {value!r}, must be True, False or None")
    return (
        wire.JOB_REQUEST_OPTIONAL_BOOL_TRUE if value else wire.JOB_REQUEST_OPTIONAL_BOOL_FALSE
    )


def _context(
    reply: wire.CodeSnapshotRunResponse, project_dir: str, detach: bool
) -> RunExecutionContext:
    return RunExecutionContext(
        snapshot_id=reply.snapshot_id,
        snapshot_uri=reply.snapshot_uri,
        project_dir=project_dir,
        ref=reply.ref,
        namespace=reply.namespace,
        dry_run=reply.dry_run,
        transaction=reply.transaction == "on",
        strict=reply.strict == "on",
        cache=reply.cache == "on",
        preview=reply.preview,
        debug=reply.job_response_common.debug,
        detach=detach,
    )
