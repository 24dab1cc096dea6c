"""The catalog's JSON as values. All functions are total: they take what the server may send and
raise ``ValueError``, ``KeyError`` or ``TypeError`` on anything else, which ``rest`` reports."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Dict, Mapping, Optional
from uuid import UUID

from ..schema import (
    Actor,
    Branch,
    Commit,
    DetachedRef,
    Namespace,
    PartitionField,
    Ref,
    Table,
    TableField,
    TableKind,
    Tag,
)

Json = Mapping[str, Any]

_FRACTION = re.compile(r"\.(\d+)")


def parse_ref(value: Json) -> Ref:
    kind = value["type"]
    if kind == "BRANCH":
        return Branch(value["name"], value["hash"])
    if kind == "TAG":
        return Tag(value["name"], value["hash"])
    if kind == "DETACHED":
        return DetachedRef("", value["hash"])
    raise ValueError(f"a ref of type {kind!r}")


def parse_branch(value: Json) -> Branch:
    return Branch(value["name"], value["hash"])


def parse_tag(value: Json) -> Tag:
    return Tag(value["name"], value["hash"])


def parse_namespace(value: Json) -> Namespace:
    return Namespace(value["name"])


def parse_time(text: str) -> datetime:
    """RFC 3339; more digits than microseconds are cut, as Python's dates have no more."""
    text = text.strip()
    if text[-1:] in ("Z", "z"):
        text = text[:-1] + "+00:00"
    text = _FRACTION.sub(lambda digits: "." + digits.group(1)[:6].ljust(6, "0"), text, count=1)
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


def parse_actor(value: Json) -> Actor:
    return Actor(value.get("name") or "", value.get("email"))


def parse_commit(value: Json) -> Commit:
    return Commit(
        ref=parse_ref(value["ref"]),
        message=value.get("message"),
        authors=[parse_actor(author) for author in value["authors"]],
        authored_date=parse_time(value["authored_date"]),
        committer=parse_actor(value["committer"]),
        committed_date=parse_time(value["committed_date"]),
        parent_ref=parse_ref(value["parent_ref"]),
        parent_hashes=list(value["parent_hashes"]),
        properties=dict(value.get("properties") or {}),
        signed_off_by=[parse_actor(actor) for actor in value.get("signed_off_by") or []],
    )


def _parse_field(value: Json) -> TableField:
    return TableField(
        id=int(value["id"]),
        name=value["name"],
        required=bool(value["required"]),
        type=value["type"],
        doc=value.get("doc"),
    )


def _number(value: Json, key: str) -> Optional[int]:
    found = value.get(key)
    return None if found is None else int(found)


def parse_table(value: Json) -> Table:
    updated = value["last_updated_at"] if "last_updated_at" in value else value["last_updated_ms"]
    external = (value.get("kind") or "TABLE") == "EXTERNAL_TABLE"
    properties: Dict[str, str] = dict(value.get("properties") or {})
    return Table(
        id=UUID(value["id"]),
        name=value["name"],
        namespace=value["namespace"],
        kind=TableKind.ExternalTable if external else TableKind.Table,
        fields=[_parse_field(column) for column in value["fields"]],
        metadata_location=value["metadata_location"],
        last_updated_at=datetime.fromtimestamp(int(updated) / 1000, timezone.utc),
        partitions=[
            PartitionField(part["name"], part["transform"])
            for part in value.get("partitions") or []
        ],
        properties=properties,
        records=_number(value, "records"),
        size=_number(value, "size"),
        snapshots=_number(value, "snapshots"),
        current_snapshot_id=_number(value, "current_snapshot_id"),
        current_schema_id=_number(value, "current_schema_id"),
    )
