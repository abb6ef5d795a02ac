"""The socket that programs use: pyzmq's methods over one engine."""

from __future__ import annotations

import errno
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar, cast, overload

from core.convenience import SendReceiveMixin
from core.enums import Flag, PollEvent, SocketOption, SocketType
from core.errors import Again, ZMQBindError, ZMQError, error_from_errno
from core.event_stream import LIMIT, EventStream
from core.frame import COPY_THRESHOLD, Frame, MessageTracker, as_bytes, tracker_after_send
from core.inspection import InspectionMixin
from core.options import LIVE_OPTIONS, OptionAttributes
from core.patterns import Message
from core.patterns.groups import group_name
from core.patterns.origins import Attributed, facts_of
from core.readiness import ReadinessMixin
from core.runtime.channel_link import ChannelEndpoint
from core.runtime.connecter import ConnectedEndpoint
from core.runtime.engine import Engine
from core.runtime.listener import BoundEndpoint
from core.serialize import to_message
from core.shadowing import Faces, ShadowMixin, found

if TYPE_CHECKING:
    from core.context import BaseContext

S = TypeVar("S", bound="SocketBase")

DONTWAIT = int(Flag.DONTWAIT)
SNDMORE = int(Flag.SNDMORE)
# Seconds in which the I/O thread, however busy, will have done what was due.
GRACE = 5.0


class RestOfMessage(Attributed):
    """The frames of a message of which `recv` has returned the first ones."""

    __slots__ = ()


class EndpointInUse(Generic[S]):
    """What `bind` and `connect` return: a context manager that takes them back."""

    def __init__(self, socket: S, release: Callable[[], None]) -> None:
        self.socket = socket
        self._release = release

    def __enter__(self) -> S:
        return self.socket

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self.socket.closed:
            self._release()


