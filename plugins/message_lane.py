"""A bounded queue of messages from one socket to another, without a lock on its hot path.

One thread at a time puts (the writer's) and one at a time takes (the reader's): the engine holds
its socket's lock around each. Between the two, everything rests on a fact of CPython: `extend`, a
slice copy and `del` of a slice of a list happen at once as seen by other threads. The writer only
adds at the end and the reader only removes at the front.

Sleeping and waking follow one rule on both sides: announce first, then look again. The reader sets
`idle`, then checks that the queue is still empty; the writer adds, then checks `idle`. Whatever the
interleaving, one of the two sees the other. `refused` works the same way in the other direction,
and so do the callbacks that may be set late. A wake-up too many is possible, one too few is not.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.transport import Message


class MessageLane:
    """Messages on their way, in order.

    :param capacity: how many it holds, 0 for no limit
    """

    __slots__ = (
        "_capacity", "_front", "_idle", "_lent", "_on_readable", "_on_writable", "_queue",
        "_refused", "_resume_at",
    )  # fmt: skip

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity or sys.maxsize  # -1 once closed: then nothing fits
        self._resume_at = self._capacity // 2
        self._queue: list[Message] = []
        # The reader's own: what it found in the queue beyond its limit, last message first, so
        # that a large backlog is not moved up in memory for every small take.
        self._front: list[Message] = []
        self._lent = 0  # messages of the last batch, which the reader may still be using
        self._idle = True
        self._refused = False
        self._on_readable: Callable[[], None] | None = None
        self._on_writable: Callable[[], None] | None = None

    def put(self, messages: list[Message]) -> int:
        """Append as many as fit; return how many. HOT."""
        queue = self._queue
        count = len(messages)
        if len(queue) + len(self._front) + self._lent + count > self._capacity:
            return self._put_prefix(messages)
        queue.extend(messages)
        if self._idle:
            self._wake_reader()
        return count

    def room(self) -> int:
        """How many more fit; after an answer of 0 the writer is woken when there is room again."""
        room = self._capacity - self._size()
        if room <= 0 and self._capacity >= 0:
            self._refused = True
            room = self._capacity - self._size()  # the reader may have missed the refusal
        return max(0, room)

    def take(self, limit: int) -> list[Message]:
        """Remove at most `limit` from the front; fewer than `limit` only when none is left. HOT.

        What the call before handed out counts as used up, and its room as free, from now on.
        """
        if self._front:
            taken = self._take_front(limit)
        else:
            queue = self._queue
            taken = queue[:]
            count = len(taken)
            if count > limit:
                taken = self._keep_excess(taken, limit)
            else:
                self._lent = count
                del queue[:count]
        if len(taken) < limit:
            self._idle = True
            if self._queue:  # the writer came in between, and may not have seen that we are idle
                self._wake_reader()
        if self._refused:
            self._wake_writer()
        return taken

    def listen_readable(self, call: Callable[[], None]) -> None:
        """Call back when messages come in while the reader is idle; at once if some are here."""
        self._on_readable = call
        if self._idle and self._queue:
            self._wake_reader()

    def listen_writable(self, call: Callable[[], None]) -> None:
        """Call back whenever a writer that was refused has room again; at once if it has."""
        self._on_writable = call
        if self._refused:
            self._wake_writer()

    def resize(self, capacity: int) -> None:
        """Hold so many from now on, 0 for no limit; not after `close`. What is here stays."""
        self._capacity = capacity or sys.maxsize
        self._resume_at = self._capacity // 2
        if self._refused:
            self._wake_writer()

    def close(self, *, discard: bool) -> None:
        """Take nothing more.

        :param discard: the reader leaves, throw away what it has not taken
        """
        self._capacity = -1
        self._refused = False
        self._on_writable = None
        if discard:
            self._on_readable = None
            self._queue.clear()
            self._front.clear()

    def _size(self) -> int:
        return len(self._queue) + len(self._front) + self._lent

    def _put_prefix(self, messages: list[Message]) -> int:
        accepted = 0
        while self._capacity >= 0:
            room = max(0, self._capacity - self._size())
            prefix = messages[accepted : accepted + room]
            self._queue.extend(prefix)
            accepted += len(prefix)
            if prefix and self._idle:
                self._wake_reader()
            if accepted == len(messages):
                break
            self._refused = True
            if self._size() > self._resume_at:  # else the reader may have missed the refusal
                break
            self._refused = False
        return accepted

    # Taking moves messages from `_queue` or `_front` to `_lent`: always counted in the new place
    # before they leave the old one. Counted twice for a moment, never not at all, so that the
    # capacity holds exactly.

    def _take_front(self, limit: int) -> list[Message]:
        front = self._front
        taken = front[-limit:]
        self._lent = len(taken)
        del front[-limit:]
        taken.reverse()
        if len(taken) < limit:
            more = self._queue[: limit - len(taken)]
            self._lent += len(more)
            del self._queue[: len(more)]
            taken += more
        return taken

    def _keep_excess(self, found: list[Message], limit: int) -> list[Message]:
        excess = found[limit:]
        excess.reverse()
        self._lent = limit
        self._front = excess
        del self._queue[: len(found)]
        return found[:limit]

    def _wake_reader(self) -> None:
        call = self._on_readable
        if call is not None:  # else `listen_readable` will look into the queue
            self._idle = False
            call()

    def _wake_writer(self) -> None:
        call = self._on_writable
        if call is not None and self._size() <= self._resume_at:
            self._refused = False
            call()


class NewestLane(MessageLane):
    """Holds one message, which the next one replaces (ZMQ_CONFLATE); there is always room."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(0)

    def resize(self, capacity: int) -> None:
        """Do nothing: it holds one message."""

    def put(self, messages: list[Message]) -> int:
        """Replace what waits by the last of these."""
        if self._capacity < 0 or not messages:
            return 0
        self._queue[:] = messages[-1:]
        if self._idle:
            self._wake_reader()
        return len(messages)

    def take(self, limit: int) -> list[Message]:
        """Remove the message, if one waits."""
        try:
            taken = [self._queue.pop()]  # at once, so that none is lost that comes meanwhile
        except IndexError:
            taken = []
        self._idle = True
        if self._queue:
            self._wake_reader()
        return taken


__all__ = ["MessageLane", "NewestLane"]
