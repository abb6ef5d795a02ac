"""Fan-out: PUB to many SUBs, and to one SUB with many subscriptions."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.case import Case, python

TITLE = "Fan-out"
PARTS = (python("fanout", "publish"), python("fanout", "subscribe"))
PER_SECOND = {1: 1_500_000, 10: 250_000, 100: 25_000}
"""Messages published for each second of the measured window, by the number of peers."""


def cases() -> Iterator[Case]:
    """Yield the section's cases."""
    for peers, count in PER_SECOND.items():
        yield Case(
            name=f"pub-sub/peers/{peers}",
            title=f"PUB→{peers} SUB tcp 100 B, deliveries",
            parts=PARTS,
            measuring=1,
            settings={"size": 100, "peers": peers, "count": count},
            opponents=("pyzmq", "pynng") if peers == 1 else ("pyzmq",),
            goal=1.5,
            quick=peers == 10,
        )
    for subscriptions in (1, 1_000, 100_000):
        yield Case(
            name=f"pub-sub/subscriptions/{subscriptions}",
            title=f"PUB→SUB tcp 100 B, {subscriptions:,} subscription{'s'[: subscriptions - 1]}",
            parts=PARTS,
            measuring=1,
            settings={"size": 100, "subscriptions": subscriptions, "count": 1_000_000},
            goal=1.0 if subscriptions == 100_000 else 0.0,
        )
