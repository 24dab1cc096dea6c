"""A server that answers what a test tells it to: REST and gRPC on one port, Flight on another."""

import contextlib
import http.server
import json
import socket
import threading
import urllib.parse
from concurrent import futures

import grpc
import pyarrow
from boathouse.client.protocol import SERVICE
from boathouse.client.protocol import commander as wire
from pyarrow import flight

HTTP2_PREFACE = b"PRI * HTTP/2.0"
REPLIES = {
    "GetBauplanInfo": wire.GetBauplanInfoResponse,
    "CodeSnapshotRun": wire.CodeSnapshotRunResponse,
    "QueryRun": wire.QueryRunResponse,
    "TableCreatePlan": wire.TableCreatePlanResponse,
    "TableCreatePlanApply": wire.TableCreatePlanApplyResponse,
    "TableDataImport": wire.TableDataImportResponse,
    "ExternalTableCreate": wire.ExternalTableCreateResponse,
    "CancelJob": wire.CancelJobResponse,
    "GetJobs": wire.GetJobsResponse,
    "GetLogs": wire.GetLogsResponse,
    "GetJobContext": wire.GetJobContextResponse,
}


class Rows(flight.FlightServerBase):
    """Serves one table; ``announced`` is the schema it tells beforehand."""

    def __init__(self, table, announced=None):
        self.table, self.announced = table, announced or table.schema
        self.criteria, self.shutdowns, self.failure = [], 0, None
        super().__init__("grpc+tcp://127.0.0.1:0")

    def list_flights(self, context, criteria):
        self.criteria.append(json.loads(criteria))
        endpoint = flight.FlightEndpoint(b"rows", [])
        descriptor = flight.FlightDescriptor.for_command(b"")
        yield flight.FlightInfo(self.announced, descriptor, [endpoint], -1, -1)

    def do_get(self, context, ticket):
        if self.failure:
            raise self.failure
        return flight.RecordBatchStream(self.table)

    def do_action(self, context, action):
        assert action.type == "shutdown"
        self.shutdowns += 1
        return []


class StandIn:
    """``rest``: (method, path) to a function of (query, body) giving (status, JSON);
    ``calls``: gRPC method to a function of the request; ``events``: what SubscribeLogs sends, or a
    function of its context that yields. ``seen`` is all that came in."""

    def __init__(self):
        self.rest, self.calls, self.events = {}, {}, []
        self.seen, self.metadata = [], []
        self.cancelled = threading.Event()
        self.calls["CancelJob"] = self._cancel
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._serve(web)
        rpc = grpc.server(futures.ThreadPoolExecutor(16))
        rpc.add_generic_rpc_handlers((self._rpc_handler(),))
        rpc_port = rpc.add_insecure_port("127.0.0.1:0")
        rpc.start()
        self._stack.callback(lambda: rpc.stop(0).wait())
        front = socket.create_server(("127.0.0.1", 0))
        self._stack.callback(front.close)
        self._stack.callback(front.shutdown, socket.SHUT_RDWR)
        ports = (web.server_address[1], rpc_port)
        threading.Thread(target=_tell_apart, args=(front, *ports), daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{front.getsockname()[1]}"
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _serve(self, server):
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(server.server_close)
        self._stack.callback(server.shutdown)

    def rows(self, table, announced=None):
        """A Flight server with these rows, and the event that tells of it."""
        server = Rows(table, announced)
        self._stack.callback(server.shutdown)
        event = wire.FlightServerStartEvent(
            endpoint=f"http://127.0.0.1:{server.port}", magic_token="token"
        )
        return server, wire.RunnerEvent(flight_server_start=event)

    def requests(self, method):
        return [request for name, request in self.seen if name == method]

    def _cancel(self, request):
        self.cancelled.set()
        return wire.CancelJobResponse(status=wire.CancelJobResponse.CANCEL_STATUS_SUCCESS)

    def _handler(self):
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                parts = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                stand_in.seen.append((f"{self.command} {self.path}", body))
                found = stand_in.rest.get((self.command, parts.path))
                status, content = found(query, json.loads(body or b"null")) if found else (404, {})
                encoded = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded)

            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, *_):
                pass

        return Handler

    def _rpc_handler(self):
        stand_in = self

        class Handlers(grpc.GenericRpcHandler):
            def service(self, details):
                name = details.method[len(SERVICE) :]
                stand_in.metadata.append(dict(details.invocation_metadata))
                if name == "SubscribeLogs":
                    return grpc.unary_stream_rpc_method_handler(
                        stand_in._subscribe,
                        wire.SubscribeLogsRequest.FromString,
                        lambda message: message.SerializeToString(),
                    )
                request = getattr(wire, name + "Request")
                return grpc.unary_unary_rpc_method_handler(
                    lambda message, context: stand_in._call(name, message, context),
                    request.FromString,
                    lambda message: message.SerializeToString(),
                )

        return Handlers()

    def _call(self, name, request, context):
        self.seen.append((name, request))
        found = self.calls.get(name)
        if found is None:
            reply = REPLIES[name]()
            if "job_response_common" in reply.DESCRIPTOR.fields_by_name:
                reply.job_response_common.job_id = "job-1"
            return reply
        reply = found(request)
        if isinstance(reply, tuple):
            context.abort(*reply)
        return reply

    def _subscribe(self, request, context):
        context.send_initial_metadata(())
        events = self.events(context) if callable(self.events) else self.events
        for event in events:
            yield wire.SubscribeLogsResponse(job_id=request.job_id, runner_event=event)


def done(**outcome):
    return wire.RunnerEvent(job_completion=wire.JobCompleteEvent(job_id="job-1", **outcome))


SUCCESS = done(success=wire.JobSuccess(msg="done"))


def _tell_apart(front, web_port, rpc_port):
    while True:
        try:
            incoming, _ = front.accept()
        except OSError:
            return
        threading.Thread(
            target=_splice, args=(incoming, web_port, rpc_port), daemon=True
        ).start()


def _splice(incoming, web_port, rpc_port):
    first = incoming.recv(len(HTTP2_PREFACE))
    port = rpc_port if first == HTTP2_PREFACE else web_port
    with incoming, socket.create_connection(("127.0.0.1", port)) as outgoing:
        outgoing.sendall(first)
        back = threading.Thread(target=_copy, args=(outgoing, incoming), daemon=True)
        back.start()
        _copy(incoming, outgoing)
        back.join()


def _copy(source, target):
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def small_table():
    return pyarrow.table({"a": [1, 2, 3], "b": ["x", None, "z"]})
