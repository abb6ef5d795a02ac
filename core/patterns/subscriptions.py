"""Which subscriptions match a message: prefix tables for publishers and for subscribers (RFC 29).

The cost of a match grows with the number of different prefix *lengths*, not with the number of
subscriptions: one dictionary look-up per length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from .pipe import Message, Pipe

T = TypeVar("T")

# So many different topics are remembered with their answer.
_REMEMBERED = 4096


def topic_of(message: Message) -> bytes:
    """RFC 29: subscriptions match the first frame."""
    return message[0] if isinstance(message, list) else message


def is_subscription(frame: bytes) -> bool:
    """Whether a frame says subscribe or cancel (RFC 29: it begins with one or zero)."""
    return frame[:1] in (b"\1", b"\0")


class _Lengths:
    """The lengths of the prefixes in a table, shortest first."""

    __slots__ = ("_counts", "sorted")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self.sorted: tuple[int, ...] = ()

    def add(self, length: int) -> None:
        self._counts[length] = self._counts.get(length, 0) + 1
        if self._counts[length] == 1:
            self.sorted = tuple(sorted(self._counts))

    def remove(self, length: int) -> None:
        self._counts[length] -= 1
        if not self._counts[length]:
            del self._counts[length]
            self.sorted = tuple(sorted(self._counts))


class _Answers(Generic[T]):
    """What a table answered for a topic, until the table changes.

    Topics repeat, so that a batch is matched by a few passes in C rather than message by message.
    """

    __slots__ = ("_answer", "_known")

    def __init__(self, answer: Callable[[bytes], T]) -> None:
        self._answer = answer
        self._known: dict[bytes, T] = {}

    def forget(self) -> None:
        self._known.clear()

    def of(self, messages: Iterable[Message], lengths: tuple[int, ...]) -> list[T]:
        """One answer for each message; prefixes beyond the longest length cannot matter."""
        longest = lengths[-1] if lengths else 0
        topics = [
            message[:longest] if isinstance(message, bytes) else message[0][:longest]
            for message in messages
        ]
        known = self._known
        if len(known) > _REMEMBERED:
            known.clear()
        for topic in set(topics) - known.keys():
            known[topic] = self._answer(topic)
        return list(map(known.__getitem__, topics))


class SubscriberTable:
    """A SUB socket's own subscriptions, counted: the n-th unsubscribe takes the n-th back."""

    __slots__ = ("_answers", "_counts", "_lengths")

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}
        self._lengths = _Lengths()
        self._answers = _Answers(self.matches)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, prefix: bytes) -> bool:
        """True when this prefix is new."""
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        if self._counts[prefix] > 1:
            return False
        self._answers.forget()
        self._lengths.add(len(prefix))
        return True

    def remove(self, prefix: bytes) -> bool:
        """True when this was the last subscription to the prefix."""
        count = self._counts.get(prefix, 0)
        if count > 1:
            self._counts[prefix] = count - 1
        if count != 1:
            return False
        self._answers.forget()
        del self._counts[prefix]
        self._lengths.remove(len(prefix))
        return True

    def everything(self) -> bool:
        return b"" in self._counts

    def matches(self, topic: bytes) -> bool:
        counts = self._counts
        return any(topic[:length] in counts for length in self._lengths.sorted)

    def matching(self, messages: Iterable[Message]) -> list[bool]:
        """`matches` for each of the messages."""
        return self._answers.of(messages, self._lengths.sorted)


class PublisherTable:
    """Which pipes subscribed to which prefix."""

    __slots__ = ("_answers", "_lengths", "_numbers", "_pipes", "_sizes")

    def __init__(self) -> None:
        self._numbers: Counter[Pipe] = Counter()  # of prefixes, and their length together
        self._sizes: Counter[Pipe] = Counter()
        self._pipes: dict[bytes, set[Pipe]] = {}
        self._lengths = _Lengths()
        self._answers = _Answers(self.match)

    def __len__(self) -> int:
        return len(self._pipes)

    def counts(self) -> Mapping[Pipe, int]:
        """How many prefixes each pipe has subscribed to."""
        return self._numbers

    def has_room(self, prefix: bytes, pipe: Pipe, most: int, most_bytes: int) -> bool:
        """Whether a pipe may subscribe to one more prefix; 0 is no limit."""
        if pipe in self._pipes.get(prefix, ()):
            return True
        return not (
            (most and self._numbers[pipe] >= most)
            or (most_bytes and self._sizes[pipe] + len(prefix) > most_bytes)
        )

    def _account(self, prefix: bytes, pipe: Pipe, step: int) -> None:
        self._numbers[pipe] += step
        self._sizes[pipe] += step * len(prefix)
        if not self._numbers[pipe]:
            del self._numbers[pipe], self._sizes[pipe]

    def add(self, prefix: bytes, pipe: Pipe) -> bool:
        """True when nobody had subscribed to this prefix before."""
        self._answers.forget()
        pipes = self._pipes.get(prefix)
        if pipes is None or pipe not in pipes:
            self._account(prefix, pipe, 1)
        if pipes is not None:
            pipes.add(pipe)
            return False
        self._pipes[prefix] = {pipe}
        self._lengths.add(len(prefix))
        return True

    def remove(self, prefix: bytes, pipe: Pipe) -> bool:
        """False when other pipes are still subscribed after this one was taken out.

        True also when it had not subscribed: libzmq passes such a cancellation on.
        """
        pipes = self._pipes.get(prefix)
        if pipes is None or pipe not in pipes:
            return True
        self._answers.forget()
        self._account(prefix, pipe, -1)
        pipes.remove(pipe)
        if pipes:
            return False
        del self._pipes[prefix]
        self._lengths.remove(len(prefix))
        return True

    def remove_pipe(self, pipe: Pipe, *, every: bool) -> list[bytes]:
        """Forget a pipe; returns every prefix it held, or those that nobody holds any more."""
        held = [prefix for prefix, pipes in self._pipes.items() if pipe in pipes]
        return [prefix for prefix in held if self.remove(prefix, pipe) or every]

    def subscribers_to_everything(self) -> set[Pipe]:
        return self._pipes.get(b"", set())

    def match(self, topic: bytes) -> set[Pipe]:
        """The pipes with a subscription that `topic` starts with; not to be changed."""
        found: set[Pipe] | None = None
        for length in self._lengths.sorted:
            pipes = self._pipes.get(topic[:length])
            if pipes is not None:
                found = pipes if found is None else found | pipes
        return found if found is not None else set()

    def matches(self, messages: Iterable[Message]) -> list[set[Pipe]]:
        """`match` for each of the messages."""
        return self._answers.of(messages, self._lengths.sorted)
