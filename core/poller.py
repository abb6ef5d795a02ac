"""Waiting on several sockets, and on plain descriptors, at once."""

from __future__ import annotations

import select as system_select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from core.enums import PollEvent
from core.runtime.engine import Engine
from core.runtime.waker import Waker
from core.socket import SocketBase

POLLIN = int(PollEvent.POLLIN)
POLLOUT = int(PollEvent.POLLOUT)
POLLERR = int(PollEvent.POLLERR)

_TO_SYSTEM = {POLLIN: system_select.POLLIN, POLLOUT: system_select.POLLOUT}
_BROKEN = system_select.POLLERR | system_select.POLLHUP | system_select.POLLNVAL


class Poller:
    """A set of sockets and descriptors to wait on (``zmq_poll``)."""

    def __init__(self) -> None:
        self._events: dict[Any, int] = {}  # by socket, or by descriptor
        self._system: tuple[system_select.poll, dict[int, Engine]] | None = None

    @property
    def sockets(self) -> list[tuple[Any, int]]:
        """What is registered, with the events waited for."""
        return list(self._events.items())

    def __contains__(self, socket: Any) -> bool:
        return _key(socket) in self._events

    def register(self, socket: Any, flags: int = POLLIN | POLLOUT) -> None:
        """Wait for events of a socket.

        :param socket: a socket, a descriptor, or an object with ``fileno()``
        :param flags: POLLIN, POLLOUT or both; 0 takes the socket out
        """
        self._system = None
        if flags:
            self._events[_key(socket)] = int(flags)
        else:
            self._events.pop(_key(socket), None)

    def modify(self, socket: Any, flags: int = POLLIN | POLLOUT) -> None:
        """Change the events waited for."""
        self.register(socket, flags)

    def unregister(self, socket: Any) -> None:
        """Take a socket out.

        :raises KeyError: it is not in
        """
        self._system = None
        del self._events[_key(socket)]

    def poll(self, timeout: float | None = None) -> list[tuple[Any, int]]:
        """Wait until one of the events holds.

        :param timeout: milliseconds; None or negative waits for ever
        :returns: (socket or descriptor, events) for each that is ready, empty when none was in time
        """
        seconds = None if timeout is None or timeout < 0 else timeout / 1000
        ready = self._ready_now()
        if ready or seconds == 0:
            return ready
        with self._watching() as wait:
            deadline = None if seconds is None else time.monotonic() + seconds
            while not (ready := self._ready_now()):
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    break
                wait(left)
        return ready

    def _ready_now(self) -> list[tuple[Any, int]]:
        """Look at everything with one system call; then every socket answers from memory."""
        poll, engines = self._system_poll()
        descriptors: dict[int, int] = {}
        for fd, mask in poll.poll(0):
            engine = engines.get(fd)
            if engine is None:
                descriptors[fd] = mask
            else:
                engine.turn()
        ready: list[tuple[Any, int]] = []
        for key, flags in self._events.items():
            if isinstance(key, SocketBase):
                found = key._engine.peek(flags)
            else:
                found = _found(descriptors.get(key, 0), flags)
            if found:
                ready.append((key, found))
        return ready

    def _system_poll(self) -> tuple[system_select.poll, dict[int, Engine]]:
        """What the system watches for us, and the sockets behind its descriptors."""
        if self._system is None:
            poll = system_select.poll()
            engines: dict[int, Engine] = {}
            for key, flags in self._events.items():
                if isinstance(key, SocketBase):
                    fd = key._engine.descriptor()
                    engines[fd] = key._engine
                    poll.register(fd, system_select.POLLIN)
                else:
                    poll.register(key, _system_mask(flags))
            self._system = poll, engines
        return self._system

    @contextmanager
    def _watching(self) -> Iterator[Callable[[float | None], None]]:
        """Yield a function that waits, for at most so many seconds, for anything to happen."""
        poll, engines = self._system_poll()
        waker = Waker()
        watched: list[Engine] = []
        poll.register(waker.fileno(), system_select.POLLIN)

        def wait(seconds: float | None) -> None:
            poll.poll(None if seconds is None else seconds * 1000)
            waker.clear()

        try:
            for engine in engines.values():
                engine.begin_watching(waker)
                watched.append(engine)
            yield wait
        finally:
            for engine in watched:
                engine.end_watching(waker)
            poll.unregister(waker.fileno())
            waker.close()


def _key(socket: Any) -> Any:
    if isinstance(socket, (SocketBase, int)):
        return socket
    if hasattr(socket, "fileno"):
        return int(socket.fileno())
    raise TypeError(
        f"a poller takes sockets, descriptors and objects with fileno(), not {socket!r}"
    )


def _system_mask(flags: int) -> int:
    return sum(mask for flag, mask in _TO_SYSTEM.items() if flags & flag)


def _found(mask: int, flags: int) -> int:
    """The system's answer for a descriptor, as ours."""
    found = sum(flag for flag, bit in _TO_SYSTEM.items() if mask & bit)
    return found | POLLERR | (flags & POLLIN) if mask & _BROKEN else found


def select(
    rlist: Sequence[Any], wlist: Sequence[Any], xlist: Sequence[Any], timeout: float | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    """Wait like ``select.select``, on sockets and descriptors.

    :param timeout: seconds; None waits for ever
    """
    poller = Poller()
    for items, flag in ((rlist, POLLIN), (wlist, POLLOUT), (xlist, POLLERR)):
        for item in items:
            poller.register(item, poller._events.get(_key(item), 0) | flag)
    milliseconds = None if timeout is None or timeout < 0 else timeout * 1000
    ready = dict(poller.poll(milliseconds))

    def having(items: Sequence[Any], flag: int) -> list[Any]:
        return [item for item in items if ready.get(_key(item), 0) & flag]

    return having(rlist, POLLIN), having(wlist, POLLOUT), having(xlist, POLLERR)


__all__ = ["Poller", "select"]
