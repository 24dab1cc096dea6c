"""How a caller in another thread stops what this one waits for."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from typing import Callable, Iterator, List, Optional


class Interruption:
    """Fires once; what it is to stop registers for as long as it waits."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._stops: List[Callable[[], object]] = []
        self._fired = False

    @property
    def fired(self) -> bool:
        with self._guard:
            return self._fired

    def fire(self) -> None:
        with self._guard:
            self._fired = True
            stops = list(self._stops)
        for stop in stops:
            stop()

    @contextlib.contextmanager
    def stops(self, stop: Callable[[], object]) -> Iterator[None]:
        with self._guard:
            self._stops.append(stop)
            fired = self._fired
        if fired:
            stop()
        try:
            yield
        finally:
            with self._guard:
                self._stops.remove(stop)


# That of the call this thread works for; none where nobody else can stop it.
current: contextvars.ContextVar[Optional[Interruption]] = contextvars.ContextVar(
    "boathouse_interruption", default=None
)
