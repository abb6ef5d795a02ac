"""The part of pyzmq's Socket that a backend provides, over a socket of the engine."""

from __future__ import annotations

import errno
import sys
from collections.abc import Mapping
from typing import Any

import zmq

import core
from core.context import contexts
from core.enums import Event, SocketOption
from core.errors import ZMQError as EngineError
from core.frame import as_bytes
from core.patterns import Message
from core.pyzmq_backend.context import Context
from core.pyzmq_backend.errors import translated, translation, zmq_error
from core.pyzmq_backend.frame import Frame, Lent, contiguous
from core.shadowing import sockets
from core.socket_kinds import AddressedSocket

# Length of a Unix socket's path in bytes, without the final zero (sys/un.h).
IPC_PATH_MAX_LEN = 107 if sys.platform == "linux" else 103


class EngineSocket(core.Socket):
    """A socket of the engine that hands out pyzmq's frames."""

    __slots__ = ()

    send_raw = core.Socket._send_raw

    def _collect(self, frame: bytes, flags: int) -> Message | None:
        message = super()._collect(frame, flags)
        # The engine takes a bare message for plain bytes; in a list, a frame may be a subclass.
        return [message] if isinstance(message, Lent) else message

    def _frame(self, content: bytes, more: bool, properties: Mapping[str, str | int]) -> Any:
        kind: Any = zmq.Frame  # a subclass of our own
        return kind.received(content, more=more, properties=properties)


def _engine_socket(handle: int) -> EngineSocket:
    known = sockets.find(handle)
    return known if isinstance(known, EngineSocket) else EngineSocket.shadow(known)


