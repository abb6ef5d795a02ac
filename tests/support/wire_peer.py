"""A peer that speaks ZMTP 3 by hand over a plain TCP socket, to any library."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.zmtp import wire

SECONDS = 10.0


class WirePeer:
    """The peer's end of a connection whose handshake is done."""

    def __init__(self, sock: socket.socket, socket_type: bytes, version: tuple[int, int]) -> None:
        sock.settimeout(SECONDS)
        self._socket = sock
        self.send(wire.greeting(version))
        self.greeting = self.read(64)
        self.send(wire.ready(socket_type))
        self.ready = self.read_frame()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                raise EOFError(f"{data!r} and then the end")
            data += part
        return data

    def read_frame(self) -> bytes:
        """The next frame as it is on the wire, header and all; only short ones."""
        header = self.read(2)
        return header + self.read(header[1])

    def is_hung_up_on(self) -> bool:
        """Wait until the other side hangs up, whatever it says before."""
        try:
            while self._socket.recv(65536):
                pass
        except ConnectionError:
            pass
        return True


@contextmanager
def wire_peer(
    endpoint: str, socket_type: bytes, version: tuple[int, int] = (3, 1)
) -> Iterator[WirePeer]:
    host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=SECONDS) as sock:
        yield WirePeer(sock, socket_type, version)
