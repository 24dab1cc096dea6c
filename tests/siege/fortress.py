"""A server under attack, what it costs from outside (/proc), and the calls that attackers make."""
import http.client
import importlib
import io
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile

import grpc
import pyarrow.flight
from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "clients"))
from server import Server  # noqa: E402

SETTLE_SECONDS = 20
DESCRIPTORS_MORE_MAX = 40   # SQLite keeps one for each reader there was at once, at most 32
THREADS_MORE_MAX = 4
RSS_MORE_MAX = 192 << 20    # what malloc and gRPC keep of freed memory
PROJECT_FILE = "project:\n  id: 01234567-89ab-4cde-8f01-23456789abcd\n  name: siege\n"


def messages():
    """The modules made of proto/*.proto."""
    out = tempfile.mkdtemp(prefix="siege.proto.")
    for name in ("commander", "flight"):
        done = protoc.main(["", f"-I{ROOT}", f"-I{pathlib.Path(protoc.__file__).parent}/_proto", f"--python_out={out}",
                            f"--grpc_python_out={out}", f"proto/{name}.proto"])
        assert done == 0, name
    sys.path.insert(0, out)
    importlib.invalidate_caches()
    return tuple(importlib.import_module(f"proto.{name}") for name in ("commander_pb2", "commander_pb2_grpc", "flight_pb2"))


commander, commander_grpc, flight = messages()


def wait_until(truth, seconds=SETTLE_SECONDS):
    until = time.monotonic() + seconds
    while not truth():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)  # another process's state: there is nothing to wait on
    return True


class Cost:
    """What the process holds now."""

    def __init__(self, pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        self.descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        self.threads = len(os.listdir(f"/proc/{pid}/task"))
        self.rss = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) << 10

    def near(self, before):
        return (self.descriptors <= before.descriptors + DESCRIPTORS_MORE_MAX and
                self.threads <= before.threads + THREADS_MORE_MAX and self.rss <= before.rss + RSS_MORE_MAX)

    def __repr__(self):
        return f"{self.descriptors} descriptors, {self.threads} threads, {self.rss >> 20} MiB"


class Fortress(Server):
    """A server with an access log and a folder of files it may import."""

    def __init__(self, program, *flags):
        super().__init__(program, *flags)
        self.access = self.work / "access.jsonl"
        self.temp = self.work / "tmp"
        self.temp.mkdir()
        self.environment["TMPDIR"] = str(self.temp)
        self.imports = self.work / "imports"
        self.imports.mkdir()
        self.flags += ("--access-log", str(self.access), "--import-folder", str(self.imports))

    def start(self, *flags):
        super().start(*flags)
        host, port = self.url.split("://")[1].rsplit(":", 1)
        self.host, self.port = host, int(port)

    # From outside -----------------------------------------------------------------------------------
    def cost(self):
        return Cost(self.process.pid)

    def healthy(self):
        try:
            with urllib_get(self, "/healthz") as reply:
                return reply.status == 200
        except OSError:
            return False

    def log_lines(self):
        if not self.access.exists():
            return []
        return [json.loads(line) for line in self.access.read_text().splitlines() if line.endswith("}")]

    def logged(self, **wanted):
        """Lines with these values, once there are some."""
        def found():
            return [line for line in self.log_lines() if all(line[key] == value for key, value in wanted.items())]
        wait_until(found, 5)
        return found()

    def temporary_files(self):
        """Files of requests. Unpacked code stays as long as the server: a project is run more than once."""
        return [path for path in self.temp.rglob("*") if path.is_file() and "/code-" not in str(path)]

    def gauge(self, name):
        with urllib_get(self, "/metrics") as reply:
            return int(re.search(rf"^{name} (\d+)", reply.read().decode(), re.M)[1])

    # As a client ------------------------------------------------------------------------------------
    def connect(self, seconds=15):
        return socket.create_connection((self.host, self.port), timeout=seconds)

    def send(self, data, seconds=15):
        """Sends these bytes; everything that comes back before the other side closes."""
        with self.connect(seconds) as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it had enough
            return read_all(connection)

    def ask(self, method, path, body=None, key=None, **headers):
        """(status, body) with the path exactly as given."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        sent = {"authorization": f"Bearer {self.key if key is None else key}", **headers}
        if key == "":
            del sent["authorization"]
        connection.putrequest(method, path, skip_accept_encoding=True)
        payload = json.dumps(body).encode() if isinstance(body, dict) else body
        for name, value in sent.items():
            connection.putheader(name, value)
        if payload is not None:
            connection.putheader("content-length", str(len(payload)))
        try:
            connection.endheaders(payload)
        except ConnectionError:
            pass  # what it says is read all the same
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, text

    def channel(self):
        options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1),
                   ("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
        return grpc.insecure_channel(f"{self.host}:{self.port}", options=options)

    def metadata(self, key=None):
        return (("authorization", f"Bearer {self.key if key is None else key}"),)

    def jobs(self, channel):
        return commander_grpc.V2CommanderServiceStub(channel)

    def submit(self, channel, archive, **options):
        request = commander.CodeSnapshotRunRequest(zip_file=archive, **options)
        request.job_request_common.hostname = "siege"
        return self.jobs(channel).CodeSnapshotRun(request, metadata=self.metadata(), timeout=120)

    def query(self, channel, sql, **options):
        """The job's id."""
        request = commander.QueryRunRequest(sql_query=sql, **options)
        reply = self.jobs(channel).QueryRun(request, metadata=self.metadata(), timeout=120)
        return reply.job_response_common.job_id

    def token_of(self, channel, job):
        """What fetches the rows of a query."""
        stream = self.jobs(channel).SubscribeLogs(commander.SubscribeLogsRequest(job_id=job), metadata=self.metadata(),
                                                  timeout=60)
        for message in stream:
            if message.runner_event.HasField("flight_server_start"):
                start = message.runner_event.flight_server_start
                stream.cancel()
                return start.magic_token
        raise AssertionError("no rows")

    def flight(self, token):
        """(client, options) for the rows behind a token."""
        client = pyarrow.flight.FlightClient(f"grpc://{self.host}:{self.port}", generic_options=[("grpc.use_local_subchannel_pool", 1)])
        headers = [(b"authorization", f"Bearer {token}".encode())]
        return client, pyarrow.flight.FlightCallOptions(timeout=60, headers=headers)

    def rows(self, sql, **options):
        """A query from beginning to end."""
        with self.channel() as channel:
            token = self.token_of(channel, self.query(channel, sql, **options))
        client, options = self.flight(token)
        try:
            (info,) = client.list_flights(b"", options)
            rows = client.do_get(info.endpoints[0].ticket, options).read_all().to_pylist()
            list(client.do_action(pyarrow.flight.Action("shutdown", b""), options))
            return rows
        finally:
            client.close()


def urllib_get(server, path):
    import urllib.request
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(server.url + path, timeout=30)


def read_all(connection):
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except OSError:
        pass  # reset: it closed on what it had not read
    return b"".join(pieces)


def archive(files, compression=zipfile.ZIP_DEFLATED):
    """A project's zip; names as given, also those no honest client sends."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as packed:
        for name, content in files:
            packed.writestr(name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), content, compression)
    return out.getvalue()


def code_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


def client_of(arguments, environment):
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
