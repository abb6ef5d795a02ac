"""Connections and start: how many a second, what an idle one costs, how fast a program starts."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.case import Case, Metric, python, python_file

TITLE = "Connections and start"


def cases() -> Iterator[Case]:
    """Yield the section's cases."""
    yield Case(
        name="connections/rate",
        title="REQ: open, one round trip, close",
        parts=(python("connections", "serve"), python("connections", "connect")),
        settings={"size": 10},
        metrics=(Metric("rate", "1/s"),),
        measuring=1,
        opponents=("pyzmq", "pynng", "plain"),
        quick=True,
    )
    for count in (1_000, 10_000):
        yield idle(count)
    yield Case(
        name="startup",
        title="startup",
        parts=(python_file("startup"),),
        metrics=(
            Metric("import", "ms", higher_is_better=False, label="import"),
            Metric("first", "ms", higher_is_better=False, label="to first message"),
            Metric("memory", "MiB", higher_is_better=False, label="memory of the whole program"),
        ),
        quick=True,
    )


def idle(count: int) -> Case:
    """Return a crowd of connections that say nothing."""
    return Case(
        name=f"connections/idle/{count}",
        title=f"{count:,} idle connections",
        parts=(python("connections", "idle"), python("connections", "crowd")),
        settings={"count": count},
        metrics=(
            Metric("memory", "KiB each", higher_is_better=False, label="memory"),
            Metric("cpu", "% CPU", higher_is_better=False, label="CPU", least=0.1),
        ),
        goal=1.0 if count == 10_000 else 0.0,
    )
