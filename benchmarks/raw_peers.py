"""Peers that speak just enough ZMTP 3.0 over plain sockets to finish a handshake.

They are the same whoever is measured, and so cheap that the other side is what limits.
"""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator, Sequence

# RFC 23: signature, version 3.0, mechanism NULL, as-client, filler
GREETING = b"\xff\0\0\0\0\0\0\0\0\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
TOGETHER = 50
"""Connections that are opened before the first is waited for: below ZeroMQ's default backlog."""
PATIENCE = 30


def frame(body: bytes) -> bytes:
    """Return a last (or only) frame."""
    if len(body) < 256:
        return bytes([0, len(body)]) + body
    return b"\x02" + len(body).to_bytes(8, "big") + body


def hello(kind: str) -> bytes:
    """Return greeting and READY command of a socket type, which may be sent in one go."""
    name = kind.encode()
    body = b"\x05READY\x0bSocket-Type" + len(name).to_bytes(4, "big") + name
    return GREETING + bytes([4, len(body)]) + body


def connect(endpoint: str, kind: str, count: int) -> list[socket.socket]:
    """Return connections past their handshakes to `tcp://HOST:PORT`, opened some at a time."""
    allow_descriptors(count)
    streams: list[socket.socket] = []
    while len(streams) < count:
        some = [_dial(endpoint) for _ in range(min(TOGETHER, count - len(streams)))]
        _shake_hands(some, kind)
        streams += some
    return streams


def accept(listener: socket.socket, kind: str, count: int) -> list[socket.socket]:
    """Return the next connections to a listener, past their handshakes."""
    streams = []
    for _ in range(count):
        stream, _ = listener.accept()
        _prepare(stream)
        _shake_hands([stream], kind)
        streams.append(stream)
    return streams


def _dial(endpoint: str) -> socket.socket:
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    return _prepare(socket.create_connection((host, int(port)), timeout=PATIENCE))


def _prepare(stream: socket.socket) -> socket.socket:
    stream.settimeout(PATIENCE)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream


def _shake_hands(streams: Sequence[socket.socket], kind: str) -> None:
    for stream in streams:
        stream.sendall(hello(kind))
    for stream in streams:
        _await_ready(stream)


def _await_ready(stream: socket.socket) -> None:
    """Read greeting and READY command, and no byte more."""
    peer = read_exactly(stream, len(GREETING))
    head = read_exactly(stream, 2)
    if head[0] != 4:
        raise ValueError(f"expected a READY command after {peer!r}, got {head!r}")
    read_exactly(stream, head[1])


def read_exactly(stream: socket.socket, count: int) -> bytes:
    """Return that many bytes. Raises EOFError when the connection ends before."""
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise EOFError(f"the connection ended after {data!r}")
        data += more
    return data


def subscribe(stream: socket.socket, topics: Iterator[bytes]) -> None:
    """Send subscriptions, as messages: what a peer of version 3.0 does."""
    stream.sendall(b"".join(frame(b"\x01" + topic) for topic in topics))


def allow_descriptors(count: int) -> None:
    """Raise the limit of open files. Raises ValueError where the system forbids it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 200
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
