"""Boathouse from Python: a client of its server, and the words that functions over tables use.

``boathouse.Client`` talks to a server. The decorators, inputs and contracts are inert: a decorated
function stays the function it was, so it can be called, tested and type-checked like any other.

The client is loaded when it is first asked for, so that ``import boathouse`` inside a function
costs nothing and needs none of the client's dependencies.
"""

import importlib
import typing

from . import declarations as _declarations
from .declarations import *  # noqa: F401,F403
from .version import __version__

if typing.TYPE_CHECKING:
    from . import exceptions, schema, state
    from .client import AsyncClient, Client
    from .client.identity import InfoState, OrganizationInfo, RunnerNodeInfo, UserInfo
    from .schema import JobKind, JobState, RefType

_LOADED_WHEN_ASKED = {
    "AsyncClient": "boathouse.client",
    "Client": "boathouse.client",
    "InfoState": "boathouse.client.identity",
    "JobKind": "boathouse.schema",
    "JobState": "boathouse.schema",
    "OrganizationInfo": "boathouse.client.identity",
    "RefType": "boathouse.schema",
    "RunnerNodeInfo": "boathouse.client.identity",
    "UserInfo": "boathouse.client.identity",
    "exceptions": "",
    "schema": "",
    "state": "",
}

__all__ = [
    *_declarations.__all__,
    "AsyncClient",
    "Client",
    "InfoState",
    "JobKind",
    "JobState",
    "OrganizationInfo",
    "RefType",
    "RunnerNodeInfo",
    "UserInfo",
    "__version__",
    "exceptions",
    "schema",
    "state",
]


def __getattr__(name: str) -> typing.Any:
    if name not in _LOADED_WHEN_ASKED:
        raise AttributeError(f"module 'boathouse' has no attribute {name!r}")
    module = _LOADED_WHEN_ASKED[name]
    if not module:
        return importlib.import_module("boathouse." + name)
    return getattr(importlib.import_module(module), name)


def __dir__() -> typing.List[str]:
    return sorted(set(globals()) | set(__all__))
