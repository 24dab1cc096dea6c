"""The catalog's requests: addresses, envelopes, pages."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.parse
from typing import (
    Any,
    Callable,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    TypeVar,
)

from ..exceptions import BauplanError
from . import errors
from .http import Connections, Reply
from .parsing import Json
from .product import user_agent
from .settings import Settings

Item = TypeVar("Item")
_RAW_IN_PATHS = "@^*~:+|[]$&'(),;=!"
Parameters = Iterable[Tuple[str, Optional[str]]]


def path(*segments: str) -> str:
    """The segments, percent-encoded, as one path."""
    return "/" + "/".join(urllib.parse.quote(segment, safe=_RAW_IN_PATHS) for segment in segments)


class Envelope(NamedTuple):
    """A successful reply: what was asked for, the ref after the change, the next page's token."""

    data: Any
    ref: Any
    next_token: Optional[str]


class Rest:
    """Sends the catalog's requests as one user. Usable from many threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connections = Connections(settings.api_endpoint)
        self._headers = {
            "accept": "*/*",
            "authorization": f"Bearer {settings.api_key}",
            "user-agent": user_agent(),
        }

    def close(self) -> None:
        self._connections.close()

    def send(
        self,
        method: str,
        address: str,
        parameters: Parameters = (),
        body: Optional[Mapping[str, Any]] = None,
    ) -> Envelope:
        """
        Raises:
            BauplanHTTPError: the server refused.
            BauplanError: the server could not be reached or did not answer in time.
        """
        return _read_envelope(self.exchange(method, address, parameters, body))

    def exchange(
        self,
        method: str,
        address: str,
        parameters: Parameters = (),
        body: Optional[Mapping[str, Any]] = None,
    ) -> Reply:
        """The reply as it came, for what has no envelope."""
        given = [(key, value) for key, value in parameters if value is not None]
        target = address + ("?" + urllib.parse.urlencode(given) if given else "")
        headers = dict(self._headers)
        encoded = None
        if body is not None:
            encoded = json.dumps(body).encode()
            headers["content-type"] = "application/json"
        limit = self._settings.request_timeout_s
        try:
            return self._connections.send(method, target, encoded, headers, limit)
        except (TimeoutError, socket.timeout) as error:  # One class from Python 3.10 on.
            raise BauplanError(
                f"{self._settings.api_endpoint}: no answer to {method} {address} within {limit:g} s"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            where = f"{self._settings.api_endpoint}: {method} {address}"
            raise BauplanError(f"{where}: {error}") from error

    def one(self, method: str, address: str, parse: Callable[[Json], Item], **more: Any) -> Item:
        """Sends a request whose reply's ``data`` is one thing."""
        return _parsed(parse, self.send(method, address, **more).data)

    def changed(
        self, method: str, address: str, parse: Callable[[Json], Item], **more: Any
    ) -> Item:
        """Sends a request whose reply's ``ref`` is where the branch is now."""
        return _parsed(parse, self.send(method, address, **more).ref)

    def pages(
        self,
        address: str,
        parameters: Sequence[Tuple[str, Optional[str]]],
        parse: Callable[[Json], Item],
        limit: Optional[int],
    ) -> Iterator[Item]:
        """All things of a list, page by page. The first page is fetched at once, so that errors
        come from the call and not from the loop over its result."""
        if limit is not None and limit < 0:
            raise ValueError(f"limit is {limit}, must not be negative")
        first = self._page(address, parameters, parse, limit, None)
        return self._rest_of_pages(first, address, parameters, parse, limit)

    def _page(
        self,
        address: str,
        parameters: Sequence[Tuple[str, Optional[str]]],
        parse: Callable[[Json], Item],
        wanted: Optional[int],
        token: Optional[str],
    ) -> Tuple[List[Item], Optional[str]]:
        if wanted == 0:
            return [], None
        paging = [
            ("max_records", None if wanted is None else str(wanted)),
            ("pagination_token", token),
        ]
        reply = self.send("GET", address, [*parameters, *paging])
        if not isinstance(reply.data, list):
            raise errors.unreadable(200, "a list was expected")
        return [_parsed(parse, item) for item in reply.data], reply.next_token

    def _rest_of_pages(
        self,
        page: Tuple[List[Item], Optional[str]],
        address: str,
        parameters: Sequence[Tuple[str, Optional[str]]],
        parse: Callable[[Json], Item],
        limit: Optional[int],
    ) -> Iterator[Item]:
        given = 0
        while True:
            items, token = page
            for item in items:
                if limit is not None and given >= limit:
                    return
                given += 1
                yield item
            if not items or not token or (limit is not None and given >= limit):
                return
            remaining = None if limit is None else limit - given
            page = self._page(address, parameters, parse, remaining, token)


def _parsed(parse: Callable[[Json], Item], value: Any) -> Item:
    try:
        return parse(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise errors.unreadable(200, f"{type(error).__name__}: {error}") from error


def read_json(reply: Reply) -> Mapping[str, Any]:
    """The reply's JSON object; raises what it says if it is an error."""
    try:
        content = json.loads(reply.body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise errors.unreadable(reply.status, reply.reason or "no JSON object")
    error = content.get("error")
    if isinstance(error, dict) and isinstance(error.get("type"), str):
        raise errors.http_error(reply.status, error)
    return content


def _read_envelope(reply: Reply) -> Envelope:
    content = read_json(reply)
    metadata = content.get("metadata")
    if "data" not in content or not isinstance(metadata, dict):
        raise errors.unreadable(reply.status, "no 'data' or no 'metadata'")
    return Envelope(content["data"], content.get("ref"), metadata.get("pagination_token") or None)
