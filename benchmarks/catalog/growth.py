"""How it grows: one relation per question, each a row of cases with one setting that grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.case import BYTES, RATE, Case, Metric, python
from benchmarks.catalog.one_way import TWO_PROCESSES

TITLE = "How it grows"
SECONDS = 0.4
MEMORY = Metric("memory", "B", higher_is_better=False, label="memory")


@dataclass(frozen=True, slots=True)
class Relation:
    """One plot: what grows, its values, and how the case of a value is made."""

    name: str
    title: str
    axis: str
    """What grows: the label of the horizontal axis."""
    panels: tuple[tuple[str, Metric], ...]
    """What is drawn over it: a heading and the metric, one panel each."""
    values: Sequence[int]
    case: Callable[[Relation, int], Case]
    unit: str = ""

    def cases(self) -> list[Case]:
        """Return the cases, by growing value."""
        return [self.case(self, value) for value in self.values]

    def case_name(self, value: int) -> str:
        """Return the name of the case of a value."""
        return f"growth/{self.name}/{value}"

    def names(self) -> set[str]:
        """Return the names of all its cases."""
        return {self.case_name(value) for value in self.values}

    def make(self, value: int, **details: object) -> Case:
        """Return the case of a value, with what it has in common with the others."""
        return Case(
            name=self.case_name(value),
            title=f"{self.title}, {value:,} {self.unit or self.axis}",
            metrics=tuple(metric for _, metric in self.panels),
            **details,  # type: ignore[arg-type]
        )


def size(relation: Relation, value: int) -> Case:
    """Return PUSH→PULL over tcp with messages of so many bytes."""
    settings = {"size": value, "seconds": SECONDS}
    opponents = ("pyzmq", "plain")
    return relation.make(value, parts=TWO_PROCESSES, settings=settings, opponents=opponents)


def subscribers(relation: Relation, value: int) -> Case:
    """Return a PUB with so many raw subscribers."""
    return relation.make(
        value,
        parts=(python("fanout", "publish"), python("crowd", "drain")),
        measuring=1,
        settings={"size": 100, "peers": value, "count": max(1, 2_000_000 // value),
                  "seconds": SECONDS},
    )  # fmt: skip


def pushers(relation: Relation, value: int) -> Case:
    """Return a PULL with so many raw pushers, all of them busy."""
    return relation.make(
        value,
        parts=(python("growth", "pull"), python("crowd", "flood")),
        settings={"size": 100, "peers": value, "seconds": SECONDS},
    )


def subscriptions(relation: Relation, value: int) -> Case:
    """Return a PUB with one raw subscriber that has so many subscriptions."""
    return relation.make(
        value,
        parts=(python("fanout", "publish"), python("crowd", "drain")),
        measuring=1,
        settings={"size": 100, "subscriptions": value, "count": 1_500_000, "seconds": SECONDS},
    )


def sockets(relation: Relation, value: int) -> Case:
    """Return so many sockets in one Poller, of which one after the other is asked something."""
    return relation.make(
        value,
        parts=(python("crowd", "pulse"), python("growth", "serve")),
        settings={"size": 10, "sockets": value, "seconds": SECONDS},
    )


def connections(relation: Relation, value: int) -> Case:
    """Return a PULL to which so many connections are opened."""
    return relation.make(
        value,
        parts=(python("connections", "idle"), python("crowd", "arrive")),
        measuring=1,
        settings={"count": value},
    )


RELATIONS = (
    Relation(
        "size", "PUSH→PULL tcp", "message size",
        (("bytes a second", BYTES), ("memory of both sides", MEMORY)),
        (16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304), size, "B",
    ),
    Relation(
        "subscribers", "PUB→SUB tcp 100 B", "subscribers",
        (("deliveries a second", RATE), ("memory of the publisher", MEMORY)),
        (1, 3, 10, 30, 100, 300, 1000), subscribers,
    ),
    Relation(
        "pushers", "PUSH→PULL tcp 100 B", "peers that push",
        (("messages a second", RATE), ("memory of the receiver", MEMORY)),
        (1, 3, 10, 30, 100, 300, 1000), pushers,
    ),
    Relation(
        "subscriptions", "PUB→SUB tcp 100 B", "subscriptions of one peer",
        (("messages a second", RATE), ("memory of the publisher", MEMORY)),
        (1, 10, 100, 1000, 10_000, 100_000), subscriptions,
    ),
    Relation(
        "sockets", "Sockets in one Poller", "sockets",
        (("answers a second", RATE), ("memory of the process", MEMORY)),
        (1, 3, 10, 30, 100, 300, 1000), sockets,
    ),
    Relation(
        "connections", "Connections to one socket", "connections",
        (("handshakes a second", Metric("rate", "1/s")), ("memory of the listener", MEMORY)),
        (10, 100, 1000, 3000, 10_000), connections,
    ),
)  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield the points of all relations."""
    for relation in RELATIONS:
        yield from relation.cases()
