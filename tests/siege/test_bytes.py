"""Bytes that are no request, half of one, or too much of one."""
import os
import random
import socket
import struct
import time

import pytest

import fortress
from fortress import read_all, wait_until

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\0\0\0\4\0\0\0\0\0"
OPEN_MAX = 200


def tls_hello():
    """What a TLS client says first, as Python's own library says it."""
    import ssl
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    try:
        context.wrap_bio(incoming, outgoing, server_hostname="boathouse.invalid").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def frame(kind, payload, stream=1, flags=0, length=None):
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def test_random_bytes(server):
    seed = int(os.environ.get("SEED", "7"))
    dice = random.Random(seed)
    lines = len(server.logged(kind="door"))
    for _ in range(100):
        server.send(b"\xff" + dice.randbytes(dice.randrange(1, 4000)))
    assert wait_until(lambda: len(server.logged(kind="door", status="NO_PROTOCOL")) == lines + 100)


def test_tls_where_there_is_none(server):
    assert server.send(tls_hello()) == b""
    assert len(server.logged(kind="door", status="NO_TLS_HERE")) == 1
    server.send(b"\x16\x03\x01\x40\x00" + os.urandom(200))  # a hello that never ends


@pytest.mark.parametrize("rubbish", [
    os.urandom(3000),
    SETTINGS + os.urandom(500),
    SETTINGS + frame(1, os.urandom(60), flags=4),                        # headers that do not decode
    SETTINGS + frame(0, b"x" * 100, stream=77),                          # data of no stream
    SETTINGS + frame(9, b"\0" * 1000) * 50,                              # continuation of nothing
    SETTINGS + frame(1, b"", length=0xFFFFFF),                           # a frame of 16 MiB that does not come
    SETTINGS + frame(6, b"12345678", stream=0) * 5000,                   # pings
    SETTINGS + frame(4, b"\0\4\x7f\xff\xff\xff" * 500, stream=0),        # settings, settings
    SETTINGS + frame(8, b"\0\0\0\0", stream=0),                          # a window of nothing
    SETTINGS + b"".join(frame(1, b"\x82\x86\x84", stream=n, flags=4) + frame(3, b"\0\0\0\x08", stream=n)
                        for n in range(1, 4001, 2)),                     # opened and reset at once
])
def test_http2_preface_then_rubbish(server, rubbish):
    with server.connect(5) as connection:
        try:
            connection.sendall(PREFACE + rubbish)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        read_all(connection)


@pytest.mark.parametrize("start", [b"G", b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ", PREFACE[:9], b"\x16\x03",
                                   b"POST /catalog/v0/branches HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"])
def test_half_requests_that_wait(server, start):
    """Many of them, a byte now and then; others are served meanwhile, and nothing stays when they go."""
    many = [server.connect() for _ in range(OPEN_MAX)]
    for each in many:
        each.sendall(start)
    for more in range(3):
        for each in many:
            try:
                each.sendall(b"a" if start[:1] in b"GP" and len(start) > 12 else b"")
            except OSError:
                pass
        began = time.monotonic()
        assert server.healthy() and time.monotonic() - began < 5
    assert server.ask("GET", "/catalog/v0/branches")[0] == 200
    for each in many:
        each.close()


def test_half_a_body_then_gone(server):
    head = b"POST /catalog/v0/branches HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"
    refused = {"kind": "http", "target": "/catalog/v0/branches", "status": "400"}
    lines = len(server.logged(**refused))
    for _ in range(50):
        server.send(head + b'{"branch_name":')
    assert wait_until(lambda: len(server.logged(**refused)) == lines + 50)
    chunked = head.replace(b"content-length: 1000", b"transfer-encoding: chunked")
    for rubbish in (b"ffffffffffffffffffff\r\n", b"zz\r\n", b"-1\r\n", b"5\r\nab"):
        assert b" 400 " in server.send(chunked + rubbish).split(b"\r\n")[0], rubbish


def test_half_a_message_of_a_call(server):
    """The length of a message is told, the message does not come."""
    import grpc
    with server.channel() as channel:
        call = channel.unary_unary("/bpln_proto.commander.service.v2.V2CommanderService/QueryRun",
                                   request_serializer=lambda raw: raw, response_deserializer=lambda raw: raw)
        for raw in (b"\x0a\xff\xff\xff\xff\x0f", b"\xff" * 1000, b"\x12", os.urandom(10000)):
            with pytest.raises(grpc.RpcError):
                call(raw, metadata=server.metadata(), timeout=20)


@pytest.mark.parametrize("request_,status", [
    (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n", b"431"),
    (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 30_000 + b"\r\n", b"431"),
    (b"POST /catalog/v0/branches HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n", b"413"),
    (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!", b"400"),
    (b"GET / HTTP/9.9\r\n\r\n", b"400"),
    (b"GET  HTTP/1.1\r\n\r\n", b"400"),
    (b"GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n", b"400"),
    (b"GET http://elsewhere/ HTTP/1.1\r\nhost: x\r\n\r\n", b"400"),
])
def test_requests_out_of_bounds(server, request_, status):
    lines = len(server.log_lines())
    reply = server.send(request_)
    assert reply.split(b" ")[1:2] == [status], reply[:200]
    assert wait_until(lambda: len(server.log_lines()) > lines)
    assert [line["status"] for line in server.log_lines()[lines:]] == [status.decode()]


def test_a_body_that_is_too_large_is_told_so(server):
    """The reply is there for who sends everything first and reads afterwards."""
    head = b"POST /catalog/v0/branches HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (100 << 20)
    piece = b" " * (1 << 20)
    with server.connect(60) as connection:
        connection.sendall(head)
        for _ in range(100):
            connection.sendall(piece)
        assert b" 413 " in read_all(connection).split(b"\r\n")[0]
    assert len(server.logged(status="413", method="POST")) >= 1


def test_gzip_that_grows(server):
    import gzip
    bomb = gzip.compress(b" " * (200 << 20), 9)
    status, body = server.ask("POST", "/catalog/v0/branches", bomb, **{"content-encoding": "gzip"})
    assert status == 413, body
    status, _ = server.ask("POST", "/catalog/v0/branches", b"\x1f\x8b" + os.urandom(100), **{"content-encoding": "gzip"})
    assert status == 400


def test_a_message_beyond_the_limit(server):
    with server.channel() as channel:
        code = fortress.code_of(lambda: server.submit(channel, b"\0" * (130 << 20)))
        assert code == "RESOURCE_EXHAUSTED"
