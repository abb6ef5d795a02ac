"""Taking turns between the pipes that have something to receive (RFC 28, RFC 30 "fair-queue")."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from .origins import Origins
from .pipe import Message, Pipe
from .turns import interleave

# What a pattern does to the messages of one pipe before they go into the inbox.
Preparation = Callable[[Pipe, list[Message]], list[Message]]


class FairQueue:
    """The pipes with messages waiting, in the order in which they will be served."""

    __slots__ = ("active", "origins")

    def __init__(self) -> None:
        self.active: deque[Pipe] = deque()
        self.origins = Origins()

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
        """Of every waiting pipe at most `quantum` messages; who has more goes on waiting."""
        taken = [(pipe, pipe.take_incoming(quantum)) for pipe in self.active]
        waiting = [pipe for pipe in self.active if pipe.incoming]
        if len(waiting) < len(taken):
            for pipe, _ in taken:
                pipe.active = bool(pipe.incoming)
            self.active.clear()
            self.active.extend(waiting)
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
