"""What every part of the client stands on: settings, the catalog's requests, the job service."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from .arguments import checked_properties
from .rest import Rest
from .rpc import JobService
from .settings import Settings


class Connected:
    """Base of the client's parts; ``Client`` makes what they share."""

    _settings: Settings
    _rest: Rest
    _jobs: JobService


def commit_note(
    body: Optional[str], properties: Optional[Mapping[str, str]], message: Optional[str] = None
) -> Dict[str, Any]:
    """What a request says about the commit it will make, without what was not given."""
    note: Dict[str, Any] = {}
    if message is not None:
        note["commit_message"] = message
    if body is not None:
        note["commit_body"] = body
    if properties is not None:
        note["commit_properties"] = dict(checked_properties(properties) or {})
    return note
