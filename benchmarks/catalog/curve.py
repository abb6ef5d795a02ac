"""Encrypted: PUSH→PULL with CURVE, beside the other library that has it."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.case import BYTES, RATE, Case
from benchmarks.catalog import SIZES
from benchmarks.catalog.one_way import TWO_PROCESSES

TITLE = "Encrypted"
LARGEST = 65536


def cases() -> Iterator[Case]:
    """Yield the section's cases."""
    for size in SIZES:
        if size <= LARGEST:
            yield Case(
                name=f"curve/tcp/{size}",
                title=f"PUSH→PULL tcp {SIZES[size]}, CURVE",
                parts=TWO_PROCESSES,
                settings={"size": size, "mechanism": "curve"},
                metrics=(RATE if size < 8192 else BYTES,),
                goal=1.0,
                quick=size == 1024,
            )
