"""The client whose calls return when they are done."""

from __future__ import annotations

from typing import Optional

from . import settings
from .branches import Branches
from .commits import Commits
from .imports import Imports
from .jobs import Jobs
from .namespaces import Namespaces
from .queries import Queries
from .rest import Rest
from .rpc import JobService
from .runs import Runs
from .tags import Tags


class Client(Branches, Tags, Commits, Namespaces, Imports, Runs, Queries, Jobs):
    """Talks to a Boathouse server, or to another that speaks its protocol, as one user.

    Usable from many threads; not across a fork. Connections are opened when first needed and kept;
    ``close`` or the end of a ``with`` block gives them up.

    Names, parameters and results are those of Bauplan's client 0.3.5; what is added: see
    docs/guide/python-client.md.
    """

    def __init__(
        self,
        profile: Optional[str] = None,
        api_key: Optional[str] = None,
        client_timeout: Optional[float] = None,
        config_file_path: Optional[str] = None,
        *,
        api_endpoint: Optional[str] = None,
    ) -> None:
        """
        Args:
            profile: of the configuration file, default ``BOATHOUSE_PROFILE``, else ``default``.
            api_key: default ``BOATHOUSE_API_KEY``, else the profile's.
            client_timeout: seconds that one request may take, default 30. Jobs have their own
                limit, per call.
            config_file_path: reads this file instead of ``~/.boathouse/config.yaml``, and no
                environment variable.
            api_endpoint: e.g. ``http://127.0.0.1:8080``, default ``BOATHOUSE_API_ENDPOINT``, else
                the profile's.

        Raises:
            ValueError: no server or no key was given anywhere, or the profile is unknown.
        """
        self._settings = settings.load(
            profile, api_key, client_timeout, config_file_path, api_endpoint
        )
        self._rest = Rest(self._settings)
        self._jobs = JobService(self._settings)

    @property
    def profile(self) -> str:
        """The name of the profile in use."""
        return self._settings.profile

    @property
    def api_endpoint(self) -> str:
        """The server's address."""
        return self._settings.api_endpoint

    def close(self) -> None:
        """Gives up the connections. Calls in other threads fail."""
        self._rest.close()
        self._jobs.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client(profile={self.profile!r}, api_endpoint={self.api_endpoint!r})"
