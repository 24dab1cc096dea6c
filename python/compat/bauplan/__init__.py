"""The module that projects written for the `bauplan` client import. It exists in sandboxes only,
needs no network, and is the same code as `boathouse`."""

from boathouse import *  # noqa: F401,F403
from boathouse import __all__ as _names
from boathouse import authoring, contracts, standard_expectations  # noqa: F401

__all__ = list(_names)
