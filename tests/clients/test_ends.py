#!/usr/bin/env python3
"""How a server ends and what comes at it: killed or told to stop with jobs in flight, more jobs than it runs at once, bytes
that are no request.   usage: test_ends.py PROGRAM CLIENTS_FOLDER [VERSION...]"""
import os
import signal
import socket
import time

from server import check, main
from test_jobs import NUMBERS, SLOW, jobs, project, wait_for


def running(client):
    return jobs(client, "-k", "run", "-s", "running", "--max-count", "100")


def start_slow(server, client, count=1):
    folder = project(server, "slow", numbers=NUMBERS, models=SLOW)
    before = len(running(client))
    for _ in range(count):
        client.run("run", "--detach", folder=folder)
    return before


def state(client, job):
    shown = client.json("job", "get", job)
    return (shown[0] if isinstance(shown, list) else shown)["status"].lower()


def killed(server, client):
    """After kill -9 the next server says how the job ended, and its tables are not on main."""
    start_slow(server, client)
    job = wait_for(lambda: running(client))[0]["id"]
    wait_for(lambda: "now it runs" in client.run("job", "logs", job).stdout)
    server.stop(signal.SIGKILL)
    server.start()
    check("fail" in state(client, job), state(client, job))
    client.run("query", "select * from numbers", code=1)
    check(client.json("query", "select 1 as one")["results"] == [{"one": 1}], "it serves again")


def told_to_stop(server, client):
    """SIGTERM waits for what runs, but no longer than --drain says; the job is aborted then."""
    start_slow(server, client)
    job = wait_for(lambda: running(client))[0]["id"]
    began = time.monotonic()
    check(server.stop() == 0, "it ends well")
    check(time.monotonic() - began > 4, "it waited")
    server.start()
    check("abort" in state(client, job), state(client, job))


def more_than_run_at_once(server, client):
    server.stop()
    server.start("--jobs", "1")
    start_slow(server, client, 3)
    wait_for(lambda: len(jobs(client, "-k", "run", "-s", "not-started")) == 2)
    check(len(running(client)) == 1, "one runs")
    for job in jobs(client, "-k", "run", "-s", "not-started") + running(client):
        client.run("job", "stop", job["id"])
    wait_for(lambda: not running(client) and not jobs(client, "-k", "run", "-s", "not-started"))


def no_requests(server, client):
    """Whatever bytes come, the others are served, and nothing stays open for them."""
    host, port = server.url.removeprefix("http://").split(":")
    long_header = b"GET / HTTP/1.1\r\nx: " + b"a" * 100_000 + b"\r\n\r\n"
    large_body = b"POST /catalog/v0/branches HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999999\r\n\r\n"
    for data in (b"", b"\x00" * 100, os.urandom(4096), b"GET / HTTP/1.1\r\n", long_header, large_body, b"\x16\x03\x01\x02\x00" + b"\x01" * 10,
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + os.urandom(1000), b"PRI * HTTP/2.0\r\n", b"GET /%00 HTTP/1.1\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(data)
    for path, wanted in ((b"/catalog/v0/../../etc", b"400"), (b"/nothing", b"404"), (b"/catalog/v0/branches", b"401")):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            reply = connection.makefile("rb").read()
            check(reply.split(b" ")[1] == wanted, path, reply)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(long_header)
        check(b" 431 " in connection.makefile("rb").readline(), "a header that is too large is told")
    check(client.json("query", "select 1 as one")["results"] == [{"one": 1}], "it serves the others")
    gauges = server.get("/metrics")
    check("boathouse_subscribers 0" in gauges, gauges)


if __name__ == "__main__":
    main([no_requests, killed, told_to_stop, more_than_run_at_once])
