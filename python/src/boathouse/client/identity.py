"""Who is asking, and whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from ..exceptions import BauplanError
from .connection import Connected
from .protocol import commander as wire
from .rpc import job_timeout_s


@dataclass(frozen=True)
class OrganizationInfo:
    """The organisation; the two last are the name and the PEM text of the public key that secret
    parameters are encrypted with, where it has one."""

    id: str
    name: str
    slug: str
    default_parameter_secret_key: Optional[str] = None
    default_parameter_secret_public_key: Optional[str] = field(default=None, repr=False)


@dataclass(frozen=True)
class UserInfo:
    """The user whose key is used."""

    id: str
    username: str
    first_name: str
    last_name: str

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class RunnerNodeInfo:
    """A machine that runs jobs."""

    hostname: str


@dataclass(frozen=True)
class InfoState:
    """``client_version`` is what the server took the client for."""

    client_version: str
    organization: OrganizationInfo
    user: UserInfo
    runners: List[RunnerNodeInfo]
    server_version: str = ""


class Identity(Connected):
    """Also the smallest call there is: it proves address and key."""

    def info(self, *, client_timeout: Optional[float] = None) -> InfoState:
        """Asks the server who it and the caller are.

        Args:
            client_timeout: seconds to wait for the answer, default the client's.

        Raises:
            BauplanError: the key is unknown, or the server could not be reached.
        """
        limit = None if client_timeout is None else job_timeout_s(client_timeout)
        request = wire.GetBauplanInfoRequest()
        reply = self._jobs.call("GetBauplanInfo", request, wire.GetBauplanInfoResponse, limit)
        if not reply.HasField("organization_info"):
            raise BauplanError("no organization info in response")
        if not reply.HasField("user_info"):
            raise BauplanError("no user info in response")
        organization, user = reply.organization_info, reply.user_info
        return InfoState(
            client_version=reply.client_version,
            organization=OrganizationInfo(
                id=organization.id,
                name=organization.name,
                slug=organization.slug,
                default_parameter_secret_key=_given(organization, "default_parameter_secret_key"),
                default_parameter_secret_public_key=_given(
                    organization, "default_parameter_secret_public_key"
                ),
            ),
            user=UserInfo(user.id, user.username, user.first_name, user.last_name),
            runners=[RunnerNodeInfo(runner.hostname) for runner in reply.runners],
            server_version=reply.server_version,
        )


def _given(message: wire.OrganizationInfo, name: str) -> Optional[str]:
    return getattr(message, name) if message.HasField(name) else None
