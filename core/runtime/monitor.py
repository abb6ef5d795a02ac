"""A monitor socket: events as messages on an inproc endpoint, as zmq_socket_monitor sends them."""

from __future__ import annotations

import errno
import struct
from typing import TYPE_CHECKING

from core.endpoint import split_endpoint
from core.enums import Event, SocketType
from core.errors import error_from_errno
from core.events import EventKind, SocketEvent
from core.options import OptionValues
from core.plugin import get_transport
from core.runtime import log

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.runtime.engine import Engine
    from core.runtime.reactor import Reactor


# So many events wait for a reader; libzmq blocks the monitored socket instead.
WAITING = 1000
# One-way types whose messages may have several frames (zmq_socket_monitor_versioned).
SENDERS = (SocketType.PAIR, SocketType.PUB, SocketType.PUSH)
MAX_V1 = 0xFFFF
_MAX_VALUE = 0xFFFFFFFF
_STOPPED = SocketEvent(EventKind.MONITOR_STOPPED, "")


class Monitor:
    """The sending end: a socket of its own that belongs to the monitored one."""

    def __init__(
        self, reactor: Reactor, endpoint: str, events: int, version: int, kind: SocketType
    ) -> None:
        from core.runtime.engine import Engine

        self.events = events
        self._version = version
        self._lost = 0
        self._ended = False
        self._engine: Engine = Engine(reactor, kind, OptionValues(kind, linger=0))
        try:
            self._engine.bind(endpoint)
        except BaseException:
            self._engine.close(0)
            raise

    def take(self, event: SocketEvent) -> bool:
        if event.kind & self.events & Event.ALL_V1:
            self._send(encode(event, self._version))
        return not self._ended

    def send_stats(self, queues: Iterable[tuple[int, int, str, str]]) -> None:
        """PIPES_STATS of every pipe: queued out and in, local and remote endpoint."""
        for out, into, local, remote in queues:
            self._send(_versioned(Event.PIPES_STATS, (out, into), local, remote))

    def _send(self, frames: list[bytes]) -> None:
        engine = self._engine
        if len(engine.outbox) < WAITING:
            engine.outbox.append(frames)
            engine.turn()
            return
        self._lost += 1
        if self._lost == 1:
            text = "%s: nobody reads this monitor, further events are lost"
            log.warning(text, engine.last_endpoint)

    def end(self) -> None:
        if not self._ended:
            self._ended = True
            if self.events & Event.MONITOR_STOPPED:
                self._send(encode(_STOPPED, self._version))
            self._engine.close(0)


def check(endpoint: str, events: int, version: int, kind: int) -> None:
    """Refuse what libzmq refuses.

    :raises ZMQError: EPROTONOSUPPORT for anything but inproc; EINVAL
    """
    if get_transport(split_endpoint(endpoint)[0]).kind == "stream":
        why = f"a monitor needs an endpoint such as inproc://events, not {endpoint!r}"
        raise error_from_errno(errno.EPROTONOSUPPORT, why)
    if version not in (1, 2):
        raise error_from_errno(errno.EINVAL, f"monitor events have version 1 or 2, not {version}")
    if version == 1 and events > MAX_V1:
        raise error_from_errno(errno.EINVAL, "PIPES_STATS needs events of version 2")
    if kind not in SENDERS:
        raise error_from_errno(errno.EINVAL, "a monitor is a PAIR, PUB or PUSH socket")


def encode(event: SocketEvent, version: int) -> list[bytes]:
    """The frames of an event."""
    value = min(max(event.value, 0), _MAX_VALUE)
    if version == 1:
        return [struct.pack("=HI", event.kind, value), event.endpoint.encode()]
    peer = event.peer if event.local else event.endpoint
    return _versioned(event.kind, (value,), event.local, peer)


def _versioned(kind: int, values: tuple[int, ...], local: str, remote: str) -> list[bytes]:
    numbers = (kind, len(values), *values)
    return [*(struct.pack("=Q", number) for number in numbers), local.encode(), remote.encode()]
