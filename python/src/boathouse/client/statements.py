"""The statement that ``scan`` stands for."""

from __future__ import annotations

import re
from typing import Optional, Sequence

from .condition import check_condition

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def quoted(name: str) -> str:
    """The name as SQL; plain words stay as they are."""
    return name if _PLAIN.match(name) else '"' + name.replace('"', '""') + '"'


def scan_statement(
    table: str,
    namespace: Optional[str],
    columns: Optional[Sequence[str]],
    filters: Optional[str],
    limit: Optional[int],
) -> str:
    """
    Raises:
        ValueError: no column, a negative limit, or filters that are not one condition.
    """
    if columns is not None and (isinstance(columns, str) or not columns):
        raise ValueError("columns must be a list with at least one name")
    if limit is not None and limit < 0:
        raise ValueError(f"limit is {limit}, must not be negative")
    wanted = ", ".join(c if c == "*" else quoted(c) for c in columns) if columns else "*"
    parts = table.split(".")
    if namespace and len(parts) == 1:
        parts = [namespace, table]
    statement = f"SELECT {wanted} FROM {'.'.join(quoted(part) for part in parts)}"
    if filters is not None:
        statement += f" WHERE {check_condition(filters)}"
    if limit is not None:
        statement += f" LIMIT {limit}"
    return statement
