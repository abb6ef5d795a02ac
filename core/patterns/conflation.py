"""ZMQ_CONFLATE: of each peer, and for each peer, only the newest message is kept.

libzmq gives such a socket pipes that hold one message. Here the way out is a pipe of its own kind,
and the way in a queue of its own kind, so that other sockets pay nothing for it.
"""

from __future__ import annotations

from collections import deque

from .drops import DropReason
from .fair_queue import FairQueue, Preparation
from .pipe import UNLIMITED, Message, Pipe
from .turns import interleave


class NewestPipe(Pipe):
    """A message that is put replaces the one that waits: there is always room."""

    __slots__ = ()

    def room(self) -> int:
        return UNLIMITED

    def put(self, batch: list[Message]) -> None:
        self.drop(DropReason.REPLACED, self.queued + len(batch) - 1)
        self.outgoing.clear()
        self.outgoing.append(batch[-1:])
        self.queued = 1

    def requeue(self, batch: list[Message]) -> None:
        if not self.queued:
            self.put(batch)
        else:
            self.drop(DropReason.REPLACED, len(batch))


class NewestQueue(FairQueue):
    """Of each pipe the newest message, until it is received: in the inbox it is replaced too.

    Pipes are not marked as active, so that every arrival is told.
    """

    __slots__ = ("_inbox", "_shown", "_waiting")

    def __init__(self, inbox: deque[Message], replaced: FairQueue) -> None:
        super().__init__()
        self._inbox = inbox
        self._waiting: dict[Pipe, None] = {}  # in the order in which they will be served
        self._shown: dict[Pipe, Message] = {}  # what the last collect put into the inbox
        while replaced:
            for pipe, batch in replaced.take(UNLIMITED):
                pipe.incoming = batch
                self.add(pipe)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def waiting(self) -> int:
        return len(self._waiting)

    def add(self, pipe: Pipe) -> None:
        pipe.drop(DropReason.REPLACED_ON_ARRIVAL, len(pipe.incoming) - 1)
        del pipe.incoming[:-1]
        self._waiting[pipe] = None
        if pipe in self._shown:
            try:
                self._inbox.remove(self._shown.pop(pipe))
                pipe.drop(DropReason.REPLACED_ON_ARRIVAL)
            except ValueError:
                pass  # it has been received

    def take(self, quantum: int) -> list[tuple[Pipe, list[Message]]]:
        waiting, self._waiting = self._waiting, {}
        return [(pipe, pipe.take_incoming()) for pipe in waiting]

    def collect(
        self, inbox: deque[Message], quantum: int, prepare: Preparation | None = None
    ) -> None:
        if self._waiting:
            taken = self.take(quantum)
            if prepare is not None:
                taken = [(pipe, prepare(pipe, batch)) for pipe, batch in taken]
            batches = self.origins.mark(taken)
            inbox.extend(interleave(batches))
            shown = zip(taken, batches, strict=True)
            self._shown = {pipe: batch[-1] for (pipe, _), batch in shown if batch}
