"""A peer that speaks ZMTP 1.0 or 2.0 (RFC 13, RFC 15) over a plain TCP socket."""

from __future__ import annotations

import socket

#: RFC 15 §greeting.
TYPES = {
    name: number
    for number, name in enumerate(
        ("PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB")
    )
}
SECONDS = 10.0


def signature(identity: bytes = b"") -> bytes:
    return b"\xff" + (len(identity) + 1).to_bytes(8, "big") + b"\x7f"


def frame(version: int, body: bytes, more: bool = False) -> bytes:
    """One frame, in the short form where there is one."""
    if version == 1:
        size = len(body) + 1
        length = bytes((size,)) if size < 255 else b"\xff" + size.to_bytes(8, "big")
        return length + bytes((more,)) + body
    if len(body) < 256:
        return bytes((more, len(body))) + body
    return bytes((more | 2,)) + len(body).to_bytes(8, "big") + body


def greeting(version: int, socket_type: str, identity: bytes = b"") -> bytes:
    """What a peer says before its messages."""
    if version == 1:
        return frame(1, identity)
    return signature(identity) + bytes((1, TYPES[socket_type])) + frame(2, identity)


class OldPeer:
    """The peer's end of a connection. It sends its greeting at once."""

    def __init__(
        self, sock: socket.socket, version: int, socket_type: str, identity: bytes = b""
    ) -> None:
        sock.settimeout(SECONDS)
        self._socket = sock
        self.version = version
        sock.sendall(greeting(version, socket_type, identity))

    def send(self, *frames: bytes) -> None:
        for body in frames[:-1]:
            self._socket.sendall(frame(self.version, body, more=True))
        self._socket.sendall(frame(self.version, frames[-1]))

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                raise EOFError(f"{data!r} and then the end")
            data += part
        return data

    def recv(self) -> list[bytes]:
        """The frames of the next message."""
        frames = []
        more = True
        while more:
            more, size = self._read_header()
            frames.append(self.read(size))
        return frames

    def _read_header(self) -> tuple[bool, int]:
        if self.version == 1:
            length = self.read(1)[0]
            if length == 255:
                length = int.from_bytes(self.read(8), "big")
            return bool(self.read(1)[0] & 1), length - 1
        flags = self.read(1)[0]
        return bool(flags & 1), int.from_bytes(self.read(8 if flags & 2 else 1), "big")
