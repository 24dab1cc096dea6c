"""The rows of a query, over Arrow Flight."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any, Iterator, Optional

import pyarrow
from pyarrow import flight

from ..exceptions import BauplanQueryError, NoResultsFoundError
from . import trust
from .protocol import commander as wire


class Results:
    """The result of one query: its schema at once, its batches as they are read.

    Closing it, which reading to the end does as well, tells the server that the rows are not
    needed any more.
    """

    def __init__(
        self, where: wire.FlightServerStartEvent, max_rows: Optional[int], timeout_s: float
    ) -> None:
        self._max_rows = max_rows
        headers = [(b"authorization", b"Bearer " + where.magic_token.encode())]
        self._options = flight.FlightCallOptions(headers=headers, timeout=timeout_s)
        self._client = _connect(where.endpoint)
        criteria = json.dumps({"max_rows": max_rows}).encode()
        try:
            self._flights = list(self._client.list_flights(criteria, options=self._options))
            if not self._flights:
                raise NoResultsFoundError("query completed, but no results available")
            self.schema: pyarrow.Schema = self._flights[0].schema
        except (pyarrow.ArrowException, OSError) as error:
            self._client.close()
            raise _unreadable(error) from error
        except NoResultsFoundError:
            self._client.close()
            raise

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
        for info in self._flights:
            for endpoint in info.endpoints:
                reader = self._client.do_get(endpoint.ticket, options=self._options)
                for chunk in reader:
                    yield self._conforming(chunk.data)

    def _conforming(self, batch: pyarrow.RecordBatch) -> pyarrow.RecordBatch:
        """The batch under the result's schema, which may differ in nullability only."""
        if batch.schema.equals(self.schema):
            return batch
        if batch.schema.names != self.schema.names or batch.schema.types != self.schema.types:
            raise BauplanQueryError("the rows do not have the columns the server announced")
        return pyarrow.RecordBatch.from_arrays(batch.columns, schema=self.schema)


def _connect(endpoint: str) -> Any:
    if not endpoint.startswith(("http://", "https://")):
        endpoint = "https://" + endpoint
    parts = urllib.parse.urlsplit(endpoint)
    secure = parts.scheme == "https"
    options = [("grpc.enable_http_proxy", 0)]
    place = f"{parts.hostname}:{parts.port or (443 if secure else 80)}"
    if not secure:
        return flight.connect("grpc+tcp://" + place, generic_options=options)
    return flight.connect(
        "grpc+tls://" + place, tls_root_certs=trust.bundle(), generic_options=options
    )


def _unreadable(error: Exception) -> BauplanQueryError:
    return BauplanQueryError(f"failed to fetch query results: {error}")
