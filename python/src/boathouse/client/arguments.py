"""What callers may pass as a ref, branch, tag, table or namespace, as the text that is sent."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Mapping, Optional, Union

from ..schema import Branch, Job, Namespace, Ref, Table, Tag

AnyRef = Union[str, Ref]
AnyBranch = Union[str, Branch]
AnyTag = Union[str, Tag]
AnyTable = Union[str, Table]
AnyNamespace = Union[str, Namespace]
AnyJob = Union[str, Job]
AnyPath = Union[str, "os.PathLike[str]"]

PRIORITY_MIN = 1
PRIORITY_MAX = 10


def ref_text(ref: AnyRef) -> str:
    """``name@hash`` of a ref that was read, so that it stays at its commit; text as it is."""
    return str(ref) if isinstance(ref, Ref) else _text("ref", ref)


def branch_text(branch: Union[AnyBranch, Ref]) -> str:
    return branch.name if isinstance(branch, Ref) else _text("branch", branch)


def tag_text(tag: Union[AnyTag, Ref]) -> str:
    return tag.name if isinstance(tag, Ref) else _text("tag", tag)


def table_text(table: AnyTable) -> str:
    """A table that was read is sent with its namespace."""
    return table.fqn if isinstance(table, Table) else _text("table", table)


def namespace_text(namespace: AnyNamespace) -> str:
    return namespace.name if isinstance(namespace, Namespace) else _text("namespace", namespace)


def job_text(job: AnyJob) -> str:
    return job.id if isinstance(job, Job) else _text("job", job)


def optional_ref(ref: Optional[AnyRef]) -> Optional[str]:
    return None if ref is None else ref_text(ref)


def optional_branch(branch: Optional[AnyBranch]) -> Optional[str]:
    return None if branch is None else branch_text(branch)


def optional_namespace(namespace: Optional[AnyNamespace]) -> Optional[str]:
    return None if namespace is None else namespace_text(namespace)


def moment_text(moment: Union[str, datetime, None]) -> Optional[str]:
    return moment.isoformat() if isinstance(moment, datetime) else moment


def checked_priority(priority: Optional[int]) -> Optional[int]:
    if priority is not None and not PRIORITY_MIN <= priority <= PRIORITY_MAX:
        raise ValueError(f"priority is {priority}, must be {PRIORITY_MIN} to {PRIORITY_MAX}")
    return priority


def checked_properties(properties: Optional[Mapping[str, str]]) -> Optional[Mapping[str, str]]:
    for key, value in (properties or {}).items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"commit_properties: {key!r}: {value!r} is not text to text")
    return properties


def _text(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is {type(value).__name__}, not text or what the client returned")
    if not value:
        raise ValueError(f"{what} is empty")
    return value
