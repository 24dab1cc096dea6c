"""How the client names itself to the server."""

from __future__ import annotations

import platform

from ..version import __version__


def user_agent() -> str:
    system = f"{platform.system().lower()}/{platform.machine()}"
    return f"boathouse-python/{__version__} (python {platform.python_version()}, {system})"
