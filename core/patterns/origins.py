"""Whose a received message is, for those who ask: a frame's ``Peer-Address`` and the like."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress

from .pipe import NO_FACTS, Message, Pipe, frames_of
from .turns import interleave


class Attributed(list[bytes]):
    """A received message with what is known of its sender: its frames, even if it is only one."""

    __slots__ = ("facts",)

    def __init__(self, frames: list[bytes], facts: Mapping[str, str | int] | None) -> None:
        super().__init__(frames)
        self.facts = facts  # None: ask the pattern


class Labelled(Attributed):
    """The same for one frame, made many at a time: see `labelled`."""

    __slots__ = ()

    __init__ = list.__init__


def labelled(bodies: Iterable[Message], facts: Iterable[Mapping[str, str | int]]) -> list[Message]:
    """Messages of one frame each, with what is known of each."""
    messages = list(map(Labelled, zip(bodies)))
    for message, about in zip(messages, facts):  # noqa: B905
        message.facts = about
    return messages


def plain(message: Message) -> Message:
    """The message without what is known of its sender."""
    if not isinstance(message, Attributed):
        return message
    return list(message) if len(message) > 1 else message[0]


def facts_of(message: Message) -> Mapping[str, str | int] | None:
    """What the message itself knows about its sender."""
    return message.facts if isinstance(message, Attributed) else None


class Origins:
    """Whose the messages in an inbox are.

    Who never asks pays next to nothing: until the first question, only the sizes of the batches
    are noted of which the inbox was filled. From then on it is filled with `Attributed` messages,
    so that a message and its origin cannot be told apart, whichever thread receives it.
    """

    __slots__ = ("_round", "asked", "sole")

    def __init__(self) -> None:
        self.asked = False
        self.sole: Pipe | None = None  # all messages are of this pipe, or else:
        self._round: list[tuple[Pipe, int]] = []

    def mark(self, taken: list[tuple[Pipe, list[Message]]]) -> list[list[Message]]:
        """The batches of some pipes, as they go into the empty inbox."""
        self.sole = None
        self._round = [(pipe, len(batch)) for pipe, batch in taken]
        if self.asked:
            return [
                [Attributed(frames_of(message), pipe.facts) for message in batch]
                for pipe, batch in taken
            ]
        return [batch for _, batch in taken]

    def waiting(self, pipe: Pipe, count: int) -> int:
        """How many of the `count` messages in the inbox are this pipe's."""
        if self.sole is not None:
            return count if self.sole is pipe else 0
        order = interleave([[pipe] * size for pipe, size in self._round])
        return order[-count:].count(pipe) if count else 0

    def ask(self, inbox: deque[Message]) -> Mapping[str, str | int]:
        """The facts about the message that was received last, the first time somebody asks."""
        if self.asked:
            return NO_FACTS
        self.asked = True
        left = []
        with suppress(IndexError):
            while True:  # other threads may pop meanwhile
                left.append(inbox.popleft())
        last, *rest = self._whose(len(left) + 1)
        inbox.extend(
            Attributed(frames_of(message), facts) for message, facts in zip(left, rest, strict=True)
        )
        return last

    def _whose(self, count: int) -> list[Mapping[str, str | int]]:
        """The facts about the last so many messages that the inbox was filled with."""
        if self.sole is not None:
            return [self.sole.facts] * count
        order = interleave([[pipe.facts] * size for pipe, size in self._round])
        return [NO_FACTS] * (count - len(order)) + order[-count:]
