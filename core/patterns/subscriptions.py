"""Which subscriptions match a message: prefix tables for publishers and for subscribers (RFC 29).

The cost of a match grows with the number of different prefix *lengths*, not with the number of
subscriptions: one dictionary look-up per length.
"""

from __future__ import annotations

from collections.abc import Iterator

from .pipe import Message, Pipe


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


class SubscriberTable:
    """A SUB socket's own subscriptions, counted: the n-th unsubscribe takes the n-th back."""

    __slots__ = ("_counts", "_lengths")

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}
        self._lengths = _Lengths()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, prefix: bytes) -> bool:
        """True when this prefix is new."""
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        if self._counts[prefix] > 1:
            return False
        self._lengths.add(len(prefix))
        return True

    def remove(self, prefix: bytes) -> bool:
        """True when this was the last subscription to the prefix."""
        count = self._counts.get(prefix, 0)
        if count > 1:
            self._counts[prefix] = count - 1
        if count != 1:
            return False
        del self._counts[prefix]
        self._lengths.remove(len(prefix))
        return True

    def everything(self) -> bool:
        return b"" in self._counts

    def matches(self, topic: bytes) -> bool:
        counts = self._counts
        return any(topic[:length] in counts for length in self._lengths.sorted)


class PublisherTable:
    """Which pipes subscribed to which prefix."""

    __slots__ = ("_lengths", "_pipes")

    def __init__(self) -> None:
        self._pipes: dict[bytes, set[Pipe]] = {}
        self._lengths = _Lengths()

    def __len__(self) -> int:
        return len(self._pipes)

    def add(self, prefix: bytes, pipe: Pipe) -> bool:
        """True when nobody had subscribed to this prefix before."""
        pipes = self._pipes.get(prefix)
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
