"""What became of a job that the client started.

``job_status`` is ``None`` while the job goes on (it was detached), else one of ``SUCCESS``,
``FAILED``, ``CANCELLED``, ``REJECTED``, ``TIMEOUT``, ``HEARTBEAT_FAILURE`` and ``UNKNOWN``;
``error`` says why it was no success.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Dict, List, Optional

from .schema import JobLogEvent


@dataclass
class RunExecutionContext:
    """How a run was carried out: what was asked for, with the server's defaults filled in."""

    snapshot_id: str
    snapshot_uri: str
    project_dir: str
    ref: str
    namespace: str
    dry_run: bool
    transaction: bool
    strict: bool
    cache: bool
    preview: str
    debug: bool
    detach: bool


@dataclass
class RunState:
    """A run: its job, its printed lines, its tasks by id with the time each started and stopped.

    ``started_at_ns`` and ``ended_at_ns`` are nanoseconds since 1970 by the client's clock.
    """

    job_id: Optional[str]
    ctx: RunExecutionContext
    started_at_ns: int
    user_logs: List[JobLogEvent] = field(default_factory=list)
    tasks_started: Dict[str, datetime] = field(default_factory=dict)
    tasks_stopped: Dict[str, datetime] = field(default_factory=dict)
    job_status: Optional[str] = None
    ended_at_ns: Optional[int] = None
    error: Optional[str] = None

    @property
    def duration_ns(self) -> Optional[int]:
        """How long the run took, in nanoseconds; none while it goes on."""
        return None if self.ended_at_ns is None else self.ended_at_ns - self.started_at_ns

    @property
    def duration(self) -> Optional[float]:
        """How long the run took, in seconds; none while it goes on."""
        return None if self.duration_ns is None else self.duration_ns / 1e9


@dataclass
class TableCreatePlanContext:
    """The table that a plan would create."""

    branch_name: str
    table_name: str
    table_replace: bool
    table_partitioned_by: Optional[str]
    namespace: str
    search_string: str


@dataclass
class TableCreatePlanState:
    """A plan for a table: the document (YAML), the files it was made from, and whether it can be
    applied without a person's decision."""

    job_id: Optional[str]
    ctx: TableCreatePlanContext
    job_status: Optional[str] = None
    error: Optional[str] = None
    plan: Optional[str] = None
    can_auto_apply: bool = False
    files_to_be_imported: List[str] = field(default_factory=list)


@dataclass
class TableCreatePlanApplyState:
    """The job that applied a plan."""

    job_id: Optional[str]
    job_status: Optional[str] = None
    error: Optional[str] = None


@dataclass
class TableDataImportContext:
    """What an import was asked to do."""

    branch_name: str
    table_name: str
    namespace: str
    search_string: str
    import_duplicate_files: bool
    best_effort: bool
    continue_on_error: bool
    transformation_query: Optional[str]
    preview: str


@dataclass
class TableDataImportState:
    """The job that imported files into a table."""

    job_id: Optional[str]
    ctx: TableDataImportContext
    job_status: Optional[str] = None
    error: Optional[str] = None


@dataclass
class ExternalTableCreateContext:
    """The external table that was asked for."""

    branch_name: str
    table_name: str
    namespace: str


@dataclass
class ExternalTableCreateState:
    """The job that made an external table."""

    job_id: Optional[str]
    ctx: ExternalTableCreateContext
    job_status: Optional[str] = None
    error: Optional[str] = None
