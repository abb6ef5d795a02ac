"""Waiting on several sockets and descriptors, awaited."""

from __future__ import annotations

import asyncio
from typing import Any

from core.enums import PollEvent
from core.poller import Poller as BlockingPoller
from core.socket import SocketBase


class Poller(BlockingPoller):
    """Like `core.Poller`; `poll` is awaited. Its sockets are asyncio sockets."""

    async def poll(self, timeout: float | None = None) -> list[tuple[Any, int]]:  # type: ignore[override]
        """Wait until one of the events holds: see `core.Poller.poll`."""
        seconds = None if timeout is None or timeout < 0 else timeout / 1000
        ready = self._ready_now()
        if ready or seconds == 0 or not self._events:
            return ready
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        waits = [
            asyncio.ensure_future(_socket_event(key, flags, changed))
            for key, flags in self._events.items()
            if isinstance(key, SocketBase)
        ]
        descriptors = [key for key in self._events if not isinstance(key, SocketBase)]
        self._watch(loop, descriptors, changed)
        try:
            async with asyncio.timeout(seconds):
                while not ready:
                    await changed.wait()
                    changed.clear()
                    ready = self._ready_now()
        except TimeoutError:
            pass
        finally:
            for wait in waits:
                wait.cancel()
            for fd in descriptors:
                loop.remove_reader(fd)
                loop.remove_writer(fd)
        return ready

    def _watch(
        self, loop: asyncio.AbstractEventLoop, descriptors: list[int], changed: asyncio.Event
    ) -> None:
        for fd in descriptors:
            if self._events[fd] & PollEvent.POLLIN:
                loop.add_reader(fd, changed.set)
            if self._events[fd] & PollEvent.POLLOUT:
                loop.add_writer(fd, changed.set)


async def _socket_event(socket: Any, flags: int, changed: asyncio.Event) -> None:
    await socket.poll(None, flags)
    changed.set()


__all__ = ["Poller"]
