"""A stream transport inside the process that splits, delays, drops and fails on command.

For tests of everything above a transport. Real descriptors, so selectors work as in earnest; no
clock and no thread, so every fault happens exactly where it was asked for::

    transport = FaultyTransport()
    core.plugin.register(transport)             # or hand it to the code under test
    transport.faults.largest_read = 1           # split: byte by byte
    transport.faults.refusals = 3               # delay: three BlockingIOErrors before each success
    transport.faults.drop = True                # the line goes silent, nobody is told
    transport.faults.fail_after = 1000          # ECONNRESET after that many bytes
    transport.cut()                             # all connections break now
"""

from __future__ import annotations

import itertools
import os
import socket
from collections import deque
from dataclasses import dataclass, field
from errno import EADDRINUSE, EBADF, ECONNREFUSED, ECONNRESET
from typing import TYPE_CHECKING, Literal

from core.endpoint import EndpointError
from core.hookspecs import hookimpl
from core.transport import Buffer, Target, TransportOptions

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class Faults:
    """What goes wrong; may change at any time and counts for all streams from then on."""

    largest_read: int = 0
    """Bytes that one read gives at most; 0 is no limit."""
    largest_write: int = 0
    """Bytes that one write takes at most; 0 is no limit."""
    refusals: int = 0
    """BlockingIOErrors that each read and write raises before it works."""
    drop: bool = False
    """Take what is written and throw it away."""
    fail_after: int = -1
    """Bytes, read and written together, that a stream lasts before ECONNRESET; -1 for ever."""
    connect_errors: deque[int] = field(default_factory=deque)
    """errno values that the next connects end with, one each."""
    accept_errors: deque[int] = field(default_factory=deque)
    """errno values that the next accepts raise, one each."""


class FaultyStream:
    """One end of a connection."""

    def __init__(self, sock: socket.socket, endpoint: str, faults: Faults, error: int = 0) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._faults = faults
        self._connect_error = error
        self._refused = {"read": 0, "write": 0}
        self._moved = 0
        self.local = self.remote = endpoint

    def read(self, size: int) -> bytes:
        """Read, with faults."""
        self._stand_in_the_way("read")
        largest = self._faults.largest_read or size
        data = self._socket.recv(min(size, largest))
        self._moved += len(data)
        return data

    def write(self, data: Buffer) -> int:
        """Write, with faults."""
        self._stand_in_the_way("write")
        part = memoryview(data)[: self._faults.largest_write or len(data)]
        count = len(part) if self._faults.drop else self._socket.send(part)
        self._moved += count
        return count

    def writev(self, buffers: Sequence[Buffer]) -> int:
        """Write the joined buffers, with faults."""
        return self.write(b"".join(buffers))

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._socket.fileno()

    def finish_connect(self) -> None:
        """Raise the connect error that was asked for."""
        if self._connect_error:
            raise OSError(self._connect_error, os.strerror(self._connect_error))

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def cut(self) -> None:
        """Break the connection under both ends; the descriptor stays open until `close`."""
        if self._socket.fileno() != -1:
            self._socket.shutdown(socket.SHUT_RDWR)

    def _stand_in_the_way(self, operation: str) -> None:
        faults = self._faults
        if self._socket.fileno() == -1:
            raise OSError(EBADF, "the stream is closed")
        if 0 <= faults.fail_after <= self._moved:
            raise ConnectionResetError(ECONNRESET, "the connection failed, as it was told to")
        if self._refused[operation] < faults.refusals:
            self._refused[operation] += 1
            raise BlockingIOError("not yet, as it was told to")
        self._refused[operation] = 0


