"""Branches and commits over HTTP: `boathouse serve` (durable) beside Nessie (in memory), in turns, by a native load generator.

Latency is from sending a request to having its whole reply, as each client sees it. The processor time is the
server's own, user and system, divided by the operations of all three kinds.
"""

import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = [1, 8, 64]
P95_GOAL_MS = 1.0
RATE_GOAL = 10
OPERATIONS = ["create", "delete", "commit"]


class Server:
    """A server under load: its port, its process, and the token it wants."""

    def __init__(self, dialect: str, process: subprocess.Popen, port: int, token: str = "") -> None:
        self.dialect, self.process, self.port, self.token = dialect, process, port, token

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, process: subprocess.Popen, log: pathlib.Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=1).read()
            return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args[0]} did not answer at {url}:\n{log.read_text(encoding='utf-8')[-2000:]}")


@contextlib.contextmanager
def started(argv: list, log: pathlib.Path, out: int | None = None):
    with log.open("a", encoding="utf-8") as err:
        process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.DEVNULL, stdout=out or err, stderr=err)
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


@contextlib.contextmanager
def boathouse(chosen, tables: int = 0):
    """A durable server over a new lake on disk, as its first administrator; its main holds `tables` tables."""
    lake, log = chosen.work / f"lake-{tables}", chosen.work / "boathouse.log"
    serve = [chosen.bin / "boathouse", "serve", "--lake", lake, "--listen", "127.0.0.1:0", "-o", "json"]
    with started([*serve, "--init", "--username", "admin"], log, out=subprocess.PIPE) as process:
        token = first_object(process, log)["key"]
    if tables:
        subprocess.run([chosen.bin / "catalog_bench", "--fill", str(lake), str(tables)], check=True, stdout=subprocess.DEVNULL)
    with started(serve, log, out=subprocess.PIPE) as process:
        port = int(first_object(process, log)["addresses"][0].rpartition(":")[2])
        yield Server("boathouse", process, port, token)


def first_object(process: subprocess.Popen, log: pathlib.Path) -> dict:
    """The JSON object a server prints when it is ready."""
    text = b""
    for line in process.stdout:
        text += line
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(text)
    raise RuntimeError(f"the server did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


@contextlib.contextmanager
def nessie(chosen):
    java, jar = subprocess.run([HERE / "install_nessie.sh"], check=True, capture_output=True, text=True).stdout.split()
    port, log = free_port(), chosen.work / "nessie.log"
    words = [java, "-Xmx2g", "-Dnessie.version.store.type=IN_MEMORY", "-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={port}",
             f"-Dquarkus.management.port={free_port()}", "-Dquarkus.log.level=WARN", "-Dquarkus.http.access-log.enabled=false", "-jar", jar]
    with started(words, log) as process:
        wait_for(f"http://127.0.0.1:{port}/api/v2/config", process, log)
        yield Server("nessie", process, port)


def load(chosen, server: Server, clients: int, operations: int, tag: str) -> dict:
    before = server.cpu_seconds()
    done = subprocess.run([chosen.bin / "http_load", server.dialect, str(server.port), str(clients), str(operations), tag, server.token],
                          check=True, capture_output=True, text=True, timeout=600)
    rows = {row["operation"]: row for row in map(json.loads, done.stdout.splitlines())}
    spent = (server.cpu_seconds() - before) / (clients * operations * len(rows))
    return {"rows": rows, "cpu_us": spent * 1e6}


def median(runs: list[dict], operation: str, figure: str) -> float:
    return statistics.median(run["rows"][operation][figure] for run in runs)


def compare(chosen, report, ours: Server, peer: Server, clients: int) -> None:
    each = max(chosen.operations // clients, 25)
    mine, other = [], []
    for turn in range(chosen.rounds):
        mine.append(load(chosen, ours, clients, each, f"admin.r{clients}-{turn}"))
        other.append(load(chosen, peer, clients, each, f"r{clients}-{turn}"))
    for operation in OPERATIONS:
        p95 = median(mine, operation, "p95") / 1000
        rate, peer_rate = median(mine, operation, "rate"), median(other, operation, "rate")
        name = f"{operation}, {clients} clients"
        goal, met = (f"<= {P95_GOAL_MS:g} ms", p95 <= P95_GOAL_MS) if clients == 8 else ("", None)
        report.add(f"{name}: p95", f"{p95:.2f} ms", f"Nessie {median(other, operation, 'p95') / 1000:.2f} ms", goal=goal, met=met)
        report.add(f"{name}: rate", f"{rate:.0f}/s", f"Nessie {peer_rate:.0f}/s", f"{rate / peer_rate:.1f}x", f">= {RATE_GOAL}x its rate", rate >= RATE_GOAL * peer_rate)
    report.add(f"server's processor time per operation, {clients} clients", f"{statistics.median(run['cpu_us'] for run in mine):.0f} us",
               f"Nessie {statistics.median(run['cpu_us'] for run in other):.0f} us")


def measure(chosen, report) -> None:
    report.begin("branches and commits over HTTP", f"ours durable on disk, Nessie in memory; {chosen.rounds} turns, medians")
    with boathouse(chosen) as ours, nessie(chosen) as peer:
        for server, tag in ((ours, "admin.warm"), (peer, "warm")):
            load(chosen, server, 8, 200, tag)
        for clients in CLIENTS:
            compare(chosen, report, ours, peer, clients)
    report.begin("the same at more tables", "ours alone: it must not grow with the lake")
    smallest: dict[str, float] = {}
    for tables in chosen.tables:
        with boathouse(chosen, tables) as ours:
            load(chosen, ours, 8, 50, "admin.warm")
            runs = [load(chosen, ours, 8, 50, f"admin.t{turn}") for turn in range(chosen.rounds)]
        for operation in OPERATIONS:
            p50 = median(runs, operation, "p50") / 1000
            first = smallest.setdefault(operation, p50)
            report.add(f"{operation}, {tables} tables: p50", f"{p50:.2f} ms", ratio=f"{p50 / first:.2f}x", goal="<= 2x the smallest lake", met=p50 <= 2 * first)