class Socket:
    """Base class of ``zmq.Socket``.

    :param context: the context to make the socket in
    :param socket_type: ``zmq.PUSH``, ``zmq.SUB``, ...
    :param shadow: the handle of another socket, to be one with it
    :param copy_threshold: with ``copy=False``, content below this many bytes is copied anyway
    :raises TypeError: neither ``shadow``, nor ``context`` and ``socket_type`` were given
    :raises ZMQError: EFAULT: the context was terminated, or there is no such handle; EINVAL: no
        such type; EMFILE: too many sockets
    """

    context: Any
    copy_threshold: int
    handle: int
    _closed: bool
    _engine: EngineSocket

    def __init__(
        self,
        context: Context | None = None,
        socket_type: int = -1,
        shadow: int = 0,
        copy_threshold: int | None = None,
    ) -> None:
        self._closed = True
        self.context = context
        self.handle = 0
        self.copy_threshold = zmq.COPY_THRESHOLD if copy_threshold is None else copy_threshold
        if shadow:
            with translation:
                self._engine = _engine_socket(shadow)
        elif context is None or socket_type < 0:
            missing = "socket_type" if context is not None else "context"
            raise TypeError(f"{missing} must be specified")
        else:
            with translation:
                made: Any = contexts.find(context.handle).socket(socket_type, EngineSocket)
                self._engine = made
                # libzmq's default: the program was written for it, and may send what exceeds ours.
                made.set(SocketOption.MAXMSGSIZE, -1)
        self.handle = self._engine.underlying
        self._closed = False

    @property
    def underlying(self) -> int:
        """The handle, for ``Socket.shadow``; 0 once the socket was closed."""
        return self.handle

    @property
    def closed(self) -> bool:
        """Whether the socket was closed, through whichever object."""
        return self._closed or self._engine.closed

    def close(self, linger: int | None = None) -> None:
        """Close. Messages still queued leave in the background, within the linger period.

        :param linger: sets ZMQ_LINGER first: milliseconds, 0 drops them, -1 keeps trying
        """
        if self._closed:
            return
        self._engine.close(linger)
        self._closed = True
        self.handle = 0

    # Endpoints

    def bind(self, addr: str) -> None:
        """Accept peers at an endpoint.

        :raises ZMQError: EINVAL, EPROTONOSUPPORT, EADDRINUSE, EADDRNOTAVAIL, ENODEV, ...
        """
        with translation:
            self._open().bind(addr)

    def connect(self, addr: str) -> None:
        """Look for a peer at an endpoint, now and whenever it goes away.

        :raises ZMQError: EINVAL, EPROTONOSUPPORT
        """
        with translation:
            self._open().connect(addr)

    def unbind(self, addr: str | bytes) -> None:
        """Stop accepting at an endpoint.

        :raises ZMQError: ENOENT
        """
        with translation:
            self._open().unbind(_text(addr))

    def disconnect(self, addr: str | bytes) -> None:
        """End the connection to an endpoint.

        :raises ZMQError: ENOENT
        """
        with translation:
            self._open().disconnect(_text(addr))

    # Options

    def set(self, option: int, optval: int | bytes) -> None:
        """Set an option.

        :raises TypeError: the value has the wrong type
        :raises ZMQError: EINVAL, ENOTSUP
        """
        if not isinstance(optval, int) and option not in _NUMBERS:
            raise TypeError(f"expected int, got: {optval!r}")
        with translation:
            self._open().set(option, optval)

    def get(self, option: int) -> int | bytes:
        """Return the value of an option.

        :raises ZMQError: EINVAL
        """
        try:
            return self._open().get(option)
        except EngineError as error:
            # As libzmq says of what it was built without: attributes are looked for this way.
            number = errno.EINVAL if error.errno == errno.ENOTSUP else error.errno
            raise zmq_error(number or errno.EINVAL, error.strerror) from None

    def monitor(self, addr: str | bytes | None, events: int = Event.ALL) -> None:
        """Send events to an inproc endpoint: see ``core.Socket.monitor``."""
        with translation:
            self._open().monitor(addr, events)

    def join(self, group: str | bytes) -> None:
        """Receive what a RADIO sends to a group: see ``core.Socket.join``."""
        with translation:
            self._open().join(group)

    def leave(self, group: str | bytes) -> None:
        """Receive no more of a group: see ``core.Socket.leave``."""
        with translation:
            self._open().leave(group)

    # Messages

    def send(
        self, data: Any, flags: int = 0, copy: bool = True, track: bool = False
    ) -> zmq.MessageTracker | None:
        """Send one frame.

        :returns: a tracker if ``data`` is a frame with one, or ``copy`` is False; else None
        :raises TypeError: ``data`` is str or has no buffer
        :raises ValueError: ``track`` is set, and ``data`` is a frame without a tracker
        :raises ZMQError: Again, ContextTerminated, EFSM, EHOSTUNREACH, ...
        """
        try:
            if self._closed:
                raise closed()
            if copy and data.__class__ is bytes:
                self._engine.send(data, flags)
                return None
            content, tracker = self._content(data, copy, track)
            if isinstance(self._engine, AddressedSocket) and isinstance(data, Frame):
                self._engine.send(content, flags, **data.destination())
            else:
                self._engine.send_raw(content, flags)
            return tracker
        except EngineError as error:
            raise translated(error) from None

    def _content(
        self, data: Any, copy: bool, track: bool
    ) -> tuple[bytes, zmq.MessageTracker | None]:
        if isinstance(data, Frame):
            if track and not data.tracker:
                raise ValueError("Not a tracked message")
            return data.outgoing(), data.tracker
        if copy or not track:
            return as_bytes(data), None if copy else zmq._FINISHED_TRACKER
        if self.copy_threshold and contiguous(data).nbytes < self.copy_threshold:
            return as_bytes(data), zmq._FINISHED_TRACKER
        frame: Any = zmq.Frame(data, track=True, copy=False)
        return frame.outgoing(), frame.tracker

    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """Receive one frame: as bytes if ``copy`` is set, else as a ``zmq.Frame``.

        :raises ZMQError: Again, ContextTerminated, EFSM, ENOTSUP, ...
        """
        try:
            if self._closed:
                raise closed()
            frame: Any = self._engine.recv(flags, copy)
        except EngineError as error:
            raise translated(error) from None
        if frame.__class__ is bytes:
            return frame
        if copy:
            return bytes(frame)  # ends the loan of a sender in this process
        if track:
            frame.tracker = zmq._FINISHED_TRACKER
        return frame

    def recv_into(self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """Receive one frame into a buffer: see ``core.Socket.recv_into``."""
        with translation:
            return self._open().recv_into(buffer, nbytes=nbytes, flags=flags)

    def _open(self) -> EngineSocket:
        if self._closed:
            raise closed()
        return self._engine


def closed() -> zmq.ZMQError:
    return zmq_error(errno.ENOTSOCK, "Socket operation on non-socket: this socket is closed")


def _text(addr: str | bytes) -> str:
    return addr.decode() if isinstance(addr, bytes) else addr


_NUMBERS = frozenset(map(int, SocketOption))

__all__ = ["IPC_PATH_MAX_LEN", "EngineSocket", "Socket"]
