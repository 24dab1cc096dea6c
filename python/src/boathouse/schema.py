"""What the catalog and the job service are made of: refs, commits, tables, jobs.

All of them are values: they are compared by content, cannot be changed, and hold no connection.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Dict, List, Optional
from uuid import UUID


class _Member(enum.Enum):
    """Members are written as in code, and are the wire's numbers as integers."""

    def __int__(self) -> int:
        return int(self.value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class RefType(_Member):
    """What a ref is: a branch, a tag, or a commit that neither names."""

    BRANCH = 0
    TAG = 1
    DETACHED = 2

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Ref:
    """A place in the history of the lake. Its text, ``name@hash``, is accepted as a ref."""

    name: str
    hash: str
    type: RefType = RefType.BRANCH

    def __str__(self) -> str:
        return f"{self.name}@{self.hash}"


@dataclass(frozen=True)
class Branch(Ref):
    """A branch, with the commit it was at when it was read."""

    type: RefType = field(default=RefType.BRANCH, repr=False)


@dataclass(frozen=True)
class Tag(Ref):
    """A tag, with the commit it names."""

    type: RefType = field(default=RefType.TAG, repr=False)


@dataclass(frozen=True)
class DetachedRef(Ref):
    """A commit by its hash alone; its name is empty."""

    type: RefType = field(default=RefType.DETACHED, repr=False)


@dataclass(frozen=True)
class Actor:
    """Who wrote or made a commit."""

    name: str
    email: Optional[str] = None


@dataclass(frozen=True)
class Commit:
    """One change of a branch. Dates carry their time zone."""

    ref: Ref
    message: Optional[str]
    authors: List[Actor]
    authored_date: datetime
    committer: Actor
    committed_date: datetime
    parent_ref: Ref
    parent_hashes: List[str]
    properties: Dict[str, str] = field(default_factory=dict)
    signed_off_by: List[Actor] = field(default_factory=list)

    @property
    def author(self) -> Optional[Actor]:
        """The first author."""
        return self.authors[0] if self.authors else None

    @property
    def subject(self) -> Optional[str]:
        """The first line of the message."""
        lines = (self.message or "").strip().split("\n", 1)
        return lines[0].strip() or None

    @property
    def body(self) -> Optional[str]:
        """The message after its first line."""
        lines = (self.message or "").strip().split("\n", 1)
        return (lines[1].strip() or None) if len(lines) == 2 else None

    @property
    def parent_merge_ref(self) -> Optional[Branch]:
        """The merged side of a merge; none for other commits."""
        if len(self.parent_hashes) < 2:
            return None
        return Branch(self.parent_ref.name, self.parent_hashes[1])


@dataclass(frozen=True)
class Namespace:
    """A group of tables on a branch."""

    name: str


class TableKind(_Member):
    """Whether the lake owns a table's files or only reads them."""

    Table = 0
    ExternalTable = 1


@dataclass(frozen=True)
class TableField:
    """A column: its Iceberg id, name and type (``long``, ``string``, ``timestamptz``, ...)."""

    id: int
    name: str
    required: bool
    type: str
    doc: Optional[str] = None


@dataclass(frozen=True)
class PartitionField:
    """One part of a partition: a column and its transform (``identity``, ``day``, ...)."""

    name: str
    transform: str


@dataclass(frozen=True)
class Table:
    """A table as it was at the ref it was read from. ``size`` is in bytes, ``records`` in rows,
    ``snapshots`` counts its versions; all three are ``None`` where the server does not know."""

    id: UUID
    name: str
    namespace: str
    kind: TableKind
    fields: List[TableField]
    metadata_location: str
    last_updated_at: datetime
    partitions: List[PartitionField] = field(default_factory=list)
    properties: Dict[str, str] = field(default_factory=dict)
    records: Optional[int] = None
    size: Optional[int] = None
    snapshots: Optional[int] = None
    current_snapshot_id: Optional[int] = None
    current_schema_id: Optional[int] = None

    @property
    def fqn(self) -> str:
        """The name with its namespace, ``namespace.table``."""
        return f"{self.namespace}.{self.name}"

    @property
    def comment(self) -> Optional[str]:
        """What the table says of itself: its property ``comment``."""
        return self.properties.get("comment")

    def is_managed(self) -> bool:
        """Whether the lake owns the table's files."""
        return self.kind is TableKind.Table

    def is_external(self) -> bool:
        """Whether the table's files belong to somebody else and are only read."""
        return self.kind is TableKind.ExternalTable


class JobKind(_Member):
    """What a job does."""

    UNSPECIFIED = 0
    RUN = 1
    QUERY = 2
    IMPORT_PLAN_CREATE = 3
    IMPORT_PLAN_APPLY = 4
    TABLE_PLAN_CREATE = 5
    TABLE_PLAN_CREATE_APPLY = 6
    TABLE_IMPORT = 7
    EXTERNAL_TABLE_CREATE = 8

    def __str__(self) -> str:
        if self is JobKind.UNSPECIFIED:
            return "Unknown"
        return self.name.title().replace("_", "")


class JobState(_Member):
    """How far a job is. ``COMPLETE``, ``ABORT`` (cancelled) and ``FAIL`` are final."""

    UNSPECIFIED = 0
    NOT_STARTED = 1
    RUNNING = 2
    COMPLETE = 3
    ABORT = 4
    FAIL = 5
    OTHER = 6

    def __str__(self) -> str:
        return self.name.title().replace("_", " ")


@dataclass(frozen=True)
class Job:
    """A job as it was when it was read. Times are in UTC; ``runner`` is the host that ran it."""

    id: str
    kind: JobKind
    status: JobState
    human_readable_status: str
    user: str
    runner: str
    created_at: Optional[datetime] = None
    started_at: Optional[datetime] = None
    finished_at: Optional[datetime] = None
    error_message: Optional[str] = None


class JobLogStream(_Member):
    """Where a function printed."""

    STDOUT = 0
    STDERR = 1


class JobLogLevel(_Member):
    """How grave a log line is, gravest first."""

    ERROR = 0
    WARN = 1
    DEBUG = 2
    INFO = 3
    TRACE = 4


@dataclass(frozen=True)
class JobLogEvent:
    """One line that a function of a job printed.

    ``model``, ``file``, ``line`` and ``emitted_at`` say where and when, as far as the server told.
    """

    stream: JobLogStream
    level: JobLogLevel
    message: str
    model: Optional[str] = field(default=None, compare=False)
    file: Optional[str] = field(default=None, compare=False)
    line: Optional[int] = field(default=None, compare=False)
    emitted_at: Optional[datetime] = field(default=None, compare=False)


@dataclass(frozen=True)
class DAGNode:
    """A model of a run."""

    id: str
    name: str


@dataclass(frozen=True)
class DAGEdge:
    """That one model reads another; the source is none for a table of the lake."""

    source_model: Optional[str]
    destination_model: str


@dataclass(frozen=True)
class JobContext:
    """What a job ran and how it went.

    ``ref`` is what it read, ``tx_ref`` the branch a failed run left for inspection,
    ``snapshot_dict`` the project's files by name (empty unless asked for), ``logs`` what its
    functions printed (empty unless asked for).
    """

    id: str
    project_id: Optional[str] = None
    project_name: Optional[str] = None
    ref: Optional[str] = None
    tx_ref: Optional[str] = None
    logs: List[JobLogEvent] = field(default_factory=list)
    dag_nodes: List[DAGNode] = field(default_factory=list)
    dag_edges: List[DAGEdge] = field(default_factory=list)
    snapshot_dict: Dict[str, str] = field(default_factory=dict)
    error_message: Optional[str] = None
    sql_query: Optional[str] = None
