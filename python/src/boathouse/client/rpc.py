"""The job service: one channel, one method per call."""

from __future__ import annotations

import socket
import urllib.parse
import weakref
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, Type

import grpc

from ..exceptions import BauplanError, BauplanJobError
from ..version import __version__
from . import trust
from .arguments import checked_priority
from .product import user_agent
from .protocol import SERVICE
from .protocol import commander as wire
from .settings import JOB_TIMEOUT_S, Settings

# A job's project goes up in one message, and the server keeps its replies small by itself.
_CHANNEL_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.enable_http_proxy", 0),
)
CANCEL_TIMEOUT_S = 5.0


def job_timeout_s(client_timeout: Optional[float]) -> float:
    """How long a job is followed: what the caller said, else half an hour."""
    if client_timeout is None:
        return JOB_TIMEOUT_S
    if client_timeout <= 0:
        raise ValueError(f"client_timeout is {client_timeout}, must be more than 0 seconds")
    return float(client_timeout)


def _status_words(error: grpc.RpcError) -> Tuple[grpc.StatusCode, str]:
    return error.code(), error.details() or error.code().name


class JobService:
    """Calls the job service as one user. Usable from many threads; not after a fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._metadata = (("authorization", f"Bearer {settings.api_key}"),)
        parts = urllib.parse.urlsplit(settings.api_endpoint)
        options = [*_CHANNEL_OPTIONS, ("grpc.primary_user_agent", user_agent())]
        if parts.scheme == "https":
            target = f"{parts.hostname}:{parts.port or 443}"
            trusted = grpc.ssl_channel_credentials(root_certificates=trust.bundle())
            self._channel = grpc.secure_channel(target, trusted, options=options)
        else:
            target = f"{parts.hostname}:{parts.port or 80}"
            self._channel = grpc.insecure_channel(target, options=options)
        # Programs end without close(); the channel must be gone before the interpreter is.
        weakref.finalize(self, self._channel.close)

    def close(self) -> None:
        self._channel.close()

    def call(
        self,
        method: str,
        request: Any,
        reply: Type[Any],
        timeout_s: Optional[float] = None,
        raises: Type[BauplanError] = BauplanError,
    ) -> Any:
        """One request, one reply.

        Raises:
            the class given: refused, unreachable, or no answer in time.
        """
        limit = timeout_s or self._settings.request_timeout_s
        invoke = self._channel.unary_unary(
            SERVICE + method,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=reply.FromString,
        )
        try:
            return invoke(request, timeout=limit, metadata=self._metadata)
        except grpc.RpcError as error:
            code, words = _status_words(error)
            if code is grpc.StatusCode.DEADLINE_EXCEEDED:
                words = f"no answer within {limit:g} s"
            raise raises(f"{method}: {words} ({code.name})") from error

    def submit(
        self,
        method: str,
        request: Any,
        reply: Type[Any],
        raises: Type[BauplanError] = BauplanJobError,
    ) -> Tuple[Any, str]:
        """Hands in a job; the reply and the job's id."""
        answer = self.call(method, request, reply, raises=raises)
        job_id: str = answer.job_response_common.job_id
        if not job_id:
            raise raises(f"{method}: the reply names no job")
        return answer, job_id

    def subscribe(self, job_id: str, timeout_s: float) -> "grpc.Call":
        """The job's events from its first one, as a call to iterate over and to cancel."""
        invoke = self._channel.unary_stream(
            SERVICE + "SubscribeLogs",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=wire.SubscribeLogsResponse.FromString,
        )
        request = wire.SubscribeLogsRequest(job_id=job_id)
        return invoke(request, timeout=timeout_s, metadata=self._metadata)

    def cancel(self, job_id: str, timeout_s: Optional[float] = None) -> None:
        """Asks the server to stop a job.

        Raises:
            BauplanJobError: it did not.
        """
        request = wire.CancelJobRequest(job_id=wire.JobId(id=job_id))
        reply = self.call(
            "CancelJob", request, wire.CancelJobResponse, timeout_s, raises=BauplanJobError
        )
        if reply.status != wire.CancelJobResponse.CANCEL_STATUS_SUCCESS:
            raise BauplanJobError(f"job {job_id} was not cancelled: {reply.message}")

    def submission(
        self, args: Optional[Mapping[str, str]], priority: Optional[int]
    ) -> wire.JobRequestCommon:
        """What every job is handed in with; the caller's args go over the profile's."""
        merged: Dict[str, str] = dict(self._settings.args)
        merged.update(args or {})
        return wire.JobRequestCommon(
            module_version=__version__,
            hostname=socket.gethostname(),
            args=merged,
            priority=checked_priority(priority),
        )

    def job_pages(
        self, request: wire.GetJobsRequest, limit: Optional[int]
    ) -> Iterator[wire.JobInfo]:
        """The jobs of a list, page by page; the first page is fetched at once."""
        if limit is not None and limit < 0:
            raise ValueError(f"limit is {limit}, must not be negative")
        if limit == 0:
            return iter(())
        request.max_records = limit or 0
        first = self.call("GetJobs", request, wire.GetJobsResponse)
        return self._rest_of_jobs(first, request, limit)

    def _rest_of_jobs(
        self, page: wire.GetJobsResponse, request: wire.GetJobsRequest, limit: Optional[int]
    ) -> Iterator[wire.JobInfo]:
        given = 0
        while True:
            jobs: List[wire.JobInfo] = list(page.jobs)
            for job in jobs:
                if limit is not None and given >= limit:
                    return
                given += 1
                yield job
            if not jobs or not page.pagination_token or (limit is not None and given >= limit):
                return
            request.pagination_token = page.pagination_token
            request.max_records = 0 if limit is None else limit - given
            page = self.call("GetJobs", request, wire.GetJobsResponse)