class FaultyListener:
    """Waits for peers under a name."""

    def __init__(self, transport: FaultyTransport, name: str) -> None:
        self._transport = transport
        self._name = name
        self._waiting: deque[socket.socket] = deque()
        # A byte in the pipe per waiting peer makes the descriptor readable.
        self._signal, self._bell = socket.socketpair()
        self._signal.setblocking(False)
        self.endpoint = f"{transport.scheme}://{name}"

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._signal.fileno()

    def accept(self) -> FaultyStream:
        """Take the next peer, or fail as told."""
        errors = self._transport.faults.accept_errors
        if errors:
            error = errors.popleft()
            raise OSError(error, os.strerror(error))
        self._signal.recv(1)
        return self._transport.adopt(self._waiting.popleft(), self.endpoint)

    def arrive(self, sock: socket.socket) -> None:
        """Queue a peer."""
        self._waiting.append(sock)
        self._bell.send(b"!")

    def close(self) -> None:
        """Stop listening; peers that wait are turned away."""
        self._transport.forget(self._name, self)
        for sock in self._waiting:
            sock.close()
        self._waiting.clear()
        self._signal.close()
        self._bell.close()


class FaultyTransport:
    """Connects by name within the process; a plugin object of its own.

    :param scheme: several of them can live side by side
    """

    kind: Literal["stream"] = "stream"

    def __init__(self, scheme: str = "faulty") -> None:
        self.scheme = scheme
        self.faults = Faults()
        self._listeners: dict[str, FaultyListener] = {}
        self._streams: list[FaultyStream] = []
        self._numbers = itertools.count(1)

    @hookimpl
    def babelmq_transport(self) -> FaultyTransport:
        """Offer itself, so that `core.plugin.register` takes it as it is."""
        return self

    def parse(self, address: str, *, bind: bool) -> str:
        """Accept any name; ``*`` is a new one."""
        if not address or (address == "*" and not bind):
            endpoint = f"{self.scheme}://{address}"
            raise EndpointError(endpoint, "the name is missing", f"{self.scheme}://somewhere")
        return address

    def waits_to_resolve(self, address: str, *, bind: bool) -> bool:
        """Names are known at once."""
        return False

    def resolve(self, address: str, *, bind: bool, options: TransportOptions) -> Sequence[Target]:
        """The name is the one target."""
        name = f"unnamed-{next(self._numbers)}" if address == "*" else address
        return [Target(f"{self.scheme}://{name}", name)]

    def listen(self, target: Target, options: TransportOptions) -> FaultyListener:
        """Take the name."""
        if target.data in self._listeners:
            raise OSError(EADDRINUSE, f"{target.endpoint} is in use")
        listener = self._listeners[target.data] = FaultyListener(self, target.data)
        return listener

    def connect(self, target: Target, options: TransportOptions) -> FaultyStream:
        """Reach the listener of that name, or fail as told."""
        listener = self._listeners.get(target.data)
        if listener is None:
            raise ConnectionRefusedError(ECONNREFUSED, f"nobody listens on {target.endpoint}")
        near, far = socket.socketpair()
        if self.faults.connect_errors:
            far.close()
            return FaultyStream(
                near, target.endpoint, self.faults, self.faults.connect_errors.popleft()
            )
        try:
            listener.arrive(far)
        except OSError:
            near.close()
            far.close()
            raise
        return self.adopt(near, target.endpoint)

    def adopt(self, sock: socket.socket, endpoint: str) -> FaultyStream:
        """Make a stream that `cut` reaches."""
        self._streams = [stream for stream in self._streams if stream.fileno() != -1]
        stream = FaultyStream(sock, endpoint, self.faults)
        self._streams.append(stream)
        return stream

    def forget(self, name: str, listener: FaultyListener) -> None:
        """Free a name."""
        if self._listeners.get(name) is listener:
            del self._listeners[name]

    def cut(self) -> int:
        """Break all connections at once; return how many ends that were."""
        alive = [stream for stream in self._streams if stream.fileno() != -1]
        for stream in alive:
            stream.cut()
        return len(alive)


__all__ = ["Faults", "FaultyListener", "FaultyStream", "FaultyTransport"]
