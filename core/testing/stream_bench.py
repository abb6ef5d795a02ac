"""The workbench of the stream checks: makes listeners and pairs, moves bytes, cleans up."""

from __future__ import annotations

import contextlib
import os
import time
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING, Any, Self, TypeVar

from core.endpoint import split_endpoint
from core.testing.conformance import is_ready, require, wait_for_descriptor
from core.transport import Listener, Stream, StreamTransport, Target, TransportOptions

if TYPE_CHECKING:
    from collections.abc import Callable

READ_SIZE = 65536

T = TypeVar("T")


class StreamBench:
    """One transport on the bench.

    :param address: what to bind, without the scheme
    :param timeout: seconds that anything may take
    """

    def __init__(
        self,
        transport: StreamTransport,
        address: Callable[[], str],
        options: TransportOptions,
        timeout: float,
    ) -> None:
        self.transport = transport
        self.address = address
        self.options = options
        self.timeout = timeout
        self.cleanup = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cleanup.close()

    def listen(self) -> Listener:
        """Listen on a fresh address."""
        return self.listen_on(self.address())

    def listen_on(self, address: str) -> Listener:
        """Listen on an address."""
        address = self.transport.parse(address, bind=True)
        target = self.transport.resolve(address, bind=True, options=self.options)[0]
        listener = self.transport.listen(target, self.options)
        self.cleanup.callback(listener.close)
        return listener

    def target(self, endpoint: str) -> Target:
        """Find where a listener's endpoint leads to."""
        address = self.transport.parse(split_endpoint(endpoint)[1], bind=False)
        return self.transport.resolve(address, bind=False, options=self.options)[0]

    def start_connect(self, endpoint: str) -> Stream:
        """Begin to connect."""
        stream = self.transport.connect(self.target(endpoint), self.options)
        self.cleanup.callback(stream.close)
        return stream

    def connect(self, endpoint: str) -> Stream:
        """Connect, and wait until it is done."""
        stream = self.start_connect(endpoint)
        self.wait_writable(stream, "connect() to a listener must make the descriptor writable")
        stream.finish_connect()
        return stream

    def accept(self, listener: Listener) -> Stream:
        """Wait for the next peer and take it."""
        self.wait_readable(listener, "a waiting peer must make the listener's descriptor readable")
        stream = listener.accept()
        self.cleanup.callback(stream.close)
        return stream

    def pair(self) -> tuple[Stream, Stream]:
        """Make two connected streams: (connected, accepted)."""
        listener = self.listen()
        near = self.connect(listener.endpoint)
        return near, self.accept(listener)

    def wait_readable(self, item: Stream | Listener, advice: str) -> None:
        """Wait for the descriptor to become readable."""
        wait_for_descriptor(item, EVENT_READ, self.timeout, advice)

    def wait_writable(self, item: Stream, advice: str) -> None:
        """Wait for the descriptor to become writable."""
        wait_for_descriptor(item, EVENT_WRITE, self.timeout, advice)

    def write(self, stream: Stream, data: bytes) -> None:
        """Write all of it, waiting for the descriptor as the engine does."""
        view = memoryview(data)
        while view:
            try:
                view = view[_counted(stream.write(view), len(view)) :]
            except BlockingIOError:
                self.wait_writable(
                    stream, "after BlockingIOError from write() it must turn writable"
                )

    def read(self, stream: Stream, size: int) -> bytes:
        """Read that many bytes, waiting for the descriptor before every read as the engine does."""
        data = bytearray()
        while len(data) < size:
            self.wait_readable(
                stream,
                f"{len(data)} of {size} bytes arrived, then the descriptor stayed silent: read()"
                " must not hold back bytes that the descriptor no longer announces, and write()"
                " must not keep bytes that it has counted as taken",
            )
            with contextlib.suppress(BlockingIOError):  # ready for nothing is allowed
                part = stream.read(READ_SIZE)
                require(
                    part, f"read() returned b'' (end of file) after {len(data)} of {size} bytes"
                )
                data += part
        return bytes(data)

    def carry(self, writer: Stream, reader: Stream, data: bytes, expected: int) -> bytes:
        """Write data that may be larger than any buffer, and read at the same time.

        :returns: what arrived, `expected` bytes
        """
        arrived = bytearray()
        view = memoryview(data)
        while view or len(arrived) < expected:
            if view:
                part = view[:READ_SIZE]
                with contextlib.suppress(BlockingIOError):
                    view = view[_counted(writer.write(part), len(part)) :]
            if not view or is_ready(reader, EVENT_READ):
                arrived += self.read(reader, 1)
        return bytes(arrived)

    def insist(self, stream: Stream, event: int, call: Callable[[], T]) -> T:
        """Repeat a call that says "not now" (BlockingIOError) while the descriptor is ready."""
        deadline = time.monotonic() + self.timeout
        while True:
            try:
                return call()
            except BlockingIOError:
                if not is_ready(stream, event) or time.monotonic() > deadline:
                    raise

    def read_to_end(self, stream: Stream) -> bytes:
        """Read until end-of-file."""
        data = bytearray()
        while True:
            self.wait_readable(stream, "closing one end must make the other readable (end of file)")
            with contextlib.suppress(BlockingIOError):
                part = stream.read(READ_SIZE)
                if not part:
                    return bytes(data)
                data += part

    def fill(self, stream: Stream, block: bytes, limit: int) -> tuple[int, memoryview]:
        """Write `block` again and again until nothing more is taken, or `limit` bytes were.

        :returns: how many bytes went in, and what the next write has to begin with
        """
        written, view = 0, memoryview(block)
        with contextlib.suppress(BlockingIOError):
            while written < limit:
                taken = self.insist(stream, EVENT_WRITE, partial(stream.write, view))
                written += _counted(taken, len(view))
                view = view[taken:] or memoryview(block)
        return written, view


def check_flags(item: Stream | Listener, what: str) -> None:
    """The descriptor is non-blocking and not inherited by child processes."""
    descriptor: Any = item.fileno()
    require(
        isinstance(descriptor, int) and descriptor >= 0,
        f"{what}: fileno() must return an open descriptor, not {descriptor!r}",
    )
    require(
        not os.get_blocking(descriptor),
        f"{what}: the descriptor blocks; call setblocking(False) on it",
    )
    require(
        not os.get_inheritable(descriptor),
        f"{what}: child processes inherit the descriptor; call os.set_inheritable(fd, False)",
    )


def _counted(taken: Any, offered: int) -> int:
    require(
        isinstance(taken, int) and 0 < taken <= offered,
        f"write() must return how many bytes it took, 1 to {offered}, or raise BlockingIOError;"
        f" it returned {taken!r}",
    )
    return int(taken)


__all__ = ["READ_SIZE", "StreamBench", "check_flags"]
