"""The events of an asyncio socket: ``async for event in socket.monitor_events()``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from core.event_stream import LIMIT
from core.runtime.mailbox import Mailbox

if TYPE_CHECKING:
    from types import TracebackType

    from core.events import SocketEvent
    from core.runtime.engine import Engine


class EventStream(AsyncIterator["SocketEvent"]):
    """Like `core.event_stream.EventStream`, awaited. Cancelling loses no event."""

    def __init__(self, engine: Engine, limit: int = LIMIT) -> None:
        self._engine = engine
        self._mailbox = Mailbox(self, limit)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        engine.add_sink(self._mailbox)

    def on_news(self) -> None:
        """Engine: there is something to read."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                self._loop.call_soon_threadsafe(self._news.set)

    @property
    def lost(self) -> int:
        """How many events were left out because nobody read them in time."""
        return self._mailbox.lost

    async def get(self, timeout: float | None = None) -> SocketEvent | None:
        """Return the next event: see `core.event_stream.EventStream.get`."""
        self._enter_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout(None if timeout is None else timeout / 1000):
                while (event := self._pop()) is None and not self._mailbox.ended:
                    await self._news.wait()
                return event
        return None

    def _enter_loop(self) -> None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            with self._mailbox.lock:
                self._loop, self._news = loop, asyncio.Event()

    def _pop(self) -> SocketEvent | None:
        self._news.clear()
        with self._mailbox.lock:
            return self._mailbox.pop()

    async def __anext__(self) -> SocketEvent:
        event = await self.get()
        if event is None:
            raise StopAsyncIteration
        return event

    def close(self) -> None:
        """Take no more events; those that wait can still be read."""
        self._engine.remove_sink(self._mailbox)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


__all__ = ["EventStream"]
