"""The rows of a query, over Arrow Flight."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any, Iterator, List, Optional, Tuple

import grpc
import pyarrow
from pyarrow import flight

from ..exceptions import BauplanQueryError, NoResultsFoundError
from . import trust
from .protocol import LIST_FLIGHTS
from .protocol import commander as wire
from .protocol import flight as wire_flight

_OPTIONS = (("grpc.enable_http_proxy", 0),)


class Results:
    """The result of one query: its schema at once, its batches as they are read.

    Closing it, which reading to the end does as well, tells the server that the rows are not
    needed any more.
    """

    def __init__(
        self, where: wire.FlightServerStartEvent, max_rows: Optional[int], timeout_s: float
    ) -> None:
        self._max_rows = max_rows
        token = f"Bearer {where.magic_token}"
        flights = _list_flights(where.endpoint, token, max_rows, timeout_s)
        if not flights:
            raise NoResultsFoundError("query completed, but no results available")
        self._tickets = [place.ticket.ticket for found in flights for place in found.endpoint]
        headers = [(b"authorization", token.encode())]
        self._options = flight.FlightCallOptions(headers=headers, timeout=timeout_s)
        try:
            message = pyarrow.py_buffer(flights[0].schema)
            self.schema: pyarrow.Schema = pyarrow.ipc.read_schema(message)
            self._client = _connect(where.endpoint)
        except (pyarrow.ArrowException, OSError) as error:
            raise _unreadable(error) from error

    def batches(self) -> Iterator[pyarrow.RecordBatch]:
        """At most ``max_rows`` rows, in order.

        Raises:
            BauplanQueryError: the rows could not be read to their end.
        """
        remaining = self._max_rows
        try:
            for batch in self._all_batches():
                if remaining is not None:
                    batch = batch.slice(0, remaining)
                    remaining -= batch.num_rows
                if batch.num_rows:
                    yield batch
                if remaining == 0:
                    break
        except (pyarrow.ArrowException, OSError) as error:
            raise _unreadable(error) from error
        finally:
            self.close()

    def table(self) -> pyarrow.Table:
        """All rows in memory."""
        return pyarrow.Table.from_batches(list(self.batches()), schema=self.schema)

    def close(self) -> None:
        """Lets the server forget the rows. Safe to call again."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            list(client.do_action(flight.Action("shutdown", b""), options=self._options))
        except (pyarrow.ArrowException, OSError):
            pass  # The server forgets them by itself, only later.
        client.close()

    def _all_batches(self) -> Iterator[pyarrow.RecordBatch]:
        if self._max_rows == 0:
            return
        for ticket in self._tickets:
            for chunk in self._client.do_get(flight.Ticket(ticket), options=self._options):
                yield self._conforming(chunk.data)

    def _conforming(self, batch: pyarrow.RecordBatch) -> pyarrow.RecordBatch:
        """The batch under the result's schema, which may differ in nullability only."""
        if batch.schema.equals(self.schema):
            return batch
        if batch.schema.names != self.schema.names or batch.schema.types != self.schema.types:
            raise BauplanQueryError("the rows do not have the columns the server announced")
        return pyarrow.RecordBatch.from_arrays(batch.columns, schema=self.schema)


def _list_flights(
    endpoint: str, token: str, max_rows: Optional[int], timeout_s: float
) -> List[wire_flight.FlightInfo]:
    """By hand, since pyarrow takes only flights that have a descriptor, which a result needs not."""
    secure, place = _place(endpoint)
    if secure:
        trusted = grpc.ssl_channel_credentials(root_certificates=trust.bundle())
        channel = grpc.secure_channel(place, trusted, options=_OPTIONS)
    else:
        channel = grpc.insecure_channel(place, options=_OPTIONS)
    criteria = wire_flight.Criteria(expression=json.dumps({"max_rows": max_rows}).encode())
    with channel:
        invoke = channel.unary_stream(
            LIST_FLIGHTS,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=wire_flight.FlightInfo.FromString,
        )
        try:
            return list(invoke(criteria, timeout=timeout_s, metadata=[("authorization", token)]))
        except grpc.RpcError as error:
            raise _unreadable(error.details() or error.code().name) from error


def _place(endpoint: str) -> Tuple[bool, str]:
    """Whether it is TLS, and host:port; without a scheme it is."""
    if not endpoint.startswith(("http://", "https://")):
        endpoint = "https://" + endpoint
    parts = urllib.parse.urlsplit(endpoint)
    secure = parts.scheme == "https"
    return secure, f"{parts.hostname}:{parts.port or (443 if secure else 80)}"


def _connect(endpoint: str) -> Any:
    secure, place = _place(endpoint)
    options = list(_OPTIONS)
    if not secure:
        return flight.connect("grpc+tcp://" + place, generic_options=options)
    return flight.connect(
        "grpc+tls://" + place, tls_root_certs=trust.bundle(), generic_options=options
    )


def _unreadable(error: object) -> BauplanQueryError:
    return BauplanQueryError(f"failed to fetch query results: {error}")
