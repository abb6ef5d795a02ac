"""Taking turns between the pipes that have something to receive (RFC 28, RFC 30 "fair-queue")."""

from __future__ import annotations

from collections import deque
from itertools import chain, zip_longest

from .pipe import Message, Pipe


class FairQueue:
    """The pipes with messages waiting, in the order in which they will be served."""

    __slots__ = ("active",)

    def __init__(self) -> None:
        self.active: deque[Pipe] = deque()

    def __bool__(self) -> bool:
        return bool(self.active)

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

    def collect(self, inbox: deque[Message], quantum: int) -> None:
        """Move waiting messages into `inbox`, one of each pipe in turn."""
        if self.active:
            inbox.extend(interleave([batch for _, batch in self.take(quantum)]))

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


_NOTHING = object()


def interleave(batches: list[list[Message]]) -> list[Message]:
    """The first message of each batch, then the second of each, and so on."""
    if len(batches) == 1:
        return batches[0]
    if len({len(batch) for batch in batches}) == 1:
        return list(chain.from_iterable(zip(*batches, strict=True)))
    turns = chain.from_iterable(zip_longest(*batches, fillvalue=_NOTHING))
    return [message for message in turns if message is not _NOTHING]  # type: ignore[misc]
