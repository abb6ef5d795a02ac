"""Taking turns between the pipes that have something to receive (RFC 28, RFC 30 "fair-queue")."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from .origins import Origins
from .pipe import Message, Pipe
from .turns import interleave

# What a pattern does to the messages of one pipe before they go into the inbox.
Preparation = Callable[[Pipe, list[Message]], list[Message]]

# Once so many messages are taken, the other pipes wait for the next time: all that a thousand busy
# peers have sent would not fit into the processor's caches, and cost several times as much.
ENOUGH = 4096


class FairQueue:
    """The pipes with messages waiting, in the order in which they will be served."""

    __slots__ = ("active", "crowded", "origins")

    def __init__(self) -> None:
        self.active: deque[Pipe] = deque()
        self.origins = Origins()
        self.crowded = False  # the last time, not everybody had a turn

    def __bool__(self) -> bool:
        return bool(self.active)

    def waiting(self) -> int:
        """How many messages wait in the pipes."""
        return sum(len(pipe.incoming) for pipe in self.active)

    def add(self, pipe: Pipe) -> None:
        if not pipe.active:
            pipe.active = True
            self.active.append(pipe)

    def remove(self, pipe: Pipe) -> None:
        if pipe.active:
            pipe.active = False
            self.active.remove(pipe)

    def take(self, quantum: int) -> list[tuple[Pipe, list[Message]]]:
        """Of the first waiting pipes at most `quantum` messages each, until there are `ENOUGH`.

        Who has more goes on waiting, behind the others.
        """
        active = self.active
        taken = []
        count = 0
        for pipe in active:
            batch = pipe.take_incoming(quantum)
            taken.append((pipe, batch))
            count += len(batch)
            if count >= ENOUGH:
                break
        self.crowded = len(taken) < len(active)
        for pipe, _ in taken:
            active.popleft()
            if pipe.incoming:
                active.append(pipe)
            else:
                pipe.active = False
        return taken

    def collect(
        self, inbox: deque[Message], quantum: int, prepare: Preparation | None = None
    ) -> None:
        """Move waiting messages into the empty `inbox`, one of each pipe in turn."""
        if self.active:
            taken = self.take(quantum)
            if prepare is not None:
                taken = [(pipe, prepare(pipe, batch)) for pipe, batch in taken]
            origins = self.origins
            if len(taken) == 1 and not origins.asked:  # the usual case, without a call
                origins.sole, batch = taken[0]
                inbox.extend(batch)
            else:
                inbox.extend(interleave(origins.mark(taken)))

    def pop(self) -> tuple[Pipe, Message] | None:
        """One message of the pipe whose turn it is."""
        if not self.active:
            return None
        pipe = self.active.popleft()
        message = pipe.incoming.pop(0)
        if pipe.incoming:
            self.active.append(pipe)
        else:
            pipe.active = False
        return pipe, message
