"""Taking turns: one list of several."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TypeVar

T = TypeVar("T")

_NOTHING = object()


def interleave(batches: list[list[T]]) -> list[T]:
    """The first message of each batch, then the second of each, and so on."""
    if len(batches) == 1:
        return batches[0]
    if len(set(map(len, batches))) == 1:
        return list(chain.from_iterable(zip(*batches, strict=True)))
    turns = chain.from_iterable(zip_longest(*batches, fillvalue=_NOTHING))
    return [message for message in turns if message is not _NOTHING]  # type: ignore[misc]
