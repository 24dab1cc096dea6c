"""A host for the runner, in Python, environments made of the wheels the build downloaded, and a server that is none."""

import os
import pathlib
import socket
import struct
import subprocess
import sys
import zipfile

import pyarrow as pa
import pytest

PYTHON = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PYTHON / "src"), str(PYTHON / "runner")]

from boathouse_runner import packets, shared_tables  # noqa: E402

WHEELS = PYTHON.parent / "build" / "deps" / "wheels"


class Memory:
    """Input segments of a call that the test writes."""

    def __init__(self):
        self.descriptors = []

    def add(self, table):
        descriptor = os.memfd_create("input")
        nothing = shared_tables.InputMemory([])
        encoded = bytearray(shared_tables.TableWriter(descriptor, 1 << 30, nothing).write(table))
        self.descriptors.append(descriptor)
        self.renumber(encoded, len(self.descriptors) - 1)
        return bytes(encoded).hex()

    @staticmethod
    def renumber(encoded, number):
        """The writer counts the output as segment 0; as an input it has another number."""
        nodes, batches = struct.unpack_from("<II", encoded, 12)
        at = 24
        for _ in range(nodes):
            lengths = struct.unpack_from("<3I", encoded, at)
            at += 24 + sum(lengths)
        for _ in range(batches * nodes):
            (buffers,) = struct.unpack_from("<I", encoded, at + 24)
            at += 28
            for _ in range(buffers):
                struct.pack_into("<I", encoded, at, number)
                at += 20


class Outcome:
    def __init__(self, reply, table, stdout, stderr, returncode):
        self.reply, self.table = reply, table
        self.stdout, self.stderr, self.returncode = stdout, stderr, returncode

    @property
    def error(self):
        return self.reply["error"]


class Runner:
    def __init__(self, folder, extra_path=None):
        self.folder = folder
        self.extra_path = extra_path

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def call(self, function="f", tables=None, literals=None, kind="model", **more):
        memory = Memory()
        arguments = [
            {"name": name, "table": memory.add(table)} for name, table in (tables or {}).items()
        ]
        arguments += [{"name": n, "literal": v} for n, v in (literals or {}).items()]
        message = {
            "code_folder": str(self.folder),
            "file": "models.py",
            "function": function,
            "name": function,
            "kind": kind,
            "secrets": {},
            "output_bytes_max": 1 << 28,
            "arguments": arguments,
        }
        message.update(more)
        host, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        output = os.memfd_create("output")
        command = [sys.executable, "-I", "-B", "-u", str(PYTHON / "runner"), str(child.fileno())]
        if self.extra_path:
            # As an environment's site-packages would, but before those of this interpreter.
            code = "import sys; sys.path[:0] = %r; " % [str(self.extra_path)]
            code += "sys.path.insert(0, %r); sys.argv = ['', '%d']; " % (
                str(PYTHON / "runner"),
                child.fileno(),
            )
            code += "import runpy; runpy.run_path(%r)" % str(PYTHON / "runner" / "__main__.py")
            command = [sys.executable, "-I", "-B", "-u", "-c", code]
        with subprocess.Popen(
            command,
            pass_fds=[child.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            child.close()
            self.hello = packets.receive(host)[1]
            self._send_call(host, message, [output] + memory.descriptors)
            try:
                reply = packets.receive(host)[1]
            except (packets.HostGone, ConnectionResetError):
                reply = None
            stdout, stderr = process.communicate(timeout=60)
        table = None
        if reply and "descriptor" in reply:
            segments = shared_tables.InputMemory([output] + memory.descriptors)
            table = shared_tables.open_table(bytes.fromhex(reply["descriptor"]), segments)
            table.validate(full=True)
        return Outcome(reply, table, stdout.decode(), stderr.decode(), process.returncode)

    @staticmethod
    def _send_call(host, message, descriptors):
        import array
        import json

        body = json.dumps(message).encode()
        header = struct.pack("<IHHQ", packets.MAGIC, packets.VERSION, packets.CALL, len(body))
        rights = array.array("i", descriptors)
        host.sendmsg([header + body], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])


@pytest.fixture
def server():
    from stand_in import StandIn  # the runner's tests need none of what it imports

    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def client(server):
    from boathouse.client import Client

    with Client(api_endpoint=server.endpoint, api_key="key") as connected:
        yield connected


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)


def _wheels(*prefixes):
    found = []
    for prefix in prefixes:
        matching = sorted(WHEELS.glob(prefix + "*.whl"))
        if not matching:
            reason = "no wheel %s in %s" % (prefix, WHEELS)
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
        found.append(matching[0])
    return found


def _environment(factory, name, *prefixes):
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the wheels are for Python 3.11")
    folder = factory.mktemp(name)
    for wheel in _wheels(*prefixes):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def pandas_environment(tmp_path_factory):
    parts = ("numpy-1.26", "pandas-2.2", "python_dateutil", "pytz", "six", "tzdata", "pyarrow-21")
    return _environment(tmp_path_factory, "pandas", *parts)


@pytest.fixture(scope="session")
def polars_environment(tmp_path_factory):
    return _environment(tmp_path_factory, "polars", "polars-1", "polars_runtime")


@pytest.fixture
def flights():
    return pa.table(
        {
            "carrier": pa.array(["AA", None, "UA"]),
            "delay": pa.array([1, 2, None], pa.int64()),
            "ok": pa.array([True, None, False]),
        }
    )
