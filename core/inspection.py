"""Watching a socket from outside: monitor sockets, under pyzmq's names."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from core.enums import Event, SocketType

if TYPE_CHECKING:
    from core.context import BaseContext
    from core.runtime.engine import Engine
    from core.statistics import PeerStats, SocketStats

_numbers = count(1)


class InspectionMixin:
    """What blocking and asyncio sockets tell of themselves without waiting."""

    __slots__ = ()

    if TYPE_CHECKING:
        _engine: Engine
        _context: BaseContext[Any]
        _monitor_socket: Any

    def monitor(
        self,
        addr: str | bytes | None,
        events: int = Event.ALL,
        *,
        version: int = 1,
        socket_type: int = SocketType.PAIR,
    ) -> None:
        """Send events as messages to an inproc endpoint; a PAIR socket that connects reads them.

        Up to 1,000 messages wait for the reader; further ones are lost, which the log tells. The
        last event is MONITOR_STOPPED.

        :param addr: such as ``"inproc://events"``; None ends it
        :param events: which ones, such as ``zmq.EVENT_CONNECTED | zmq.EVENT_DISCONNECTED``
        :param version: 1 for two frames, as `core.utils.monitor` decodes them; 2 for those of
            ``zmq_socket_monitor_versioned``
        :param socket_type: PAIR, PUB or PUSH
        :raises ZMQError: EPROTONOSUPPORT for another transport, EADDRINUSE, EINVAL, ENOTSOCK
        """
        if addr is None:
            self._engine.stop_monitor()
            return
        endpoint = addr.decode() if isinstance(addr, bytes) else addr
        kind = SocketType(socket_type)
        self._engine.start_monitor(endpoint, int(events), version, kind)

    def get_monitor_socket(self, events: int | None = None, addr: str | None = None) -> Any:
        """Return a PAIR socket of this kind (blocking or asyncio) that receives the events.

        :param events: which ones; None for all
        :param addr: the inproc endpoint to use; None for a new one
        :returns: the same socket until it is closed, or the monitor disabled; it is yours to close
        """
        known = self._monitor_socket
        if known is not None and not known.closed:
            return known
        endpoint = f"inproc://monitor.s-{next(_numbers)}" if addr is None else addr
        self.monitor(endpoint, Event.ALL if events is None else events)
        self._monitor_socket = self._context.socket(SocketType.PAIR)
        self._monitor_socket.connect(endpoint)
        return self._monitor_socket

    def disable_monitor(self) -> None:
        """End what `monitor` or `get_monitor_socket` began; its reader gets MONITOR_STOPPED."""
        self._monitor_socket = None
        self.monitor(None, 0)

    def stats(self) -> SocketStats:
        """Return what this socket has counted since it was made. May be asked of a closed one."""
        engine = self._engine
        with engine.lock:
            return engine.take_stock().socket()

    def peers(self) -> tuple[PeerStats, ...]:
        """Return one entry for each connection, and for each endpoint that has none at present.

        Endpoints that were given up stay on the list until they are connected again.
        """
        engine = self._engine
        with engine.lock:
            return tuple(engine.take_stock().peers())

    def monitor_pipes_stats(self) -> None:
        """Have the monitor send EVENT_PIPES_STATS for each peer (zmq_socket_monitor_pipes_stats).

        Needs a monitor of version 2 that asked for that event. `peers` tells more, directly.

        :raises ZMQError: EINVAL without such a monitor; `Again` without peers
        """
        self._engine.send_pipes_stats()


__all__ = ["InspectionMixin"]
