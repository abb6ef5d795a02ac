"""Events that wait for one reader, in memory: what `Socket.monitor_events` reads from."""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from typing import Protocol

from core.events import EventKind, SocketEvent


class Reader(Protocol):
    """Who reads a mailbox; it may vanish without a word."""

    def on_news(self) -> None:
        """Told from any thread, with the mailbox's lock held: there is something to read."""


class Mailbox:
    """A bounded queue between the engine, which never waits, and one reader.

    When it is full, events are left out; an EVENTS_LOST stands where they are missing.
    """

    def __init__(self, reader: Reader, limit: int) -> None:
        self._reader = weakref.ref(reader)
        self._limit = limit
        self._events: deque[SocketEvent] = deque()
        self._missing = 0
        self.lock = threading.Lock()
        self.ended = False
        self.lost = 0  # in all

    def take(self, event: SocketEvent) -> bool:
        with self.lock:
            if self.ended:
                return False
            if len(self._events) >= self._limit:
                self._missing += 1
                self.lost += 1
            else:
                self._note_missing()
                self._events.append(event)
            return self._tell()

    def _tell(self) -> bool:
        reader = self._reader()
        if reader is None:
            return False
        reader.on_news()
        return True

    def _note_missing(self) -> None:
        if self._missing:
            count, self._missing = self._missing, 0
            reason = f"{count} events are missing: they came faster than they were read"
            lost = SocketEvent(EventKind.EVENTS_LOST, "", count, reason, timestamp=time.time())
            self._events.append(lost)

    def end(self) -> None:
        with self.lock:
            if not self.ended:
                self.ended = True
                self._tell()

    def pop(self) -> SocketEvent | None:
        """The next event, None when there is none at present. The lock is held."""
        if not self._events:
            self._note_missing()
        return self._events.popleft() if self._events else None
