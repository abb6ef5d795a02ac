"""Endpoints that cannot collide: port 0, paths below the test's own directory, unique names."""

from __future__ import annotations

import contextlib
import itertools
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

LOOPBACK = "tcp://127.0.0.1:*"
_numbers = itertools.count(1)


@contextlib.contextmanager
def unused_port() -> Iterator[int]:
    """A TCP port of 127.0.0.1 on which nobody listens; a test may listen on it itself.

    It stays bound (not listening) for the whole block where the system lets a listener share it,
    so that neither another process nor an outgoing connection can be given the same number.
    """
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind(("127.0.0.1", 0))
        port = int(reservation.getsockname()[1])
        if sys.platform != "linux":
            reservation.close()
        yield port


class Endpoints:
    """Makes endpoints to bind to, one scheme after another, each used once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __call__(self, scheme: str) -> str:
        """An endpoint of `scheme` that is free to bind (tcp: a wildcard port)."""
        if scheme == "tcp":
            return LOOPBACK
        if scheme == "ipc":
            return f"ipc://{self._directory}/{next(_numbers)}"
        return f"{scheme}://test-{next(_numbers)}"


@contextlib.contextmanager
def endpoints_in_short_directory() -> Iterator[Endpoints]:
    """Endpoints whose ipc paths fit into the 108 bytes a Unix socket address has room for."""
    with tempfile.TemporaryDirectory(prefix="bmq") as directory:
        yield Endpoints(Path(directory))
