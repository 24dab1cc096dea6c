"""Packets of the runner protocol (see runtime/runner/protocol.h on the host's side)."""

import array
import json
import os
import socket
import struct

MAGIC = 0x52484F42
VERSION = 1
HELLO, CALL, REPLY = 1, 2, 3
INLINE_BYTES_MAX = 48 * 1024
_HEADER = struct.Struct("<IHHQ")


class HostGone(Exception):
    """The other end has closed the socket."""


def send(connection, kind, message):
    body = json.dumps(message).encode("utf-8", "replace")
    header = _HEADER.pack(MAGIC, VERSION, kind, len(body))
    if len(body) <= INLINE_BYTES_MAX:
        connection.sendall(header + body)
        return
    memory = os.memfd_create("boathouse-message")
    try:
        view = memoryview(body)
        while view:
            view = view[os.write(memory, view) :]
        rights = array.array("i", [memory])
        connection.sendmsg([header], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    finally:
        os.close(memory)


def receive(connection):
    """Returns (kind, message, descriptors)."""
    descriptors = array.array("i")
    data, ancillary, _, _ = connection.recvmsg(
        _HEADER.size + INLINE_BYTES_MAX, socket.CMSG_SPACE(253 * descriptors.itemsize)
    )
    if not data:
        raise HostGone()
    for level, kind, payload in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            usable = len(payload) - len(payload) % descriptors.itemsize
            descriptors.frombytes(payload[:usable])
    magic, version, kind, length = _HEADER.unpack_from(data)
    if magic != MAGIC or version != VERSION:
        raise HostGone()
    body = data[_HEADER.size :]
    attached = list(descriptors)
    if length > len(body):
        memory = attached.pop(0)
        body = b""
        while len(body) < length:
            piece = os.pread(memory, length - len(body), len(body))
            if not piece:
                raise HostGone()
            body += piece
        os.close(memory)
    return kind, json.loads(body.decode("utf-8")), attached
