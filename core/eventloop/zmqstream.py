"""Streams: sockets that call back, on an asyncio loop or on tornado's, which is one.

Coroutines read better: see ``core.asyncio``. This is for programs that are written with callbacks.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from core import serialize
from core.enums import Errno, Flag, PollEvent, SocketOption
from core.errors import Again, ZMQError, error_from_errno
from core.socket import Socket

POLLIN = int(PollEvent.POLLIN)
POLLOUT = int(PollEvent.POLLOUT)
DONTWAIT = int(Flag.DONTWAIT)
# How many messages are passed on before others on the loop get their turn.
TURN = 100

ReceiveCallback = Callable[[list[Any]], Any]
SendCallback = Callable[[Sequence[Any], Any], Any]


class ZMQStream:
    """Calls back when a message has come, and when one has been sent.

    Callbacks may be coroutine functions. An exception that one raises goes to the loop's exception
    handler, and the stream goes on.

    :param socket: a blocking socket; the stream takes it over
    :param io_loop: an asyncio loop, or a tornado ``IOLoop``; None: the running one
    :raises TypeError: an asyncio socket was given
    """

    def __init__(self, socket: Socket, io_loop: Any = None) -> None:
        if not isinstance(socket, Socket):
            raise TypeError(f"a stream takes a blocking socket, core.Socket, not {socket!r}")
        self.socket: Socket | None = socket
        self.io_loop = asyncio.get_running_loop() if io_loop is None else io_loop
        self._loop: asyncio.AbstractEventLoop = getattr(io_loop, "asyncio_loop", self.io_loop)
        self._queue: deque[tuple[Sequence[Any], dict[str, Any], SendCallback | None]] = deque()
        self._on_recv: ReceiveCallback | None = None
        self._on_send: SendCallback | None = None
        self._on_close: Callable[[], Any] | None = None
        self._copy = True
        self._scheduled = False
        self._tasks: set[asyncio.Future[Any]] = set()
        self._fd = socket.fileno()
        self._loop.add_reader(self._fd, self._on_ready)
        for name in _PASSED_ON:
            setattr(self, name, getattr(socket, name))

    # Callbacks

    def on_recv(self, callback: ReceiveCallback | None, copy: bool = True) -> None:
        """Have messages received, and passed to a function.

        :param callback: is given the list of frames; None: receive no more
        :param copy: True: the frames are bytes, False: `Frame` objects
        """
        self._open()
        self._on_recv = callback
        self._copy = copy
        self._schedule()

    def on_recv_stream(
        self, callback: Callable[[ZMQStream, list[Any]], Any] | None, copy: bool = True
    ) -> None:
        """Like `on_recv`, for a function that is given this stream first."""
        self.on_recv(None if callback is None else lambda frames: callback(self, frames), copy)

    def stop_on_recv(self) -> None:
        """Receive no more."""
        self.on_recv(None)

    def on_send(self, callback: SendCallback | None) -> None:
        """Have a function called after each send.

        :param callback: is given the list of frames, and what ``send_multipart`` returned: a
            `MessageTracker` or None, or the `ZMQError` that it raised
        """
        self._open()
        self._on_send = callback

    def on_send_stream(
        self, callback: Callable[[ZMQStream, Sequence[Any], Any], Any] | None
    ) -> None:
        """Like `on_send`, for a function that is given this stream first."""
        self.on_send(
            None if callback is None else lambda frames, status: callback(self, frames, status)
        )

    def stop_on_send(self) -> None:
        """Call nothing after sends."""
        self.on_send(None)

    def set_close_callback(self, callback: Callable[[], Any] | None) -> None:
        """Have a function called when the stream is closed."""
        self._on_close = callback

    # Sending

    def send_multipart(
        self,
        msg: Sequence[Any],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        callback: SendCallback | None = None,
        **kwargs: Any,
    ) -> None:
        """Queue a message. It is sent as soon as there is room.

        :param callback: called after this send, in place of the one of `on_send`
        """
        self._open()
        options = {"flags": flags, "copy": copy, "track": track, **kwargs}
        self._queue.append((msg, options, callback))
        self._schedule()

    def send(
        self,
        msg: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        callback: SendCallback | None = None,
        **kwargs: Any,
    ) -> None:
        """Queue a message of one frame: see `send_multipart`."""
        self.send_multipart([msg], flags, copy, track, callback, **kwargs)

    def send_string(self, u: str, flags: int = 0, encoding: str = "utf-8", **kwargs: Any) -> None:
        """Queue text: see `send_multipart`."""
        self.send(serialize.encode_string(u, encoding), flags, **kwargs)

    send_unicode = send_string

    def send_json(self, obj: object, flags: int = 0, **kwargs: Any) -> None:
        """Queue an object as JSON: see `send_multipart`."""
        self.send(serialize.encode_json(obj, {}), flags, **kwargs)

    def send_pyobj(
        self, obj: object, flags: int = 0, protocol: int | None = None, **kwargs: Any
    ) -> None:
        """Queue an object, pickled: see `send_multipart`."""
        self.send(serialize.encode_object(obj, protocol), flags, **kwargs)

    # State

    def receiving(self) -> bool:
        """Whether messages are received."""
        return self._on_recv is not None

    def sending(self) -> bool:
        """Whether messages wait to be sent."""
        return bool(self._queue)

    def closed(self) -> bool:
        """Whether the stream, or its socket, was closed."""
        if self.socket is not None and self.socket.closed:
            self.close()
        return self.socket is None

    def close(self, linger: int | None = None) -> None:
        """Close the stream and its socket.

        :param linger: as for `Socket.close`. Messages that the socket has not taken yet are lost.
        """
        socket, self.socket = self.socket, None
        if socket is None:
            return
        if not self._loop.is_closed():
            self._loop.remove_reader(self._fd)
        self._queue.clear()
        socket.close(linger)
        if self._on_close is not None:
            self._call(self._on_close)

    def flush(self, flag: int = POLLIN | POLLOUT, limit: int | None = None) -> int:
        """Pass on, and send, what there is without returning to the loop.

        :param flag: POLLIN: receive, even without a callback; POLLOUT: send
        :param limit: the most messages to move; None: no limit
        :returns: how many were moved
        """
        count = 0
        while limit is None or count < limit:
            moved = int(bool(flag & POLLIN) and self._receive())
            if self.socket is not None and flag & POLLOUT:
                moved += self._send_next()
            count += moved
            if not moved or self.socket is None:
                break
        return count

    # The loop's turn

    def _open(self) -> Socket:
        if self.closed() or self.socket is None:
            raise error_from_errno(Errno.ENOTSOCK, "this stream is closed")
        return self.socket

    def _schedule(self) -> None:
        """Look soon: the descriptor tells of changes only (ZMQ_FD)."""
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._on_ready)

    def _on_ready(self) -> None:
        self._scheduled = False
        if self.closed() or self.socket is None:
            return
        try:
            events = int(self.socket.get(SocketOption.EVENTS))
        except ZMQError:  # the context ended, or another thread closed the socket
            self.close()
            return
        wanted = (POLLIN if self.receiving() else 0) | (POLLOUT if self.sending() else 0)
        if events & wanted and self.flush(wanted, TURN):
            self._schedule()

    def _receive(self) -> bool:
        """Pass on one message, if one has come."""
        try:
            frames = self._open().recv_multipart(DONTWAIT, copy=self._copy)
        except ZMQError as error:
            if error.errno not in _NOTHING_TO_RECEIVE:
                raise
            return False
        if self._on_recv is not None:
            self._call(self._on_recv, frames)
        return True

    def _send_next(self) -> bool:
        """Send one message, if one waits and there is room."""
        if not self._queue:
            return False
        frames, options, callback = self._queue[0]
        status: Any
        try:
            flags = options["flags"] | DONTWAIT
            status = self._open().send_multipart(frames, **{**options, "flags": flags})
        except Again:
            return False
        except ZMQError as error:
            status = error
        self._queue.popleft()
        callback = callback or self._on_send
        if callback is not None:
            self._call(callback, frames, status)
        return True

    def _call(self, callback: Callable[..., Any], *arguments: Any) -> None:
        try:
            result = callback(*arguments)
        except Exception as error:
            self._report(error)
            return
        if inspect.isawaitable(result):
            self._run(result)

    def _run(self, awaitable: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(awaitable, loop=self._loop)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._report(error)

    def _report(self, error: BaseException) -> None:
        self._loop.call_exception_handler(
            {"message": f"a callback of {self!r} failed", "exception": error}
        )


# Nothing has come, it is not the socket's turn to receive, or it never receives.
_NOTHING_TO_RECEIVE = (Errno.EAGAIN, Errno.EFSM, Errno.ENOTSUP)
# Methods of the socket that streams have too.
_PASSED_ON = (
    "bind",
    "bind_to_random_port",
    "connect",
    "getsockopt",
    "getsockopt_string",
    "getsockopt_unicode",
    "setsockopt",
    "setsockopt_string",
    "setsockopt_unicode",
)

__all__ = ["ZMQStream"]
