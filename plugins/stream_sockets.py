"""Streams and listeners made of operating-system sockets, for every transport that has them."""

from __future__ import annotations

import os
import socket
from errno import EAGAIN, ECONNREFUSED, EINPROGRESS, EINVAL
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from core.transport import Buffer, TransportOptions

Address = str | bytes | tuple[str, int] | tuple[str, int, int, int]


class SocketStream:
    """A connected, or connecting, socket as a `core.transport.Stream`.

    :param sock: owned by the stream from now on
    :param local: our end as an endpoint
    :param remote: the peer's end as an endpoint
    """

    __slots__ = ("_socket", "fileno", "local", "read", "read_into", "remote", "write", "writev")

    def __init__(self, sock: socket.socket, local: str, remote: str) -> None:
        sock.setblocking(False)
        self._socket = sock
        self.local = local
        self.remote = remote
        self.fileno: Callable[[], int] = sock.fileno
        # Bound to the system's own functions: no Python frame between the engine and the kernel.
        self.read: Callable[[int], bytes] = sock.recv
        self.read_into: Callable[[memoryview], int] = sock.recv_into
        self.write: Callable[[Buffer], int] = sock.send
        self.writev: Callable[[Sequence[Buffer]], int] = _gathering_send(sock)

    def finish_connect(self) -> None:
        """Raise the OSError that ended the connecting, if one did."""
        error = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, f"{os.strerror(error)}: {self.remote}")
        # Two ends with one name: the kernel picked the very port that is being connected to as
        # the local one, and TCP's simultaneous open joined the socket to itself. Kept, it would
        # hold the port against the server that is to come back on it.
        if self._socket.family != socket.AF_UNIX and self.local == self.remote:
            raise ConnectionRefusedError(ECONNREFUSED, f"connected to itself: {self.remote}")

    def close(self) -> None:
        """Close the socket; idempotent."""
        self._socket.close()


class SocketListener:
    """A listening socket as a `core.transport.Listener`.

    :param sock: bound and listening, owned by the listener from now on
    :param endpoint: what was bound
    :param wrap: makes the stream of an accepted socket and its address
    :param on_close: undoes what binding left behind, called once
    """

    __slots__ = ("_on_close", "_socket", "_wrap", "endpoint", "fileno")

    def __init__(
        self,
        sock: socket.socket,
        endpoint: str,
        wrap: Callable[[socket.socket, Any], SocketStream],
        on_close: Callable[[], None] | None = None,
    ) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._wrap = wrap
        self._on_close = on_close
        self.endpoint = endpoint
        self.fileno: Callable[[], int] = sock.fileno

    def accept(self) -> SocketStream:
        """Return the next peer's stream; BlockingIOError when none is waiting."""
        sock, address = self._socket.accept()
        try:
            return self._wrap(sock, address)
        except BaseException:
            sock.close()
            raise

    def close(self) -> None:
        """Stop listening and clean up; idempotent."""
        on_close, self._on_close = self._on_close, None
        self._socket.close()
        if on_close is not None:
            on_close()


def adopt(fd: int, *families: int) -> socket.socket:
    """Take over a descriptor that listens already (ZMQ_USE_FD); it is the caller's after an error.

    :param families: what the transport can work with, such as `socket.AF_UNIX`
    :raises OSError: EBADF or ENOTSOCK; EINVAL for one that does not listen, or of another family
    """
    sock = socket.socket(fileno=fd)
    listens = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if not listens or sock.family not in families:
        sock.detach()
        what = "belongs to another transport" if listens else "does not listen: call listen() first"
        raise OSError(EINVAL, f"the descriptor {fd} of ZMQ_USE_FD {what}")
    return sock


def prioritise(sock: socket.socket, options: TransportOptions) -> None:
    """Set ZMQ_PRIORITY. Like libzmq, leave it out where the system has no such thing."""
    if options.priority and hasattr(socket, "SO_PRIORITY"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, options.priority)


def start_connect(sock: socket.socket, address: Address, endpoint: str) -> None:
    """Begin a non-blocking connect; returns while it is under way.

    :raises OSError: it failed at once
    """
    sock.setblocking(False)
    error = sock.connect_ex(address)
    if error == EAGAIN:  # a Unix-domain listener whose backlog is full: nothing is under way
        raise ConnectionRefusedError(ECONNREFUSED, f"the listener's backlog is full: {endpoint}")
    if error not in (0, EINPROGRESS):
        raise OSError(error, f"{os.strerror(error)}: {endpoint}")


def _gathering_send(sock: socket.socket) -> Callable[[Sequence[Buffer]], int]:
    if hasattr(sock, "sendmsg"):
        return sock.sendmsg
    return lambda buffers: sock.send(b"".join(buffers))  # Windows


__all__ = [
    "Address",
    "SocketListener",
    "SocketStream",
    "adopt",
    "prioritise",
    "start_connect",
]