class SocketBase(InspectionMixin, ShadowMixin, OptionAttributes):
    """What the blocking and the asyncio socket have in common: everything that does not wait."""

    __slots__ = (
        "__weakref__",
        "_copy_threshold",
        "_monitor_socket",
    )

    def __init__(
        self,
        context: BaseContext[Any] | SocketBase | None = None,
        socket_type: int | Engine = -1,
        *,
        shadow: int | SocketBase = 0,
    ) -> None:
        """Make a socket of a context, as ``Context.socket`` does, or a shadow of another socket.

        :param context: the context; or a socket, to shadow it
        :param socket_type: ``zmq.PUSH``, ``zmq.SUB``, ...; ``Context.socket`` has its own
        :param shadow: the socket to shadow, or its `underlying`
        :raises TypeError: neither a context with a type, nor a socket, was given
        :raises ZMQError: those of ``Context.socket`` and `shadow`
        """
        self._monitor_socket: Any = None
        self._parts: list[bytes] = []  # of a message begun with SNDMORE
        self._shadow_obj: SocketBase | None = None
        self._faces: Faces | None = None
        if isinstance(socket_type, Engine):
            self._context = cast("BaseContext[Any]", context)
            self._engine = socket_type
        elif shadow or isinstance(context, SocketBase):
            self._become_shadow(found(shadow or cast("SocketBase", context)))
        else:
            self._become_new(context, socket_type)

    @property
    def context(self) -> BaseContext[Any]:
        """The context that made this socket."""
        return self._context

    @property
    def socket_type(self) -> SocketType:
        """The socket's type, such as ``zmq.SUB`` (ZMQ_TYPE); it can be read on a closed socket."""
        return self._engine.options.socket_type

    @property
    def copy_threshold(self) -> int:
        """Accepted for pyzmq's sake, in bytes: frames are handed over as they are, at any size."""
        return getattr(self, "_copy_threshold", COPY_THRESHOLD)

    @copy_threshold.setter
    def copy_threshold(self, value: int) -> None:
        self._copy_threshold = value

    @property
    def closed(self) -> bool:
        """Whether the socket was closed, or its context terminated."""
        return self._engine.closed

    # Endpoints

    def bind(self, addr: str) -> EndpointInUse[Self]:
        """Accept peers at an endpoint, such as ``tcp://*:5555`` or ``ipc:///tmp/feed``.

        :param addr: the endpoint; port ``*`` or ``0`` is any free one, which LAST_ENDPOINT tells
        :raises ZMQError: EINVAL (which part of the endpoint is wrong), EPROTONOSUPPORT (no such
            transport), EADDRINUSE, EADDRNOTAVAIL, ENODEV, EACCES, ENOCOMPATPROTO
        :returns: may be used in a ``with`` statement, which ends with `unbind`
        """
        self._engine.bind(_text(addr))
        return EndpointInUse(self, partial(self.unbind, self._engine.last_endpoint))

    def connect(self, addr: str) -> EndpointInUse[Self]:
        """Look for a peer at an endpoint, now and whenever it goes away.

        Returns at once; the peer need not be there yet.

        :param addr: the endpoint
        :raises ZMQError: EINVAL (which part of the endpoint is wrong), EPROTONOSUPPORT,
            ENOCOMPATPROTO
        :returns: may be used in a ``with`` statement, which ends with `disconnect`
        """
        self._engine.connect(_text(addr))
        return self._connected(addr)

    def _connected(self, addr: str) -> EndpointInUse[Self]:
        return EndpointInUse(self, partial(self.disconnect, addr))

    def unbind(self, addr: str) -> None:
        """Stop accepting at an endpoint; connections made through it end.

        :param addr: as it was bound, or as LAST_ENDPOINT showed it
        :raises ZMQError: ENOENT if the socket is not bound to it
        """
        self._engine.remove_endpoint(_text(addr), (BoundEndpoint, ChannelEndpoint))

    def disconnect(self, addr: str) -> None:
        """End the connection to an endpoint and look for it no more.

        :param addr: as it was connected, or as LAST_ENDPOINT showed it
        :raises ZMQError: ENOENT if the socket is not connected to it
        """
        self._engine.remove_endpoint(_text(addr), (ConnectedEndpoint, ChannelEndpoint))

    def connect_peer(self, addr: str) -> int:
        """Connect a PEER socket (``zmq_connect_peer``).

        :param addr: the endpoint
        :returns: the routing id of the peer: it can be sent to at once, even before it is there
        :raises ZMQError: ENOTSUP on another type, EFAULT with IMMEDIATE set, and those of `connect`
        """
        return self._engine.connect_peer(_text(addr))

    def disconnect_peer(self, routing_id: int) -> None:
        """End the connection of a peer of a SERVER or PEER socket (``zmq_disconnect_peer``).

        What was sent to it before still leaves.

        :param routing_id: which one
        :raises ZMQError: EHOSTUNREACH: there is no such peer; ENOTSUP on another type
        """
        self._engine.disconnect_peer(routing_id)

    def get_peer_state(self, routing_id: bytes) -> int:
        """Tell whether a ROUTER could send to a peer (``zmq_socket_get_peer_state``).

        :param routing_id: of the peer
        :returns: POLLOUT when its queue has room, else 0
        :raises ZMQError: EHOSTUNREACH: there is no such peer; ENOTSUP on another type
        """
        return int(PollEvent.POLLOUT) if self._engine.has_room_for_peer(routing_id) else 0

    def bind_to_random_port(
        self, addr: str, min_port: int = 49152, max_port: int = 65536, max_tries: int = 100
    ) -> int:
        """Bind to a free port and return its number.

        :param addr: without the port, such as ``tcp://127.0.0.1``
        :param min_port: the smallest to try; with the defaults the system chooses
        :param max_port: one more than the largest to try
        :param max_tries: how many to try
        :raises ZMQBindError: no free port was found
        """
        if (min_port, max_port) == (49152, 65536):
            self.bind(f"{addr}:*")
            return int(self._engine.last_endpoint.rpartition(":")[2])
        import random

        for _ in range(max_tries):
            port = random.randrange(min_port, max_port)
            try:
                self.bind(f"{addr}:{port}")
            except ZMQError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
            else:
                return port
        raise ZMQBindError(f"no free port on {addr} in {max_tries} tries")

    # Options

    def set(self, option: int, optval: int | bytes) -> None:
        """Set an option, such as ``zmq.RCVHWM`` (``zmq_setsockopt``).

        :param option: its number
        :param optval: an int for numbers, times (ms) and switches (0, 1), else bytes
        :raises TypeError: the value has the wrong type
        :raises ZMQError: EINVAL, ENOTSUP, ENOTSOCK on a closed socket
        """
        engine = self._engine
        with engine.lock:
            engine.check_open()
            value = engine.options.set(option, optval)
            if option == SocketOption.SUBSCRIBE:
                engine.subscribe(cast("bytes", value))
            elif option == SocketOption.UNSUBSCRIBE:
                engine.unsubscribe(cast("bytes", value))
            else:
                engine.options_changed(option)

    def get(self, option: int) -> int | bytes:
        """Return the value of an option (``zmq_getsockopt``).

        :param option: its number
        :raises ZMQError: EINVAL for an unknown or write-only option, ENOTSOCK on a closed socket
        """
        engine = self._engine
        if option in LIVE_OPTIONS:
            return self._get_live(option)
        with engine.lock:
            engine.check_open()
            return engine.options.get(option)

    def _get_live(self, option: int) -> int | bytes:
        engine = self._engine
        if option == SocketOption.EVENTS:
            return engine.look(PollEvent.POLLIN | PollEvent.POLLOUT)
        with engine.lock:
            engine.check_open()
            if option == SocketOption.LAST_ENDPOINT:
                return engine.last_endpoint.encode()
            if option == SocketOption.FD:
                return engine.event_fd()
            if option == SocketOption.TOPICS_COUNT:
                return engine.pattern.topics_count()
            return int(bool(engine.inbox) and isinstance(engine.inbox[0], RestOfMessage))

    def fileno(self) -> int:
        """Return the descriptor that is readable when EVENTS may have changed (ZMQ_FD)."""
        return int(self.get(SocketOption.FD))

    # Groups

    def join(self, group: str | bytes) -> None:
        """Receive what a RADIO sends to a group, on a DISH socket.

        :param group: at most 255 bytes; text in UTF-8
        :raises ZMQError: EINVAL: joined already, or a wrong name; ENOTSUP on another type
        """
        self._engine.join(group_name(group))

    def leave(self, group: str | bytes) -> None:
        """Receive no more of a group.

        :param group: as it was joined
        :raises ZMQError: EINVAL: not joined; ENOTSUP on another type
        """
        self._engine.leave(group_name(group))

    # The end

    def close(self, linger: int | None = None) -> Any:
        """Close. Messages still queued leave in the background, within the linger period.

        :param linger: sets ZMQ_LINGER first: milliseconds, 0 drops them, -1 keeps trying
        """
        self._close(partial(self._engine.close, linger))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        engine = getattr(self, "_engine", None)
        if engine is not None and not engine.closed and self._shadow_obj is None:
            warnings.warn(f"Unclosed socket {self!r}", ResourceWarning, stacklevel=2, source=self)
            engine.abandon()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._engine.describe()}>"

    @classmethod
    def __class_getitem__(cls, _: Any) -> type[Self]:
        """pyzmq's annotations, such as ``zmq.Socket[bytes]``, keep working."""
        return cls

    # Parts of messages

    def _collect(self, frame: bytes, flags: int) -> Message | None:
        """Return the whole message that ends with this frame, None while more will follow."""
        if flags & SNDMORE and len(self._parts) + 1 != self._engine.pattern.longest:
            if not self._parts:
                timeout = 0.0 if flags & DONTWAIT else self._engine.send_timeout
                self._engine.begin_message(frame, timeout)
            self._parts.append(frame)
            return None
        if self._parts:
            return [*self._parts, frame]
        return frame

    def _forget_parts(self) -> None:
        """The message is on its way: single messages may take the fast path again."""
        if self._parts:
            self._parts.clear()  # which shadows share
            self._engine.held = False

    def _split(self, message: Message, copy: bool) -> Any:
        """Hand out the first frame; the rest waits at the head of the inbox."""
        facts = facts_of(message) if copy else self._received_properties(message)
        more = False
        if isinstance(message, list):
            if len(message) > 1:
                self._engine.inbox.appendleft(RestOfMessage(message[1:], facts))
                more = True
            message = message[0]
        return message if copy else self._frame(message, more, facts or {})

    def _frame(self, content: bytes, more: bool, properties: Mapping[str, str | int]) -> Any:
        """Make what `recv` returns with ``copy=False``."""
        return Frame.received(content, more=more, properties=properties)

    def _check_label(self, label: str) -> None:
        pattern = self._engine.pattern
        if pattern.label != label:
            raise error_from_errno(
                errno.ENOTSUP, f"messages of a {pattern.name} socket have no {label}"
            )

    def _received_properties(self, message: Message) -> Mapping[str, str | int]:
        facts = facts_of(message)
        return self._engine.facts_of_last() if facts is None else facts


