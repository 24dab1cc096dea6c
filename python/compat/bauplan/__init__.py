"""The module that projects written for the `bauplan` client import. It exists in sandboxes only,
needs no network, and is the same code as `boathouse`."""

from boathouse import authoring, contracts, standard_expectations  # noqa: F401
from boathouse.declarations import *  # noqa: F401,F403
from boathouse.declarations import __all__ as _names

__all__ = list(_names)
