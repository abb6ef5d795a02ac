"""Sending to each pipe in turn, skipping those that are full (RFC 28, RFC 30 "round-robin")."""

from __future__ import annotations

from .base import Pattern
from .pipe import Message, Pipe


class LoadBalanced(Pattern):
    """Mix-in for the patterns that send round robin: PUSH, DEALER, REQ."""

    _turn = 0

    def detach(self, pipe: Pipe) -> None:
        if pipe.attached and self.pipes.index(pipe) < self._turn:
            self._turn -= 1
        super().detach(pipe)

    def writable(self) -> bool:
        return any(pipe.room() > 0 for pipe in self.pipes)

    def send(self, message: Message) -> bool:
        return self.route(message) is not None

    def route(self, message: Message) -> Pipe | None:
        """Give one message to the next pipe with room; None when all are full."""
        pipes = self.pipes
        if len(pipes) == 1:
            # The usual case, with half of the calls: what leaves at once needs no room.
            pipe = pipes[0]
            transmit = pipe.transmit
            if transmit is not None and not pipe.queued and transmit(message):
                return pipe
        for _ in pipes:
            if self._turn >= len(pipes):
                self._turn = 0
            pipe = pipes[self._turn]
            self._turn += 1
            if pipe.room() > 0:
                self.deliver(pipe, message)
                return pipe
        return None

    def in_turn(self) -> list[Pipe]:
        """All pipes, from the one whose turn it is; the turn passes on."""
        start = self._turn % len(self.pipes) if self.pipes else 0
        self._turn = start + 1
        return self.pipes[start:] + self.pipes[:start]

    def burst_room(self) -> int:
        if not self.pipes:
            return 0
        return min(pipe.room() for pipe in self.pipes) * len(self.pipes)

    def distribute(self) -> None:
        outbox = self.outbox
        count = len(outbox)  # another thread may append meanwhile: those stay for the next time
        if not count:
            return
        if count <= self.burst_room():
            self._deal(outbox[:count])
            del outbox[:count]
        else:
            self._deal_singly(count)

    def _deal(self, batch: list[Message]) -> None:
        """Round robin by slicing: message k goes to the k-th pipe from the one whose turn it is."""
        pipes = self.pipes
        width = len(pipes)
        if width == 1:
            self.push(pipes[0], batch)
            return
        for offset in range(min(width, len(batch))):
            self.push(pipes[(self._turn + offset) % width], batch[offset::width])
        self._turn = (self._turn + len(batch)) % width

    def _deal_singly(self, count: int) -> None:
        """A pipe went away under the burst: place what fits, the rest waits its turn."""
        placed = 0
        while placed < count and self.route(self.outbox[placed]) is not None:
            placed += 1
        del self.outbox[:placed]
