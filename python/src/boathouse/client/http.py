"""HTTP/1.1 connections to one server, kept for the next request. Usable from many threads."""

from __future__ import annotations

import http.client
import select
import socket
import ssl
import threading
import time
import urllib.parse
import urllib.request
from typing import List, Mapping, NamedTuple, Optional, Tuple

from . import trust

IDLE_CONNECTIONS_MAX = 8
IDLE_SECONDS_MAX = 15.0


class Reply(NamedTuple):
    status: int
    reason: str
    body: bytes


class Connections:
    """Sends requests to the server of an endpoint; only its scheme, host and port count.

    A connection that was left idle is used again only if nothing came in on it, so that a request
    never meets one that the server has closed; a request is never sent twice.
    """

    def __init__(self, endpoint: str) -> None:
        parts = urllib.parse.urlsplit(endpoint)
        if not parts.hostname:
            raise ValueError(f"the endpoint {endpoint!r} names no host")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if self._secure else 80)
        self._proxy = _proxy(parts.scheme, parts.netloc)
        self._guard = threading.Lock()
        self._idle: List[Tuple[float, http.client.HTTPConnection]] = []
        self._trusted: Optional[ssl.SSLContext] = None

    def send(
        self,
        method: str,
        target: str,
        body: Optional[bytes],
        headers: Mapping[str, str],
        timeout_s: float,
    ) -> Reply:
        """Raises OSError, of which a socket's timeout is one, or http.client.HTTPException."""
        connection = self._take(timeout_s)
        try:
            if self._proxy and not self._secure:
                target = f"http://{self._host}:{self._port}{target}"
            connection.request(method, target, body=body, headers=dict(headers))
            response = connection.getresponse()
            reply = Reply(response.status, response.reason, response.read())
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._put_back(connection)
        return reply

    def close(self) -> None:
        with self._guard:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _take(self, timeout_s: float) -> http.client.HTTPConnection:
        while True:
            with self._guard:
                if not self._idle:
                    break
                since, connection = self._idle.pop()
            if time.monotonic() - since < IDLE_SECONDS_MAX and _quiet(connection.sock):
                connection.sock.settimeout(timeout_s)
                return connection
            connection.close()
        return self._open(timeout_s)

    def _put_back(self, connection: http.client.HTTPConnection) -> None:
        with self._guard:
            if len(self._idle) < IDLE_CONNECTIONS_MAX:
                self._idle.append((time.monotonic(), connection))
                return
        connection.close()

    def _open(self, timeout_s: float) -> http.client.HTTPConnection:
        host, port = self._proxy or (self._host, self._port)
        if not self._secure:
            return http.client.HTTPConnection(host, port, timeout=timeout_s)
        if self._trusted is None:
            self._trusted = ssl.create_default_context(cafile=trust.bundle_file())
        secure = http.client.HTTPSConnection(host, port, timeout=timeout_s, context=self._trusted)
        if self._proxy:
            secure.set_tunnel(self._host, self._port)
        return secure


def _quiet(opened: Optional[socket.socket]) -> bool:
    if opened is None:
        return False
    try:
        return not select.select([opened], [], [], 0)[0]
    except (OSError, ValueError):
        return False


def _proxy(scheme: str, host: str) -> Optional[Tuple[str, int]]:
    """As HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say."""
    proxies = urllib.request.getproxies()
    address = proxies.get(scheme) or proxies.get("all")
    if not address or urllib.request.proxy_bypass(host):
        return None
    parts = urllib.parse.urlsplit(address if "://" in address else "http://" + address)
    return (parts.hostname, parts.port or 80) if parts.hostname else None
