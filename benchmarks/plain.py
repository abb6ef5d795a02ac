"""The limit: what a Python loop reaches with a plain socket and the least message framing.

Small messages leave in writes of 64 KiB and are cut out of reads of 64 KiB; large ones are
written and read as they are. There are no queues, locks, limits or peers here, only the bytes.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path

from benchmarks.child import Settings

CHUNK = 65536
LARGE = 8192
LENGTH = struct.Struct("!I")


def listen(settings: Settings) -> tuple[socket.socket, str]:
    """Return a listening socket and the endpoint that `connect` takes."""
    if settings.transport == "ipc":
        path = str(Path(settings.directory) / "plain")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        return listener, path
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, str(listener.getsockname()[1])


def connect(settings: Settings) -> socket.socket:
    """Connect to what `listen` returned."""
    if settings.transport == "ipc":
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(settings.endpoint)
        return stream
    return prompt(socket.create_connection(("127.0.0.1", int(settings.endpoint))))


def prompt(stream: socket.socket) -> socket.socket:
    """Switch Nagle's algorithm off, as every ZeroMQ does."""
    if stream.family == socket.AF_INET:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream


def produce(stream: socket.socket, payload: bytes) -> None:
    """Send messages until the process ends or the reader goes."""
    if len(payload) >= LARGE:
        for _ in repeat(None):
            stream.sendall(LENGTH.pack(len(payload)))
            stream.sendall(payload)
    batch: list[bytes] = []
    limit = CHUNK // (len(payload) + LENGTH.size)
    for _ in repeat(None):
        batch.append(LENGTH.pack(len(payload)))
        batch.append(payload)
        if len(batch) > 2 * limit:
            stream.sendall(b"".join(batch))
            batch.clear()


def consumer(stream: socket.socket, size: int) -> Callable[[int], None]:
    """Return a function that receives a given number of messages of about `size` bytes."""
    if size >= LARGE:
        return lambda count: _consume_large(stream, size, count)
    messages = _messages(stream)

    def consume(count: int) -> None:
        for _ in range(count):
            next(messages)

    return consume


def _consume_large(stream: socket.socket, size: int, count: int) -> None:
    header, body = memoryview(bytearray(LENGTH.size)), memoryview(bytearray(size))
    for _ in range(count):
        _read_exactly(stream, header)
        _read_exactly(stream, body)


def _read_exactly(stream: socket.socket, view: memoryview) -> None:
    position = 0
    while position < len(view):
        received = stream.recv_into(view[position:])
        if not received:
            raise EOFError("the sender closed the connection")
        position += received


def _messages(stream: socket.socket) -> Iterator[bytes]:
    buffer = b""
    while data := stream.recv(CHUNK):
        buffer += data
        position, end = 0, len(buffer)
        while position + LENGTH.size <= end:
            stop = position + LENGTH.size + LENGTH.unpack_from(buffer, position)[0]
            if stop > end:
                break
            yield buffer[position + LENGTH.size : stop]
            position = stop
        buffer = buffer[position:]