class Socket(SocketBase, SendReceiveMixin, ReadinessMixin):
    """A blocking socket. Made by ``Context.socket``. Thread-safe.

    Waiting calls take the time limits of the options SNDTIMEO and RCVTIMEO, or none at all with
    the flag DONTWAIT, and raise `Again` when they are over; they raise `ContextTerminated` when
    the context ends, and ``ZMQError(ENOTSOCK)`` once the socket is closed. Ctrl-C interrupts them.
    """

    __slots__ = ()

    def connect(self, addr: str, wait: float | None = None) -> EndpointInUse[Self]:
        """Look for a peer at an endpoint, now and whenever it goes away.

        Without ``wait`` it returns at once; the peer need not be there yet.

        :param addr: the endpoint
        :param wait: milliseconds to wait for the peer to be there and ready. When that fails, the
            endpoint stays connected, and goes on trying unless it gave up
        :raises NotReady: the peer was not ready in time, or never will be; the error says why
        :raises ZMQError: EINVAL (which part of the endpoint is wrong), EPROTONOSUPPORT,
            ENOCOMPATPROTO
        :returns: may be used in a ``with`` statement, which ends with `disconnect`
        """
        endpoint = self._engine.connect(_text(addr))
        if wait is not None:
            self._await_endpoint(endpoint, wait)
        return self._connected(addr)

    @overload
    def close(self, linger: int | None = None, wait: None = None) -> None: ...
    @overload
    def close(self, *, wait: int) -> int: ...
    def close(self, linger: int | None = None, wait: int | None = None) -> int | None:
        """Close. Messages still queued leave in the background, within the linger period.

        :param linger: sets ZMQ_LINGER first: milliseconds, 0 drops them, -1 keeps trying
        :param wait: milliseconds; return only when everything has left or the time is over, and
            drop what is left then
        :returns: with ``wait``, how many messages did not leave
        """
        engine = self._engine
        if wait is None:
            super().close(linger)
            return None
        super().close(wait)
        engine.finish_in_time(wait / 1000 + GRACE)
        return engine.left_behind()

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> MessageTracker | None:
        """Send one frame: a message, or with SNDMORE a part of one.

        :param data: bytes, or anything else with the buffer protocol
        :param flags: DONTWAIT, SNDMORE
        :param copy: False returns a `MessageTracker`
        :param track: with ``copy=False``: the frame must have been made with ``track=True``
        :param routing_id: whom it is for, on a SERVER or PEER socket
        :param group: whom it is for, on a RADIO socket: at most 255 bytes in UTF-8
        :raises Again: no room in time (high-water mark, or no peer)
        :raises TypeError: ``data`` is str or has no buffer
        :raises ZMQError: EFSM, EHOSTUNREACH (ROUTER_MANDATORY), ENOTSUP, ENOTSOCK
        """
        # The fast path: in a burst, a message costs one append. See core.runtime.engine.
        engine = self._engine
        if data.__class__ is bytes and not flags and copy:
            if len(engine.outbox) < engine.burst_limit:
                engine.outbox.append(data)
                return None
            if not self._parts:
                engine.send(data, engine.send_timeout)
                return None
        self._send_raw(as_bytes(data), flags)
        return tracker_after_send(data, copy, track)

    def _send_raw(self, frame: bytes, flags: int) -> None:
        """Send a frame as it is: a message, or with SNDMORE a part of one."""
        message = self._collect(frame, flags)
        if message is not None:
            engine = self._engine
            engine.send(message, 0.0 if flags & DONTWAIT else engine.send_timeout)
            self._forget_parts()

    @overload
    def recv(self, flags: int = 0, copy: Literal[True] = True, track: bool = False) -> bytes: ...
    @overload
    def recv(self, flags: int = 0, *, copy: Literal[False], track: bool = False) -> Frame: ...
    @overload
    def recv(self, flags: int, copy: Literal[False], track: bool = False) -> Frame: ...
    @overload
    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> bytes | Frame: ...
    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """Receive one frame; RCVMORE tells whether the message has further ones.

        :param flags: DONTWAIT
        :param copy: True returns bytes, False a `Frame`
        :param track: accepted for pyzmq's sake: nothing needs to be waited for
        :raises Again: no message in time
        :raises ZMQError: EFSM, ENOTSUP, ENOTSOCK
        """
        engine = self._engine
        try:
            # Looking first is cheaper than an IndexError for each answer of a REQ socket; another
            # thread may still be quicker.
            message = (
                engine.inbox.popleft()
                if engine.inbox
                else engine.receive(0.0 if flags & DONTWAIT else engine.receive_timeout)
            )
        except IndexError:
            message = engine.receive(0.0 if flags & DONTWAIT else engine.receive_timeout)
        if message.__class__ is bytes and copy:
            return message
        return self._split(message, copy)

    def _send_message(self, message: Message, flags: int) -> None:
        engine = self._engine
        if not flags & SNDMORE and not self._parts:
            if not flags and len(engine.outbox) < engine.burst_limit:
                engine.outbox.append(message)
            else:
                engine.send(message, 0.0 if flags & DONTWAIT else engine.send_timeout)
            return
        frames = message if isinstance(message, list) else [message]
        for frame in frames[:-1]:
            self._collect(as_bytes(frame), flags | SNDMORE)
        whole = self._collect(as_bytes(frames[-1]), flags)
        if whole is not None:
            try:
                engine.send(whole, 0.0 if flags & DONTWAIT else self._engine.send_timeout)
            finally:
                self._forget_parts()

    def _recv_message(self, flags: int) -> Message:
        try:
            return self._engine.inbox.popleft()
        except IndexError:
            return self._engine.receive(0.0 if flags & DONTWAIT else self._engine.receive_timeout)

    def send_many(self, messages: Sequence[bytes | Sequence[bytes]], flags: int = 0) -> int:
        """Send many messages with one call.

        :param messages: each is bytes, or a sequence of frames
        :param flags: DONTWAIT
        :returns: how many were accepted, in order: all, unless time or room ran out, or one was
            refused after others had been accepted
        :raises Again: none could be accepted in time
        :raises ZMQError: the first was refused: see `send`
        """
        batch = as_batch(messages)
        count = self._engine.send_many(
            batch, 0.0 if flags & DONTWAIT else self._engine.send_timeout
        )
        if batch and not count:
            raise Again(msg="no message could be sent in time: no peer, or high-water mark")
        return count

    def recv_many(self, max_messages: int = 1000, flags: int = 0) -> list[Message]:
        """Receive what is there, waiting only for the first message.

        :param max_messages: the most to return
        :param flags: DONTWAIT
        :returns: 1 to ``max_messages`` messages; bytes for one of a single frame, else a list
        :raises Again: no message in time
        """
        timeout = 0.0 if flags & DONTWAIT else self._engine.receive_timeout
        return self._engine.receive_many(max_messages, timeout)

    def monitor_events(self, limit: int = LIMIT) -> EventStream:
        """Return what happens from now on: ``for event in socket.monitor_events()``.

        :param limit: so many events wait for their reader; what comes then is counted and left out
        :returns: an iterator of `core.events.SocketEvent`
        """
        return EventStream(self._engine, limit)

    def poll(self, timeout: float | None = None, flags: int = PollEvent.POLLIN) -> int:
        """Wait for events.

        :param timeout: milliseconds; None or negative waits for ever
        :param flags: POLLIN, POLLOUT or both
        :returns: which of them hold, 0 when none did in time
        """
        seconds = None if timeout is None or timeout < 0 else timeout / 1000
        return self._engine.poll(flags, seconds)


def as_batch(messages: Sequence[Any]) -> list[Message]:
    """Messages as programs write them, checked, as the engine takes them."""
    return [
        message
        if message.__class__ is bytes
        else to_message(message if isinstance(message, (list, tuple)) else [message])
        for message in messages
    ]


def _text(addr: str | bytes) -> str:
    if isinstance(addr, bytes):
        return addr.decode()
    if not isinstance(addr, str):
        raise TypeError(f"an endpoint is text such as 'tcp://127.0.0.1:5555', not {addr!r}")
    return addr


__all__ = ["RestOfMessage", "Socket", "SocketBase", "error_from_errno"]
