"""asyncio: the asyncio face beside `zmq.asyncio` (in pyzmq's column)."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.case import MEDIAN, TAIL, Case, python

TITLE = "asyncio"
OPPONENTS = ("pyzmq", "pynng", "plain")


def cases() -> Iterator[Case]:
    """Yield the section's cases."""
    yield Case(
        name="asyncio/receive",
        title="asyncio receive tcp 10 B",
        parts=(python("asynchronous", "receive"), python("throughput", "send")),
        settings={"size": 10},
        opponents=OPPONENTS,
        goal=10.0,
        quick=True,
    )
    yield Case(
        name="asyncio/send",
        title="asyncio send tcp 10 B",
        parts=(python("throughput", "receive"), python("asynchronous", "send")),
        settings={"size": 10},
        opponents=OPPONENTS,
        goal=10.0,
        quick=True,
    )
    yield Case(
        name="asyncio/req-rep",
        title="asyncio REQ-REP tcp 10 B",
        parts=(python("asynchronous", "echo"), python("asynchronous", "ask")),
        settings={"size": 10},
        metrics=(MEDIAN, TAIL),
        measuring=1,
        opponents=OPPONENTS,
        goal=2.0,
        quick=True,
    )
