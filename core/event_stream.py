"""The events of a blocking socket, one after the other: what ``Socket.monitor_events`` returns."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

from core.runtime.mailbox import Mailbox

if TYPE_CHECKING:
    from types import TracebackType

    from core.events import SocketEvent
    from core.runtime.engine import Engine

#: So many events wait for their reader; what comes then is counted and left out.
LIMIT = 1000


class EventStream(Iterator["SocketEvent"]):
    """The events of a socket since this was made. Iterating waits; it ends with the socket.

    It may be left in any way: an abandoned stream costs nothing. A ``with`` block closes it.
    """

    def __init__(self, engine: Engine, limit: int = LIMIT) -> None:
        self._engine = engine
        self._mailbox = Mailbox(self, limit)
        self._news = threading.Condition(self._mailbox.lock)
        engine.add_sink(self._mailbox)

    def on_news(self) -> None:
        """Engine: there is something to read."""
        self._news.notify_all()

    @property
    def lost(self) -> int:
        """How many events were left out because nobody read them in time."""
        return self._mailbox.lost

    def get(self, timeout: float | None = None) -> SocketEvent | None:
        """Return the next event.

        :param timeout: milliseconds; None waits for ever
        :returns: None when none came in time, or when no more will come
        """
        deadline = None if timeout is None else time.monotonic() + timeout / 1000
        mailbox = self._mailbox
        with self._news:
            while (event := mailbox.pop()) is None and not mailbox.ended:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._news.wait(left)
            return event

    def __next__(self) -> SocketEvent:
        event = self.get()
        if event is None:
            raise StopIteration
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


__all__ = ["LIMIT", "EventStream"]
