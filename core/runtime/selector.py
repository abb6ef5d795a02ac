"""The system's readiness queue, epoll or kqueue, with as little around it as there can be.

`selectors.DefaultSelector` costs several microseconds per wait in Python code; a round trip has
fifty. Both kinds have a descriptor that another selector can watch: that makes sockets composable.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from functools import partial
from typing import Protocol

READ = 1
WRITE = 4

# What is found at once: with a thousand busy peers, the messages of all of them would not fit into
# the processor's caches. The system puts those who had their turn at the end of its queue.
MOST_EVENTS = 32

Events = list[tuple[int, int]]


class Selector(Protocol):
    """Level-triggered readiness of descriptors; usable from several threads at once."""

    def fileno(self) -> int: ...

    def register(self, fd: int, mask: int) -> None: ...

    def modify(self, fd: int, mask: int) -> None: ...

    def unregister(self, fd: int) -> None:
        """Forget a descriptor; one that was closed already is no error."""

    @property
    def wait(self) -> Callable[[float | None], Events]:
        """``wait(timeout)``: (descriptor, mask) pairs, after at most `timeout` seconds.

        Any bit of the mask besides WRITE means: reading tells what happened.
        """

    def close(self) -> None: ...


if sys.platform == "linux":

    class EpollSelector:
        __slots__ = ("_epoll", "fileno", "wait")

        def __init__(self) -> None:
            self._epoll = select.epoll()
            self.fileno = self._epoll.fileno
            # EPOLLERR (8) and EPOLLHUP (16) cannot be masked out: callers test READ and the rest.
            self.wait: Callable[[float | None], Events]
            self.wait = partial(self._epoll.poll, maxevents=MOST_EVENTS)

        def register(self, fd: int, mask: int) -> None:
            self._epoll.register(fd, mask)

        def modify(self, fd: int, mask: int) -> None:
            self._epoll.modify(fd, mask)

        def unregister(self, fd: int) -> None:
            try:
                self._epoll.unregister(fd)
            except (OSError, ValueError):
                pass  # closed descriptors leave an epoll by themselves

        def close(self) -> None:
            self._epoll.close()

    def new_selector() -> Selector:
        return EpollSelector()

else:

    class KqueueSelector:
        __slots__ = ("_kqueue", "_masks", "fileno")

        def __init__(self) -> None:
            self._kqueue = select.kqueue()
            self._masks: dict[int, int] = {}
            self.fileno = self._kqueue.fileno

        def register(self, fd: int, mask: int) -> None:
            self._masks[fd] = 0
            self.modify(fd, mask)

        def modify(self, fd: int, mask: int) -> None:
            old = self._masks[fd]
            self._masks[fd] = mask
            pairs = ((READ, select.KQ_FILTER_READ), (WRITE, select.KQ_FILTER_WRITE))
            for bit, kind in pairs:
                if (old ^ mask) & bit:
                    action = select.KQ_EV_ADD if mask & bit else select.KQ_EV_DELETE
                    self._kqueue.control([select.kevent(fd, kind, action)], 0, 0)

        def unregister(self, fd: int) -> None:
            try:
                self.modify(fd, 0)
            except (OSError, KeyError, ValueError):
                pass  # closed descriptors leave a kqueue by themselves
            self._masks.pop(fd, None)

        def wait(self, timeout: float | None) -> Events:
            masks: dict[int, int] = {}
            for event in self._kqueue.control(None, MOST_EVENTS, timeout):
                bit = WRITE if event.filter == select.KQ_FILTER_WRITE else READ
                masks[event.ident] = masks.get(event.ident, 0) | bit
            return list(masks.items())

        def close(self) -> None:
            self._kqueue.close()

    def new_selector() -> Selector:
        return KqueueSelector()
