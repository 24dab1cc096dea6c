"""The client for programs that run on asyncio.

Each call runs the blocking client's method in a thread of its own, so both do the same. Cancelling
a call that waits for a job cancels the job, as Ctrl-C does.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import functools
from typing import (
    TYPE_CHECKING,
    Any,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Optional,
    TypeVar,
)

from . import interruption
from .blocking import Client

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec

    Given = ParamSpec("Given")

Result = TypeVar("Result")
PARALLEL_CALLS_MAX = 64
# Rows and names are fetched from the thread so many at a time.
_ITEMS_AT_ONCE = 256


def _awaited(
    method: "Callable[Concatenate[Client, Given], Result]",
) -> "Callable[Concatenate[AsyncClient, Given], Awaitable[Result]]":
    async def call(self: AsyncClient, /, *args: "Given.args", **kwargs: "Given.kwargs") -> Result:
        return await self._in_thread(functools.partial(method, self._client, *args, **kwargs))

    functools.update_wrapper(call, method)
    return call


def _iterated(
    method: "Callable[Concatenate[Client, Given], Iterator[Result]]",
) -> "Callable[Concatenate[AsyncClient, Given], AsyncIterator[Result]]":
    async def call(
        self: AsyncClient, /, *args: "Given.args", **kwargs: "Given.kwargs"
    ) -> AsyncIterator[Result]:
        items = await self._in_thread(functools.partial(method, self._client, *args, **kwargs))
        while True:
            some = await self._in_thread(functools.partial(_take, items))
            for item in some:
                yield item
            if len(some) < _ITEMS_AT_ONCE:
                return

    functools.update_wrapper(call, method)
    return call


def _take(items: Iterator[Any]) -> "list[Any]":
    return [item for _, item in zip(range(_ITEMS_AT_ONCE), items)]


class AsyncClient:
    """The same methods as ``Client``, to be awaited; those that return iterators are for
    ``async for``. At most 64 calls run at once, further ones wait."""

    def __init__(
        self,
        profile: Optional[str] = None,
        api_key: Optional[str] = None,
        client_timeout: Optional[float] = None,
        config_file_path: Optional[str] = None,
        *,
        api_endpoint: Optional[str] = None,
    ) -> None:
        """As for ``Client``."""
        self._client = Client(
            profile, api_key, client_timeout, config_file_path, api_endpoint=api_endpoint
        )
        self._threads = concurrent.futures.ThreadPoolExecutor(
            PARALLEL_CALLS_MAX, thread_name_prefix="boathouse"
        )

    @property
    def profile(self) -> str:
        """The name of the profile in use."""
        return self._client.profile

    @property
    def api_endpoint(self) -> str:
        """The server's address."""
        return self._client.api_endpoint

    async def close(self) -> None:
        """Gives up the connections. Calls that are under way fail."""
        self._client.close()
        self._threads.shutdown(wait=False)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"Async{self._client!r}"

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        stopper = interruption.Interruption()
        context = contextvars.copy_context()
        context.run(interruption.current.set, stopper)
        future = self._threads.submit(context.run, work)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not future.cancel():
                stopper.fire()
            raise

    apply_table_creation_plan = _awaited(Client.apply_table_creation_plan)
    cancel_job = _awaited(Client.cancel_job)
    create_branch = _awaited(Client.create_branch)
    create_external_table_from_metadata = _awaited(Client.create_external_table_from_metadata)
    create_external_table_from_parquet = _awaited(Client.create_external_table_from_parquet)
    create_namespace = _awaited(Client.create_namespace)
    create_table = _awaited(Client.create_table)
    create_tag = _awaited(Client.create_tag)
    delete_branch = _awaited(Client.delete_branch)
    delete_namespace = _awaited(Client.delete_namespace)
    delete_table = _awaited(Client.delete_table)
    delete_tag = _awaited(Client.delete_tag)
    get_branch = _awaited(Client.get_branch)
    get_branches = _iterated(Client.get_branches)
    get_commits = _iterated(Client.get_commits)
    get_job = _awaited(Client.get_job)
    get_job_context = _awaited(Client.get_job_context)
    get_job_contexts = _awaited(Client.get_job_contexts)
    get_job_logs = _awaited(Client.get_job_logs)
    get_jobs = _iterated(Client.get_jobs)
    get_namespace = _awaited(Client.get_namespace)
    get_namespaces = _iterated(Client.get_namespaces)
    get_table = _awaited(Client.get_table)
    get_tables = _iterated(Client.get_tables)
    get_tag = _awaited(Client.get_tag)
    get_tags = _iterated(Client.get_tags)
    has_branch = _awaited(Client.has_branch)
    has_namespace = _awaited(Client.has_namespace)
    has_table = _awaited(Client.has_table)
    has_tag = _awaited(Client.has_tag)
    import_data = _awaited(Client.import_data)
    info = _awaited(Client.info)
    merge_branch = _awaited(Client.merge_branch)
    plan_table_creation = _awaited(Client.plan_table_creation)
    query = _awaited(Client.query)
    query_pandas = _awaited(Client.query_pandas)
    query_polars = _awaited(Client.query_polars)
    query_to_batches = _awaited(Client.query_to_batches)
    query_to_csv_file = _awaited(Client.query_to_csv_file)
    query_to_generator = _iterated(Client.query_to_generator)
    query_to_json_file = _awaited(Client.query_to_json_file)
    query_to_parquet_file = _awaited(Client.query_to_parquet_file)
    rename_branch = _awaited(Client.rename_branch)
    rename_tag = _awaited(Client.rename_tag)
    revert_table = _awaited(Client.revert_table)
    run = _awaited(Client.run)
    scan = _awaited(Client.scan)
