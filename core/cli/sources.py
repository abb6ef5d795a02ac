"""Where the messages to send come from: standard input, the command line, files, and the clock."""

from __future__ import annotations

import itertools
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Protocol

from core.cli.ending import Failed
from core.cli.formats import Decoder
from core.patterns import Message

# In bytes: what one look at standard input may return.
READ_SIZE = 1 << 18
# How many messages of a source that never ends are handed out at a time.
BATCH = 1000


class Source(Protocol):
    """Hands out messages in order."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""

    @property
    def fd(self) -> int | None:
        """The descriptor to wait for before the next `take`; None: none."""

    def due(self) -> float:
        """How long to wait before the next `take`, in seconds."""

    def take(self) -> Sequence[Message]:
        """What is there; may be empty. Waits for input if the descriptor has none.

        :raises Failed: the input is not in its format
        """


class Splitter:
    """Cuts a stream of bytes at a delimiter; None: all of it is one piece."""

    def __init__(self, delimiter: bytes | None) -> None:
        self._delimiter = delimiter
        self._parts: list[bytes] = []  # of the piece that has not ended
        self._tail = b""  # what may be the beginning of a delimiter

    def feed(self, chunk: bytes) -> list[bytes]:
        """The pieces that end in this chunk."""
        delimiter = self._delimiter
        if delimiter is None or delimiter not in self._tail + chunk:
            self._parts.append(chunk)
            if delimiter is not None and len(delimiter) > 1:
                self._tail = (self._tail + chunk)[1 - len(delimiter) :]
            return []
        pieces = b"".join([*self._parts, chunk]).split(delimiter)
        rest = pieces.pop()
        self._parts = [rest] if rest else []
        self._tail = rest[1 - len(delimiter) :] if len(delimiter) > 1 else b""
        return pieces

    def finish(self) -> list[bytes]:
        """What stands after the last delimiter, if anything does; without one, everything."""
        rest = b"".join(self._parts)
        return [rest] if rest or self._delimiter is None else []


class Input:
    """Standard input, cut into messages."""

    def __init__(self, fd: int, splitter: Splitter, decode: Decoder) -> None:
        self.fd: int | None = fd
        self._descriptor = fd
        self._splitter = splitter
        self._decode = decode
        self._number = 0
        self.ended = False

    def due(self) -> float:
        """At once: the descriptor tells when."""
        return 0.0

    def take(self) -> Sequence[Message]:
        """Read once."""
        chunk = os.read(self._descriptor, READ_SIZE)
        if chunk:
            pieces = self._splitter.feed(chunk)
        else:
            pieces = self._splitter.finish()
            self.ended = True
        if self._decode is bytes:
            return pieces
        return [self._read(piece) for piece in pieces]

    def _read(self, piece: bytes) -> Message:
        self._number += 1
        try:
            return self._decode(piece)
        except ValueError as error:
            raise Failed(f"message {self._number} of the input: {error}") from error


class Fixed:
    """The same messages, again and again.

    :param total: how many to hand out; None: no end
    """

    fd: int | None = None

    def __init__(self, messages: Sequence[Message], total: int | None) -> None:
        rounds = -(-BATCH // len(messages)) if total is None or total > len(messages) else 1
        self._messages = list(messages) * rounds
        self._left = total

    @property
    def ended(self) -> bool:
        """So many were handed out."""
        return self._left == 0

    def due(self) -> float:
        """At once."""
        return 0.0

    def take(self) -> Sequence[Message]:
        """A batch of them."""
        if self._left is None:
            return self._messages
        batch = self._messages[: self._left]
        self._left -= len(batch)
        return batch


class Paced:
    """Hands out the messages of another source one by one, so many seconds apart."""

    def __init__(self, source: Source, interval: float) -> None:
        self._source = source
        self._interval = interval
        self._waiting: deque[Message] = deque()
        self._next = 0.0

    @property
    def ended(self) -> bool:
        """The other has ended, and all were handed out."""
        return self._source.ended and not self._waiting

    @property
    def fd(self) -> int | None:
        """None while messages of the other source are at hand."""
        return None if self._waiting else self._source.fd

    def due(self) -> float:
        """Until the interval is over."""
        return max(0.0, self._next - time.monotonic())

    def take(self) -> Sequence[Message]:
        """One, or none."""
        if not self._waiting:
            self._waiting.extend(self._source.take())
        if not self._waiting:
            return []
        # The beat is kept: a late message does not push back those that follow.
        now = time.monotonic()
        self._next = max((self._next or now) + self._interval, now)
        return [self._waiting.popleft()]


def one_by_one(source: Source) -> Iterator[Message]:
    """All messages of a source, waiting for each to be due."""
    return itertools.chain.from_iterable(batches(source))


def batches(source: Source) -> Iterator[Sequence[Message]]:
    """All messages of a source, those together that are there together."""
    while not source.ended:
        if (pause := source.due()) > 0:
            time.sleep(pause)
        if batch := source.take():
            yield batch


__all__ = [
    "BATCH",
    "Fixed",
    "Input",
    "Paced",
    "Source",
    "Splitter",
    "batches",
    "one_by_one",
]
