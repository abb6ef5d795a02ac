"""Waiting on several sockets, and on plain descriptors, at once."""

from __future__ import annotations

import select as system_select
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from core.enums import PollEvent
from core.runtime.engine import Engine
from core.runtime.vigil import Vigil
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
        self._polled = False  # since something was registered
        self._vigil: Vigil[Any] | None = None
        self._ready_before: set[Any] = set()
        self._writers: set[Any] = set()  # nobody tells when an option makes room for them
        self._descriptors: list[int] = []
        self._order: dict[Any, int] = {}

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
        self._changed()
        if flags:
            self._events[_key(socket)] = int(flags)
        else:
            self._events.pop(_key(socket), None)

    def modify(self, socket: Any, flags: int = POLLIN | POLLOUT) -> None:
        """Change the events waited for.

        :param socket: what is registered
        :param flags: POLLIN, POLLOUT or both; 0 takes it out
        """
        self.register(socket, flags)

    def unregister(self, socket: Any) -> None:
        """Take a socket out.

        :param socket: what is registered
        :raises KeyError: it is not in
        """
        self._changed()
        del self._events[_key(socket)]

    def poll(self, timeout: float | None = None) -> list[tuple[Any, int]]:
        """Wait until one of the events holds.

        :param timeout: milliseconds; None or negative waits for ever
        :returns: (socket or descriptor, events) for each that is ready, empty when none was in time
        """
        seconds = None if timeout is None or timeout < 0 else timeout / 1000
        first, self._polled = not self._polled, True
        if first:  # may be the only call: not worth a vigil if it need not wait
            ready = self._ready_now()
            if ready or seconds == 0:
                return ready
        with self._holding() as vigil:
            return self._poll_with(vigil, seconds)

    def _poll_with(self, vigil: Vigil[Any], seconds: float | None) -> list[tuple[Any, int]]:
        deadline = None if seconds is None else time.monotonic() + seconds
        candidates = self._ready_before | self._writers
        while True:
            candidates.update(vigil.look())
            ready = self._found_among(candidates) + self._ready_descriptors()
            left = None if deadline is None else deadline - time.monotonic()
            if ready or (left is not None and left <= 0):
                break
            vigil.wait(partial(self._sleep, vigil) if self._descriptors else vigil.doze, left)
        self._ready_before = {key for key, _ in ready if isinstance(key, SocketBase)}
        if len(ready) > 1:
            ready.sort(key=lambda found: self._order[found[0]])
        return ready

    def _found_among(self, candidates: set[Any]) -> list[tuple[Any, int]]:
        """The sockets that are ready; the others are no candidates any more."""
        ready = []
        for key in tuple(candidates):
            flags = self._events.get(key, 0)
            if isinstance(key, SocketBase) and (found := key._engine.peek(flags)):
                ready.append((key, found))
            elif not flags & POLLOUT:
                candidates.discard(key)
        return ready

    # Descriptors

    def _ready_descriptors(self) -> list[tuple[Any, int]]:
        if not self._descriptors:
            return []
        masks = dict(self._system_of_descriptors().poll(0))
        found = ((fd, _found(masks.get(fd, 0), self._events[fd])) for fd in self._descriptors)
        return [(fd, events) for fd, events in found if events]

    def _sleep(self, vigil: Vigil[Any], timeout: float | None) -> None:
        """Sleep until a descriptor is ready, or something happened to a socket."""
        poll = self._system_of_descriptors()
        poll.register(vigil.fileno(), system_select.POLLIN)
        poll.poll(None if timeout is None else timeout * 1000)

    def _system_of_descriptors(self) -> system_select.poll:
        poll = system_select.poll()
        for fd in self._descriptors:
            poll.register(fd, _system_mask(self._events[fd]))
        return poll

    # The vigil

    @contextmanager
    def _holding(self) -> Iterator[Vigil[Any]]:
        """The vigil, ours for the length of the call; a new one if another thread has it."""
        vigil = self._vigil
        if vigil is None or not vigil.hold():
            kept, vigil = vigil, self._new_vigil()
            if kept is None or kept.ended:
                self._vigil = vigil
        try:
            yield vigil
        except BaseException:
            vigil.end()  # what it has noted may be lost
            raise
        finally:
            if vigil is not self._vigil or not vigil.watches_sockets:
                vigil.end()
            vigil.lock.release()

    def _new_vigil(self) -> Vigil[Any]:
        self._order = {key: number for number, key in enumerate(self._events)}
        self._descriptors = [key for key in self._events if not isinstance(key, SocketBase)]
        self._ready_before = set()
        self._writers = {key for key, flags in self._events.items() if flags & POLLOUT}
        sockets = (key for key in self._events if isinstance(key, SocketBase))
        return Vigil({socket: socket._engine for socket in sockets})

    def _changed(self) -> None:
        """Something else is registered: begin anew."""
        self._system = None
        self._polled = False
        vigil, self._vigil = self._vigil, None
        if vigil is not None:
            vigil.end_if_idle()

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

    :param rlist: what to wait for until it can be received from
    :param wlist: what to wait for until it can be sent to
    :param xlist: descriptors to wait for until they are broken
    :param timeout: seconds; None waits for ever
    :returns: those of the three lists that are ready
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
