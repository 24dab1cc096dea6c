"""Queries and scans: rows out of the lake."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING, Any, Dict, Iterator, Mapping, Optional, Sequence

import pyarrow

from ..exceptions import BauplanQueryError, NoResultsFoundError
from . import files
from .arguments import (
    AnyNamespace,
    AnyPath,
    AnyRef,
    AnyTable,
    optional_namespace,
    optional_ref,
    table_text,
)
from .connection import Connected
from .following import SUCCESS, follow
from .protocol import commander as wire
from .results import Results
from .rpc import job_timeout_s
from .statements import scan_statement

if TYPE_CHECKING:
    import pandas
    import polars

_CACHE = ("on", "off")


class Queries(Connected):
    """All methods take the same options:

    ``ref``: branch, tag or commit to read, default ``main``; ``max_rows``: at most so many rows,
    default all; ``cache``: ``'off'`` computes anew; ``namespace``: where bare table names are
    looked up; ``args``: flags for the server; ``priority``: 1 to 10, 10 first; ``client_timeout``: seconds
    after which the query is cancelled, default 1800.

    All of them raise BauplanQueryError when the query is refused, fails or times out,
    NoResultsFoundError when the server tells no result, and ValueError for wrong options.
    """

    def query(
        self,
        query: str,
        *,
        ref: Optional[AnyRef] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Optional[AnyNamespace] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> pyarrow.Table:
        """Runs a SELECT and returns its rows as a pyarrow Table, in memory."""
        return self._results(
            query, ref, max_rows, cache, namespace, args, priority, client_timeout
        ).table()

    def query_pandas(
        self,
        query: str,
        *,
        ref: Optional[AnyRef] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Optional[AnyNamespace] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> "pandas.DataFrame":
        """Runs a SELECT and returns its rows as a pandas DataFrame (``boathouse[pandas]``)."""
        results = self._results(
            query, ref, max_rows, cache, namespace, args, priority, client_timeout
        )
        return results.table().to_pandas()

    def query_polars(
        self,
        query: str,
        *,
        ref: Optional[AnyRef] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Optional[AnyNamespace] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> "polars.DataFrame":
        """Runs a SELECT and returns its rows as a polars DataFrame (``boathouse[polars]``)."""
        import polars

        results = self._results(
            query, ref, max_rows, cache, namespace, args, priority, client_timeout
        )
        frame = polars.from_arrow(results.table())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def query_to_batches(
        self,
        query: str,
        *,
        ref: Optional[AnyRef] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Optional[AnyNamespace] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> pyarrow.RecordBatchReader:
        """Runs a SELECT and returns a reader of its rows, batch by batch, for results that are
        larger than memory. The query has ended when the call returns; reading can fail with
        BauplanQueryError."""
        results = self._results(
            query, ref, max_rows, cache, namespace, args, priority, client_timeout
        )
        return pyarrow.RecordBatchReader.from_batches(results.schema, results.batches())

    def query_to_generator(
        self,
        query: str,
        *,
        ref: Optional[AnyRef] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Optional[AnyNamespace] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> Iterator[Dict[str, Any]]:
        """Runs a SELECT and returns its rows one by one, as column name to Python value."""
        results = self._results(
            query, ref, max_rows, cache, namespace, args, priority, client_timeout
        )
        return (row for batch in results.batches() for row in batch.to_pylist())

    def query_to_parquet_file(
        self,
        path: AnyPath,
        query: str,
        *,
        ref: Optional[AnyRef] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Optional[AnyNamespace] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> pathlib.Path:
        """Runs a SELECT, writes its rows as a Parquet file and returns its path. A file that is
        there is replaced once all rows are written."""
        return files.write_parquet(
            path,
            self._results(query, ref, max_rows, cache, namespace, args, priority, client_timeout),
        )

    def query_to_csv_file(
        self,
        path: AnyPath,
        query: str,
        *,
        ref: Optional[AnyRef] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Optional[AnyNamespace] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> pathlib.Path:
        """Runs a SELECT, writes its rows as a CSV file with a header line and returns its path.

        Raises:
            BauplanQueryError: a column is a list, struct or map.
        """
        return files.write_csv(
            path,
            self._results(query, ref, max_rows, cache, namespace, args, priority, client_timeout),
        )

    def query_to_json_file(
        self,
        path: AnyPath,
        query: str,
        *,
        file_format: str = "json",
        ref: Optional[AnyRef] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Optional[AnyNamespace] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> pathlib.Path:
        """Runs a SELECT, writes its rows as JSON and returns the file's path.

        Args:
            file_format: ``'json'``, one array, or ``'jsonl'``, one object a line.
        """
        if file_format not in files.JSON_FORMATS:
            raise ValueError(f"file_format is {file_format!r}, must be 'json' or 'jsonl'")
        return files.write_json(
            path,
            self._results(query, ref, max_rows, cache, namespace, args, priority, client_timeout),
            file_format,
        )

    def scan(
        self,
        table: AnyTable,
        *,
        ref: Optional[AnyRef] = None,
        columns: Optional[Sequence[str]] = None,
        filters: Optional[str] = None,
        limit: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Optional[AnyNamespace] = None,
        args: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        client_timeout: Optional[float] = None,
    ) -> pyarrow.Table:
        """Reads a table without writing SQL.

        Args:
            columns: to read, default all.
            filters: one SQL condition, e.g. ``"fare > 10 AND tip IS NOT NULL"``.
            limit: at most so many rows.

        Raises:
            ValueError: an empty list of columns, or filters that are not one condition; nothing
                has been sent then.
        """
        statement = scan_statement(
            table_text(table), optional_namespace(namespace), columns, filters, limit
        )
        return self._results(
            statement, ref, None, cache, namespace, args, priority, client_timeout
        ).table()

    def _results(
        self,
        query: str,
        ref: Optional[AnyRef],
        max_rows: Optional[int],
        cache: Optional[str],
        namespace: Optional[AnyNamespace],
        args: Optional[Mapping[str, str]],
        priority: Optional[int],
        client_timeout: Optional[float],
    ) -> Results:
        if max_rows is not None and max_rows < 0:
            raise ValueError(f"max_rows is {max_rows}, must not be negative")
        if cache is not None and cache not in _CACHE:
            raise ValueError(f"cache is {cache!r}, must be 'on' or 'off'")
        limit_s = job_timeout_s(client_timeout)
        request = wire.QueryRunRequest(
            job_request_common=self._jobs.submission(args, priority),
            ref=optional_ref(ref),
            sql_query=query,
            cache=cache or "",
            namespace=optional_namespace(namespace),
        )
        _, job_id = self._jobs.submit(
            "QueryRun", request, wire.QueryRunResponse, raises=BauplanQueryError
        )
        where = wire.FlightServerStartEvent()

        def on_event(event: wire.RunnerEvent) -> None:
            if event.WhichOneof("event") == "flight_server_start":
                where.CopyFrom(event.flight_server_start)

        outcome = follow(self._jobs, job_id, limit_s, on_event)
        if outcome.status != SUCCESS:
            words = "query execution timed out" if outcome.timed_out_here else outcome.error
            raise BauplanQueryError(words)
        if not where.endpoint:
            raise NoResultsFoundError("query completed, but no results available")
        return Results(where, max_rows, limit_s)
