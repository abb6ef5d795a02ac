"""The wire alone: what encoding and decoding leave of the budget for everything else."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.case import Case, Metric, python

TITLE = "The wire alone"


def cases() -> Iterator[Case]:
    """Yield the section's cases."""
    for role in ("encode", "decode"):
        for kind, window in (("same", 1), ("mixed", 40)):
            yield Case(
                name=f"wire/{role}/{kind}",
                title=f"{role} 10 B messages, {'one size' if window == 1 else 'many sizes'}",
                parts=(python("wire", role),),
                settings={"size": 10, "window": window, "seconds": 0.5},
                metrics=(Metric("time", "ns each", higher_is_better=False),),
                opponents=(),
            )
